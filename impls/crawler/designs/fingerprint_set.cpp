#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <memory>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/frontier/queue_crawler.hpp"
#include "impls/crawler/visit/crawl_run.hpp"

namespace contend::crawler {
namespace {

// No lock on the way of a link: a compare-and-swap claims it, a lock-free queue holds it.
constexpr Contract contract =
    Contract{
        .technique = "lock_free",
        .summary = "a visited set of compare-and-swap slots with fingerprints, and a lock-free frontier",
        .shared_state =
            "tables of the visited set, the queue, the counter of what is outstanding, the word of who sleeps",
        .protected_by =
            "each slot is an atomic pointer that is set once; the queue is Boost.Lockfree's; all else is atomic",
        .claim_point = "the compare-and-swap of an empty slot to the new record",
        .ordering = "seq_cst throughout: a record is written before its slot, and the slot before it is queued",
        .progress = "lock-free, but for the sleep of those who find nothing to do, and for memory",
        .shutdown = "who counts the last outstanding page down, or sees the crawl stopped, wakes all who sleep",
        .complexity =
            "O(1) expected for each link in each table, and O(log pages) tables: each is eight times the one before",
        .memory = "a record and the URL for each page, 2 to 16 slots of a word; a queue node; a word for each link",
        .source = "open addressing with linear probing (Knuth, vol. 3); fingerprints as in BUbiNG (Boldi et al., 2018)",
    }
        .within(counted_pages);

// A slot is a pointer to a record with 16 bits of the URL's hash in its upper end: strangers are told apart without
// following it, and the URL itself decides. A URL goes into the first free slot of its window in the first table that
// has one; slots are never emptied, so that everybody who looks for it goes the same way.
class FingerprintSet {
 public:
  explicit FingerprintSet(const CrawlRun& run) : run_(run), first_(std::make_unique<Table>(first_slots)) {}

  std::pair<PageRecord*, bool> add(Url&& url, std::uint32_t depth, std::uint32_t hops) {
    const std::uint64_t hash = mix_bits(hash_bytes(url.text()));
    std::unique_ptr<PageRecord> made;  // before it is known whether it is needed; the URL moves into it
    const auto text = [&]() -> const std::string& { return made ? made->url.text() : url.text(); };
    for (Table* table = first_.get();; table = table->next_or_grow()) {
      for (std::size_t step = 0; step < window; ++step) {
        std::atomic<std::uintptr_t>& slot = table->slots[(hash + step) & (table->slots.size() - 1)];
        std::uintptr_t seen = slot.load();
        if (seen == 0) {
          // NOLINTNEXTLINE(bugprone-use-after-move): the first round moves it, and none after
          if (!made) made = run_.make_record(std::move(url), depth, hops);
          const std::uintptr_t mine = tagged(made.get(), hash);
          if (slot.compare_exchange_strong(seen, mine)) return {made.release(), true};
        }
        if (tag_of(seen) == tag_of(hash) && record_of(seen)->url.text() == text()) return {record_of(seen), false};
      }
    }
  }

 private:
  // Small at first, so that whoever tests a crawl of a few pages sees tables grow; seven tables hold two million pages.
  static constexpr std::size_t first_slots = 8;
  static constexpr std::size_t growth = 8;
  static constexpr std::size_t window = 8;
  static constexpr int tag_shift = 48;  // user space addresses of x86-64 and AArch64 end below

  static std::uintptr_t tag_of(std::uint64_t word) { return word >> tag_shift; }
  static PageRecord* record_of(std::uintptr_t word) {
    return reinterpret_cast<PageRecord*>(word & ((std::uintptr_t{1} << tag_shift) - 1));
  }
  static std::uintptr_t tagged(PageRecord* record, std::uint64_t hash) {
    return reinterpret_cast<std::uintptr_t>(record) | (tag_of(hash) << tag_shift);
  }

  struct Table {
    explicit Table(std::size_t size) : slots(size) {}
    ~Table() {
      for (const auto& slot : slots) delete record_of(slot.load());
      delete next.load();
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    Table* next_or_grow() {
      Table* known = next.load();
      if (known != nullptr) return known;
      auto larger = std::make_unique<Table>(growth * slots.size());
      return next.compare_exchange_strong(known, larger.get()) ? larger.release() : known;
    }

    std::vector<std::atomic<std::uintptr_t>> slots;  // 0: empty
    std::atomic<Table*> next{nullptr};
  };

  const CrawlRun& run_;
  const std::unique_ptr<Table> first_;
};

class LockFreeFrontier {
 public:
  explicit LockFreeFrontier(CrawlRun& run) : run_(run) {}

  void begin(const std::vector<PageRecord*>& pages) {
    over_ = false;
    outstanding_ = pages.size();
    for (PageRecord* page : pages) pages_.push(page);
  }

  // Waits for a page; null: the crawl is over.
  PageRecord* take() {
    while (true) {
      PageRecord* page = nullptr;
      if (!run_.claiming()) end();
      if (over_) return nullptr;
      if (pages_.pop(page)) return page;
      // The epoch is read before the last look: who pushes after that look changes it.
      const std::uint32_t epoch = epoch_;
      ++sleepers_;
      if (pages_.empty() && !over_ && run_.claiming()) {
        const CrawlTime::Parked parked(run_.time());
        epoch_.wait(epoch);
      }
      --sleepers_;
    }
  }

  void finish(const std::vector<PageRecord*>& claimed) {
    outstanding_ += claimed.size();
    run_.guarded([&] {
      for (PageRecord* page : claimed) pages_.push(page);
    });
    if (--outstanding_ == 0) {
      end();
    } else if (!claimed.empty()) {
      wake(claimed.size() > 1);
    }
    if (!run_.claiming()) end();
  }

 private:
  void end() {
    over_ = true;
    wake(true);
  }
  void wake(bool all) {
    ++epoch_;
    if (sleepers_ == 0) return;
    if (all) {
      epoch_.notify_all();
    } else {
      epoch_.notify_one();
    }
  }

  CrawlRun& run_;
  boost::lockfree::queue<PageRecord*> pages_{1024};  // grows by nodes
  std::atomic<std::size_t> outstanding_{0};
  std::atomic<bool> over_{false};
  std::atomic<std::uint32_t> epoch_{0};
  std::atomic<int> sleepers_{0};
};

using FingerprintSetCrawler = QueueCrawler<FingerprintSet, LockFreeFrontier>;
const bool registered = register_implementation<Crawler, FingerprintSetCrawler>("fingerprint_set", contract);

}  // namespace
}  // namespace contend::crawler
