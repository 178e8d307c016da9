#include "impls/base/registry.hpp"
#include "impls/kv_store/table/delegated_store.hpp"
#include "impls/kv_store/table/table.hpp"

namespace contend::kv_store {
namespace {

// One mutex around the plain structure. Every operation is one critical section, so what holds for one thread holds
// for many; nothing is easier to believe, and with short operations little is faster on few cores.
constexpr Contract contract =
    Contract{
        .technique = "coarse_lock",
        .summary = "one mutex around an ordered map: the oracle for the others and the yardstick for their speed",
        .protected_by =
            "one mutex, that of the critical section, guards all of it; a thread holds no other lock, so there is no "
            "lock order",
        .claim_point = "put_if_absent: the map insertion inside the critical section",
        .ordering = "the mutex orders all operations; each sees all earlier ones",
        .progress = "blocking: a stalled lock holder delays everybody",
        .source = "monitor (Hoare, 1974)",
    }
        .within(ordered_table_contract)
        .within(optimistic_contract);

const bool registered =
    register_implementation<Store, DelegatedStore<OrderedTable, CriticalSection>>("reference", contract);

}  // namespace
}  // namespace contend::kv_store
