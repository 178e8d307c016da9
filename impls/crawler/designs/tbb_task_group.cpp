#include <tbb/concurrent_unordered_map.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/visit/crawl_run.hpp"
#include "impls/sync/tbb_handover.hpp"

namespace contend::crawler {
namespace {

// Each page is a task that begets the tasks of its links; TBB's work stealing is the frontier, and waiting for the
// group is the end.
constexpr Contract contract{
    .technique = "tbb",
    .summary = "a task for each page in a task_group, over a concurrent_unordered_map of what was met",
    .shared_state = "the map; the records, each written by the task of its page alone; TBB's queues",
    .protected_by = "TBB's split-ordered lists, which know no erasure: the map only grows",
    .claim_point = "emplace() that answers true",
    .ordering = "TBB orders what a task wrote before what the tasks do that it begets",
    .progress = "insertion is lock-free but for memory; a page that waits keeps a thread of the arena",
    .shutdown = "task_group::wait; when the crawl is stopped the tasks that are left end without a visit",
    .failure = "a failed page is recorded; an exception stays inside its task, stops the crawl and is thrown by it",
    .not_survived = "oneTBB does not survive that there is no memory for its tasks and threads",
    .complexity = "O(1) expected for each link; a task for each page",
    .memory = "a record, a map node and the URL for each page, a task for each queued one, a word for each link",
    .source = "oneTBB; split-ordered lists (Shalev and Shavit, 2006)",
};

class TbbVisited {
 public:
  explicit TbbVisited(const CrawlRun& run) : run_(run) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    const auto known = pages_.find(std::string_view(url.text()));
    if (known != pages_.end()) return {known->second.get(), false};
    auto record = run_.make_record(std::move(url), depth, hops);
    const std::string_view key = record->url.text();
    const auto [place, added] = pages_.emplace(key, std::move(record));
    return {place->second.get(), added};
  }

 private:
  const CrawlRun& run_;
  tbb::concurrent_unordered_map<std::string_view, std::unique_ptr<PageRecord>, BytesHash> pages_;
};

class TbbTaskGroupCrawler final : public Crawler {
 public:
  explicit TbbTaskGroupCrawler(const Options& options) : options_(options) { check_options(options_); }

  using Crawler::crawl;
  Report crawl(std::span<const std::string> starts, Fetcher& fetcher, Clock& clock, std::stop_token stop) override {
    CrawlRun run(options_, starts, fetcher, clock, stop);
    TbbVisited visited(run);
    // Most of a crawl is waiting: as many threads as were asked for, not as there are cores.
    const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                      static_cast<std::size_t>(options_.workers));
    tbb::task_arena arena(options_.workers);
    const auto add = [&](Url&& url, std::uint32_t depth, std::uint32_t hops) {
      return visited.add(std::move(url), depth, hops);
    };
    return run.in_rounds(add, [&](const std::vector<PageRecord*>& pages) {
      arena.execute([&] {
        tbb::task_group group;
        Tasks<decltype(add)> tasks{run, group, add};
        for (PageRecord* page : pages) tasks.spawn(page);
        tasks.wait();
      });
      run.rethrow_failure();
    });
  }

 private:
  template <class Add>
  struct Tasks {
    CrawlRun& run;
    tbb::task_group& group;
    Add add;

    void spawn(PageRecord* page) {
      group.run(group.defer(Handover([this, page] { visit(*page); })));
    }
    void wait() {
      group.wait();
      taken_through_library(&group);
    }

    void visit(PageRecord& page) {
      run.time().enlist(1);
      const CrawlTime::Enlisted enlisted(run.time());
      run.guarded([&] {
        for (PageRecord* claimed : run.enter(page, run.visit(page, counts()), add)) spawn(claimed);
      });
      handed_to_library(&group);
    }

    // An arena for one thread has two slots, of which its thread may take either.
    WorkerCounts& counts() {
      return run.counts(std::min(tbb::this_task_arena::current_thread_index(), run.options().workers - 1));
    }
  };

  const Options options_;
};

const bool registered = register_implementation<Crawler, TbbTaskGroupCrawler>("tbb_task_group", contract);

}  // namespace
}  // namespace contend::crawler
