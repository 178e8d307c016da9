#include "impls/base/registry.hpp"
#include "impls/ledger/sequential/delegated_ledger.hpp"

namespace contend::ledger {
namespace {

// One mutex around the sequential ledger. With one lock nothing can deadlock and every audit is one instant; on few
// cores the lock is often cheaper than what would replace it.
constexpr Contract contract =
    Contract{
        .technique = "coarse_lock",
        .summary =
            "one mutex around the sequential ledger: the oracle for the others and the yardstick for their speed",
        .shared_state = "ledger_: accounts, keys, journal and calendar",
        .protected_by =
            "one mutex, that of the critical section, guards all of it, so there is no lock order and no deadlock",
        .claim_point = "the insertion of the key inside the critical section",
        .ordering = "the mutex orders all operations; each sees all earlier ones",
        .progress = "blocking: a stalled lock holder delays everybody; an audit delays all transfers for O(accounts)",
        .failure = "bad_alloc leaves the ledger as it was, the key unclaimed; at most a transaction id is skipped",
        .complexity = "transfer O(1) expected, chain O(legs), trial balance O(accounts)",
        .memory =
            "one journal record and two statement entries per transfer, one map node per key; nothing is forgotten",
        .source = "monitor (Hoare, 1974); TigerBeetle's argument that one core can be enough",
    }
        .within(without_threads);

class ReferenceLedger final : public DelegatedLedger<CriticalSection> {
 public:
  using DelegatedLedger::DelegatedLedger;

  // Command by command: a batch is no reason to keep everybody else waiting.
  void execute_batch(std::span<const Command> commands, TimeNs now_ns, std::span<Answer> answers) override {
    Ledger::execute_batch(commands, now_ns, answers);
  }
};

const bool registered = register_implementation<Ledger, ReferenceLedger>("reference", contract);

}  // namespace
}  // namespace contend::ledger
