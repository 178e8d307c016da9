// The headers Retry-After and Date: a wait is never negative, and seconds that are written plainly are those.

#include <algorithm>
#include <charconv>

#include "impls/crawler/politeness/retry.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::crawler {
namespace {

void run(std::string_view bytes) {
  const std::size_t cut = std::min(bytes.find('\n'), bytes.size());
  const std::string_view retry_after = bytes.substr(0, cut);
  const std::optional<DurationNs> wait_ns =
      retry_after_ns(retry_after, bytes.substr(std::min(cut + 1, bytes.size())), 1'700'000'000);
  require(wait_ns.value_or(0) >= 0, "a wait that ends before it begins");
  if (retry_after.empty() || retry_after.size() > 9) return;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(retry_after.begin(), retry_after.end(), seconds);
  if (error != std::errc() || end != retry_after.end()) return;
  require(wait_ns == DurationNs{seconds} * 1'000'000'000, "other seconds than were asked for");
}

const bool registered = register_fuzz_target("retry_after", run);

}  // namespace
}  // namespace contend::crawler
