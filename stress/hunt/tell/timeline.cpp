#include "stress/hunt/tell/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t most_rows = 48;
constexpr std::uintptr_t granule_mask = ~std::uintptr_t{7};

bool changes(const Event& event) {
  return event.act != Act::read && event.act != Act::atomic_load && event.act != Act::join;
}

// Nothing for the order that people have where they ask for none.
std::string order_text(int order) {
  constexpr std::array<const char*, 6> names{" (relaxed)", " (consume)", " (acquire)", " (release)", " (acq_rel)", ""};
  return order >= 0 && order < 6 ? names[static_cast<std::size_t>(order)] : "";
}

std::string value_text(std::uint64_t value) {
  if (value < 1'000'000) return std::to_string(value);
  const auto negative = static_cast<std::int64_t>(value);
  if (negative < 0 && negative > -1000) return std::to_string(negative);
  // Of a pointer the end is enough to tell it from others.
  if (in_heap(value) || in_stacks(value)) return fmt::format("..{:05x}", value & 0xfffff);
  return fmt::format("0x{:x}", value);
}

std::string where_is(std::uintptr_t address) {
  if (in_heap(address)) return "on the heap";
  if (in_program(address)) return "global";
  for (std::uint32_t i = 0; i < scheduler.thread_count; ++i) {
    if (in_stack_of(*scheduler.threads[i].home, address)) return fmt::format("on the stack of thread {}", i);
  }
  return "in a library";
}

class Teller {
 public:
  Teller(const Finding& finding, Symbols& symbols) : finding_(finding), symbols_(symbols) {}

  Story tell() {
    find_shared();
    std::vector<std::size_t> chosen = choose_events();
    look_up(chosen);
    for (const std::size_t index : chosen) add_row(event(index));
    add_stacks();
    return std::move(story_);
  }

 private:
  // What several threads touched, one of them to change it.
  void find_shared() {
    struct Use {
      std::uint32_t first = 0;
      bool several = false;
      bool changed = false;
    };
    std::map<std::uintptr_t, Use> uses;
    for (std::size_t i = 0; i < event_count(); ++i) {
      const Event& one = event(i);
      if (one.address == 0) continue;
      const auto [at, is_new] = uses.try_emplace(one.address & granule_mask, Use{one.thread, false, false});
      at->second.several |= at->second.first != one.thread;
      at->second.changed |= changes(one);
    }
    for (const auto& [address, use] : uses) {
      if (use.several && use.changed) shared_.insert(address);
    }
  }

  bool is_told(const Event& one) const {
    if (is_culprit(one)) return true;
    if (one.act == Act::end || one.act == Act::join || one.act == Act::yield || one.act == Act::none) return false;
    return one.act == Act::create || shared_.contains(one.address & granule_mask);
  }

  bool is_culprit(const Event& one) const {
    return is_access(one, finding_.event) || is_access(one, finding_.earlier_event);
  }

  // Behind the last step of any thread but the first there is nothing to tell: that one looks at what came of it.
  std::size_t end_of_threads() const {
    std::size_t end = event_count();
    while (end > 0 && event(end - 1).thread == 0) --end;
    return end == 0 ? event_count() : end;
  }

  // All that is told, or what is at the beginning and the end of each run of a thread where that is too much.
  std::vector<std::size_t> choose_events() {
    std::vector<std::size_t> told;
    const std::size_t threads_end = end_of_threads();
    for (std::size_t i = 0; i < event_count(); ++i) {
      if ((i < threads_end && is_told(event(i))) || is_culprit(event(i))) told.push_back(i);
    }
    for (std::size_t kept = 6; told.size() > most_rows && kept > 0; --kept) {
      std::vector<std::size_t> fewer;
      for (std::size_t begin = 0; begin < told.size();) {
        std::size_t end = begin;
        while (end < told.size() && event(told[end]).thread == event(told[begin]).thread) ++end;
        for (std::size_t i = begin; i < end; ++i) {
          if (i < begin + kept / 2 || i + (kept + 1) / 2 >= end || is_culprit(event(told[i]))) fewer.push_back(told[i]);
        }
        begin = end;
      }
      story_.left_out += told.size() - fewer.size();
      told = std::move(fewer);
    }
    if (told.size() > most_rows) {
      story_.left_out += told.size() - most_rows;
      told.erase(told.begin(), told.end() - most_rows);  // what led to the find is at the end
    }
    return told;
  }

  void look_up(const std::vector<std::size_t>& chosen) {
    std::vector<std::uintptr_t> addresses;
    for (const std::size_t index : chosen) {
      const Event& one = event(index);
      for (std::uint32_t i = 0; i < one.frame_count; ++i) addresses.push_back(frame_at(one.first_frame + i));
    }
    symbols_.look_up(addresses);
  }

  // The innermost place that is not in a library, and all places from there outwards.
  std::vector<SourcePlace> stack_of(const Event& one) {
    std::vector<SourcePlace> all;
    for (std::uint32_t i = 0; i < one.frame_count; ++i) {
      const std::vector<SourcePlace>& frames = symbols_.at(frame_at(one.first_frame + i));
      all.insert(all.end(), frames.begin(), frames.end());
    }
    std::erase_if(all, [](const SourcePlace& place) { return !place.is_known() || place.is_of_hunt(); });
    std::vector<SourcePlace> own = all;
    std::erase_if(own, [](const SourcePlace& place) { return place.is_of_library(); });
    return own.empty() ? all : own;
  }

