// Workloads of the rate limiter: who asks, how often, under which quotas.

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "bench/workload/workload.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {
namespace {

constexpr DurationNs second_ns = 1'000'000'000;

// How often each client of a public web server asked: the counts of the 1,753 addresses in the 10,000 lines of the
// Apache access log that elastic/examples publishes (Apache-2.0), as (requests, clients that made so many).
constexpr std::pair<int, std::size_t> clients_by_requests[] = {
    {482, 1}, {364, 1}, {357, 1}, {273, 1}, {113, 1}, {102, 1}, {99, 1},  {84, 1},  {83, 1}, {82, 1}, {74, 1},  {65, 1},
    {60, 2},  {56, 1},  {52, 1},  {50, 2},  {43, 1},  {42, 1},  {41, 3},  {40, 2},  {39, 2}, {38, 2}, {37, 3},  {35, 1},
    {34, 4},  {33, 10}, {32, 5},  {29, 3},  {28, 1},  {27, 3},  {26, 3},  {25, 2},  {24, 1}, {23, 6}, {22, 2},  {21, 1},
    {20, 1},  {19, 3},  {18, 7},  {17, 6},  {16, 3},  {15, 2},  {14, 4},  {13, 10}, {12, 9}, {11, 5}, {10, 12}, {9, 25},
    {8, 28},  {7, 88},  {6, 312}, {5, 42},  {4, 48},  {3, 70},  {2, 324}, {1, 680}};

// How likely each key is to be asked for.
std::vector<double> popularity_of_clients() {
  std::vector<double> weights;
  for (const auto& [requests, clients] : clients_by_requests) weights.insert(weights.end(), clients, requests);
  return weights;
}

struct Shape {
  std::size_t keys = 10'000;   // equally popular; 0: the clients of the log, as often as they came
  std::size_t dimensions = 1;  // how many quotas a request charges: its own key, and keys that many share
  Algorithm algorithm = Algorithm::token_bucket;
  std::uint64_t capacity = 1000;  // units, refilled once a second of the workload's clock
  bool read_clock = false;        // read the machine's clock before each decision
};

std::vector<Quota> quotas_of(const Shape& shape) {
  std::vector<Quota> quotas;
  for (std::size_t i = 0; i < shape.dimensions; ++i) {
    // Quotas that many share are larger.
    const std::uint64_t units = shape.capacity << (4 * i);
    quotas.push_back({shape.algorithm, units, units, second_ns});
  }
  return quotas;
}

std::string client(std::size_t number) {
  return "client/" + std::to_string(number);
}

// The keys that are charged: clients, and groups that many clients share. All callers of a trial read them.
struct Names {
  explicit Names(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) clients.push_back(client(i));
    for (std::size_t i = 0; i < 16; ++i) groups.push_back("group/" + std::to_string(i));
  }
  std::vector<std::string> clients;
  std::vector<std::string> groups;
};

struct Request {
  std::array<Charge, 3> charges;
  std::uint32_t client = 0;
};

// Of every 64th client, what it asked for and was given.
struct Account {
  std::uint64_t asked = 0;
  std::uint64_t allowed = 0;
};

class LimiterCaller : public RingCaller<Request> {
 public:
  LimiterCaller(RateLimiter& limiter, const Shape& shape, std::size_t clients, Ring<Request> ring)
      : RingCaller(std::move(ring)), limiter_(limiter), shape_(shape), accounts_(clients / 64 + 1) {}

  void call(Cursor& cursor) {
    const Request& request = cursor.next();
    const TimeNs now_ns =
        shape_.read_clock ? std::chrono::steady_clock::now().time_since_epoch().count() : cursor.now_ns();
    const Decision decision = limiter_.acquire_all(std::span(request.charges).first(shape_.dimensions), now_ns);
    if (request.client % 64 == 0) {
      Account& account = accounts_[request.client / 64];
      ++account.asked;
      account.allowed += decision.status == Status::allowed ? 1 : 0;
    }
    if (first_ns_ == 0) first_ns_ = now_ns;
    latest_ns_ = now_ns;
    if (cursor.sampled() && decision.status == Status::allowed) {
      expect(decision.remaining < shape_.capacity, "a unit was taken, and yet all of them remain");
    }
  }

  const Account& account(std::size_t client) const { return accounts_[client / 64]; }
  TimeNs first_ns() const { return first_ns_; }
  TimeNs latest_ns() const { return latest_ns_; }

 private:
  RateLimiter& limiter_;
  const Shape shape_;
  std::vector<Account> accounts_;
  TimeNs first_ns_ = 0;
  TimeNs latest_ns_ = 0;
};

