#pragma once

#include <memory>

#include "impls/log_parser/log_parser.hpp"
#include "stress/driver/attack.hpp"

namespace contend::log_parser {

// A correct parser behind which a broken one hides everything but its bug: it overrides what it breaks.
class ForwardingParser : public LogParser {
 public:
  explicit ForwardingParser(const Options& options)
      : inner_(Registry<LogParser>::instance().find("reference")->make(options)) {}

  FeedStatus feed(std::string_view stream, std::string_view bytes, TimeNs now_ns,
                  std::shared_ptr<const void> keep_alive) override {
    return inner_->feed(stream, bytes, now_ns, std::move(keep_alive));
  }
  void flush_idle(TimeNs now_ns) override { inner_->flush_idle(now_ns); }
  void advance_windows(TimeNs event_time_ns) override { inner_->advance_windows(event_time_ns); }
  void drain() override { inner_->drain(); }
  void finish() override { inner_->finish(); }
  std::vector<Event> take_events() override { return inner_->take_events(); }
  Report report() override { return inner_->report(); }

 protected:
  std::unique_ptr<LogParser> inner_;
};

}  // namespace contend::log_parser
