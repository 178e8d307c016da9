// The memory of a crawl in bytes: what a page takes, and that nothing of a crawl is left when it is over.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "tests/crawler/crawler_fixture.hpp"
#include "tests/support/allocation_faults.hpp"

namespace contend::crawler {
namespace {

// The most that was held at the beginning of a fetch.
class HighWater {
 public:
  explicit HighWater(MemorySite& site) {
    site.on_fetch([this](std::string_view) {
      const std::size_t held = allocated_bytes();
      std::size_t seen = most_;
      while (seen < held && !most_.compare_exchange_weak(seen, held)) {
      }
    });
  }
  std::size_t most() const { return most_; }

 private:
  std::atomic<std::size_t> most_{0};
};

class CrawlerGrowthTest : public testing::TestWithParam<Implementation<Crawler>> {
 protected:
  // Bytes that a crawl holds at most, beyond what was held before it.
  static std::size_t most_of(int pages, const Crawler::Options& options) {
    MemorySite site;
    for (int i = 0; i < pages; ++i) {
      std::vector<std::string> targets;
      for (const int next : {2 * i + 1, 2 * i + 2, i / 2}) targets.push_back(fmt::format("/page{}", next % pages));
      site.set(fmt::format("{}/page{}", lab, i), links(targets));
    }
    SimulatedClock clock;
    const auto crawler = GetParam().make(options);
    const auto crawl = [&] { return crawler->crawl(lab + "/page0", site, clock).pages.size(); };
    crawl();  // what threads and libraries keep for good is there now
    site.forget_fetches();
    HighWater high_water(site);
    const std::size_t before = allocated_bytes();
    EXPECT_EQ(crawl(), static_cast<std::size_t>(pages));
    const std::size_t after = allocated_bytes();
    site.on_fetch({});
    EXPECT_LT(after, before + 1024 * 1024) << "nothing of a crawl is left but pools of libraries";
    return high_water.most() - before;
  }
};

INSTANTIATE_TEST_SUITE_P(Implementations, CrawlerGrowthTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(CrawlerGrowthTest, APageTakesItsRecordAndNoMore) {
  const Crawler::Options options{.workers = 2, .robots = false};
  const std::size_t few = most_of(1000, options);
  const std::size_t many = most_of(9000, options);
  EXPECT_LT((many - std::min(many, few)) / 8000, 1200U) << "bytes of a page with three links";
}

// Out of scope is counted and not kept.
TEST_P(CrawlerGrowthTest, LinksOutOfScopeTakeNothing) {
  const auto most = [](int strangers) {
    MemorySite site;
    for (int i = 0; i < 50; ++i) {
      std::vector<std::string> targets{fmt::format("/page{}", i + 1)};
      for (int j = 0; j < strangers; ++j) targets.push_back(fmt::format("https://other{}-{}.example/", i, j));
      site.set(fmt::format("{}/page{}", lab, i), links(targets));
    }
    site.set(lab + "/page50", links({}));
    SimulatedClock clock;
    const auto crawler = GetParam().make({.workers = 2, .robots = false});
    crawler->crawl(lab + "/page0", site, clock);
    site.forget_fetches();
    HighWater high_water(site);
    const std::size_t before = allocated_bytes();
    EXPECT_EQ(crawler->crawl(lab + "/page0", site, clock).links_out_of_scope, 50U * static_cast<unsigned>(strangers));
    site.on_fetch({});
    return high_water.most() - std::min(high_water.most(), before);
  };
  EXPECT_LT(most(1000), most(10) + (1U << 20)) << "50,000 links elsewhere, of which one page's are held at a time";
}

}  // namespace
}  // namespace contend::crawler
