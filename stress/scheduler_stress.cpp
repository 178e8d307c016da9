#include "impls/scheduler/scheduler.hpp"
#include "stress/support/attack.hpp"
namespace contend {
namespace {
const bool system_registered = register_stress_system<Scheduler>("scheduler");
}  // namespace
}  // namespace contend