  std::string variable(const Event& one) {
    const auto [at, is_new] = letters_.try_emplace(one.address, "");
    if (!is_new) return at->second;
    const std::size_t number = letters_.size() - 1;
    at->second =
        std::string(1, static_cast<char>('A' + number % 26)) + (number < 26 ? "" : std::to_string(number / 26));
    const std::string bytes =
        one.bytes > 0 ? fmt::format("{} {} ", static_cast<int>(one.bytes), one.bytes == 1 ? "byte" : "bytes") : "";
    story_.variables.push_back(
        fmt::format("{}: {}{}, at 0x{:x}", at->second, bytes, where_is(one.address), one.address));
    return at->second;
  }

  std::string told_act(const Event& one) {
    if (one.act == Act::create) return "starts a thread";
    if (one.act == Act::fence) return "fence";
    if (one.act == Act::free_memory) return "frees " + variable(one);
    const std::string name = variable(one);
    if (one.act == Act::read) return fmt::format("reads {} = {}", name, value_text(one.before));
    if (one.act == Act::write)
      return fmt::format("writes {} {} -> {}", name, value_text(one.before), value_text(one.after));
    if (one.act == Act::atomic_load) {
      const std::string old = one.age > 0 ? fmt::format(", {} stores old", static_cast<int>(one.age)) : "";
      return fmt::format("loads {} = {}{}{}", name, value_text(one.after), order_text(one.order), old);
    }
    if (one.act == Act::atomic_store) {
      return fmt::format("stores {} {} -> {}{}", name, value_text(one.before), value_text(one.after),
                         order_text(one.order));
    }
    if (one.act == Act::atomic_update) {
      return fmt::format("updates {} {} -> {}{}", name, value_text(one.before), value_text(one.after),
                         order_text(one.order));
    }
    return fmt::format("{}s {}", name_of(one.act), name);
  }

  void add_row(const Event& one) {
    const std::vector<SourcePlace> stack = stack_of(one);
    story_.rows.push_back(
        {one.thread, one.step, told_act(one), stack.empty() ? "" : stack.front().text(), is_culprit(one)});
    if (is_culprit(one)) culprits_.push_back(&one);
  }

  void add_stack(const std::string& title, const Event& one) {
    constexpr std::size_t deepest = 12;
    story_.stacks.push_back(title);
    const std::vector<SourcePlace> stack = stack_of(one);
    for (std::size_t i = 0; i < std::min(stack.size(), deepest); ++i) {
      story_.stacks.push_back(fmt::format("    {}  {}", stack[i].text(), stack[i].function));
    }
  }

  // Of the accesses that are the find; of what each thread did last, where nobody can go on.
  void add_stacks() {
    if (!culprits_.empty()) {
      for (const Event* one : culprits_) {
        add_stack(fmt::format("thread {} {} at step {}:", one->thread, told_act(*one), one->step), *one);
      }
      return;
    }
    std::map<std::uint32_t, const Event*> last;
    for (std::size_t i = 0; i < event_count(); ++i) last[event(i).thread] = &event(i);
    for (const auto& [thread, one] : last) {
      if (scheduler.threads[thread].state == ThreadState::ended) continue;
      if (finding_.kind != FindingKind::deadlock && thread != finding_.thread) continue;
      add_stack(fmt::format("thread {}, {}:", thread, name_of(one->act)), *one);
    }
  }

  const Finding& finding_;
  Symbols& symbols_;
  std::set<std::uintptr_t> shared_;
  std::map<std::uintptr_t, std::string> letters_;
  std::vector<const Event*> culprits_;
  Story story_;
};

std::string fitted(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text + std::string(width - text.size(), ' ');
  // Of places the end is what tells, of acts the beginning.
  if (const std::size_t slash = text.rfind('/'); slash != text.npos) {
    const std::string base = text.substr(slash + 1);
    if (base.size() <= width) return base + std::string(width - base.size(), ' ');
    return ".." + text.substr(text.size() - width + 2);
  }
  return text.substr(0, width - 2) + "..";
}

}  // namespace

Story tell_last_execution(const Finding& finding, Symbols& symbols) {
  return Teller(finding, symbols).tell();
}

std::string timeline_text(const Story& story, std::size_t width) {
  std::set<std::uint32_t> threads;
  for (const Row& row : story.rows) threads.insert(row.thread);
  if (threads.empty()) return "";
  constexpr std::size_t narrowest = 24;
  const std::size_t column = std::max(narrowest, (width - 3) / threads.size() - 1);
  std::string text = "   ";
  for (const std::uint32_t thread : threads) text += fitted(fmt::format("thread {}", thread), column) + " ";
  text += "\n";
  if (story.left_out > 0) text += fmt::format("   ({} steps that matter less are left out)\n", story.left_out);
  const Row* before = nullptr;
  for (const Row& row : story.rows) {
    if (before != nullptr && before->thread != row.thread)
      text += "   " + std::string((column + 1) * threads.size(), '.') + "\n";
    const auto place = static_cast<std::size_t>(std::distance(threads.begin(), threads.find(row.thread)));
    const std::string indent(place * (column + 1), ' ');
    text += (row.is_culprit ? " * " : "   ") + indent + fitted(row.act, column) + "\n";
    if (!row.place.empty() && (before == nullptr || before->place != row.place || before->thread != row.thread)) {
      text += "   " + indent + "  " + fitted(row.place, column - 2) + "\n";
    }
    before = &row;
  }
  return text;
}

std::string rule_broken(FindingKind kind) {
  switch (kind) {
    case FindingKind::race:
      return "Two accesses to the same memory, one of them a write and one of them not atomic, and nothing orders them "
             "([intro.races]): whatever the program does from then on is undefined.";
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
      return "The program itself says that something is wrong.";
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
