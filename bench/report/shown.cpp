#include "bench/report/shown.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "bench/engine/time_histogram.hpp"
#include "bench/report/facts.hpp"

namespace contend {
namespace {

using nlohmann::json;

// System, workload, threads, design.
using RowKey = std::tuple<std::string, std::string, int, std::string>;

RowKey key_of(const json& part, const std::string& implementation) {
  return {part.at("system"), part.at("workload"), part.at("threads"), implementation};
}

class Shares {
 public:
  explicit Shares(const json& trials) {
    for (const json& trial : trials) {
      if (trial.at("kind") == "throughput" && trial.at("status") == "ok") add(trial);
    }
  }
  // Empty for one thread.
  std::vector<double> of(const RowKey& row) const {
    const auto found = sums_.find(row);
    if (found == sums_.end()) return {};
    std::vector<double> mean = found->second.first;
    for (double& share : mean) share = std::round(1000 * share / found->second.second) / 10;
    return mean;
  }

 private:
  void add(const json& trial) {
    std::vector<double> work = trial.at("per_thread_ops").get<std::vector<double>>();
    if (work.size() < 2) work = trial.value("work_of_own_threads", std::vector<double>());
    double total = 0;
    for (const double each : work) total += each;
    if (work.size() < 2 || total <= 0) return;
    std::ranges::sort(work);
    auto& [sum, trials] = sums_[key_of(trial, trial.at("implementation"))];
    sum.resize(std::max(sum.size(), work.size()));
    for (std::size_t i = 0; i < work.size(); ++i) sum[i] += work[i] / total;
    ++trials;
  }
  std::map<RowKey, std::pair<std::vector<double>, int>> sums_;
};

json curve_of(std::uint64_t samples, const std::function<double(double)>& quantile) {
  json curve = json::array();
  for (int i = 0;; ++i) {
    const double beyond = std::pow(10.0, -i / 6.0);
    if (static_cast<double>(samples) * beyond < 10) return curve;
    curve.push_back(std::round(quantile(1 - beyond)));
  }
}

// Of pairs of bucket and count, as the harness keeps them.
json curve_of_times(const json& buckets) {
  TimeHistogram times;
  std::uint64_t samples = 0;
  for (const json& pair : buckets) {
    times.add_to_bucket(pair.at(0), pair.at(1));
    samples += pair.at(1).get<std::uint64_t>();
  }
  return curve_of(samples, [&](double q) { return times.quantile(q); });
}

// Of pairs of a bucket's upper end in ns and its count, in ascending order.
json curve_of_ends(const json& buckets) {
  std::uint64_t samples = 0;
  for (const json& pair : buckets) samples += pair.at(1).get<std::uint64_t>();
  return curve_of(samples, [&](double q) {
    std::uint64_t seen = 0;
    for (const json& pair : buckets) {
      seen += pair.at(1).get<std::uint64_t>();
      if (static_cast<double>(seen) > q * static_cast<double>(samples)) return pair.at(0).get<double>();
    }
    return 0.0;
  });
}

// Histograms become curves, also those at each stated rate. `fine` is the curve of the same times in finer buckets, or null.
void shorten_times(json& row, const json& fine) {
  if (row.contains("latency")) row["curve"] = curve_of_ends(row["latency"].at("buckets_ns"));
  if (!fine.is_null()) row["curve"] = fine;
  row.erase("latency");
  if (!row.contains("rates")) return;
  for (json& rate : row["rates"]) {
    if (rate.contains("buckets_ns")) rate["curve"] = curve_of_ends(rate["buckets_ns"]);
    rate.erase("buckets_ns");
  }
}

// Nobody is shown more than five digits, and seventeen would make the page half as large again.
void round_numbers(json& part) {
  if (part.is_structured()) {
    for (json& each : part) round_numbers(each);
  } else if (part.is_number_float()) {
    part = std::stod(fmt::format("{:.5g}", part.get<double>()));
  }
}

// A row becomes the list of its values, whose names stand once for all panels in x_columns; null is what a row has not. Names
// were half of the page's own figures.
void name_columns_once(json& results) {
  std::set<std::string> columns;
  for (const json& panel : results.at("x_panels")) {
    for (const json& row : panel.at("rows")) {
      for (const auto& [name, value] : row.items()) columns.insert(name);
    }
  }
  for (json& panel : results.at("x_panels")) {
    for (json& row : panel.at("rows")) {
      json values = json::array();
      for (const std::string& name : columns) values.push_back(row.value(name, json()));
      row = std::move(values);
    }
  }
  results["x_columns"] = columns;
}

}  // namespace

json shown_of(json results) {
  Facts facts = facts_of_machine(results);
  for (auto& fact : facts_of_check(results)) facts.push_back(std::move(fact));
  results["x_facts"] = facts;
  const Shares shares(results.at("x_trials"));
  std::map<RowKey, json> curves;
  for (const json& times : results.value("x_times", json::array())) {
    curves[key_of(times, times.at("implementation"))] = curve_of_times(times.at("buckets"));
  }
  const auto fine = [&](const RowKey& key) { return curves.contains(key) ? curves.at(key) : json(); };
  for (json& panel : results.at("x_panels")) {
    for (json& row : panel.at("rows")) {
      const RowKey key = key_of(panel, row.at("implementation"));
      shorten_times(row, fine(key));
      if (const auto part = shares.of(key); !part.empty()) row["shares"] = part;
    }
    json& floor = panel["floor"];
    if (floor.is_null()) floor = json::object();
    shorten_times(floor, fine(key_of(panel, "noop")));
  }
  for (const char* part : {"benchmarks", "x_times", "x_rates", "x_trials", "x_summary", "x_sittings"})
    results.erase(part);
  round_numbers(results);
  name_columns_once(results);
  if (!results.contains("x_hunt")) return results;
  for (json& row : results["x_hunt"].at("rows")) {
    if (row.contains("found")) row["found"].erase("picture");  // its timeline as a text is shown
  }
  return results;
}

}  // namespace contend
