// The same random script against an implementation and against `reference`, answer by answer.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "tests/kv_store/script.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/minimised.hpp"

namespace contend::kv_store {
namespace {

constexpr int script_operations = 10'000;

// As often as they are drawn. Those of a transaction are the last four.
constexpr std::array kinds{Kind::get,
                           Kind::get,
                           Kind::get,
                           Kind::get,
                           Kind::set,
                           Kind::set,
                           Kind::set,
                           Kind::set,
                           Kind::put_if_absent,
                           Kind::put_if_absent,
                           Kind::compare_and_set,
                           Kind::compare_and_set,
                           Kind::erase,
                           Kind::erase,
                           Kind::scan,
                           Kind::expire,
                           Kind::size,
                           Kind::snapshot,
                           Kind::get_of_snapshot,
                           Kind::begin,
                           Kind::get_in_transaction,
                           Kind::set_in_transaction,
                           Kind::erase_in_transaction,
                           Kind::commit};

Kind kind_of(std::uint64_t drawn, bool odd) {
  const Kind kind = kinds[drawn];
  if (odd && kind == Kind::get_of_snapshot) return Kind::scan_of_snapshot;
  if (odd && kind == Kind::erase_in_transaction) return Kind::scan_in_transaction;
  return kind;
}

class Script {
 public:
  Script(std::uint64_t seed, const OfferedParts<Part>& offered) : random_(seed), offered_(offered) {}

  // While a transaction is open only its own operations follow where `alone`, since what it may see of others' work is
  // where isolation levels differ.
  Operation next(bool in_transaction, bool alone) {
    now_ns_ += static_cast<TimeNs>(below(4));
    Operation op;
    std::uint64_t drawn = 0;
    do {
      drawn = in_transaction && alone ? 20 + below(4) : below(kinds.size());
    } while (!is_offered(kinds[drawn], offered_));
    op.key = below(300) == 0 ? std::string(max_key_bytes + below(2), 'k')
                             : std::string(1, "ab\0\xff"[below(4)]) + std::to_string(below(9));
    op.value = fmt::format("v{}", ++values_);
    op.ttl_ns = offered_.has(Part::expiry) && below(3) == 0 ? static_cast<DurationNs>(below(60)) - 2 : forever;
    op.now_ns = below(10) == 0 ? now_ns_ - static_cast<TimeNs>(below(30)) : now_ns_;
    op.limit = below(12);
    op.version = below(8);
    op.kind = kind_of(drawn, op.limit % 2 == 1);
    return op;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::mt19937_64 random_;
  const OfferedParts<Part> offered_;
  TimeNs now_ns_ = 0;
  int values_ = 0;
};

// The reference and another, which get the same operations.
struct Pair {
  Side tested;
  Side oracle;
  bool alone;                          // within a transaction there is nothing but its own operations
  std::vector<std::string> answers{};  // of the oracle, so far

  // What differs, in two lines; empty if nothing does.
  std::string difference(const Operation& op) {
    answers.push_back(run(oracle, op));
    const std::string actual = run(tested, op);
    return actual == answers.back() ? "" : fmt::format("  expected  {}\n  was       {}\n", answers.back(), actual);
  }
};

class KvStoreDifferentialTest : public testing::TestWithParam<Implementation<Store>> {
 protected:
  static Pair make_pair() {
    const OfferedParts<Part>& offered = GetParam().guarantees.offered;
    return {{GetParam().make({}), offered, {}, {}, {}},
            {Registry<Store>::instance().find("reference")->make({}), offered, {}, {}, {}},
            GetParam().guarantees.isolation != Isolation::serializable};
  }

  // Whether the two differ in the last of these operations.
  static bool differs(const std::vector<Operation>& script) {
    Pair pair = make_pair();
    for (std::size_t i = 0; i < script.size(); ++i) {
      if (pair.alone && pair.oracle.transaction != nullptr && !is_of_transaction(script[i].kind)) return false;
      if (!pair.difference(script[i]).empty()) return i + 1 == script.size();
    }
    return false;
  }

  // A script that ends in a difference, as short as it can be made.
  static std::string told_minimised(const std::vector<Operation>& script) {
    const std::vector<Operation> few = minimised(script, differs);
    std::string text = fmt::format("{} of {} operations are enough:\n", few.size(), script.size());
    Pair pair = make_pair();
    for (const Operation& op : few) {
      const std::string difference = pair.difference(op);
      text += told(op) + (difference.empty() ? " -> " + pair.answers.back() : "") + "\n" + difference;
    }
    return text;
  }

  static bool agrees(std::uint64_t seed) {
    Pair pair = make_pair();
    Script script(seed, GetParam().guarantees.offered);
    std::vector<Operation> made;
    for (int step = 0; step < script_operations; ++step) {
      made.push_back(script.next(pair.oracle.transaction != nullptr, pair.alone));
      if (pair.difference(made.back()).empty()) continue;
      ADD_FAILURE() << "CONTEND_SEED=" << seed << "\n" << told_minimised(made);
      return false;
    }
    return true;
  }
};

TEST_P(KvStoreDifferentialTest, AnswersLikeTheReference) {
  for (std::uint64_t seed = test_seed(1), last = seed + 4; seed != last; ++seed) {
    if (!agrees(seed)) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreDifferentialTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

}  // namespace
}  // namespace contend::kv_store
