
#include "stress/broken/log_parser/broken_parser.hpp"
#include "stress/round/window.hpp"

namespace contend::log_parser {
namespace {

// The windows are counted after the totals and the lists, while others go on feeding.
class WindowsOfLater final : public ForwardingParser {
 public:
  using ForwardingParser::ForwardingParser;

  Report report() override {
    Report report = inner_->report();
    open_window();
    report.windows = inner_->report().windows;
    return report;
  }
};

const bool registered =
    register_broken<LogParser, WindowsOfLater>({.name = "windows_of_later",
                                                .number = 68,
                                                .bug = "windows of one moment beside totals of another",
                                                .rule = "a report is one instant",
                                                .caught_by = "windows"});

}  // namespace
}  // namespace contend::log_parser
