#include <thread>

#include "stress/broken/log_parser/broken_parser.hpp"

namespace contend::log_parser {
namespace {

// The windows are counted after the totals and the lists, while others go on feeding.
class WindowsOfLater final : public ForwardingParser {
 public:
  using ForwardingParser::ForwardingParser;

  Report report() override {
    Report report = inner_->report();
    std::this_thread::yield();
    report.windows = inner_->report().windows;
    return report;
  }
};

const bool registered = register_broken_parser<WindowsOfLater>(
    "windows_of_later", 68, "windows of one moment beside totals of another", "a report is one instant", "windows");

}  // namespace
}  // namespace contend::log_parser
