#pragma once

#include <chrono>
#include <new>
#include <thread>

namespace contend::log_parser {

// Does what must not be left undone, and changes nothing where it throws: again each millisecond until there is memory.
template <class Action>
void until_there_is_memory(Action act) {
  while (true) {
    try {
      return act();
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

}  // namespace contend::log_parser
