#include "impls/scheduler/scheduler.hpp"

namespace contend {
namespace {

}  // namespace
}  // namespace contend
