#include "stress/hunt/names/variables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/names/sources.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t no_allocation = ~std::size_t{0};

bool contains_any(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](auto part) { return text.find(part) != text.npos; });
}

bool is_atomic(Act act) {
  return act == Act::atomic_load || act == Act::atomic_store || act == Act::atomic_update;
}

// What a function of the library is called on is what it changes, of those that are known to do nothing else.
std::optional<NameInSource> name_by_call(Act act, const SourcePlace& place, const std::string& called) {
  const std::optional<CalledOn> on = called_on(place);
  if (!on) return std::nullopt;
  const bool locks = act == Act::lock || act == Act::unlock || act == Act::read_lock;
  const bool is_guard = contains_any(called, {"_lock", "lock_guard", "MutexLock"});
  if (locks && (is_guard ? on->is_argument : !on->is_argument && contains_any(called, {"mutex", "Mutex"}))) {
    return on->object;
  }
  const bool waits = act == Act::wait || act == Act::notify;
  if (waits && !on->is_argument && contains_any(called, {"condition_variable"})) return on->object;
  const bool counts = contains_any(called, {"atomic", "semaphore", "latch", "barrier"});
  if ((waits || is_atomic(act)) && counts) return on->object;
  return std::nullopt;
}

std::optional<NameInSource> name_at(Act act, const std::vector<SourcePlace>& stack) {
  const std::size_t own = own_place(stack);
  if (own == stack.size()) return std::nullopt;
  // Where notes are short, the function has no class, and the file tells whose it is.
  if (own > 0) return name_by_call(act, stack[own], stack[own - 1].function + " " + stack[own - 1].file_name());
  if (act == Act::read || act == Act::write) return name_in_source(stack[own]);
  // By a function of a library that is not told of: the C library's by argument, a condition's by its object.
  const std::optional<CalledOn> on = called_on(stack[own]);
  if (!on) return std::nullopt;
  const bool is_condition = on->function.starts_with("notify_") || on->function.starts_with("wait");
  const bool waits = act == Act::wait || act == Act::notify;
  return on->is_argument || (waits && is_condition) ? std::optional(on->object) : std::nullopt;
}

bool is_marked_member(const std::string& name) {
  return name.ends_with("_") || name.starts_with("m_");
}

}  // namespace

std::vector<SourcePlace> places_of(const Event& one, Symbols& symbols) {
  std::vector<SourcePlace> all;
  for (std::uint32_t i = 0; i < one.frame_count; ++i) {
    const std::vector<SourcePlace>& places = symbols.at(frame_at(one.first_frame + i).place);
    all.insert(all.end(), places.begin(), places.end());
  }
  std::erase_if(all, [](const SourcePlace& place) { return !place.is_known() || place.is_of_hunt(); });
  return all;
}

std::size_t own_place(const std::vector<SourcePlace>& stack) {
  std::size_t own = 0;
  while (own < stack.size() && (stack[own].is_of_library() || stack[own].file.starts_with("impls/sync/mutex."))) ++own;
  return own;
}

Variables::Variables(Symbols& symbols) : symbols_(symbols) {
  for (std::size_t i = 0; i < event_count(); ++i) {
    if (event(i).act == Act::allocate) allocations_.push_back(i);
  }
}

std::optional<std::size_t> Variables::allocation_of(std::size_t event_index, std::uintptr_t address) const {
  if (!in_heap(address)) return std::nullopt;
  for (std::size_t i = allocations_.size(); i-- > 0;) {
    const Event& made = event(allocations_[i]);
    if (allocations_[i] <= event_index && address - made.address < std::max<std::uint64_t>(made.after, 1)) {
      return allocations_[i];
    }
  }
  return std::nullopt;
}

Variables::Key Variables::key_of(std::size_t event_index, std::uintptr_t address) const {
  return {address, allocation_of(event_index, address).value_or(no_allocation)};
}

