#pragma once

#include <functional>
#include <string>
#include <vector>

namespace contend::hunt {

// A process of its own for each campaign: what is explored may crash, and the next one shall find nothing of it.
struct Answer {
  std::string text;  // what the child wrote
  int status = 0;    // as waitpid() has it
};

// Runs `work` in up to `jobs` children at a time, for 0 .. count - 1, and hands on what each has answered, in the order in
// which they end. `work` writes its answer to the descriptor and is done when it returns; what it prints goes nowhere unless
// `shows_output`.
void run_in_children(std::size_t count, std::size_t jobs, bool shows_output,
                     const std::function<void(std::size_t, int descriptor)>& work,
                     const std::function<void(std::size_t, const Answer&)>& done);

void write_all(int descriptor, const std::string& text);

}  // namespace contend::hunt
