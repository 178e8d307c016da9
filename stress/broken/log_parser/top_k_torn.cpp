
#include "stress/broken/log_parser/broken_parser.hpp"
#include "stress/round/window.hpp"

namespace contend::log_parser {
namespace {

// The keys of a list are read first, and their counts after others have gone on counting.
class TopKTorn final : public ForwardingParser {
 public:
  using ForwardingParser::ForwardingParser;

  Report report() override {
    Report keys = inner_->report();
    open_window();
    const Report counts = inner_->report();
    for (std::size_t i = 0; i < keys.all_time.top.size(); ++i) {
      keys.all_time.top[i].count = counts.all_time.top[i].count;
    }
    return keys;
  }
};

const bool registered =
    register_broken<LogParser, TopKTorn>({.name = "top_k_torn",
                                          .number = 49,
                                          .bug = "a reader sees keys of one top-k and counts of another",
                                          .rule = "a report is one instant",
                                          .caught_by = "instants"});

}  // namespace
}  // namespace contend::log_parser
