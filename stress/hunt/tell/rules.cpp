#include "stress/hunt/tell/rules.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <map>
#include <optional>
#include <set>

#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/tell/choice.hpp"

namespace contend::hunt {
namespace {

class Explainer {
 public:
  Explainer(const Finding& finding, Symbols& symbols, Variables& variables)
      : finding_(finding), symbols_(symbols), variables_(variables) {}

  std::vector<std::string> explain() {
    switch (finding_.kind) {
      case FindingKind::race:
        explain_race();
        break;
      case FindingKind::use_after_free:
        explain_use_after_free();
        break;
      case FindingKind::deadlock:
        explain_deadlock();
        break;
      case FindingKind::leak:
        explain_leak();
        break;
      case FindingKind::bad_free:
        explain_bad_free();
        break;
      default:
        break;
    }
    return std::move(lines_);
  }

 private:
  std::optional<std::size_t> index_of(std::uint32_t number) const {
    if (number == 0) return std::nullopt;
    for (std::size_t i = event_count(); i-- > 0;) {
      if (is_access(event(i), number)) return i;
    }
    return std::nullopt;
  }

  std::string place(std::size_t index) {
    const std::vector<SourcePlace> stack = places_of(event(index), symbols_);
    const std::size_t own = own_place(stack);
    if (own < stack.size()) return " at " + stack[own].short_text();
    return stack.empty() ? "" : " at " + stack.front().short_text();
  }

  static const char* verb(const Event& one) {
    switch (one.act) {
      case Act::free_memory:
        return "frees";
      case Act::read:
        return "reads";
      case Act::atomic_load:
        return "loads";
      case Act::atomic_update:
        return "updates";
      default:
        return "writes";
    }
  }

  static bool is_atomic(const Event& one) {
    return one.act == Act::atomic_load || one.act == Act::atomic_store || one.act == Act::atomic_update;
  }

  // The locks that the thread holds when the event happens, by address, with the event that took each.
  std::map<std::uintptr_t, std::size_t> held_at(std::size_t index, std::uint32_t thread) const {
    std::map<std::uintptr_t, std::size_t> held;
    const Thread& holder = scheduler.threads[thread];
    const bool waits = index == event_count() && holder.state == ThreadState::blocked;
    std::map<std::uintptr_t, std::uint32_t> owners;
    for (std::size_t i = 0; i < index; ++i) {
      const Event& one = event(i);
      if (one.act == Act::lock || one.act == Act::read_lock) {
        const bool is_free = owners.try_emplace(one.address, one.thread).second;
        if (one.thread == thread && (is_free || !is_attempt(one, symbols_))) held[one.address] = i;
      } else if (one.act == Act::unlock) {
        owners.erase(one.address);
        if (one.thread == thread) held.erase(one.address);
      }
    }
    // What it waits for it has not got.
    if (waits && holder.lock_owner != &holder) held.erase(address_of(holder.waits_for));
    return held;
  }

  std::string names_of(const std::map<std::uintptr_t, std::size_t>& locks) {
    std::vector<std::string> names;
    for (const auto& [address, index] : locks) names.push_back(variables_.name_of(index));
    return fmt::format("{}", fmt::join(names, ", "));
  }

  void explain_race() {
    const auto earlier = index_of(finding_.earlier_event);
    const auto later = index_of(finding_.event);
    if (!earlier || !later) return;
    const Event& first = event(*earlier);
    const Event& second = event(*later);
    lines_.push_back(fmt::format("Thread {} {} {}{}, and thread {} {} it{}.", first.thread, verb(first),
                                 variables_.name_of(*earlier), place(*earlier), second.thread, verb(second),
                                 place(*later)));
    if (is_atomic(first) || is_atomic(second)) {
      lines_.push_back(
          fmt::format("Only thread {} does it atomically: both must.", (is_atomic(first) ? first : second).thread));
      return;
    }
    const auto held_first = held_at(*earlier, first.thread);
    const auto held_second = held_at(*later, second.thread);
    if (held_first.empty() && held_second.empty()) {
      lines_.push_back(
          fmt::format("Neither holds a lock. A lock that both hold would order them, or a release store by thread {} "
                      "behind its access that thread {} has read by an acquire load before its own.",
                      first.thread, second.thread));
    } else if (held_first.empty() || held_second.empty()) {
      const bool is_first = !held_first.empty();
      lines_.push_back(
          fmt::format("Thread {} holds {}, thread {} holds no lock.", is_first ? first.thread : second.thread,
                      names_of(is_first ? held_first : held_second), is_first ? second.thread : first.thread));
    } else {
      lines_.push_back(fmt::format(
          "Thread {} holds {}, thread {} holds {}: no lock that both hold in a way that keeps the other out.",
          first.thread, names_of(held_first), second.thread, names_of(held_second)));
    }
  }

