// Attacks on log parsers.

#include "impls/log_parser/log_parser.hpp"
#include "stress/support/attack.hpp"

namespace contend {
namespace {

const bool system_registered = register_stress_system<LogParser>("log_parser");

}  // namespace
}  // namespace contend
