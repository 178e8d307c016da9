#include "stress/hunt/runtime/plan.hpp"
#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

const char* name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::none:
      return "nothing";
    case FindingKind::race:
      return "race";
    case FindingKind::deadlock:
      return "deadlock";
    case FindingKind::lock_order:
      return "lock-order";
    case FindingKind::use_after_free:
      return "use-after-free";
    case FindingKind::bad_free:
      return "bad-free";
    case FindingKind::lock_misuse:
      return "double-unlock";
    case FindingKind::leak:
      return "leak";
    case FindingKind::assertion:
      return "assertion";
    case FindingKind::verdict:
      return "verdict";
    case FindingKind::crash:
      return "crash";
    case FindingKind::no_progress:
      return "livelock";
    case FindingKind::unsupported:
      return "unsupported";
  }
  return "?";
}

const char* name_of(Act act) {
  switch (act) {
    case Act::none:
      return "nothing";
    case Act::read:
      return "read";
    case Act::write:
      return "write";
    case Act::atomic_load:
      return "atomic load";
    case Act::atomic_store:
      return "atomic store";
    case Act::atomic_update:
      return "atomic update";
    case Act::fence:
      return "fence";
    case Act::lock:
      return "lock";
    case Act::unlock:
      return "unlock";
    case Act::read_lock:
      return "lock for reading";
    case Act::wait:
      return "wait";
    case Act::notify:
      return "notify";
    case Act::join:
      return "join";
    case Act::create:
      return "start of a thread";
    case Act::end:
      return "end of the thread";
    case Act::yield:
      return "yield";
    case Act::sleep:
      return "sleep";
    case Act::once:
      return "call once";
    case Act::allocate:
      return "allocation";
    case Act::free_memory:
      return "free";
  }
  return "?";
}

}  // namespace contend::hunt
