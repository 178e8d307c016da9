// Texts of workloads: each is refused with a sentence, or its canonical text stands for the same.

#include <stdexcept>
#include <string>

#include "bench/workload/vocabulary.hpp"
#include "tests/fuzz/target.hpp"

namespace contend {
namespace {

// A word of each kind, and two shares.
const Vocabulary& vocabulary() {
  static const Vocabulary words{{"get", WordKind::share, 95'000, 0, 1'000'000'000, "reads"},
                                {"set", WordKind::share, 5'000, 0, 1'000'000'000, "writes"},
                                {"keys", WordKind::count, 1'000, 1, 10'000'000, "at the start"},
                                {"value", WordKind::bytes, 64, 0, 1 << 20, "of a value"},
                                {"zipf", WordKind::exponent, 9'900, 0, 40'000, "skew"},
                                {"miss", WordKind::percent, 0, 0, 100'000, "absent"},
                                {"ttl", WordKind::duration, 0, 0, 1'000'000'000'000, "until it expires"},
                                {"order", WordKind::choice, 0, 0, 1, "of the keys", {"random", "sorted"}}};
  return words;
}

void run(std::string_view bytes) {
  if (bytes.find('\0') != std::string_view::npos) return;  // no argument of a command holds it
  const auto parsed = [](std::string_view text) {
    return parse_words(vocabulary(), text, default_values(vocabulary()));
  };
  WordValues values;
  try {
    values = parsed(bytes);
  } catch (const std::invalid_argument& error) {
    const std::string_view sentence = error.what();
    return require(sentence.ends_with('.') || sentence.ends_with('?'), "a refusal is a sentence");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    require(values[i] >= vocabulary()[i].least && values[i] <= vocabulary()[i].most, "values are in their bounds");
  }
  const std::string canonical = canonical_text(vocabulary(), values);
  require(parsed(canonical) == values, "a canonical text is parsed as what it was made of: " + canonical);
}

const bool registered = register_fuzz_target("workload_text", run);

}  // namespace
}  // namespace contend
