#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "impls/log_parser/log_parser.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// The streams by name, each with a lock of its own in `Stream`. A stream once added stays where it is. Any thread at
// any time; finding takes a shared lock, O(log streams).
template <class Stream>
class StreamTable {
 public:
  explicit StreamTable(std::size_t max_streams) : max_streams_(max_streams) {}

  // The stream of this name. Null and `accepted` in `status`: it is not there yet, and may be added. Null and another
  // status: that is why not.
  Stream* find(std::string_view name, FeedStatus& status) {
    const ReaderLock lock(mutex_);
    return find_locked(name, status);
  }
  // The same, and made by `make()` if it is new.
  template <class Make>
  Stream* find_or_add(std::string_view name, FeedStatus& status, Make make) {
    const WriterLock lock(mutex_);
    Stream* const found = find_locked(name, status);
    if (found != nullptr || status != FeedStatus::accepted) return found;
    return streams_.emplace(std::string(name), make()).first->second.get();
  }
  // A stream whose first feed has failed: nobody but its feeder has seen it.
  void remove(std::string_view name) noexcept {
    const WriterLock lock(mutex_);
    streams_.erase(streams_.find(name));
  }
  std::size_t size() {
    const ReaderLock lock(mutex_);
    return streams_.size();
  }

  // From now on nothing is found any more. True for the first caller.
  bool close() {
    const WriterLock lock(mutex_);
    return !std::exchange(closed_, true);
  }

  // In order of names. `visit` may take the stream's lock, and must not use the table.
  template <class Visit>
  void for_each(Visit visit) {
    const ReaderLock lock(mutex_);
    for (const auto& [name, stream] : streams_) visit(*stream);
  }

 private:
  Stream* find_locked(std::string_view name, FeedStatus& status) const REQUIRES_SHARED(mutex_) {
    status = closed_                               ? FeedStatus::finished
             : name.size() > max_stream_name_bytes ? FeedStatus::invalid_stream
                                                   : FeedStatus::accepted;
    if (status != FeedStatus::accepted) return nullptr;
    const auto found = streams_.find(name);
    if (found != streams_.end()) return found->second.get();
    if (streams_.size() >= max_streams_) status = FeedStatus::too_many_streams;
    return nullptr;
  }

  const std::size_t max_streams_;
  SharedMutex mutex_{LockLabel{"stream table", 0}};
  bool closed_ GUARDED_BY(mutex_) = false;
  std::map<std::string, std::unique_ptr<Stream>, std::less<>> streams_ GUARDED_BY(mutex_);
};

}  // namespace contend::log_parser
