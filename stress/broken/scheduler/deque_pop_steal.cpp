
#include "impls/scheduler/queues/work_stealing.hpp"
#include "stress/broken/scheduler/broken_scheduler.hpp"
#include "stress/round/window.hpp"

namespace contend::scheduler {
namespace {

// What happens without the order of the owner's claim before its look at the top, shown by that order turned round: a
// processor that keeps the claim in its store buffer does the same. Owner and thief take the same task, the numbers of
// the deque cross, and what is pushed next is lost.
class UnfencedDeque : public StealingDeque {
 public:
  TaskId take() {
    const std::int64_t bottom = bottom_.load() - 1;
    std::int64_t top = top_.load();
    if (top > bottom) return no_task;
    open_window();
    bottom_.store(bottom);
    if (top < bottom) return slot(bottom).load();
    TaskId last = slot(bottom).load();
    if (!top_.compare_exchange_strong(top, top + 1)) last = no_task;
    bottom_.store(bottom + 1);
    return last;
  }
};

const bool registered = register_broken<Scheduler, WorkStealingScheduler<UnfencedDeque>>(
    {.name = "deque_pop_steal",
     .number = 44,
     .bug = "the owner looks at the top of its deque before its claim at the bottom can be seen",
     .rule = "a task is taken once and none is lost",
     .caught_by = "diamonds",
     .ending = Ending::stop});

}  // namespace
}  // namespace contend::scheduler
