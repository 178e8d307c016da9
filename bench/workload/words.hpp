#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bench/workload/vocabulary.hpp"
#include "impls/base/enum_text.hpp"
#include "impls/base/time.hpp"

namespace contend {

// How often each kind of operation is drawn. `Kind` is a described enumeration; the names of its values are words.
template <class Kind>
class Shares {
 public:
  std::int64_t& operator[](Kind kind) { return parts_[static_cast<std::size_t>(kind)]; }
  bool has(Kind kind) const { return parts_[static_cast<std::size_t>(kind)] > 0; }
  std::int64_t sum() const {
    std::int64_t all = 0;
    for (const std::int64_t part : parts_) all += part;
    return all;
  }
  template <class Random>
  Kind draw(Random& random) const {
    auto drawn = std::uniform_int_distribution<std::int64_t>(0, sum() - 1)(random);
    std::size_t kind = 0;
    while (drawn >= parts_[kind]) drawn -= parts_[kind++];
    return static_cast<Kind>(kind);
  }

 private:
  std::array<std::int64_t, enum_count<Kind>> parts_{};
};

// A vocabulary together with the members of a mix that its words set: a system's `Mix` is what a text becomes. Members may
// be of any whole number or enumeration; a percentage becomes a part from 0 to 1, an exponent itself, both as double.
template <class Mix>
class Words {
 public:
  struct Row {
    Word word;
    std::function<void(Mix&, std::int64_t)> put;
  };

  Words(std::initializer_list<Row> rows) {
    for (const Row& row : rows) {
      vocabulary_.push_back(row.word);
      puts_.push_back(row.put);
    }
  }

  const Vocabulary& vocabulary() const { return vocabulary_; }
  Mix mix_of(const WordValues& values) const {
    Mix mix;
    for (std::size_t i = 0; i < values.size(); ++i) puts_[i](mix, values[i]);
    return mix;
  }

  // A member `shares` of the mix keeps them. By default `percent` of the operations are of this kind.
  template <class Kind>
  static Row share(Kind kind, double percent, std::string meaning) {
    constexpr std::int64_t most = 1'000'000'000;
    return {{std::string(enum_text(kind)), WordKind::share, scaled(percent, 1'000), 0, most, std::move(meaning)},
            [kind](Mix& mix, std::int64_t value) { mix.shares[kind] = value; }};
  }
  static Row percent(std::string name, double Mix::* member, double otherwise, std::string meaning) {
    return {{std::move(name), WordKind::percent, scaled(otherwise, 1'000), 0, 100'000, std::move(meaning)},
            [member](Mix& mix, std::int64_t value) { mix.*member = static_cast<double>(value) / 100'000; }};
  }
  static Row exponent(std::string name, double Mix::* member, double otherwise, std::string meaning) {
    return {{std::move(name), WordKind::exponent, scaled(otherwise, 10'000), 0, 40'000, std::move(meaning)},
            [member](Mix& mix, std::int64_t value) { mix.*member = static_cast<double>(value) / 10'000; }};
  }
  struct Bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
  };
  template <class Number>
  static Row count(std::string name, Number Mix::* member, std::int64_t otherwise, Bounds bounds, std::string meaning) {
    return number(WordKind::count, std::move(name), member, otherwise, bounds, std::move(meaning));
  }
  template <class Number>
  static Row bytes(std::string name, Number Mix::* member, std::int64_t otherwise, Bounds bounds, std::string meaning) {
    return number(WordKind::bytes, std::move(name), member, otherwise, bounds, std::move(meaning));
  }
  static Row duration(std::string name, DurationNs Mix::* member, DurationNs otherwise, Bounds bounds,
                      std::string meaning) {
    return number(WordKind::duration, std::move(name), member, otherwise, bounds, std::move(meaning));
  }
  // Of a described enumeration, whose values are the choices.
  template <class Enum>
  static Row choice(std::string name, Enum Mix::* member, Enum otherwise, std::string meaning) {
    std::vector<std::string> choices;
    for (std::size_t i = 0; i < enum_count<Enum>; ++i) choices.emplace_back(enum_text(static_cast<Enum>(i)));
    const auto most = static_cast<std::int64_t>(choices.size()) - 1;
    return {{std::move(name), WordKind::choice, static_cast<std::int64_t>(otherwise), 0, most, std::move(meaning),
             std::move(choices)},
            [member](Mix& mix, std::int64_t value) { mix.*member = static_cast<Enum>(value); }};
  }

 private:
  static std::int64_t scaled(double value, double times) { return std::llround(value * times); }
  template <class Number>
  static Row number(WordKind kind, std::string name, Number Mix::* member, std::int64_t otherwise, Bounds bounds,
                    std::string meaning) {
    return {{std::move(name), kind, otherwise, bounds.least, bounds.most, std::move(meaning)},
            [member](Mix& mix, std::int64_t value) { mix.*member = static_cast<Number>(value); }};
  }

  Vocabulary vocabulary_;
  std::vector<std::function<void(Mix&, std::int64_t)>> puts_;
};

}  // namespace contend
