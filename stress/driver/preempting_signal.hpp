#pragma once

#include <csignal>
#include <cstdint>
#include <ctime>

namespace contend {

// The signal that RandomPreemption has timers send, and its handler, which sleeps: all of it may be called in a signal
// handler. One set of state for the process: a signal that comes late may still see it.
//
// ThreadSanitizer runs handlers also while it holds locks of its own (clang 19: within pthread_cond_wait). A handler that
// called into it there, by a function that it intercepts or by an instrumented one, would wait for ever for a thread that
// wants those locks for a report. So this file is compiled without it and asks the kernel alone.

// Nobody else's, and ignored by default: one that comes late does no harm.
inline constexpr int preempting_signal = SIGURG;
inline constexpr int cores_disturbed = 2;

// Draws begin anew from `seed`; `spared` is the thread that does not sleep.
void begin_preempting(std::uint64_t seed, int spared);
// Has the timer of this number, below cores_disturbed, send its first signal; each handler has it send the next one.
void begin_timer(int number, timer_t timer);
void sleep_in_handler(int signal, siginfo_t* info, void* context);

}  // namespace contend
