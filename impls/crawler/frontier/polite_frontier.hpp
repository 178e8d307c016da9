#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/crawler/visit/crawl_run.hpp"

namespace contend::crawler {

// A frontier that knows when each host may be asked: hosts in the order of the time at which something of theirs may be
// fetched, a host out of that order while it has given out as many turns as it may; with it the pages that wait for a
// retry or for their origin's robots.txt. Nobody who works with it waits for a host while another one is ready.
//
// Not synchronised: a lock or an owner does that. Holds pages from `add` until `done`. O(log hosts) an operation.
class PoliteFrontier {
 private:
  struct Host;
  struct Origin;
  // Exactly one of the two.
  struct Work {
    PageRecord* page = nullptr;
    Origin* robots_of = nullptr;
  };

 public:
  explicit PoliteFrontier(CrawlRun& run) : run_(run) {}

  // One fetch to be made. Its URL stays until give_back.
  class Job {
   public:
    const Url& url() const;
    std::uint32_t attempt() const;
    // Null: a robots.txt, whose answer only give_back needs.
    PageRecord* page() const { return work_.page; }
    CrawlRun::Wanted wanted() const {
      return work_.page != nullptr ? CrawlRun::Wanted::page : CrawlRun::Wanted::robots;
    }

   private:
    friend class PoliteFrontier;
    Work work_;
    Host* host_ = nullptr;
  };

  // A page that has been claimed by insertion into a visited set.
  void add(PageRecord* page, WorkerCounts& counts);
  // What may be fetched now, with a turn of its host; none: nothing before next_ns(), or the crawl is stopped.
  std::optional<Job> take(TimeNs now_ns, WorkerCounts& counts);
  TimeNs next_ns() const { return by_time_.empty() ? never : by_time_.begin()->first.first; }
  // The fetch has ended at `now_ns`: the host has its turn back, and the page waits for its retry if there is one. A
  // page that does not is done when the caller has added what it leads to.
  void give_back(const Job& job, const FetchResponse& response, std::optional<DurationNs> retry_ns, TimeNs now_ns,
                 WorkerCounts& counts);
  void done() { --outstanding_; }

  bool finished() const { return outstanding_ == 0; }

 private:
  struct Delayed {
    TimeNs due_ns;
    Work work;
    bool operator>(const Delayed& other) const { return due_ns > other.due_ns; }
  };
  using Place = std::pair<TimeNs, std::uint64_t>;  // the second: who was served longest ago goes first
  struct Host {
    std::uint32_t turns = 0;
    TimeNs next_ns = std::numeric_limits<TimeNs>::min();
    std::deque<Work> ready;
    std::priority_queue<Delayed, std::vector<Delayed>, std::greater<>> delayed;
    std::optional<Place> place;
    std::uint64_t served = 0;
  };
  struct Origin {
    std::string name;
    std::optional<RobotsRules> rules;
    Url asked;
    std::uint32_t hops = 0;
    std::uint32_t attempts = 0;
    std::vector<PageRecord*> waiting;
  };

  Host& host_of(const Url& url);
  // Puts the host where it belongs now.
  void list(Host& host);
  void add_allowed(PageRecord* page, const RobotsRules& rules, WorkerCounts& counts);
  void ask_robots(Origin& origin, Url url);

  CrawlRun& run_;
  std::unordered_map<std::string, std::unique_ptr<Host>, BytesHash, std::equal_to<>> hosts_;
  std::unordered_map<std::string, std::unique_ptr<Origin>, BytesHash, std::equal_to<>> origins_;
  std::map<Place, Host*> by_time_;
  std::uint64_t served_ = 0;
  std::size_t outstanding_ = 0;  // pages between add and done
};

}  // namespace contend::crawler
