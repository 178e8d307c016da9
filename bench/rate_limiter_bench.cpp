// Workloads of the rate limiter: who asks, how often, under which quotas.

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/engine/workload.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {
namespace {

constexpr std::size_t ring_operations = 1 << 14;
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
  std::size_t keys = 10'000;   // alike; 0: the clients of the log, as often as they came
  std::size_t dimensions = 1;  // a request charges so many quotas: its own key, and keys that many share
  Algorithm algorithm = Algorithm::token_bucket;
  std::uint64_t capacity = 1000;  // units, and as many come back in a second of the workload's clock
  bool read_clock = false;        // ask the machine's clock before each decision, instead of counting on
};

std::vector<Quota> quotas_of(const Shape& shape) {
  std::vector<Quota> quotas;
  for (std::size_t i = 0; i < shape.dimensions; ++i) {
    // Those that many share are larger.
    const std::uint64_t units = shape.capacity << (4 * i);
    quotas.push_back({shape.algorithm, units, units, second_ns});
  }
  return quotas;
}

std::string client(std::size_t number) {
  return "client/" + std::to_string(number);
}

class LimiterWorker final : public Worker {
 public:
  LimiterWorker(RateLimiter& limiter, const Shape& shape, std::discrete_distribution<std::size_t> draw,
                std::uint64_t seed)
      : limiter_(limiter), shape_(shape) {
    std::mt19937_64 random(seed);
    const std::size_t keys = draw.probabilities().size();
    keys_.reserve(keys);
    for (std::size_t i = 0; i < keys; ++i) keys_.push_back(client(i));
    for (std::size_t i = 0; i < 16; ++i) groups_.push_back("group/" + std::to_string(i));
    requests_.reserve(ring_operations);
    for (std::size_t i = 0; i < ring_operations; ++i) {
      const std::size_t key = draw(random);
      requests_.push_back({{Charge{0, keys_[key], 1}, Charge{1, groups_[key % 16], 1}, Charge{2, "everybody", 1}}});
    }
  }

  void run(std::size_t calls) override {
    for (; calls > 0; --calls) {
      const Request& request = requests_[place_ % ring_operations];
      ++place_;
      const TimeNs now_ns = shape_.read_clock ? std::chrono::steady_clock::now().time_since_epoch().count() : now();
      const Decision decision = limiter_.acquire_all(std::span(request).first(shape_.dimensions), now_ns);
      allowed_ += decision.status == Status::allowed ? 1 : 0;
    }
  }

  std::uint64_t allowed() const { return allowed_; }
  // A clock that moves on by a microsecond per call of this thread; the threads' clocks drift, as they do in life.
  TimeNs now() const { return static_cast<TimeNs>(place_) * 1000; }

 private:
  using Request = std::array<Charge, 3>;

  RateLimiter& limiter_;
  const Shape shape_;
  std::vector<std::string> keys_;
  std::vector<std::string> groups_;
  std::vector<Request> requests_;
  std::size_t place_ = 0;
  std::uint64_t allowed_ = 0;
};

class LimiterSubject final : public TrialSubject {
 public:
  LimiterSubject(std::unique_ptr<RateLimiter> limiter, const Shape& shape)
      : limiter_(std::move(limiter)),
        shape_(shape),
        popularity_(shape.keys == 0 ? popularity_of_clients() : std::vector<double>(shape.keys, 1)) {}

  void prefill() override {
    for (std::size_t i = 0; i < entries(); ++i) limiter_->acquire(client(i), 1, 0);
  }
  std::unique_ptr<Worker> make_worker(int, std::uint64_t seed) override {
    auto worker = std::make_unique<LimiterWorker>(
        *limiter_, shape_, std::discrete_distribution<std::size_t>(popularity_.begin(), popularity_.end()), seed);
    workers_.push_back(worker.get());
    return worker;
  }
  // No key has been given more than its quota gives until the latest time that anybody has told.
  std::string validate() override {
    if (limiter_->tracked() == 0) return "";  // the control keeps nothing
    if (limiter_->tracked() > entries() + 17) return "there are more buckets than keys";
    if (shape_.keys != 1) return "";
    std::uint64_t allowed = 1;  // by prefill
    TimeNs latest_ns = 0;
    for (const LimiterWorker* worker : workers_) {
      allowed += worker->allowed();
      latest_ns = std::max(latest_ns, worker->now());
    }
    const std::uint64_t windows = shape_.algorithm == Algorithm::token_bucket ? 1 : 2;
    const auto periods = static_cast<double>(latest_ns) / static_cast<double>(second_ns);
    const double most = static_cast<double>(shape_.capacity) * (static_cast<double>(windows) + periods);
    return static_cast<double>(allowed) > 1.3 * most ? "the hot key was given more than its quota" : "";
  }
  std::size_t entries() const override { return popularity_.size(); }

 private:
  std::unique_ptr<RateLimiter> limiter_;
  std::vector<const LimiterWorker*> workers_;  // of this trial; they live until it has been validated
  const Shape shape_;
  const std::vector<double> popularity_;
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
