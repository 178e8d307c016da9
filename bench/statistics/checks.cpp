#include "bench/statistics/checks.hpp"

#include <fmt/core.h>

#include <fstream>
#include <utility>

#include "impls/base/enum_text.hpp"

namespace contend {

std::string_view to_string(CheckOutcome result) {
  return enum_text(result);
}

bool Checks::recommendable() const {
  return tests == CheckOutcome::ok && attacks != CheckOutcome::failed && races != CheckOutcome::failed &&
         hunt != CheckOutcome::failed;
}

std::string Checks::describe() const {
  return fmt::format("tests {}, attacks {}, races {}, hunt {}", to_string(tests), to_string(attacks), to_string(races),
                     to_string(hunt));
}

CheckRecords::CheckRecords(const std::filesystem::path& folder) {
  const std::pair<const char*, CheckOutcome Checks::*> files[] = {
      {"tests", &Checks::tests}, {"attacks", &Checks::attacks}, {"races", &Checks::races}, {"hunt", &Checks::hunt}};
  for (const auto& [name, field] : files) {
    std::ifstream file(folder / name);
    for (std::string implementation, result; file >> implementation >> result;) {
      checks_[implementation].*field = result == "ok" ? CheckOutcome::ok : CheckOutcome::failed;
    }
  }
}

Checks CheckRecords::of(const std::string& system, const std::string& implementation) const {
  const auto known = checks_.find(system + "/" + implementation);
  return known == checks_.end() ? Checks{} : known->second;
}

}  // namespace contend
