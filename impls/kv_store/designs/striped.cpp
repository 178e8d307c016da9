#include "impls/base/registry.hpp"
#include "impls/kv_store/striping/striped_store.hpp"
#include "impls/kv_store/table/table.hpp"

namespace contend::kv_store {
namespace {

// The keys are dealt over a fixed number of tables by their hash, each with its own mutex: two operations meet only
// when their keys share a stripe. What concerns many keys (scan, snapshot, commit, size) takes the stripes it needs in
// ascending order and holds them all, so it is one instant and no circle of waiting can close.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary =
            "hash tables with a mutex each, chosen by the hash of the key; many-key operations hold all they need",
        .shared_state =
            "stripes_: fixed array; each stripe a table with its own entries, deadlines and version counter",
        .protected_by = "stripe.mutex guards stripe.table; several are taken in ascending order of index only",
        .claim_point = "put_if_absent: the insertion under the stripe's mutex",
        .ordering = "operations on one stripe are ordered by its mutex; a scan is ordered against all of them",
        .progress = "blocking: a stalled writer delays its stripe and every scan; a scan delays everybody",
        .complexity =
            "point operations O(1) expected, creating a key O(log n); scan O(stripes log n + limit log stripes); "
            "snapshot "
            "O(n log stripes)",
        .memory = "32 mutexes; a node with two strings per entry, and a bucket; a snapshot copies all entries",
        .source = "lock striping (Java's ConcurrentHashMap, Lea 2004)",
    }
        .within(optimistic_contract);

const bool registered = register_implementation<Store, StripedStore<HashedTable>>("striped", contract);

}  // namespace
}  // namespace contend::kv_store
