#include "stress/hunt/recording/trace.hpp"

#include <unwind.h>

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::size_t most_events = std::size_t{1} << 21;
constexpr std::size_t most_frames = std::size_t{1} << 24;
constexpr std::uint32_t frames_per_event = 32;
constexpr int frame_pointer = 6;  // as DWARF numbers the registers of x86-64

struct Trace {
  Event* events;
  Frame* frames;
  std::size_t event_count;
  std::size_t frame_count;
  Event* unsettled;  // its access is made after it has been recorded
};
HUNT_STATE constinit Trace trace{};

std::uint64_t value_at(std::uintptr_t address, std::size_t bytes) {
  std::uint64_t value = 0;
  __builtin_memcpy(&value, reinterpret_cast<const void*>(address), bytes < sizeof value ? bytes : sizeof value);
  return value;
}

// The machine's own stack: it knows the line of each call, and calls of libraries too.
_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* argument) {
  const Event& event = *static_cast<const Event*>(argument);
  const auto place = static_cast<std::uintptr_t>(_Unwind_GetIP(context));
  if (in_program(place)) {
    trace.frames[trace.frame_count++] = {place, static_cast<std::uintptr_t>(_Unwind_GetGR(context, frame_pointer)),
                                         static_cast<std::uintptr_t>(_Unwind_GetRegionStart(context))};
  }
  return trace.frame_count - event.first_frame < frames_per_event ? _URC_NO_REASON : _URC_END_OF_STACK;
}

Event* new_event(Thread& self, Act act, std::uintptr_t address, std::uintptr_t place) {
  settle_last_access();
  if (trace.event_count == most_events || trace.frame_count + frames_per_event > most_frames) {
    return nullptr;
  }
  Event& event = trace.events[trace.event_count++];
  event = {};
  event.thread = self.number;
  event.step = scheduler.execution.steps;
  event.choice = self.ordinal;
  event.act = act;
  event.address = address;
  event.place = place;
  event.first_frame = static_cast<std::uint32_t>(trace.frame_count);
  scheduler.current = nullptr;  // the unwinder has a lock, which is not the program's
  _Unwind_Backtrace(note_frame, &event);
  scheduler.current = &self;
  event.frame_count = static_cast<std::uint32_t>(trace.frame_count) - event.first_frame;
  return &event;
}

}  // namespace

void prepare_trace() {
  trace.events = reserve_array<Event>(most_events);
  trace.frames = reserve_array<Frame>(most_frames);
  // The unwinder makes something of its own the first time, by what is explored later.
  _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_NO_REASON; }, nullptr);
}

void begin_trace() {
  trace.event_count = trace.frame_count = 0;
  trace.unsettled = nullptr;
}

void record_event(Thread& self, Act act, const volatile void* on, std::uintptr_t place) {
  const bool is_access = act == Act::read || act == Act::write || act == Act::atomic_load || act == Act::atomic_store ||
                         act == Act::atomic_update;
  if (!is_access) new_event(self, act, address_of(on), place);
}

void record_access(Thread& self, Act act, std::uint32_t number, std::uintptr_t address, std::size_t bytes,
                   std::uintptr_t place) {
  Event* const event = new_event(self, act, address, place);
  if (event == nullptr) return;
  event->number = event->last_number = number;
  event->bytes = static_cast<std::uint8_t>(bytes < 255 ? bytes : 255);
  if (bytes <= 8) event->before = event->after = value_at(address, bytes);
  if (act != Act::read) trace.unsettled = event;
}

void record_allocation(Thread& self, std::uintptr_t address, std::size_t bytes) {
  Event* const event = new_event(self, Act::allocate, address, 0);
  if (event != nullptr) event->after = bytes;
}

void extend_access(std::uint32_t number) {
  if (trace.event_count > 0) trace.events[trace.event_count - 1].last_number = number;
}

void record_values(std::uint64_t before, std::uint64_t after, int order, std::uint32_t age) {
  if (trace.event_count == 0) return;
  Event& event = trace.events[trace.event_count - 1];
  event.before = before;
  event.after = after;
  event.order = static_cast<std::uint8_t>(order);
  event.age = static_cast<std::uint8_t>(age < 255 ? age : 255);
  trace.unsettled = nullptr;
}

void settle_last_access() {
  if (trace.unsettled == nullptr) return;
  if (trace.unsettled->bytes <= 8) trace.unsettled->after = value_at(trace.unsettled->address, trace.unsettled->bytes);
  trace.unsettled = nullptr;
}

std::size_t event_count() {
  return trace.event_count;
}
const Event& event(std::size_t index) {
  return trace.events[index];
}
const Frame& frame_at(std::size_t index) {
  return trace.frames[index];
}
}  // namespace contend::hunt
