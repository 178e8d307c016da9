#include <deque>
#include <string>
#include <thread>

#include "impls/sync/mutex.hpp"
#include "stress/broken/log_parser/broken_parser.hpp"

namespace contend::log_parser {
namespace {

// A thread of its own takes pieces from a short queue; a feed that finds it full drops its piece and says accepted.
class RingFullDropsSilently final : public ForwardingParser {
 public:
  explicit RingFullDropsSilently(const Options& options) : ForwardingParser(options), reader_([this] { serve(); }) {}
  ~RingFullDropsSilently() override { stop(); }

  FeedStatus feed(std::string_view stream, std::string_view bytes, TimeNs, std::shared_ptr<const void>) override {
    const MutexLock lock(mutex_);
    if (pieces_.size() < room) pieces_.emplace_back(stream, bytes);
    changed_.notify_all();
    return FeedStatus::accepted;
  }
  void drain() override {
    const MutexLock lock(mutex_);
    while (!pieces_.empty()) changed_.wait(mutex_);
  }
  void finish() override {
    drain();
    inner_->finish();
  }

 private:
  static constexpr std::size_t room = 4;

  void stop() {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  void serve() {
    const MutexLock lock(mutex_);
    while (!stopping_) {
      if (pieces_.empty()) {
        changed_.wait(mutex_);
        continue;
      }
      const auto [stream, bytes] = pieces_.front();
      mutex_.unlock();
      inner_->feed(stream, bytes);
      mutex_.lock();
      pieces_.pop_front();
      changed_.notify_all();
    }
  }

  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<std::pair<std::string, std::string>> pieces_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::jthread reader_;
};

const bool registered =
    register_broken<LogParser, RingFullDropsSilently>({.name = "ring_full_drops_silently",
                                                       .number = 50,
                                                       .bug = "a full ring drops and counts nothing",
                                                       .rule = "back-pressure is never loss",
                                                       .caught_by = "pressure"});

}  // namespace
}  // namespace contend::log_parser
