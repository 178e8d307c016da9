#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contend {

// What the value of a word is, how people write it, and the unit in which it is kept.
enum class WordKind : std::uint8_t {
  share,     // of the operations: any scale, `get=80,set=20` is `get=4,set=1`; thousandths
  percent,   // `miss=10`, `snapshot=0.1`; thousandths
  count,     // `keys=10M`: k, M and G are thousands, millions and billions; ones
  bytes,     // `value=1k`: k and M are 1024 and 1024 * 1024; bytes
  exponent,  // `zipf=0.99`, four decimals at most; ten-thousandths
  duration,  // `ttl=5ms`: ns, us, ms or s; nanoseconds
  choice,    // `near=newest`; the place among the choices
};

// A word that a system understands: `name=value` in the text of a workload.
struct Word {
  std::string name;
  WordKind kind = WordKind::count;
  std::int64_t otherwise = 0;  // the value where a text does not name the word
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string meaning;  // one line
  std::vector<std::string> choices{};
};

// All words of a system. Their order is that of a canonical text.
using Vocabulary = std::vector<Word>;
// A value for each word. Shares have no common divisor, so that equal workloads have equal values.
using WordValues = std::vector<std::int64_t>;

WordValues default_values(const Vocabulary& vocabulary);

// The values of `word=value,word=value,...`, where what is not named is as in `base`; but a text that names a share names
// all: the others are 0. Blanks around words and values mean nothing. Throws std::invalid_argument with a sentence that
// names the word and what it may be.
WordValues parse_words(const Vocabulary& vocabulary, std::string_view text, const WordValues& base);

// A text that begins with one of `names` in the place of a word: that name and the rest; else no name and the whole text.
// Throws std::invalid_argument where what stands there is neither.
struct NameAndRest {
  std::string_view name;
  std::string_view rest;
};
NameAndRest split_name(std::string_view text, const std::vector<std::string>& names);

// The one text of these values: in the order of the vocabulary, without what is as by default, and shares in percent where
// three decimals hold them. Parsed again over the defaults, it gives the same values. Empty: all is as by default.
std::string canonical_text(const Vocabulary& vocabulary, const WordValues& values);

// All words with what they are by default: what a canonical text leaves out.
std::string defaults_text(const Vocabulary& vocabulary);

// A value as a text holds it: `10M`, `64`, `5ms`, `newest`.
std::string value_text(const Word& word, std::int64_t value);

// For people, a line or two for each word: what it means, its bounds, and its default.
std::string vocabulary_table(const Vocabulary& vocabulary);

}  // namespace contend
