#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impls/log_parser/log_parser.hpp"
#include "stress/round/round.hpp"

namespace contend::log_parser {

// Small enough for every design to cut, to wait and to come round its windows often. Draws at the small size.
LogParser::Options attack_options(Format format, Round& round);

std::string stream_name(std::size_t stream);

// Log text for each of so many streams, with odd lines among the others. At the small size the lines are short, mostly
// errors, and of few kinds, so that a few hundred bytes hold what an attack looks for.
struct FedTexts {
  std::vector<std::string> streams;
  std::uint64_t bytes = 0;  // of all
};
FedTexts draw_texts(Round& round, Format format, std::size_t streams, int odd_lines_of_1000);

// Feeds the streams whose number leaves `thread` over `threads`, by turns, cut at random.
void feed_in_pieces(LogParser& parser, const FedTexts& texts, std::size_t thread, std::size_t threads,
                    const Round& round);

}  // namespace contend::log_parser
