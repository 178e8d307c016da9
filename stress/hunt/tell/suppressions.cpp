#include "stress/hunt/tell/suppressions.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include "stress/hunt/memory/accesses.hpp"
#include "stress/hunt/recording/trace.hpp"

namespace contend::hunt {
namespace {

// Each with its reason.
const std::vector<std::string>& known_races() {
  static const std::vector<std::string> races = [] {
    std::vector<std::string> all{
        // A node that comes back to the pool is linked and tagged by plain accesses, while somebody slow still has atomic
        // ones to it whose outcome the tag will make him throw away (boostorg/lockfree issue 78).
        "boost/lockfree/",
        // Tasks and filters go from thread to thread within libtbb.so, which is not compiled for the hunt and orders that.
        "tbb/detail/_small_object_pool.h",
        "tbb/detail/_task_handle.h",
        "tbb/detail/_pipeline_filters.h",
        "impls/sync/tbb_handover.hpp",
        // std::atomic<std::shared_ptr> of libstdc++ 12 unlocks its bit by a relaxed store after a load: formally a race, which
        // later versions have mended (google/sanitizers issue 1558).
        "std::_Sp_atomic",
        // libstdc++ fills a table of a locale's facet on the first use, with the same values whoever is first.
        "std::ctype<char>::narrow",
    };
    const char* const named = std::getenv("CONTEND_SUPPRESSIONS");
    if (named == nullptr) return all;
    std::ifstream file(named);
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("race:")) all.push_back(line.substr(5));
    }
    return all;
  }();
  return races;
}

const Event* event_of(std::uint32_t number) {
  for (std::size_t i = event_count(); i-- > 0;) {
    if (is_access(event(i), number)) return &event(i);
  }
  return nullptr;
}

bool matches(const Event& access, Symbols& symbols) {
  for (const SourcePlace& place : symbols.at(access.place)) {
    for (const std::string& known : known_races()) {
      if (place.function.find(known) != std::string::npos || place.file.find(known) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace

bool is_suppressed_race(const Finding& finding, Symbols& symbols) {
  for (const std::uint32_t number : {finding.event, finding.earlier_event}) {
    const Event* const access = event_of(number);
    if (access != nullptr && matches(*access, symbols)) return true;
  }
  return false;
}

void ignore_race_of(const Finding& finding) {
  for (const std::uint32_t number : {finding.event, finding.earlier_event}) {
    if (const Event* const access = event_of(number); access != nullptr) ignore_race_at(access->place);
  }
}

}  // namespace contend::hunt
