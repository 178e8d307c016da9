#include "impls/log_parser/counting/report_snapshot.hpp"

#include <bit>
#include <cstring>
#include <span>

#include "impls/base/check.hpp"
#include "impls/sync/backoff.hpp"

namespace contend::log_parser {
namespace {

constexpr std::size_t total_words = sizeof(Totals) / sizeof(std::uint64_t);
using TotalWords = std::array<std::uint64_t, total_words>;
constexpr std::size_t key_words = max_template_bytes / sizeof(std::uint64_t);
constexpr std::size_t entry_words = 2 + key_words;  // length, count, bytes

void encode(const TopErrors& errors, std::vector<std::uint64_t>& words) {
  words.insert(words.end(), {errors.errors, errors.distinct, errors.top.size()});
  for (const ErrorCount& error : errors.top) {
    words.insert(words.end(), {error.key.size(), error.count});
    std::array<std::uint64_t, key_words> key{};
    std::memcpy(key.data(), error.key.data(), error.key.size());
    const auto used = static_cast<std::ptrdiff_t>((error.key.size() + 7) / 8);
    words.insert(words.end(), key.begin(), key.begin() + used);
  }
}

void encode(const Report& report, std::vector<std::uint64_t>& words) {
  words.clear();
  const auto totals = std::bit_cast<TotalWords>(report.totals);
  words.insert(words.end(), totals.begin(), totals.end());
  words.insert(words.end(), {report.windowed, report.retired, report.windows.size()});
  for (const WindowCount& window : report.windows) {
    words.insert(words.end(), {static_cast<std::uint64_t>(window.end_ns), window.events, window.errors});
  }
  encode(report.all_time, words);
  encode(report.newest_window, words);
}

// Reads words that may be of two reports mixed: nothing that it finds may lead it out of them. What it makes of such
// words is thrown away.
class Decoder {
 public:
  explicit Decoder(const std::vector<std::atomic<std::uint64_t>>& words) : words_(words) {}

  std::uint64_t next() {
    // (1) acquire: whoever reads a word of a later publication then reads its sequence too; pairs with (2).
    return at_ < words_.size() ? words_[at_++].load(std::memory_order_acquire) : 0;
  }
  std::uint64_t next_count(std::uint64_t most) { return std::min(next(), most); }

 private:
  const std::vector<std::atomic<std::uint64_t>>& words_;
  std::size_t at_ = 0;
};

TopErrors decode_top(Decoder& words) {
  TopErrors errors;
  errors.errors = words.next();
  errors.distinct = words.next();
  errors.top.resize(words.next_count(max_top));
  for (ErrorCount& error : errors.top) {
    const std::uint64_t size = words.next_count(max_template_bytes);
    error.count = words.next();
    std::array<std::uint64_t, key_words> key{};
    for (std::size_t i = 0; i < (size + 7) / 8; ++i) key[i] = words.next();
    error.key.assign(reinterpret_cast<const char*>(key.data()), size);
  }
  return errors;
}

Report decode(Decoder words) {
  Report report;
  TotalWords totals{};
  for (std::uint64_t& word : totals) word = words.next();
  report.totals = std::bit_cast<Totals>(totals);
  report.windowed = words.next();
  report.retired = words.next();
  report.windows.resize(words.next_count(4096));
  for (WindowCount& window : report.windows) {
    window.end_ns = static_cast<TimeNs>(words.next());
    window.events = words.next();
    window.errors = words.next();
  }
  report.all_time = decode_top(words);
  report.newest_window = decode_top(words);
  return report;
}

}  // namespace

ReportSnapshot::ReportSnapshot(std::size_t k, std::size_t windows) {
  const std::size_t size = total_words + 3 + 3 * windows + 2 * (3 + k * entry_words);
  for (Copy& copy : copies_) copy.words = std::vector<std::atomic<std::uint64_t>>(size);
  encoded_.reserve(size);
}

void ReportSnapshot::publish(const Report& report) {
  encode(report, encoded_);
  const std::size_t next = 1 - latest_.load();
  Copy& copy = copies_[next];
  CONTEND_CHECK(encoded_.size() <= copy.words.size(), "a report is no longer than its options allow");
  ++copy.sequence;
  for (std::size_t i = 0; i < encoded_.size(); ++i) {
    // (2) release: whoever sees this word sees the odd sequence that came before it; pairs with (1).
    copy.words[i].store(encoded_[i], std::memory_order_release);
  }
  ++copy.sequence;
  latest_ = next;
}

Report ReportSnapshot::read() const {
  Backoff backoff;
  while (true) {
    const Copy& copy = copies_[latest_.load()];
    const std::uint64_t before = copy.sequence.load();
    if (before % 2 == 0) {
      Report report = decode(Decoder(copy.words));
      // Relaxed: (1) came before and orders it.
      if (copy.sequence.load(std::memory_order_relaxed) == before) return report;
    }
    backoff.pause();
  }
}

}  // namespace contend::log_parser
