#pragma once

#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {

// The life of a thread, for the scheduler and for what is done at the ends of threads and of programs.

void begin_threads();
// A thread that knows what the running one knows, and that may be chosen from now on.
Thread& new_thread(void* (*start)(void*), void* argument);
// Who was made as this pthread and has not been joined; null: nobody.
Thread* thread_of(pthread_t pthread);

void enter_runnable(Thread& thread);
// The running thread has ended: somebody else runs, for good.
void leave_for_good(Thread& self);
// Ends the execution, found or not.
[[noreturn]] void end_execution();
[[noreturn]] void report_deadlock();
[[noreturn]] void report_no_progress();

// What the program wants to be done at its end; in the reverse order.
void at_exit_of_program(void (*run)(void*), void* object);
// Runs it and ends the execution, as exit() does.
[[noreturn]] void finish_program();

// Thread-local keys, numbered anew in each execution.
int create_key(std::uint32_t* key, void (*destructor)(void*));
int delete_key(std::uint32_t key);
void* value_of_key(std::uint32_t key);
int set_value_of_key(std::uint32_t key, const void* value);

}  // namespace contend::hunt