class LimiterSubject final : public CallerSubject<RateLimiter, LimiterCaller> {
 public:
  LimiterSubject(std::unique_ptr<RateLimiter> limiter, const Shape& shape)
      : CallerSubject(std::move(limiter)),
        shape_(shape),
        popularity_(shape.keys == 0 ? popularity_of_clients() : std::vector<double>(shape.keys, 1)),
        names_(popularity_.size()) {}

  void prefill() override {
    for (const std::string& name : names_.clients) system().acquire(name, 1, 0);
  }
  // Of every 64th client: not given more than its quota allows until the latest time that any caller passed, and given all
  // where it asked for less than half of that.
  std::string validate_state() override {
    const std::size_t tracked = system().tracked();
    if (tracked == 0) return "no bucket is kept";
    if (tracked > entries() + names_.groups.size() + 1) return "there are more buckets than keys";
    TimeNs first_ns = never;
    TimeNs latest_ns = 0;
    for (const LimiterCaller* caller : callers()) {
      first_ns = std::min(first_ns, caller->first_ns());
      latest_ns = std::max(latest_ns, caller->latest_ns());
    }
    const double windows = shape_.algorithm == Algorithm::token_bucket ? 1 : 2;
    const double periods = static_cast<double>(latest_ns - first_ns) / static_cast<double>(second_ns);
    const auto capacity = static_cast<double>(shape_.capacity);
    for (std::size_t client = 0; client < entries(); client += 64) {
      Account all{.asked = 1, .allowed = 1};  // by prefill
      for (const LimiterCaller* caller : callers()) {
        all.asked += caller->account(client).asked;
        all.allowed += caller->account(client).allowed;
      }
      if (static_cast<double>(all.allowed) > 1.3 * capacity * (windows + periods)) {
        return names_.clients[client] + " was given more than its quota";
      }
      if (2 * all.asked < shape_.capacity && all.allowed < all.asked) {
        return names_.clients[client] + " was refused what its quota holds";
      }
    }
    return "";
  }
  std::size_t entries() const override { return popularity_.size(); }

 private:
  LimiterCaller make_caller(int, std::uint64_t seed) override {
    std::discrete_distribution<std::size_t> draw(popularity_.begin(), popularity_.end());
    return LimiterCaller(system(), shape_, entries(), draw_ring(1 << 14, seed, [&](std::mt19937_64& random) {
                           const std::size_t key = draw(random);
                           return Request{{Charge{0, names_.clients[key], 1}, Charge{1, names_.groups[key % 16], 1},
                                           Charge{2, "everybody", 1}},
                                          static_cast<std::uint32_t>(key)};
                         }));
  }

  const Shape shape_;
  const std::vector<double> popularity_;
  const Names names_;
};

bool add(const std::string& name, const std::string& summary, const Shape& shape) {
  return register_workload<RateLimiter>(
      {name, summary, shape.keys == 1 && shape.capacity == 100'000, [shape](const Maker<RateLimiter>& make, int) {
         const RateLimiter::Options options{.quotas = quotas_of(shape), .expected_keys = 4096};
         return std::make_unique<LimiterSubject>(make(options), shape);
       }});
}

const bool workloads_registered =
    add("clients", "1,753 clients as often as they came in a real log, token buckets of 1,000 a second", {.keys = 0}) &&
    add("hot_key", "everybody under one token bucket of 100,000 a second, most refused",
        {.keys = 1, .capacity = 100'000}) &&
    add("hot_key_allowed", "everybody under one token bucket that never runs dry", {.keys = 1, .capacity = 1U << 31}) &&
    add("dimensions", "client, group and everybody charged together", {.keys = 0, .dimensions = 3}) &&
    add("clock", "as clients, with the machine's clock read before each decision", {.keys = 0, .read_clock = true}) &&
    add("refused", "as clients, buckets of 2 a second, most refused", {.keys = 0, .capacity = 2}) &&
    add("uniform", "10,000 clients alike", {}) &&
    add("fixed_window", "as clients, fixed windows", {.keys = 0, .algorithm = Algorithm::fixed_window}) &&
    add("sliding_counter", "as clients, sliding counters", {.keys = 0, .algorithm = Algorithm::sliding_counter}) &&
    add("sliding_log", "as clients, sliding logs of 100 a second",
        {.keys = 0, .algorithm = Algorithm::sliding_log, .capacity = 100});

// The control: everything is allowed, at once.
class NoopLimiter final : public RateLimiter {
 public:
  Decision acquire_all(std::span<const Charge>, TimeNs) override { return {}; }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { return {}; }
  std::size_t tracked() override { return 0; }
};

const bool system_registered = register_bench_system<RateLimiter, NoopLimiter>("rate_limiter");

}  // namespace
}  // namespace contend::rate_limiter
