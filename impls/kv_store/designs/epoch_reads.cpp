#include "impls/base/registry.hpp"
#include "impls/kv_store/striping/striped_store.hpp"
#include "impls/kv_store/table/epoch_storage.hpp"

namespace contend::kv_store {
namespace {

// As striped, but a get takes no lock: it pins the present, walks a hash chain of nodes that never change, and copies
// the value. Writers replace nodes under their stripe's mutex, and free the old ones when no reader can be there.
constexpr Contract contract =
    Contract{
        .technique = "lock_free",
        .summary = "gets walk hash chains of immutable nodes without a lock; writers replace nodes under striped locks",
        .shared_state =
            "stripes_: each a table of nodes in hash chains, an ordered index, deadlines and a version counter",
        .protected_by = "stripe.mutex guards all writing; chains are also read without it, kept alive by epochs",
        .claim_point = "put_if_absent: the store that links the new node, under the stripe's mutex",
        .ordering = "seq_cst links; a commit stops unlocked reads of its stripes until all its writes are linked",
        .progress = "get: lock-free apart from expired keys and running commits; all else blocking as in striped",
        .complexity =
            "get O(1) expected without a lock; overwriting O(1) expected, creating and erasing a key O(log n); scan "
            "and "
            "snapshot as striped",
        .memory =
            "a node with two links, its hash and a place among what was replaced; of what was replaced or erased at "
            "most "
            "16 KiB a stripe wait to be freed, and what a stalled reader may still read, until a write or expire after "
            "it",
        .source = "epoch-based reclamation (Fraser, 2004); resizable chains with two links (Xu, Linux 2010)",
    }
        .within(optimistic_contract);

const bool registered = register_implementation<Store, StripedStore<EpochTable>>("epoch_reads", contract);

}  // namespace
}  // namespace contend::kv_store
