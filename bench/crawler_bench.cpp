// Workloads of the crawler: sites that answer slowly, sites with much to parse, sites that must be asked slowly.

#include <fmt/core.h>

#include <algorithm>
#include <boost/describe/enum.hpp>
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
#include "bench/workload/words.hpp"
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
  std::uint32_t in_flight = 128;
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

Workload<Crawler> workload_of(const Scene& scene) {
  Workload<Crawler> workload;
  workload.prepare = [scene](const Maker<Crawler>& make, int threads) {
    Crawler::Options options{.workers = threads, .robots = false, .host_delay_ns = scene.host_delay_ns};
    options.in_flight = scene.in_flight;
    if (!scene.folder.empty()) options.max_pages = most_pages;
    return std::make_unique<CrawlSubject>(make(options), scene);
  };
  return workload;
}

enum class Over : std::uint8_t { memory, http };
BOOST_DESCRIBE_ENUM(Over, memory, http)

struct Mix {
  std::size_t pages = 0;
  std::size_t hosts = 0;
  std::size_t links = 0;
  std::size_t menu = 0;
  std::size_t page = 0;
  DurationNs latency = 0;
  DurationNs jitter = 0;
  DurationNs delay = 0;
  std::uint32_t in_flight = 0;
  Over over = Over::memory;
};

const Words<Mix>& crawler_words() {
  using Is = Words<Mix>;
  constexpr DurationNs second = 1'000'000 * us;
  static const Words<Mix> words{
      Is::count("pages", &Mix::pages, 40, {1, 10'000}, "pages of the site, all of which are crawled, again and again"),
      Is::count("hosts", &Mix::hosts, 1, {1, 100}, "hosts that they are dealt to"),
      Is::count("links", &Mix::links, 6, {0, 1'000}, "links of a page to pages anywhere"),
      Is::count("menu", &Mix::menu, 0, {0, 1'000}, "and to the same first pages"),
      Is::bytes("page", &Mix::page, 600, {0, 1 << 20}, "of words between the links"),
      Is::duration("latency", &Mix::latency, 1000 * us, {0, second}, "until a page comes"),
      Is::duration("jitter", &Mix::jitter, 0, {0, second}, "and up to so much more"),
      Is::duration("delay", &Mix::delay, 0, {0, second}, "between two fetches of a host"),
      Is::count("in_flight", &Mix::in_flight, 128, {1, 4'096},
                "fetches at a time of a thread, where one can have several"),
      Is::choice("over", &Mix::over, Over::memory, "where pages come from: memory, or a server on the loopback"),
  };
  return words;
}

Workload<Crawler> workload_of_mix(const Mix& mix) {
  if (mix.over == Over::http && mix.hosts > 1) throw std::invalid_argument("over HTTP there is one host.");
  // A crawl is one call, and a trial must see it end.
  constexpr double most_s = 10;
  const auto pages_of_host = static_cast<double>(mix.pages) / static_cast<double>(mix.hosts);
  const double crawl_s = 1e-9 * (static_cast<double>(mix.pages) * static_cast<double>(mix.latency + mix.jitter) +
                                 pages_of_host * static_cast<double>(mix.delay));
  if (crawl_s > most_s) {
    throw std::invalid_argument(
        fmt::format("a crawl by one thread would take {:.0f} s; at most {:.0f} s.", crawl_s, most_s));
  }
  return workload_of({.site = {.hosts = mix.hosts,
                               .pages = mix.pages,
                               .links = mix.links,
                               .menu = mix.menu,
                               .text_bytes = mix.page,
                               .latency_ns = mix.latency,
                               .jitter_ns = mix.jitter},
                      .over_http = mix.over == Over::http,
                      .host_delay_ns = mix.delay,
                      .in_flight = mix.in_flight});
}

const bool words_registered = register_words<Crawler>(crawler_words(), workload_of_mix);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<Crawler>(name, summary, text);
}

const bool workloads_registered =
    add("latency", "40 short pages of one host that take 1 ms each to come", "") &&
    add("reading", "24 pages of 10 KB and 40 links that come at once",
        "pages=24,links=20,menu=20,page=8000,latency=0") &&
    add("polite", "40 short pages of 8 hosts, 2 ms between the fetches of a host", "hosts=8,latency=300us,delay=2ms") &&
    add("http", "40 short pages over HTTP on the loopback, 1 ms each", "over=http");

const bool input_registered = register_input<Crawler>(
    "--site", "crawler",
    "a folder of HTML pages with an index.html, crawled over HTTP on the loopback, 32 pages a crawl",
    [](const std::filesystem::path& folder) {
      if (!std::filesystem::is_regular_file(folder / "index.html")) {
        throw std::runtime_error("there is no index.html in " + folder.string());
      }
      Workload<Crawler> site = workload_of({.over_http = true, .folder = folder});
      site.name = "site";
      site.summary = "32 pages of " + folder.string() + " over HTTP on the loopback";
      return site;
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
