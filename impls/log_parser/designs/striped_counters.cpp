#include <array>
#include <deque>

#include "impls/base/registry.hpp"
#include "impls/log_parser/counting/all_locks.hpp"
#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/streams/strand_parser.hpp"

namespace contend::log_parser {
namespace {

// One set of counts for all threads, in stripes with a lock each: an error key belongs to a stripe, and so does a
// slide.
constexpr Contract contract{
    .technique = "striped",
    .summary = "an actor for each stream; all count into one set of counters, striped by error key and by slide",
    .shared_state = "the queues of the streams; the stripes",
    .protected_by = "one mutex guards the queues; each stripe has a mutex, taken in order of the stripes",
    .claim_point = "holding all stripes that a piece's counts fall into: they are added while no report can look",
    .ordering = "pieces of a stream in order; a report holds all stripes at once, so it sees each piece whole or not",
    .progress = "blocking: threads that count the same key or slide wait for each other; a report stops all of them",
    .complexity = "feed O(1), and a copy unless kept alive; report O(stripes * windows + distinct keys log k)",
    .memory = "max_pending_bytes; 2 * max_event_bytes a stream; one entry for each key and slide",
    .source = "lock striping (ConcurrentHashMap, Lea); two-phase locking in a fixed order",
};

constexpr std::size_t stripe_count = 16;

class StripedCounts {
 public:
  explicit StripedCounts(const LogParser::Options& options)
      : options_(options), parts_(static_cast<std::size_t>(options.threads)) {
    for (std::size_t i = 0; i < stripe_count; ++i) stripes_.emplace_back(options);
  }

  // Locks only the stripes that there is something for; which ones is known at run time.
  void add(std::size_t worker, CountDelta& delta) NO_THREAD_SAFETY_ANALYSIS {
    Parts& parts = parts_[worker].value;
    deal(delta, parts);
    parts[worker % stripe_count].totals = delta.totals;
    const auto has_part = [&parts](std::size_t stripe) { return has_counts(parts[stripe]); };
    const WantedLocks locks(stripes_, has_part);
    for (std::size_t i = 0; i < stripe_count; ++i) {
      if (has_part(i)) stripes_[i].tally.make_room(parts[i]);
    }
    for (std::size_t i = 0; i < stripe_count; ++i) {
      if (has_part(i)) stripes_[i].tally.add_in_room(parts[i]);
    }
  }

  void advance(std::int64_t slide) {
    Stripe& stripe = stripe_of_slide(slide);
    const MutexLock lock(stripe.mutex);
    stripe.tally.advance(slide);
  }

  void drain() {}

  Report report() NO_THREAD_SAFETY_ANALYSIS {
    Tally sum(options_);
    {
      const AllLocks locks(stripes_);
      for (const Stripe& stripe : stripes_) sum.add(stripe.tally);
    }
    return sum.report();
  }

 private:
  struct alignas(cache_line_bytes) Stripe {
    explicit Stripe(const LogParser::Options& options) : tally(options) {}
    Mutex mutex{LockLabel{"stripe", 0}};
    Tally tally GUARDED_BY(mutex);
  };
  using Parts = std::array<CountDelta, stripe_count>;

  static bool has_counts(const CountDelta& part) {
    return !part.empty() || !part.slides.empty() || !part.errors.empty();
  }
  static std::size_t stripe_of(std::int64_t slide) {
    return mix_bits(static_cast<std::uint64_t>(slide)) % stripe_count;
  }
  Stripe& stripe_of_slide(std::int64_t slide) { return stripes_[stripe_of(slide)]; }

  // A key's errors go to its stripe, in all slides; how many events and errors a slide has goes to the slide's stripe.
  static void deal(const CountDelta& delta, Parts& parts) {
    for (CountDelta& part : parts) part.clear();
    for (const CountDelta::Slide& slide : delta.slides) {
      CountDelta& part = parts[stripe_of(slide.number)];
      part.slides.push_back(slide);
      part.newest_slide = std::max(part.newest_slide, slide.number);
    }
    for (const CountDelta::Error& error : delta.errors) {
      const std::uint64_t hash = delta.keys.hash(error.key);
      CountDelta& part = parts[mix_bits(hash) % stripe_count];
      part.errors.push_back({error.slide, part.keys.intern(delta.keys[error.key], hash), error.count});
    }
  }

  const LogParser::Options& options_;
  std::deque<Stripe> stripes_;
  std::vector<Padded<Parts>> parts_;  // of each worker
};

const bool registered = register_implementation<LogParser, StrandParser<StripedCounts>>(
    "striped_counters", contract.within(queued_pieces), {.counts_on_return = false});

}  // namespace
}  // namespace contend::log_parser
