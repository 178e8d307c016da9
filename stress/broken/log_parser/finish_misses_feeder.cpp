#include <atomic>

#include "stress/broken/log_parser/broken_parser.hpp"
#include "stress/round/window.hpp"

namespace contend::log_parser {
namespace {

// Whether the parser has finished is looked up first, and the bytes are handed over in the next step: what comes in
// between is called accepted and counted nowhere.
class FinishMissesFeeder final : public ForwardingParser {
 public:
  using ForwardingParser::ForwardingParser;

  FeedStatus feed(std::string_view stream, std::string_view bytes, TimeNs now_ns,
                  std::shared_ptr<const void> keep_alive) override {
    if (finished_) return FeedStatus::finished;
    open_window();
    inner_->feed(stream, bytes, now_ns, std::move(keep_alive));
    return FeedStatus::accepted;
  }
  void finish() override {
    finished_ = true;
    inner_->finish();
  }

 private:
  std::atomic<bool> finished_{false};
};

const bool registered =
    register_broken<LogParser, FinishMissesFeeder>({.name = "finish_misses_feeder",
                                                    .number = 65,
                                                    .bug = "the test for the end and the feed are two steps",
                                                    .rule = "a feed is wholly before finish, or refused",
                                                    .caught_by = "finish"});

}  // namespace
}  // namespace contend::log_parser
