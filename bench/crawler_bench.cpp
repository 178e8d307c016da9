// Workloads of the crawler: sites that answer slowly, sites with much to parse, sites that must be asked slowly.

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/inputs/crawler/site_server.hpp"
#include "bench/inputs/crawler/synthetic_site.hpp"
#include "bench/workload/callers.hpp"
#include "bench/workload/workload.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/http_fetcher.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs us = 1'000;

// Where the pages of a workload come from, and how they are crawled.
struct Scene {
  SiteShape site{};
  bool over_http = false;
  DurationNs host_delay_ns = 0;
  std::filesystem::path folder{};  // instead of the made-up site, if it is not empty
};

// The most pages that a crawl takes of a user's site: a call must not last longer than a few slices.
constexpr std::uint64_t most_pages = 32;

class CrawlCaller {
 public:
  CrawlCaller(Crawler& crawler, Fetcher& fetcher, std::vector<std::string> starts, std::uint32_t pages)
      : crawler_(crawler), fetcher_(fetcher), starts_(std::move(starts)), pages_(pages) {}

  void call() {
    const Report report = crawler_.crawl(starts_, fetcher_, SteadyClock::instance(), {});
    if (report.visited() != pages_) wrong_pages_ = report.visited();
    work_.resize(std::max(work_.size(), report.pages_of_worker.size()));
    for (std::size_t i = 0; i < report.pages_of_worker.size(); ++i) work_[i] += report.pages_of_worker[i];
  }
  std::uint32_t operations_per_call() const { return pages_; }

  const std::vector<std::uint64_t>& work() const { return work_; }
  std::optional<std::uint64_t> wrong_pages() const { return wrong_pages_; }

 private:
  Crawler& crawler_;
  Fetcher& fetcher_;
  const std::vector<std::string> starts_;
  const std::uint32_t pages_;
  std::vector<std::uint64_t> work_;
  std::optional<std::uint64_t> wrong_pages_;  // pages of a crawl that did not find them all
};

class CrawlSubject final : public CallerSubject<Crawler, CrawlCaller> {
 public:
  CrawlSubject(std::unique_ptr<Crawler> crawler, const Scene& scene) : CallerSubject(std::move(crawler)) {
    SiteShape shape = scene.site;
    shape.served = scene.over_http;
    const SyntheticSite site = make_site(shape);
    if (scene.over_http) {
      std::map<std::string, SitePage> pages;
      for (const SyntheticPage& page : site.pages) pages[page.url.substr(page.url.find('/', 8))] = page.page;
      if (!scene.folder.empty()) pages.clear();
      server_ = std::make_unique<SiteServer>(scene.folder, ServerFaults{}, std::move(pages));
      starts_ = {server_->origin() + (scene.folder.empty() ? "/p0" : "/")};
    } else {
      site.serve(memory_);
      starts_ = site.starts;
    }
    pages_ = static_cast<std::uint32_t>(scene.folder.empty() ? site.pages.size() : most_pages);
  }

  void prefill() override {}
  std::vector<std::uint64_t> work_of_threads() override {
    return callers().empty() ? std::vector<std::uint64_t>{} : callers().front()->work();
  }
  std::string validate_state() override {
    const auto wrong = callers().front()->wrong_pages();
    return wrong ? "a crawl visited " + std::to_string(*wrong) + " of " + std::to_string(pages_) + " pages" : "";
  }
  std::size_t entries() const override { return 0; }

 private:
  CrawlCaller make_caller(int, std::uint64_t) override {
    return CrawlCaller(system(), server_ ? static_cast<Fetcher&>(http_) : memory_, starts_, pages_);
  }

  MemorySite memory_;
  std::unique_ptr<SiteServer> server_;
  HttpFetcher http_;
  std::vector<std::string> starts_;
  std::uint32_t pages_ = 0;
};

Workload<Crawler> workload(const std::string& name, const std::string& summary, const Scene& scene) {
  return {name, summary, false, [scene](const Maker<Crawler>& make, int threads) {
            Crawler::Options options{.workers = threads, .robots = false, .host_delay_ns = scene.host_delay_ns};
            if (!scene.folder.empty()) options.max_pages = most_pages;
            return std::make_unique<CrawlSubject>(make(options), scene);
          }};
}

const SiteShape short_pages{.pages = 40, .links = 6, .text_bytes = 600};
const SiteShape long_pages{.pages = 24, .links = 20, .menu = 20, .text_bytes = 8000};

SiteShape slow(SiteShape shape, DurationNs latency_ns) {
  shape.latency_ns = latency_ns;
  return shape;
}
SiteShape on_hosts(SiteShape shape, std::size_t hosts) {
  shape.hosts = hosts;
  return shape;
}

const bool workloads_registered =
    register_workload(workload("latency", "40 short pages of one host that take 1 ms each to come",
                               {.site = slow(short_pages, 1000 * us)})) &&
    register_workload(workload("reading", "24 pages of 10 KB and 40 links that come at once", {.site = long_pages})) &&
    register_workload(workload("polite", "40 short pages of 8 hosts, 2 ms between the fetches of a host",
                               {.site = on_hosts(slow(short_pages, 300 * us), 8), .host_delay_ns = 2000 * us})) &&
    register_workload(workload("http", "40 short pages over HTTP on the loopback, 1 ms each",
                               {.site = slow(short_pages, 1000 * us), .over_http = true}));

const bool input_registered = register_input<Crawler>(
    "--site", "crawler",
    "a folder of HTML pages with an index.html, crawled over HTTP on the loopback, 32 pages a crawl",
    [](const std::filesystem::path& folder) {
      if (!std::filesystem::is_regular_file(folder / "index.html")) {
        throw std::runtime_error("there is no index.html in " + folder.string());
      }
      return workload("site", "32 pages of " + folder.string() + " over HTTP on the loopback",
                      {.over_http = true, .folder = folder});
    });

// The control: finds nothing, at once.
class NoopCrawler final : public Crawler {
 public:
  using Crawler::crawl;
  Report crawl(std::span<const std::string>, Fetcher&, Clock&, std::stop_token) override { return {}; }
};

const bool system_registered =
    register_bench_system<Crawler, NoopCrawler>("crawler", {.unit = "pages", .unit_scale = 1e3, .owns_threads = true});

}  // namespace
}  // namespace contend::crawler
