#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// A log parser that passes: it hands every call to the reference. Take the calls over one by one, and judge it again after each
// step. What each must do is told in impls/log_parser/log_parser.hpp. Where yours promises less than the strictest `Guarantees`, say so
// in a static member `guarantees`.
class StartingFile : public LogParser {
 public:
  explicit StartingFile(const Options& options)
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

 private:
  std::unique_ptr<LogParser> inner_;
};

}  // namespace contend::log_parser