  void explain_use_after_free() {
    const auto freed = index_of(finding_.earlier_event);
    const auto used = index_of(finding_.event);
    if (!freed || !used) return;
    const Event& use = event(*used);
    if (const auto made = variables_.allocation_of(*used, use.address)) {
      lines_.push_back(fmt::format("{}: made by thread {}{}, freed by thread {}{}.", variables_.letter_of_block(*made),
                                   event(*made).thread, place(*made), event(*freed).thread, place(*freed)));
    }
    lines_.push_back(
        fmt::format("After that thread {} {} {}{}.", use.thread, verb(use), variables_.name_of(*used), place(*used)));
  }

  std::string waits_for_lock(const Thread& thread, std::size_t index) {
    std::string line = fmt::format("for {}{}", variables_.name_of(index), place(index));
    if (thread.lock_owner == &thread) {
      line += ", which it holds itself";
    } else if (thread.lock_owner != nullptr) {
      line += fmt::format(", which thread {} holds", thread.lock_owner->number);
      const auto held = held_at(event_count(), thread.lock_owner->number);
      const auto taken = held.find(event(index).address);
      if (taken != held.end()) line += " since it locked it" + place(taken->second);
    }
    return line;
  }

  void explain_wait(const Thread& thread, std::size_t index) {
    std::string line = fmt::format("Thread {} waits ", thread.number);
    if (thread.act == Act::join && thread.lock_owner != nullptr) {
      line += fmt::format("for the end of thread {}{}", thread.lock_owner->number, place(index));
    } else if (thread.act == Act::lock || thread.act == Act::read_lock) {
      line += waits_for_lock(thread, index);
    } else if (thread.act == Act::end || event(index).address == 0) {
      line += "for the others to end";
    } else {
      line += fmt::format("at {}{}, and nobody is left to wake it", variables_.name_of(index), place(index));
    }
    const auto held = held_at(event_count(), thread.number);
    std::map<std::uintptr_t, std::size_t> others = held;
    others.erase(event(index).address);
    if (!others.empty()) line += fmt::format("; it holds {}", names_of(others));
    lines_.push_back(line + ".");
  }

  void explain_deadlock() {
    std::map<std::uint32_t, std::size_t> last;
    for (std::size_t i = 0; i < event_count(); ++i) {
      if (!is_part_of_wait(i)) last[event(i).thread] = i;
    }
    // Those first that others wait for.
    for (const bool of_main : {false, true}) {
      for (const auto& [number, index] : last) {
        const Thread& thread = scheduler.threads[number];
        if (thread.state == ThreadState::blocked && (thread.number == 0) == of_main) explain_wait(thread, index);
      }
    }
  }

  void explain_leak() {
    if (const auto made = variables_.allocation_of(event_count() - 1, finding_.address)) {
      lines_.push_back(fmt::format("{}, of {} bytes, was made by thread {}{}; nothing points to it at the end.",
                                   variables_.letter_of_block(*made), event(*made).after, event(*made).thread,
                                   place(*made)));
    }
  }

  void explain_bad_free() {
    for (std::size_t i = event_count(); i-- > 0;) {
      const Event& one = event(i);
      if (one.act != Act::free_memory || one.address != finding_.address) continue;
      lines_.push_back(fmt::format("Thread {} had freed {}{}; thread {} frees it again.", one.thread,
                                   variables_.name_of(i), place(i), finding_.thread));
      return;
    }
  }

  const Finding& finding_;
  Symbols& symbols_;
  Variables& variables_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> explain(const Finding& finding, Symbols& symbols, Variables& variables) {
  return Explainer(finding, symbols, variables).explain();
}

std::string rule_broken(FindingKind kind) {
  switch (kind) {
    case FindingKind::race:
      return "Two accesses to the same memory, one a write, not both atomic, and nothing orders them ([intro.races]).";
    case FindingKind::deadlock:
      return "Everybody waits, and nobody is left who could end it.";
    case FindingKind::lock_order:
      return "Two threads lock the same locks in opposite order.";
    case FindingKind::use_after_free:
      return "Memory is used after somebody has freed it.";
    case FindingKind::bad_free:
      return "Memory is freed that is not in use: twice, or never allocated.";
    case FindingKind::lock_misuse:
      return "A lock is used against its rules.";
    case FindingKind::leak:
      return "Memory is left at the end that nobody can reach any more.";
    case FindingKind::assertion:
      return "The program says so itself, by its exit code, an assertion or an exception.";
    case FindingKind::verdict:
      return "What the threads were answered is no behaviour that the interface allows.";
    case FindingKind::crash:
      return "The program crashes.";
    case FindingKind::no_progress:
      return "The program does not come to an end.";
    case FindingKind::unsupported:
      return "The program does what cannot be explored.";
    case FindingKind::none:
      break;
  }
  return "";
}

}  // namespace contend::hunt
