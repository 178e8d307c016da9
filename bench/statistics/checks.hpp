#pragma once

#include <array>
#include <boost/describe/enum.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace contend {

enum class CheckOutcome { not_run, ok, failed };
BOOST_DESCRIBE_ENUM(CheckOutcome, not_run, ok, failed)
std::string_view to_string(CheckOutcome result);

// What is known of a design besides its speed, on the sources that it was built from: tests/run, stress/run --sanitizer
// none, stress/run under ThreadSanitizer, and stress/run --hunt.
struct Checks {
  CheckOutcome tests = CheckOutcome::not_run;
  CheckOutcome attacks = CheckOutcome::not_run;
  CheckOutcome races = CheckOutcome::not_run;
  CheckOutcome hunt = CheckOutcome::not_run;

  // Its tests have passed, and nothing has failed.
  bool recommendable() const;
  // "tests ok, attacks ok, races not_run, hunt not_run"
  std::string describe() const;
};

// The records that the scripts leave: files tests, attacks, races and hunt with lines "system/implementation ok|failed", of
// which the last one counts.
class CheckRecords {
 public:
  CheckRecords() = default;
  explicit CheckRecords(const std::filesystem::path& folder);

  Checks of(const std::string& system, const std::string& implementation) const;

 private:
  std::map<std::string, Checks> checks_;
};

}  // namespace contend
