// Memory runs out at every place of every operation: each has then not happened, or has happened whole.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "tests/support/fail_each_allocation.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/long_strings.hpp"

namespace contend::kv_store {
namespace {

constexpr TimeNs early = 5;
constexpr TimeNs late = 100;  // the keys with a ttl have expired
enum Key : std::uint8_t { lasting, expiring, expired, other, fresh, fresh_too, keys };

// A store with what may be open on it.
struct Shop {
  std::unique_ptr<Store> store;
  std::unique_ptr<Snapshot> snapshot = nullptr;
  std::unique_ptr<Transaction> transaction = nullptr;
};

std::string say(const Answer& answer, const std::string& read = {}) {
  return fmt::format("{} {} {} '{}'", to_string(answer.status), answer.version, answer.previous, read);
}
std::string say(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += fmt::format("{}@{}='{}' ", entry.key, entry.version, entry.value);
  return text;
}

const OfferedParts<Part>& offered() {
  return testing::TestWithParam<Implementation<Store>>::GetParam().guarantees.offered;
}
DurationNs ttl(DurationNs ttl_ns) {
  return offered().has(Part::expiry) ? ttl_ns : forever;
}

// Everything that can be asked. Whoever looks at a time at which keys have expired removes them: so the early one first.
std::string describe(Shop& shop) {
  std::string text;
  std::string read;
  std::vector<Entry> entries;
  for (const TimeNs now_ns : {early, late}) {
    for (int i = 0; i < keys; ++i) {
      read.clear();
      const Answer answer = shop.store->get(long_key(i), now_ns, read);
      text += fmt::format("\n{} at {}: {}", i, now_ns, say(answer, read));
    }
    if (offered().has(Part::scan)) {
      shop.store->scan("", 100, now_ns, entries);
      text += "\nscan " + say(entries);
    }
    if (!offered().has(Part::size)) continue;
    const Size size = shop.store->size(now_ns);
    text += fmt::format("\nsize {}", size.live);
    if (shop.snapshot == nullptr) text += fmt::format(" of {}", size.resident);
  }
  if (shop.snapshot != nullptr) {
    shop.snapshot->scan("", 100, entries);
    text += "\nsnapshot " + say(entries);
  }
  if (shop.transaction != nullptr) {
    shop.transaction->scan("", 100, entries);
    text += "\ntransaction " + say(entries);
    text += fmt::format("\ncommit {}", to_string(shop.transaction->commit()));
    shop.store->scan("", 100, late, entries);
    text += "\nthen " + say(entries);
  }
  // Writable, every one of them, and again removable.
  for (int i = 0; i < keys; ++i) {
    text += "\n" + say(shop.store->set(long_key(i), long_value(i), ttl(10), late));
    text += "\n" + say(shop.store->erase(long_key(i), late));
  }
  return text;
}

using Ask = std::function<std::string(Shop&)>;
enum class Open : std::uint8_t { nothing, snapshot, transaction, conflict };

class KvStoreAllocationTest : public testing::TestWithParam<Implementation<Store>> {
 protected:
  static std::unique_ptr<Shop> shop(Open open) {
    auto made = std::make_unique<Shop>(GetParam().make({}));
    Store& store = *made->store;
    store.set(long_key(lasting), long_value(1), forever, 0);
    store.set(long_key(expiring), long_value(2), ttl(20), 0);
    store.set(long_key(expired), long_value(3), ttl(30), 0);
    store.set(long_key(other), long_value(4), forever, 0);
    if (open != Open::nothing) made->snapshot = store.snapshot(0);
    if (open == Open::transaction || open == Open::conflict) {
      made->transaction = store.begin(early);
      std::string read;
      std::vector<Entry> entries;
      made->transaction->get(long_key(lasting), read);
      made->transaction->scan(long_key(lasting).substr(0, 10), 2, entries);
      made->transaction->set(long_key(lasting), long_value(50), 40);
      made->transaction->set(long_key(fresh), long_value(51), forever);
      made->transaction->set(long_key(fresh_too), long_value(52), 60);
      made->transaction->set(long_key(expired), long_value(153), forever);
      made->transaction->erase(long_key(other));
    }
    if (open == Open::conflict) store.set(long_key(lasting), long_value(90), forever, early);
    return made;
  }
  static void fails(const std::string& name, const Ask& ask,
                    std::initializer_list<Open> opened = {Open::nothing, Open::snapshot}) {
    for (const Open open : opened) {
      if (open == Open::snapshot && !offered().has(Part::snapshots)) continue;
      fail_each_allocation<Shop>({fmt::format("{} {}", name, open == Open::nothing ? "" : "beside a snapshot"),
                                  [open] { return shop(open); }, ask, describe});
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, KvStoreAllocationTest, testing::ValuesIn(implementations<Store>()),
                         implementation_name<Store>);

TEST_P(KvStoreAllocationTest, Reads) {
  if (offered().has(Part::size)) {
    fails("size",
          [](Shop& shop) { return fmt::format("{}", under_fault([&] { return shop.store->size(late); }).live); });
  }
  for (const TimeNs now_ns : {early, late}) {
    for (const Key which : {lasting, expiring, fresh}) {
      fails(fmt::format("get of {} at {}", int{which}, now_ns), [=](Shop& shop) {
        std::string read;
        const Answer answer = under_fault([&] { return shop.store->get(long_key(which), now_ns, read); });
        return say(answer, read);
      });
    }
    if (!offered().has(Part::scan)) continue;
    for (const std::size_t limit : {2U, 100U}) {
      fails(fmt::format("scan for {} at {}", limit, now_ns), [=](Shop& shop) {
        std::vector<Entry> entries;
        under_fault([&] { shop.store->scan("a", limit, now_ns, entries); });
        return say(entries);
      });
    }
  }
}

TEST_P(KvStoreAllocationTest, Writes) {
  CONTEND_SURVIVES();
  for (const TimeNs now_ns : {early, late}) {
    for (const DurationNs ttl_ns : {forever, DurationNs{1000}}) {
      if (ttl(ttl_ns) != ttl_ns) continue;
      for (const Key which : {lasting, expired, fresh}) {
        const std::string on = fmt::format(" of {} at {} for {}", int{which}, now_ns, ttl_ns);
        fails("set" + on, [=](Shop& shop) {
          return say(under_fault([&] { return shop.store->set(long_key(which), long_value(200), ttl_ns, now_ns); }));
        });
        if (offered().has(Part::put_if_absent)) {
          fails("put_if_absent" + on, [=](Shop& shop) {
            return say(under_fault(
                [&] { return shop.store->put_if_absent(long_key(which), long_value(200), ttl_ns, now_ns); }));
          });
        }
        if (!offered().has(Part::compare_and_set)) continue;
        for (const bool matches : {true, false}) {
          fails("compare_and_set" + on, [=](Shop& shop) {
            std::string read;
            const Version version = shop.store->get(long_key(which), early, read).version;
            const Version expected = matches ? (now_ns == late && which == expired ? 0 : version) : version + 1;
            const Answer answer = under_fault([&] {
              return shop.store->compare_and_set(long_key(which), expected, long_value(200), ttl_ns, now_ns, read);
            });
            return say(answer, read);
          });
        }
      }
    }
    for (const Key which : {lasting, expired, fresh}) {
      fails(fmt::format("erase of {} at {}", int{which}, now_ns),
            [=](Shop& shop) { return say(under_fault([&] { return shop.store->erase(long_key(which), now_ns); })); });
    }
    if (!offered().has(Part::expire)) continue;
    fails(fmt::format("expire at {}", now_ns), [=](Shop& shop) {
      const ExpireAnswer answer = under_fault([&] { return shop.store->expire(1, now_ns); });
      return fmt::format("{} {}", answer.removed, answer.more);
    });
  }
}

TEST_P(KvStoreAllocationTest, Snapshots) {
  CONTEND_NEEDS(Part::snapshots);
  fails("snapshot", [](Shop& shop) {
    const auto taken = under_fault([&] { return shop.store->snapshot(early); });
    std::vector<Entry> entries;
    taken->scan("", 100, entries);
    return say(entries);
  });
  const std::initializer_list<Open> there = {Open::snapshot};
  fails(
      "get in a snapshot",
      [](Shop& shop) {
        std::string read;
        return say(under_fault([&] { return shop.snapshot->get(long_key(lasting), read); }), read);
      },
      there);
  fails(
      "scan of a snapshot",
      [](Shop& shop) {
        std::vector<Entry> entries;
        under_fault([&] { shop.snapshot->scan("a", 3, entries); });
        return say(entries);
      },
      there);
}

TEST_P(KvStoreAllocationTest, Transactions) {
  CONTEND_NEEDS(Part::transactions);
  const std::initializer_list<Open> there = {Open::transaction};
  fails("begin", [](Shop& shop) {
    const auto begun = under_fault([&] { return shop.store->begin(early); });
    std::string read;
    return say(begun->get(long_key(lasting), read), read);
  });
  for (const Key which : {lasting, expiring, fresh}) {
    fails(
        fmt::format("get of {} in a transaction", int{which}),
        [=](Shop& shop) {
          std::string read;
          return say(under_fault([&] { return shop.transaction->get(long_key(which), read); }), read);
        },
        there);
    fails(
        fmt::format("set of {} in a transaction", int{which}),
        [=](Shop& shop) {
          return say(under_fault([&] { return shop.transaction->set(long_key(which), long_value(200), forever); }));
        },
        there);
    fails(
        fmt::format("erase of {} in a transaction", int{which}),
        [=](Shop& shop) { return say(under_fault([&] { return shop.transaction->erase(long_key(which)); })); }, there);
  }
  fails(
      "scan in a transaction",
      [](Shop& shop) {
        std::vector<Entry> entries;
        under_fault([&] { shop.transaction->scan("a", 3, entries); });
        return say(entries);
      },
      there);
  fails("commit",
        [](Shop& shop) { return std::string(to_string(under_fault([&] { return shop.transaction->commit(); }))); },
        {Open::transaction, Open::conflict});
}

}  // namespace
}  // namespace contend::kv_store
