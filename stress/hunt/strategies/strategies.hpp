#pragma once

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// A strategy is asked at each point who runs next. All of them are fair to loops that yield.

void begin_strategy();
void strategy_sees_new(Thread& thread);
void strategy_sees_woken(Thread& thread);
void strategy_sees_yield(Thread& thread);
// A step was made at the object in this slot (see signature.hpp).
void strategy_sees_step(const Thread& thread, Act act, std::uint32_t slot);
// The first runnable thread after this one in the order of numbers, round and round.
Thread* next_by_number(const Thread& running);
// Of at least two runnable threads. The running one may be among them or be blocked.
Thread* choose_next(Thread& running, bool gives_way);

}  // namespace contend::hunt
