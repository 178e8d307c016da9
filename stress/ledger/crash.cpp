// A loss of power at any moment, whatever part of what was not synced it leaves: what was answered before it is there
// afterwards. So it is after a second one, which the reopened ledger's answers have to survive; and no damaged log opens
// as if nothing were amiss.

#include <fmt/core.h>

#include <atomic>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"
#include "stress/ledger/faulty_storage.hpp"

namespace contend::ledger {
namespace {

constexpr Sized crash_transfers{.full = 60, .small = {2, 6}};
constexpr AccountId accounts = 3;
constexpr Amount start_balance = 50;
constexpr std::size_t largest_transfer = 60;

// Transfers of one thread, and how many of them have been answered so far.
struct AnsweredTransfers {
  std::vector<Answer> answers;
  std::atomic<std::size_t> answered{0};
};

Answer transfer_number(Ledger& ledger, std::size_t thread, std::size_t number) {
  const AccountId payer = 1 + (thread + number) % accounts;
  return ledger.transfer(fmt::format("{}/{}", thread, number), payer, 1 + payer % accounts,
                         1 + static_cast<Amount>(number % largest_transfer), 0);
}

// What a loss of power leaves, and how many transfers of each thread had been answered before it.
struct Wreck {
  std::vector<std::size_t> promised;
  std::string image;
};

Wreck crash_while_transferring(Round& round, Ledger& ledger, const FaultyStorage& storage, std::size_t transfers,
                               std::vector<AnsweredTransfers>& of_thread) {
  const std::size_t until = round.random()() % transfers;
  std::mt19937_64 fate(round.random()());
  Wreck wreck{std::vector<std::size_t>(of_thread.size()), {}};
  round.run_threads(static_cast<int>(of_thread.size()) + 1, [&](int index) {
    const auto thread = static_cast<std::size_t>(index);
    if (thread < of_thread.size()) {
      for (std::size_t i = 0; i < transfers; ++i) {
        of_thread[thread].answers[i] = transfer_number(ledger, thread, i);
        of_thread[thread].answered = i + 1;
      }
      return;
    }
    yield_until([&] { return of_thread[0].answered >= until; });
    // First what has been promised, then what is left.
    for (std::size_t i = 0; i < wreck.promised.size(); ++i) wreck.promised[i] = of_thread[i].answered;
    wreck.image = storage.after_power_loss(fate);
  });
  return wreck;
}

// What a program leaves that has written a group and was killed before it could sync it.
void kill_before_sync(const Subject<Ledger>& subject, const std::shared_ptr<FaultyStorage>& storage) {
  const auto killed = subject.make({.log = storage});
  storage->fail_sync(1);
  try {
    killed->deposit("last before the power went", 1, 1, 0);
  } catch (const std::system_error&) {
    // It was never answered.
  }
}

// Whether the ledger answers from a log in which one bit has changed.
bool opens_damaged(const Subject<Ledger>& subject, Round& round, std::string log) {
  const std::size_t bit = round.random()() % (8 * log.size());
  log[bit / 8] = static_cast<char>(log[bit / 8] ^ (1 << (bit % 8)));
  try {
    subject.make({.log = std::make_shared<FaultyStorage>(std::move(log))});
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

void round_of_crash(const Subject<Ledger>& subject, Round& round) {
  Outcomes::Counter& kept = round.required("kept", "answers given before the crash and the same after it");
  Outcomes::Counter& lost = round.forbidden("lost", "an answer was given, and the crash undid it");
  Outcomes::Counter& accepted = round.forbidden("damage accepted", "a log with a flipped bit was opened");
  Outcomes::Counter& unbalanced = round.forbidden("unbalanced", "the books do not balance after the crash");
  Outcomes::Counter& syncs = round.allowed("syncs", "group commits");
  const auto transfers = static_cast<std::size_t>(round.size(crash_transfers));
  const auto storage = std::make_shared<FaultyStorage>();
  const auto ledger = subject.make({.log = storage});
  open_accounts(*ledger, accounts, start_balance);
  std::vector<AnsweredTransfers> of_thread(static_cast<std::size_t>(round.threads()));
  for (AnsweredTransfers& mine : of_thread) mine.answers.resize(transfers);
  const Wreck wreck = crash_while_transferring(round, *ledger, *storage, transfers, of_thread);
  syncs.add(storage->syncs());

  // Half of the wrecks are opened while there is power: by a program that follows one that was killed.
  const auto left = std::make_shared<FaultyStorage>(wreck.image);
  if (round.random()() % 2 == 0) kill_before_sync(subject, left);
  auto reopened = subject.make({.log = left});
  for (int opening = 0; opening < 2; ++opening) {
    if (!reopened->trial_balance().balanced()) ++unbalanced;
    for (std::size_t thread = 0; thread < wreck.promised.size(); ++thread) {
      for (std::size_t i = 0; i < wreck.promised[thread]; ++i) {
        Answer expected = of_thread[thread].answers[i];
        expected.replayed = true;
        ++(transfer_number(*reopened, thread, i) == expected ? kept : lost);
      }
    }
    const Answer last = reopened->deposit("last before the power went", 1, 1, 0);
    reopened = subject.make({.log = std::make_shared<FaultyStorage>(left->after_crash(0))});
    if (reopened->deposit("last before the power went", 1, 1, 0) !=
        Answer{last.status, last.id, last.balance, {}, 0, true})
      ++lost;
  }
  if (opens_damaged(subject, round, left->bytes())) ++accepted;
}
const bool crash_registered = register_attack<Ledger>(
    {"crash", "a crash while transfers run: what was answered is there when the log is opened again", round_of_crash,
     [](const Guarantees& guarantees) { return guarantees.durable; }});

}  // namespace
}  // namespace contend::ledger
