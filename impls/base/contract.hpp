#pragma once

#include <string_view>

namespace contend {

// The written answer to what a reviewer asks of every concurrent design, kept as data at the top of each
// implementation so that the reader of the file, the tests, `--list` and the report all see the same words.
struct Contract {
  std::string_view technique = {};     // family of the design: coarse_lock, striped, tbb, lock_free, actor, ...
  std::string_view summary = {};       // one sentence: the idea
  std::string_view shared_state = {};  // what more than one thread touches
  std::string_view protected_by = {};  // which lock, atomic or owner guards each part of it
  std::string_view claim_point = {};   // the single instant at which exactly one thread wins
  std::string_view ordering = {};      // what is visible to whom, and why
  std::string_view progress = {};      // blocking, lock-free, wait-free; who can delay whom
  std::string_view shutdown = {};      // who owns threads, what happens to queued work, what a blocked caller sees
  std::string_view failure = {};       // what is left behind by bad_alloc or a refused operation
  std::string_view not_survived = {};  // where a library below does not survive bad_alloc; empty: nowhere
  std::string_view complexity = {};    // time of the main operations
  std::string_view memory = {};        // bytes per entry in words, and how it grows
  std::string_view source = {};        // paper or project the technique comes from

  // This contract of a design, completed by that of its family: what the design leaves empty, the family says. A
  // family may complete its own from a wider one, so each sentence stands where it first becomes true.
  constexpr Contract within(const Contract& family) const {
    static_assert(sizeof(Contract) == 13 * sizeof(std::string_view), "the list below names every field");
    Contract whole = *this;
    for (const auto field :
         {&Contract::technique, &Contract::summary, &Contract::shared_state, &Contract::protected_by,
          &Contract::claim_point, &Contract::ordering, &Contract::progress, &Contract::shutdown, &Contract::failure,
          &Contract::not_survived, &Contract::complexity, &Contract::memory, &Contract::source}) {
      if ((whole.*field).empty()) whole.*field = family.*field;
    }
    return whole;
  }
};

// What holds for every design that owns no threads.
inline constexpr Contract without_threads{.shutdown = "owns no threads; callers finish before destruction"};

}  // namespace contend
