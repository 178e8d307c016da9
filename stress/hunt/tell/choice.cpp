#include "stress/hunt/tell/choice.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "stress/hunt/names/sources.hpp"
#include "stress/hunt/names/variables.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t most_rows = 40;
constexpr std::uintptr_t granule_mask = ~std::uintptr_t{7};

bool changes(const Event& one) {
  return one.act != Act::read && one.act != Act::atomic_load && one.act != Act::join && one.act != Act::free_memory;
}

bool never_told(Act act) {
  return act == Act::end || act == Act::join || act == Act::yield || act == Act::none || act == Act::create ||
         act == Act::allocate;
}

class Chooser {
 public:
  Chooser(const Finding& finding, Symbols& symbols) : finding_(finding), symbols_(symbols) {}

  Choice choose() {
    find_shared();
    std::vector<std::size_t> told;
    const std::size_t threads_end = end_of_threads();
    for (std::size_t i = 0; i < event_count(); ++i) {
      if ((i < threads_end && may_matter(event(i)) && !is_part_of_wait(i)) || is_culprit(i, finding_))
        told.push_back(i);
    }
    drop_set_up(told);
    Choice choice;
    const std::size_t all = told.size();
    if (told.size() > most_rows) keep_to_culprits(told);
    shorten(told);
    choice.left_out = all - told.size();
    choice.events = std::move(told);
    return choice;
  }

 private:
  // What several threads touched, one of them to change it while another was there to see it.
  void find_shared() {
    struct Use {
      std::set<std::uint32_t> threads;
      std::size_t last_change = 0;
      bool changed = false;
    };
    std::map<std::uintptr_t, Use> uses;
    for (std::size_t i = 0; i < event_count(); ++i) {
      const Event& one = event(i);
      if (one.address == 0 || one.act == Act::allocate) continue;
      Use& use = uses[one.address & granule_mask];
      use.threads.insert(one.thread);
      begins_.try_emplace(one.thread, i);
      if (!changes(one)) continue;
      use.changed = true;
      use.last_change = i;
    }
    for (const auto& [address, use] : uses) {
      if (use.threads.size() < 2 || !use.changed) continue;
      // What is as it was when the others were started tells them nothing.
      const bool is_constant = std::all_of(use.threads.begin(), use.threads.end(), [&](std::uint32_t thread) {
        return thread == 0 || use.last_change < begins_.at(thread);
      });
      if (!is_constant) shared_.insert(address);
    }
  }

  bool may_matter(const Event& one) const {
    if (never_told(one.act)) return false;
    if (one.address == 0) return true;
    const auto next = shared_.lower_bound(one.address & granule_mask);
    return next != shared_.end() && *next < one.address + std::max<std::uintptr_t>(one.bytes, 1);
  }

  // Behind the last step of any thread but the first there is nothing to tell: that one looks at what came of it.
  std::size_t end_of_threads() const {
    std::size_t end = event_count();
    while (end > 0 && event(end - 1).thread == 0) --end;
    return end == 0 ? event_count() : end;
  }

  // Threads get their closure, and free it, in lines of the library that nobody has called but to start them.
  void drop_set_up(std::vector<std::size_t>& told) {
    std::vector<std::uintptr_t> places;
    for (const std::size_t index : told) {
      for (std::uint32_t i = 0; i < event(index).frame_count; ++i) {
        places.push_back(frame_at(event(index).first_frame + i).place);
      }
    }
    symbols_.look_up(places);
    std::erase_if(told, [&](std::size_t index) { return !is_culprit(index, finding_) && is_set_up(event(index)); });
  }

  bool is_set_up(const Event& one) const {
    const std::vector<SourcePlace> stack = places_of(one, symbols_);
    const std::size_t own = own_place(stack);
    if (own == stack.size()) return true;
    const std::string called = own > 0 ? stack[own - 1].function : "";
    return called == "thread" || called == "jthread" || called == "~thread" || called == "~jthread" ||
           called.starts_with("std::thread") || called.starts_with("std::jthread") || called.starts_with("std::async");
  }

  // Of the others only what they do to the same memory.
  void keep_to_culprits(std::vector<std::size_t>& told) const {
    std::set<std::uint32_t> threads;
    std::set<std::uintptr_t> memory;
    for (const std::size_t index : told) {
      if (!is_culprit(index, finding_)) continue;
      threads.insert(event(index).thread);
      memory.insert(event(index).address & granule_mask);
    }
    if (threads.empty()) return;
    std::erase_if(told, [&](std::size_t index) {
      return !threads.contains(event(index).thread) && !memory.contains(event(index).address & granule_mask);
    });
  }

  // Where that is too much, what is at the beginning and the end of each run of a thread; of that the end.
  void shorten(std::vector<std::size_t>& told) const {
    for (std::size_t kept = 6; told.size() > most_rows && kept > 0; --kept) {
      std::vector<std::size_t> fewer;
      for (std::size_t begin = 0; begin < told.size();) {
        std::size_t end = begin;
        while (end < told.size() && event(told[end]).thread == event(told[begin]).thread) ++end;
        for (std::size_t i = begin; i < end; ++i) {
          if (i < begin + kept / 2 || i + (kept + 1) / 2 >= end || is_culprit(told[i], finding_))
            fewer.push_back(told[i]);
        }
        begin = end;
      }
      told = std::move(fewer);
    }
    if (told.size() > most_rows) {
      const std::size_t first = told.size() - most_rows;
      std::vector<std::size_t> fewer;
      for (std::size_t i = 0; i < told.size(); ++i) {
        if (i >= first || is_culprit(told[i], finding_)) fewer.push_back(told[i]);
      }
      told = std::move(fewer);
    }
  }

  const Finding& finding_;
  Symbols& symbols_;
  std::map<std::uint32_t, std::size_t> begins_;  // what each thread does first
  std::set<std::uintptr_t> shared_;
};

}  // namespace

std::size_t start_of_thread(std::uint32_t thread) {
  const std::uintptr_t made = address_of(&scheduler.threads[thread]);
  std::size_t i = 0;
  while (i < event_count() && (event(i).act != Act::create || event(i).address != made)) ++i;
  return i;
}

bool is_culprit(std::size_t event_index, const Finding& finding) {
  const Event& one = event(event_index);
  if (finding.kind == FindingKind::lock_misuse) return event_index + 1 == event_count();
  return is_access(one, finding.event) || is_access(one, finding.earlier_event);
}

bool is_part_of_wait(std::size_t event_index) {
  if (event_index == 0 || event(event_index).act != Act::unlock) return false;
  const Event& before = event(event_index - 1);
  return before.act == Act::wait && before.thread == event(event_index).thread &&
         before.step == event(event_index).step;
}

bool is_attempt(const Event& one, Symbols& symbols) {
  const std::vector<SourcePlace> stack = places_of(one, symbols);
  return std::any_of(stack.begin(), stack.end(), [](const SourcePlace& place) {
    return place.function.find("try_lock") != std::string::npos ||
           source_line(place).find("trylock(") != std::string::npos;
  });
}

Choice choose_events(const Finding& finding, Symbols& symbols) {
  return Chooser(finding, symbols).choose();
}

}  // namespace contend::hunt
