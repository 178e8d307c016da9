#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "impls/crawler/url/url.hpp"
#include "impls/crawler/visit/page_record.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::crawler {

// A link on its way to the loop that owns the page it leads to.
struct SentLink {
  PageRecord* from;
  Url url;
  std::uint32_t depth;
  std::uint32_t hops;
  bool redirect;
};

// What other threads send to an event loop: links to pages that it owns, and calls that it is to make.
//
// Guarantee: linearizable under one mutex, held for a swap or for moving a batch in; nothing is called meanwhile. Not
// bounded: by what is sent between two looks of the owner.
class LoopMailbox {
 public:
  struct Mail {
    std::vector<SentLink> links;
    std::vector<std::function<void()>> calls;
  };

  void post(std::vector<SentLink> links) {
    const MutexLock lock(mutex_);
    for (SentLink& link : links) mail_.links.push_back(std::move(link));
  }
  void post(std::function<void()> call) {
    const MutexLock lock(mutex_);
    mail_.calls.push_back(std::move(call));
  }
  // Everything that has come since the last time, in order.
  Mail take() {
    const MutexLock lock(mutex_);
    return std::exchange(mail_, {});
  }

 private:
  Mutex mutex_{{"mailbox of a loop", 0}};
  Mail mail_ GUARDED_BY(mutex_);
};

}  // namespace contend::crawler