void Variables::learn(std::size_t event_index, const std::vector<SourcePlace>& stack) {
  const Event& one = event(event_index);
  const std::optional<NameInSource> found = name_at(one.act, stack);
  if (!found) return;
  const bool is_member = found->is_member || is_marked_member(found->name);
  const auto [at, is_new] =
      (is_member ? members_ : plain_names_).try_emplace(key_of(event_index, one.address), found->name);
  if (!is_new && at->second != found->name) at->second.clear();  // one of the two is an alias
}

std::string Variables::letter_of(const Key& key) {
  const auto [at, is_new] = letters_.try_emplace(key);
  if (!is_new) return at->second;
  const std::size_t number = by_letter_.size();
  by_letter_.push_back(key);
  at->second = std::string(1, static_cast<char>('A' + number % 26));
  if (number >= 26) at->second += std::to_string(number / 26);
  return at->second;
}

std::string Variables::letter_of_block(std::size_t allocation) {
  return letter_of({event(allocation).address, allocation});
}

// The last thing that the thread is known to have done by then, or else the next.
std::optional<std::size_t> Variables::event_of_thread(std::uint32_t thread, std::size_t event_index) const {
  for (std::size_t i = event_index + 1; i-- > 0;) {
    if (event(i).thread == thread) return i;
  }
  for (std::size_t i = event_index + 1; i < event_count(); ++i) {
    if (event(i).thread == thread) return i;
  }
  return std::nullopt;
}

// Of the calls that are under way in the thread whose stack it is, the variable that lies there, if no other does too.
Variables::Whole Variables::local_at(std::size_t event_index, std::uintptr_t address) {
  for (std::uint32_t thread = 0; thread < scheduler.thread_count; ++thread) {
    if (!in_stack_of(*scheduler.threads[thread].home, address)) continue;
    const std::optional<std::size_t> index = event_of_thread(thread, event_index);
    if (!index) continue;
    // Within a function that was inlined the symbolizer knows its variables alone; where a function begins, all of it.
    Whole found = local_in_calls(event(*index), address, &Frame::place);
    if (!found.is_known()) found = local_in_calls(event(*index), address, &Frame::function);
    if (found.is_known()) return found;
  }
  return {};
}

Variables::Whole Variables::local_in_calls(const Event& one, std::uintptr_t address, std::uintptr_t Frame::* asked_at) {
  const auto asked = [&](const Frame& frame) { return frame.*asked_at + (asked_at == &Frame::function ? 1 : 0); };
  std::vector<std::uintptr_t> places;
  for (std::uint32_t i = 0; i < one.frame_count; ++i) places.push_back(asked(frame_at(one.first_frame + i)));
  symbols_.look_up_locals(places);
  std::set<std::pair<std::uintptr_t, std::string>> seen;
  Whole found;
  for (std::uint32_t i = 0; i < one.frame_count; ++i) {
    const Frame& frame = frame_at(one.first_frame + i);
    for (const Variable& local : symbols_.locals_at(asked(frame))) {
      const std::uintptr_t begin = frame.base + local.begin;
      // Of types that only a library defines the size is not known here.
      if (address - begin >= std::max<std::uint64_t>(local.bytes, 1) || !seen.insert({begin, local.name}).second)
        continue;
      found = {local.name, begin, local.bytes, may_declare_scalar(local.place)};
      const std::uint64_t elements = declared_elements(local.place, local.name);
      if (elements == 0 || local.bytes % elements != 0) continue;
      found.bytes = local.bytes / elements;
      const std::uint64_t element = (address - begin) / found.bytes;
      found.name += fmt::format("[{}]", element);
      found.begin += element * found.bytes;
    }
  }
  return seen.size() == 1 ? found : Whole{};
}

Variables::Whole Variables::whole_at(std::size_t event_index, std::uintptr_t address) {
  if (in_program(address)) {
    const Variable& global = symbols_.global_at(address);
    const bool is_of_compiler = global.name.starts_with("vtable ") || global.name.starts_with("typeinfo ");
    if (global.name.empty() || is_of_compiler) return {};
    return {global.name, global.begin, global.bytes, true};
  }
  if (in_stacks(address)) return local_at(event_index, address);
  const std::optional<std::size_t> allocation = allocation_of(event_index, address);
  if (!allocation) return {};
  return {letter_of_block(*allocation), event(*allocation).address, event(*allocation).after, false};
}

