#include "impls/scheduler/queues/work_stealing.hpp"

#include "impls/base/registry.hpp"

namespace contend::scheduler {
namespace {

// Each worker has a deque of its own, and takes from the others when it is empty. What a worker releases it keeps one
// of in its hand; a deque is touched for what is beyond that.
constexpr Contract contract{
    .technique = "work_stealing",
    .summary = "a Chase-Lev deque for each worker and one task in its hand; the idle steal the oldest of others",
    .shared_state = "the deques, an inbox for what the conductor publishes, counts of dependencies, states of tasks",
    .protected_by = "a deque's bottom is its owner's, its top belongs to compare-and-swap; the inbox has a mutex",
    .claim_point = "taking from a deque: the bottom, for its last task and for thieves the swap of top; then the word",
    .ordering = "a push publishes all that a completion released; orders in stealing_deque.hpp",
    .progress = "workers meet nobody but when they steal, or at a dependency count; stealing is lock-free",
    .complexity = "O(1) for a task and for each dependent; an idle worker looks at every deque",
    .memory = "a cache line a task and 4 bytes for each worker and task, and the edges both ways; grows at run",
    .source = "Chase and Lev, SPAA 2005; Lê et al., PPoPP 2013; sleeping as in Eigen's EventCount",
};

const bool registered = register_implementation<Scheduler, WorkStealingScheduler<StealingDeque>>(
    "work_stealing", contract.within(sleeping_workers));

}  // namespace
}  // namespace contend::scheduler
