#include "bench/inputs/rate_limiter/access_log.hpp"

#include <fmt/core.h>

#include <ctime>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "impls/base/hashing.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {
namespace {

// Seconds since 1970, of "17/May/2015:10:05:03 +0000".
std::optional<std::int64_t> seconds_of(const std::string& text) {
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%d/%b/%Y:%H:%M:%S %z", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const std::int64_t offset = parts.tm_gmtoff;  // timegm takes it for its own
  return ::timegm(&parts) - offset;
}

}  // namespace

Arrivals read_access_log(const std::filesystem::path& file) {
  if (file.extension() == ".gz") {
    throw std::runtime_error(
        fmt::format("{}: it is compressed; unpack it first: gunzip -k '{}'", file.string(), file.string()));
  }
  std::ifstream text(file);
  if (!text) throw std::runtime_error(fmt::format("{}: it cannot be opened", file.string()));
  return parse_access_log(text, file.string());
}

Arrivals parse_access_log(std::istream& text, std::string_view name) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  Arrivals arrivals;
  std::unordered_map<std::string, std::uint32_t, BytesHash, std::equal_to<>> places;
  std::int64_t first = 0;
  std::string line;
  for (std::uint64_t number = 1; std::getline(text, line); ++number) {
    const auto refuse = [&](std::string_view why) {
      throw std::runtime_error(fmt::format("{}: line {}: {}", name, number, why));
    };
    const std::string client = line.substr(0, line.find(' '));
    if (client.empty()) refuse("it does not begin with an address");
    if (client.size() > max_limiter_key_bytes) {
      refuse(fmt::format("the address has {} bytes; allowed are {}", client.size(), max_limiter_key_bytes));
    }
    const std::size_t open = line.find('[');
    const std::size_t close = open == std::string::npos ? open : line.find(']', open);
    if (close == std::string::npos) refuse("there is no time in brackets");
    const std::string time = line.substr(open + 1, close - open - 1);
    const auto seconds = seconds_of(time);
    if (!seconds) refuse(fmt::format("the time is \"{}\"; allowed is one like 17/May/2015:10:05:03 +0000", time));
    if (arrivals.requests.empty()) first = *seconds;
    constexpr std::int64_t most_seconds = max_limiter_time_ns / second_ns;
    if (*seconds - first > most_seconds || first - *seconds > most_seconds) {
      refuse(fmt::format("the time is \"{}\", more than 73 years from the first line's", time));
    }
    const auto [place, fresh] = places.try_emplace(client, static_cast<std::uint32_t>(arrivals.clients.size()));
    if (fresh) arrivals.clients.push_back(client);
    arrivals.requests.push_back({place->second, (*seconds - first) * second_ns});
  }
  if (arrivals.requests.empty()) throw std::runtime_error(fmt::format("{}: there are no requests in it", name));
  return arrivals;
}

}  // namespace contend::rate_limiter
