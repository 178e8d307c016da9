#include "stress/hunt/tell/story.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "stress/hunt/names/sources.hpp"
#include "stress/hunt/names/variables.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/tell/choice.hpp"
#include "stress/hunt/tell/history.hpp"
#include "stress/hunt/tell/rules.hpp"

namespace contend::hunt {
namespace {

// Nothing for the order that people have where they ask for none.
std::string order_text(int order) {
  constexpr std::array<const char*, 6> names{" (relaxed)", " (consume)", " (acquire)", " (release)", " (acq_rel)", ""};
  return order >= 0 && order < 6 ? names[static_cast<std::size_t>(order)] : "";
}

class Teller {
 public:
  Teller(const Finding& finding, Symbols& symbols) : finding_(finding), symbols_(symbols), variables_(symbols) {}

  Story tell() {
    const Choice choice = choose_events(finding_, symbols_);
    story_.left_out = choice.left_out;
    for (const std::size_t index : choice.events) variables_.learn(index, places_of(event(index), symbols_));
    std::size_t seen = 0;
    for (const std::size_t index : choice.events) {
      for (; seen < index; ++seen) note_holder(event(seen));
      add_row(index);
    }
    story_.is_unordered = finding_.kind == FindingKind::race;
    add_switches(choice.events);
    add_columns();
    story_.explanation = explain(finding_, symbols_, variables_);
    if (story_.explanation.empty()) story_.explanation = told_history(finding_.text);
    add_stacks();
    story_.variables = variables_.legend();
    return std::move(story_);
  }

 private:
  // Whether the thread still stands there at the end of the execution.
  bool is_last_wait(std::size_t index) const {
    const Thread& thread = scheduler.threads[event(index).thread];
    if (thread.state != ThreadState::blocked) return false;
    for (std::size_t i = index + 1; i < event_count(); ++i) {
      if (event(i).thread == thread.number && !is_part_of_wait(i)) return false;
    }
    return true;
  }

  std::string lock_text(std::size_t index, const std::string& name) const {
    const Event& one = event(index);
    const char* const reading = one.act == Act::read_lock ? " for reading" : "";
    if (is_last_wait(index)) return fmt::format("waits for {}{}, for ever", name, reading);
    const auto holder = holders_.find(one.address);
    if (one.act == Act::lock && holder != holders_.end() && holder->second != one.thread) {
      const bool tries = is_attempt(one, symbols_);
      return tries ? fmt::format("finds {} locked", name) : fmt::format("waits for {}", name);
    }
    return fmt::format("locks {}{}", name, reading);
  }

  std::string told_act(std::size_t index) {
    const Event& one = event(index);
    if (one.act == Act::fence) return "fence";
    if (one.act == Act::sleep) return "sleeps";
    const std::string name = variables_.name_of(index);
    const std::string before = variables_.value(index, one.before);
    const std::string after = variables_.value(index, one.after);
    switch (one.act) {
      case Act::free_memory:
        return "frees " + name;
      case Act::read:
        return one.bytes > 8 ? "reads " + name : fmt::format("reads {} = {}", name, before);
      case Act::write:
        if (one.bytes > 8) return "writes " + name;
        return before == after ? fmt::format("writes {} = {} again", name, after)
                               : fmt::format("writes {} {} -> {}", name, before, after);
      case Act::atomic_load: {
        const int age = one.age;
        const std::string old = age > 0 ? fmt::format(", {} store{} old", age, age == 1 ? "" : "s") : "";
        return fmt::format("loads {} = {}{}{}", name, after, order_text(one.order), old);
      }
      case Act::atomic_store:
        return fmt::format("stores {} {} -> {}{}", name, before, after, order_text(one.order));
      case Act::atomic_update:
        if (before == after) return fmt::format("finds {} = {}{}", name, after, order_text(one.order));
        return fmt::format("updates {} {} -> {}{}", name, before, after, order_text(one.order));
      case Act::lock:
      case Act::read_lock:
        return lock_text(index, name);
      case Act::unlock:
        return "unlocks " + name;
      case Act::notify:
        return "notifies " + name;
      case Act::wait:
        return is_last_wait(index) ? fmt::format("waits at {}, for ever", name) : "waits at " + name;
      case Act::once:
        return "calls once: " + name;
      default:
        return fmt::format("{} {}", hunt::name_of(one.act), name);
    }
  }

  void note_holder(const Event& one) {
    if (one.act == Act::lock) holders_.try_emplace(one.address, one.thread);
    if (one.act != Act::unlock) return;
    const auto holder = holders_.find(one.address);
    if (holder != holders_.end() && holder->second == one.thread) holders_.erase(holder);
  }

  // The row that this one saw the value of, or had to wait for.
  std::size_t source_of(const Event& one) const {
    const bool sees = one.act == Act::atomic_load || one.act == Act::atomic_update;
    const bool locks = one.act == Act::lock || one.act == Act::read_lock;
    const auto last = last_release_.find(one.address);
    if ((!sees && !locks) || one.age > 0 || last == last_release_.end()) return none;
    return story_.rows[last->second].thread == one.thread ? none : last->second;
  }

