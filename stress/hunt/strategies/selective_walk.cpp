#include "stress/hunt/strategies/selective_walk.hpp"

#include "stress/hunt/recording/signature.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t counted_threads = 128;  // those with higher numbers are taken together
constexpr std::uint32_t most_candidates = 256;

using Counts = std::uint16_t[counted_threads];

struct Walk {
  Counts now[object_slots];  // of this execution
  bool is_touched[object_slots];
  std::uint16_t touched[object_slots];
  std::uint32_t touched_count;
  // Of the objects that two threads touched in the execution before.
  std::uint16_t candidates[most_candidates];
  Counts of_candidate[most_candidates];
  std::uint32_t candidate_count;

  std::uint32_t selected;  // a slot; object_slots: none
  std::uint32_t left[counted_threads];
  std::uint32_t turn;  // of this thread
  std::uint32_t choices_in_turn;
};
HUNT_STATE constinit Walk walk{};

std::uint32_t counted(const Thread& thread) {
  return thread.number < counted_threads ? thread.number : counted_threads - 1;
}

void keep_candidates() {
  walk.candidate_count = 0;
  for (std::uint32_t i = 0; i < walk.touched_count; ++i) {
    const std::uint32_t slot = walk.touched[i];
    std::uint32_t threads = 0;
    for (const std::uint16_t count : walk.now[slot]) threads += count > 0 ? 1 : 0;
    if (threads > 1 && walk.candidate_count < most_candidates) {
      walk.candidates[walk.candidate_count] = static_cast<std::uint16_t>(slot);
      __builtin_memcpy(walk.of_candidate[walk.candidate_count++], walk.now[slot], sizeof(Counts));
    }
    __builtin_memset(walk.now[slot], 0, sizeof(Counts));
    walk.is_touched[slot] = false;
  }
  walk.touched_count = 0;
}

// Among the threads that are alive, by what each still has to do.
void draw_turn() {
  walk.choices_in_turn = 0;
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) sum += 1 + walk.left[counted(*scheduler.runnable[i])];
  if (sum == 0) return;
  std::uint32_t drawn = scheduler.random.below(sum);
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
    const std::uint32_t weight = 1 + walk.left[counted(*scheduler.runnable[i])];
    if (drawn < weight) {
      walk.turn = scheduler.runnable[i]->number;
      return;
    }
    drawn -= weight;
  }
}

bool waits_for_its_turn(const Thread& thread) {
  return thread.act_on != nullptr && object_slot(thread.act_on) == walk.selected;
}

}  // namespace

void begin_selective_walk() {
  if (scheduler.plan.strategy != Strategy::surw) return;
  if (walk.touched_count > 0) keep_candidates();
  walk.selected = object_slots;
  walk.turn = ~0u;
  if (walk.candidate_count == 0) return;
  const std::uint32_t chosen = scheduler.random.below(walk.candidate_count);
  walk.selected = walk.candidates[chosen];
  for (std::uint32_t i = 0; i < counted_threads; ++i) walk.left[i] = walk.of_candidate[chosen][i];
}

Thread* choose_selectively() {
  // Who has the turn may wait for one that waits for the turn, while others wait for both in a loop.
  constexpr std::uint32_t longest_turn = 2000;
  if (walk.turn == ~0u) draw_turn();
  if (++walk.choices_in_turn > longest_turn) {
    draw_turn();
    return scheduler.runnable[scheduler.random.below(scheduler.runnable_count)];
  }
  Thread* allowed[most_alive];
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
    Thread* const thread = scheduler.runnable[i];
    if (!waits_for_its_turn(*thread) || thread->number == walk.turn) allowed[count++] = thread;
  }
  if (count == 0) {
    draw_turn();
    for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
      if (scheduler.runnable[i]->number == walk.turn) return scheduler.runnable[i];
    }
  }
  return allowed[scheduler.random.below(count)];
}

void count_selected_step(const Thread& thread, std::uint32_t slot) {
  const std::uint32_t who = counted(thread);
  if (!walk.is_touched[slot]) {
    walk.is_touched[slot] = true;
    walk.touched[walk.touched_count++] = static_cast<std::uint16_t>(slot);
  }
  if (walk.now[slot][who] < 0xffff) ++walk.now[slot][who];
  if (slot != walk.selected) return;
  if (walk.left[who] > 0) --walk.left[who];
  if (thread.number == walk.turn) draw_turn();
}

}  // namespace contend::hunt
