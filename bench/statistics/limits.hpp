#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contend {

struct PanelRow;

// What a user can put up with: "p99<1ms,memory<400B". Who breaks a limit is not picked, however fast.
class Limits {
 public:
  Limits() = default;
  // A list with commas of figure<value or figure>value. Figures: p50, p99 and p99.9 (ns, us, ms, s), memory (bytes an
  // entry: B, k, M), share (the least thread's, 1 is an equal one), served (percent of the calls, %), speed (operations a
  // second: k, M, G). Throws std::invalid_argument with a sentence that names what is wrong.
  explicit Limits(std::string_view text);

  // The first limit that the row breaks, with its own figure: "p99<1ms: 2.1m". A figure that was not measured breaks its
  // limit. Empty where it keeps all.
  std::string broken_by(const PanelRow& row) const;
  bool empty() const { return limits_.empty(); }
  // Whether all are of p50, p99 or p99.9.
  bool only_times() const;
  // As they were written.
  std::string text() const;

 private:
  struct Limit {
    std::string figure;
    bool below = true;
    double value = 0;
    std::string text;
  };
  static Limit parse(std::string_view text);

  std::vector<Limit> limits_;
};

}  // namespace contend
