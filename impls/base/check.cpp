#include "impls/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace contend {

void check_failed(std::string_view condition, std::string_view meaning, std::source_location where) {
  std::fprintf(stderr, "%s:%u: broken invariant: %.*s (%.*s)\n", where.file_name(), static_cast<unsigned>(where.line()),
               static_cast<int>(meaning.size()), meaning.data(), static_cast<int>(condition.size()), condition.data());
  std::abort();
}

}  // namespace contend