std::string Variables::make_name(std::size_t event_index, std::uintptr_t address) {
  const Key key = key_of(event_index, address);
  const Whole whole = whole_at(event_index, address);
  const auto member = members_.find(key);
  const auto plain = plain_names_.find(key);
  const auto is_of_another = [&](const std::string& known) { return keys_.contains(known) && keys_.at(known) != key; };
  std::string name;
  if (whole.is_known()) {
    const std::uintptr_t distance = address - whole.begin;
    const std::string by_distance = distance == 0 ? whole.name : fmt::format("{}+{}", whole.name, distance);
    // A reference to all of it has a name of its own, too.
    const bool is_whole = whole.may_be_scalar && distance == 0 && event(event_index).bytes == whole.bytes;
    const bool has_member = member != members_.end() && !member->second.empty() && member->second != whole.name;
    name = has_member && !is_whole ? whole.name + "." + member->second : by_distance;
    if (is_of_another(name)) name = by_distance;
  } else if (member != members_.end() && !member->second.empty()) {
    name = member->second;
  } else if (plain != plain_names_.end() && !plain->second.empty()) {
    name = plain->second;
  }
  if (name.empty() || is_of_another(name)) name = letter_of(key);
  keys_[name] = key;
  return name;
}

std::string Variables::name_of(std::size_t event_index) {
  const std::uintptr_t address = event(event_index).address;
  if (event(event_index).act == Act::free_memory) {  // all of it, whatever its first member is called
    if (const auto made = allocation_of(event_index, address)) return letter_of_block(*made);
  }
  const auto [at, is_new] = names_.try_emplace(key_of(event_index, address));
  if (is_new) at->second = make_name(event_index, address);
  return at->second;
}

std::string Variables::value(std::size_t event_index, std::uint64_t value) {
  if (value < 1'000'000) return std::to_string(value);
  const auto negative = static_cast<std::int64_t>(value);
  if (negative < 0 && negative > -1000) return std::to_string(negative);
  const bool is_pointer = event(event_index).bytes == sizeof(void*);
  if (is_pointer && (in_heap(value) || in_stacks(value) || in_program(value))) {
    const Whole whole = whole_at(event_index, value);
    if (whole.is_known()) {
      const std::uint64_t distance = value - whole.begin;
      return "&" + whole.name + (distance == 0 ? "" : fmt::format("+{}", distance));
    }
    // Of a pointer the end is enough to tell it from others.
    if (!in_program(value)) return fmt::format("..{:05x}", value & 0xfffff);
  }
  return fmt::format("0x{:x}", value);
}

std::string Variables::told_letter(const Key& key) {
  if (key.allocation == no_allocation) {
    const auto plain = plain_names_.find(key);
    const std::string called = plain != plain_names_.end() && !plain->second.empty() ? plain->second + ", " : "";
    for (std::uint32_t i = 0; i < scheduler.thread_count; ++i) {
      if (in_stack_of(*scheduler.threads[i].home, key.address)) {
        return fmt::format("{}on the stack of thread {}, at 0x{:x}", called, i, key.address);
      }
    }
    const char* const where = in_heap(key.address)      ? "on the heap"
                              : in_program(key.address) ? "global"
                                                        : "in a library";
    return fmt::format("{}{}, at 0x{:x}", called, where, key.address);
  }
  const Event& made = event(key.allocation);
  const std::vector<SourcePlace> stack = places_of(made, symbols_);
  const std::size_t own = own_place(stack);
  const std::string place = own < stack.size() ? ", " + stack[own].short_text() : "";
  if (key.address != made.address)
    return fmt::format("{} bytes into memory that thread {} made{}", key.address - made.address, made.thread, place);
  return fmt::format("{} bytes on the heap, made by thread {}{}", made.after, made.thread, place);
}

std::vector<std::string> Variables::legend() {
  std::vector<std::string> lines;
  for (const Key& key : by_letter_) lines.push_back(letter_of(key) + ": " + told_letter(key));
  return lines;
}

}  // namespace contend::hunt
