#include "impls/base/registry.hpp"
#include "impls/kv_store/table/delegated_store.hpp"
#include "impls/kv_store/table/table.hpp"

namespace contend::kv_store {
namespace {

// The table of `striped`, whole, under one mutex. The reference keeps an ordered map: what a design gains over it, it owes
// to its table and to its locks together. What it gains over this one it owes to its locks.
constexpr Contract contract =
    Contract{
        .technique = "coarse_lock",
        .summary = "one mutex around a hash table: what tells the gain of more locks from that of a better table",
        .shared_state = "table_: entries, deadlines and the version counter",
        .protected_by =
            "one mutex, that of the critical section, guards all of it; a thread holds no other lock, so there is no "
            "lock order",
        .claim_point = "put_if_absent: the insertion inside the critical section",
        .ordering = "the mutex orders all operations; each sees all earlier ones",
        .progress = "blocking: a stalled lock holder delays everybody",
        .complexity = "point operations O(1) expected, creating a key O(log n), scan O(log n + results), snapshot O(n)",
        .memory = "a node with two strings per entry, and a bucket; a snapshot copies all entries",
        .source = "monitor (Hoare, 1974)",
    }
        .within(optimistic_contract);

const bool registered =
    register_implementation<Store, DelegatedStore<HashedTable, CriticalSection>>("one_lock", contract);

}  // namespace
}  // namespace contend::kv_store