  void add_row(std::size_t index) {
    const Event& one = event(index);
    const std::vector<SourcePlace> stack = places_of(one, symbols_);
    const std::size_t own = own_place(stack);
    Row row;
    row.thread = one.thread;
    if (own < stack.size()) row.place = stack[own];
    row.source = source_line(row.place);
    row.act = told_act(index);
    row.is_culprit = is_culprit(index, finding_) || is_last_wait(index);
    row.after = source_of(one);
    const bool releases = one.act == Act::atomic_store || one.act == Act::atomic_update || one.act == Act::unlock;
    if (releases) last_release_[one.address] = story_.rows.size();
    story_.rows.push_back(std::move(row));
  }

  // Whether the token says that the thread stops between two of its events.
  bool is_decided(const Event& last, std::uint32_t next_choice) const {
    const Plan& plan = scheduler.plan;
    for (std::size_t i = 0; i < plan.decision_count; ++i) {
      const Decision& decision = plan.decisions[i];
      const bool is_switch = decision.what == Decision::What::run && decision.thread == last.thread;
      if (is_switch && last.choice < decision.ordinal && decision.ordinal <= next_choice) return true;
    }
    return false;
  }

  Switch told_switch(std::size_t row, bool is_chosen) {
    const std::uint32_t last = story_.rows[row - 1].thread;
    const std::uint32_t next = story_.rows[row].thread;
    const bool was_stopped = stopped_.erase(next) > 0;
    if (is_chosen) {
      stopped_.insert(last);
      return {row, true, fmt::format("thread {} is stopped here, thread {} runs", last, next)};
    }
    return {row, false, was_stopped ? fmt::format("thread {} goes on where it was stopped", next) : ""};
  }

  void add_switches(const std::vector<std::size_t>& events) {
    for (std::size_t row = 1; row < events.size(); ++row) {
      const std::uint32_t stopped = event(events[row - 1]).thread;
      if (stopped == event(events[row]).thread) continue;
      // What it did last and does next, told or not.
      std::size_t last = events[row] - 1;
      while (event(last).thread != stopped) --last;
      std::size_t next = events[row] + 1;
      while (next < event_count() && event(next).thread != stopped) ++next;
      const std::uint32_t next_choice = next < event_count() ? event(next).choice : scheduler.threads[stopped].ordinal;
      story_.switches.push_back(told_switch(row, is_decided(event(last), next_choice)));
    }
  }

  void add_columns() {
    std::set<std::uint32_t> threads;
    for (const Row& row : story_.rows) threads.insert(row.thread);
    for (const std::uint32_t thread : threads) {
      Column column{thread, {}};
      if (const std::size_t start = start_of_thread(thread); start < event_count()) {
        const std::vector<SourcePlace> stack = places_of(event(start), symbols_);
        const std::size_t own = own_place(stack);
        if (own < stack.size()) column.started = stack[own];
      }
      story_.columns.push_back(column);
    }
  }

  void add_stack(const std::string& title, const Event& one) {
    constexpr std::size_t deepest = 8;
    std::vector<SourcePlace> stack = places_of(one, symbols_);
    std::erase_if(stack, [](const SourcePlace& place) { return place.is_of_library(); });
    if (stack.empty()) return;
    story_.stacks.push_back(title);
    for (std::size_t i = 0; i < std::min(stack.size(), deepest); ++i) {
      story_.stacks.push_back(fmt::format("    {}  {}", stack[i].text(), stack[i].function));
    }
  }

  // Of the accesses that are the find; of what each thread waits for, where nobody can go on.
  void add_stacks() {
    bool has_culprits = false;
    std::map<std::uint32_t, std::size_t> last;
    for (std::size_t i = 0; i < event_count(); ++i) {
      if (!is_part_of_wait(i)) last[event(i).thread] = i;
      if (!is_culprit(i, finding_)) continue;
      has_culprits = true;
      add_stack(fmt::format("thread {} {}:", event(i).thread, told_act(i)), event(i));
    }
    if (has_culprits) return;
    const bool shows_all = finding_.kind == FindingKind::deadlock || finding_.kind == FindingKind::no_progress;
    const bool shows_one = finding_.kind == FindingKind::crash || finding_.kind == FindingKind::bad_free ||
                           finding_.kind == FindingKind::lock_misuse;
    for (const auto& [thread, index] : last) {
      if (scheduler.threads[thread].state == ThreadState::ended) continue;
      if (!shows_all && !(shows_one && thread == finding_.thread)) continue;
      if (event(index).act == Act::join && shows_all) continue;
      add_stack(fmt::format("thread {} {}:", thread, told_act(index)), event(index));
    }
  }

  static constexpr std::size_t none = ~std::size_t{0};

  const Finding& finding_;
  Symbols& symbols_;
  Variables variables_;
  std::map<std::uintptr_t, std::uint32_t> holders_;     // of locks
  std::map<std::uintptr_t, std::size_t> last_release_;  // the row that stored or unlocked last
  std::set<std::uint32_t> stopped_;                     // threads that would have gone on
  Story story_;
};

}  // namespace

Story tell_last_execution(const Finding& finding, Symbols& symbols) {
  return Teller(finding, symbols).tell();
}

}  // namespace contend::hunt
