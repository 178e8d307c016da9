// Claims: of several threads that want the same thing, exactly one gets it.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"

namespace contend::ledger {
namespace {

constexpr Sized claim_races{.full = 100, .small = {1, 2}};
constexpr Sized occurrences_planned{.full = 4, .small = {1, 2}};
constexpr Amount fortune = 1'000'000;  // of account 1 at the start
constexpr TimeNs interval_ns = 10;     // between occurrences of a schedule
constexpr TimeNs race_ns = 1000;       // longer than all of a schedule

struct ClaimOutcomes {
  Round& round;
  Outcomes::Counter& races = round.required("races", "all threads wanted the same thing at once");
  Outcomes::Counter& keys_twice = round.forbidden("key applied twice", "one idempotency key had two effects");
  Outcomes::Counter& answers_differ =
      round.forbidden("answers differ", "one key gave two answers, or not exactly one caller was the first");
  Outcomes::Counter& reversals_twice = round.forbidden("reversed twice", "not exactly one reversal won");
  Outcomes::Counter& holds_twice = round.forbidden("hold resolved twice", "not exactly one post or void won");
  Outcomes::Counter& fired_twice =
      round.forbidden("fired twice", "an occurrence moved money twice, or not at all, or unreported");
  Outcomes::Counter& fired_after_cancel =
      round.forbidden("fired after cancel", "cancel answered ok and money still moved");
};

// One race after the other on one ledger; `number` tells their keys apart.
struct Race {
  Round& round;
  Ledger& ledger;
  int threads;
  int number;
  ClaimOutcomes& seen;
};

// All threads send the same deposit: one applies it, and all are told the same.
void race_for_key(const Race& race) {
  constexpr Amount amount = 3;
  std::vector<Answer> answers(static_cast<std::size_t>(race.threads));
  const Amount before = race.ledger.balance(1, 0).balance;
  const std::string key = fmt::format("key/{}", race.number);
  race.round.run_threads(race.threads, [&](int thread) {
    answers[static_cast<std::size_t>(thread)] = race.ledger.deposit(key, 1, amount, 0);
  });
  if (race.ledger.balance(1, 0).balance != before + amount) ++race.seen.keys_twice;
  const auto first_hand = std::ranges::count(answers, false, &Answer::replayed);
  const bool equal = std::ranges::all_of(answers, [&](const Answer& answer) {
    return answer.id == answers[0].id && answer.balance == answers[0].balance && answer.status == Status::ok;
  });
  if (first_hand != 1 || !equal) ++race.seen.answers_differ;
}

// All threads send the same transfer of more than there is: all are told that it was refused.
void race_for_refusal(const Race& race) {
  std::vector<Answer> answers(static_cast<std::size_t>(race.threads));
  const std::string key = fmt::format("too much/{}", race.number);
  race.round.run_threads(race.threads, [&](int thread) {
    answers[static_cast<std::size_t>(thread)] = race.ledger.transfer(key, 2, 1, 1000 * fortune, 0);
  });
  const auto first_hand = std::ranges::count(answers, false, &Answer::replayed);
  const auto refused = std::ranges::count(answers, Status::insufficient_funds, &Answer::status);
  if (first_hand != 1 || refused != race.threads) ++race.seen.answers_differ;
}

void race_for_reversal(const Race& race) {
  // A cushion, so that a second reversal is not refused for want of money.
  race.ledger.transfer(fmt::format("cushion/{}", race.number), 1, 2, 100, 0);
  const TransactionId paid = race.ledger.transfer(fmt::format("paid/{}", race.number), 1, 2, 5, 0).id;
  std::atomic<int> won{0};
  race.round.run_threads(race.threads, [&](int thread) {
    const Answer answer = race.ledger.reverse(fmt::format("back/{}/{}", race.number, thread), paid, 0);
    won += answer.status == Status::ok ? 1 : 0;
  });
  if (won != 1) ++race.seen.reversals_twice;
}

void race_for_hold(const Race& race) {
  constexpr Amount amount = 4;
  const TransactionId hold = race.ledger.hold(fmt::format("hold/{}", race.number), 1, 2, amount, race_ns, 0).id;
  std::atomic<int> won{0};
  race.round.run_threads(race.threads, [&](int thread) {
    const std::string key = fmt::format("resolve/{}/{}", race.number, thread);
    const Answer answer =
        thread % 2 == 0 ? race.ledger.post(key, hold, amount, 0) : race.ledger.void_hold(key, hold, 0);
    won += answer.status == Status::ok ? 1 : 0;
  });
  if (won != 1) ++race.seen.holds_twice;
  const Amount there = race.ledger.balance(2, 0).balance;
  if (there > 0) race.ledger.transfer(fmt::format("return/{}", race.number), 2, 1, there, 0);
}

// Several callers run what is due, while in half of the races one cancels: each occurrence moves money at most once,
// and none after the cancel.
void race_for_schedule(const Race& race) {
  const auto occurrences = static_cast<std::uint32_t>(race.round.size(occurrences_planned));
  const bool cancelling = race.round.random()() % 2 == 0;
  const TimeNs base_ns = race_ns * (race.number + 1);
  Ledger& ledger = race.ledger;
  const Amount before = ledger.balance(2, 0).balance;
  const std::string plan = fmt::format("plan/{}", race.number);
  const ScheduleId schedule = ledger.schedule(plan, 1, 2, 1, base_ns, interval_ns, occurrences, 0).id;
  std::atomic<std::size_t> fired{0};
  std::atomic<Amount> at_cancel{-1};
  race.round.run_threads(race.threads, [&](int thread) {
    if (thread == 0 && cancelling) {
      const Answer cancelled = ledger.cancel(fmt::format("stop/{}", race.number), schedule, 0);
      if (cancelled.status == Status::ok) at_cancel = ledger.balance(2, 0).balance;
      return;
    }
    for (std::uint32_t step = 0; step <= occurrences; ++step) {
      fired += ledger.run_due(base_ns + step * interval_ns, 2).fired;
    }
  });
  fired += ledger.run_due(base_ns + race_ns, 2 * occurrences).fired;
  const Amount gained = ledger.balance(2, 0).balance - before;
  if (gained != static_cast<Amount>(fired) || fired > occurrences) ++race.seen.fired_twice;
  if (!cancelling && fired != occurrences) ++race.seen.fired_twice;
  if (at_cancel >= 0 && ledger.balance(2, 0).balance != at_cancel) ++race.seen.fired_after_cancel;
}

// Each kind of race in turn, beginning with any.
void round_of_claims(const Subject<Ledger>& subject, Round& round) {
  static constexpr std::array kinds{race_for_key, race_for_refusal, race_for_reversal, race_for_hold,
                                    race_for_schedule};
  ClaimOutcomes seen(round);
  const int races = round.size(claim_races);
  const int threads = round.threads(2);
  const std::size_t first = round.random()() % kinds.size();
  const auto ledger = ledger_with_accounts(subject, round, 2, 0);
  ledger->deposit("start", 1, fortune, 0);
  for (int number = 0; number < races && !round.illegal(); ++number) {
    kinds[(first + static_cast<std::size_t>(number)) % kinds.size()]({round, *ledger, threads, number, seen});
    ++seen.races;
  }
}
const bool claims_registered = register_attack<Ledger>(
    {"claims", "keys, reversals, holds and occurrences each have exactly one winner", round_of_claims});

}  // namespace
}  // namespace contend::ledger
