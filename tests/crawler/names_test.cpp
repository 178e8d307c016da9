// Looking up the names of hosts, also where nobody answers: getaddrinfo cannot be ended, what waits for it can.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/inputs/crawler/site_server.hpp"
#include "impls/base/clock.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/http_fetcher.hpp"
#include "impls/crawler/http/name_lookups.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs ms = 1'000'000;

// A name server that answers when it is told to: all names are 127.0.0.1. What hangs in it goes on at its end.
class NameServer {
 public:
  NameServer() : state_(std::make_shared<State>()) {}
  ~NameServer() { answer_all(); }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  std::shared_ptr<NameLookups> lookups(int most_threads = NameLookups::usual_threads) const {
    return std::make_shared<NameLookups>(
        [state = state_](const std::string& host) {
          ++state->asked;
          state->answering.wait(false);
          if (host == "throws") throw std::runtime_error("a name server that throws");
          if (host == "unknown") return NameLookups::Answer{EAI_NONAME, {}};
          return NameLookups::Answer{0, {boost::asio::ip::address_v4::loopback()}};
        },
        most_threads);
  }
  int asked() const { return state_->asked; }
  void answer_all() {
    state_->answering = true;
    state_->answering.notify_all();
  }

 private:
  struct State {
    std::atomic<int> asked{0};
    std::atomic<bool> answering{false};
  };
  const std::shared_ptr<State> state_;
};

// Counts the wakes of tickets.
struct Asker {
  std::atomic<int> wakes{0};
  std::unique_ptr<NameLookups::Ticket> ask(NameLookups& lookups, const std::string& host) {
    return lookups.ask(host, [this] { ++wakes; });
  }
  void wait_for(int count) const {
    while (wakes < count) std::this_thread::yield();
  }
};

TEST(NameLookupsTest, OneThreadAsksForAllWhoWaitForAName) {
  NameServer server;
  const auto lookups = server.lookups();
  Asker asker;
  std::vector<std::unique_ptr<NameLookups::Ticket>> tickets;
  for (int i = 0; i < 20; ++i) tickets.push_back(asker.ask(*lookups, "a"));
  for (const auto& ticket : tickets) EXPECT_EQ(ticket->answer(), nullptr);
  tickets.pop_back();  // gives up: is not woken
  server.answer_all();
  asker.wait_for(19);
  for (const auto& ticket : tickets) {
    ASSERT_NE(ticket->answer(), nullptr);
    EXPECT_EQ(ticket->answer()->error, 0);
    EXPECT_EQ(ticket->answer()->addresses.size(), 1U);
  }
  EXPECT_EQ(server.asked(), 1);
  EXPECT_EQ(asker.wakes, 19);
}

TEST(NameLookupsTest, ThreadsAreBoundedAndWhoGivesUpLeavesTheQueue) {
  NameServer server;
  const auto lookups = server.lookups(2);
  Asker asker;
  std::vector<std::unique_ptr<NameLookups::Ticket>> tickets;
  for (int i = 0; i < 6; ++i) tickets.push_back(asker.ask(*lookups, fmt::format("host{}", i)));
  while (server.asked() < 2) std::this_thread::yield();
  tickets.erase(tickets.begin() + 2, tickets.begin() + 5);  // have not been asked for
  EXPECT_EQ(server.asked(), 2);
  server.answer_all();
  asker.wait_for(3);
  EXPECT_EQ(server.asked(), 3);
}

TEST(NameLookupsTest, FailuresAreAnswers) {
  NameServer server;
  server.answer_all();
  const auto lookups = server.lookups();
  Asker asker;
  const auto unknown = asker.ask(*lookups, "unknown");
  const auto throwing = asker.ask(*lookups, "throws");
  asker.wait_for(2);
  EXPECT_EQ(unknown->answer()->error, EAI_NONAME);
  EXPECT_EQ(throwing->answer()->error, EAI_FAIL);
}

TEST(NameLookupsTest, TheMachineKnowsItself) {
  Asker asker;
  const auto ticket = asker.ask(*NameLookups::of_the_machine(), "localhost");
  asker.wait_for(1);
  ASSERT_EQ(ticket->answer()->error, 0);
  EXPECT_TRUE(ticket->answer()->addresses.front().is_loopback());
}

// A port at which nobody answers: who connects waits in vain, for the queue of those who do is full.
class SilentPort {
 public:
  SilentPort(std::uint32_t address, std::uint16_t port) : listener_(new_socket()) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(address);
    name.sin_port = htons(port);
    const auto* generic = reinterpret_cast<const sockaddr*>(&name);
    EXPECT_EQ(::bind(listener_, generic, sizeof name), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    for (int& waiting : waiting_) {
      waiting = new_socket();
      ::connect(waiting, generic, sizeof name);
    }
  }
  ~SilentPort() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listener_);
  }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

 private:
  static int new_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }
  const int listener_;
  int waiting_[4];
};

TEST(HttpFetcherTest, AnAddressThatDoesNotAnswerLeavesTheOthersTheirTime) {
  using boost::asio::ip::address_v4;
  const SiteServer server({}, {}, {{"/", {}}});
  constexpr std::uint32_t silent = INADDR_LOOPBACK + 1;
  const SilentPort silent_port(silent, server.port());
  const auto lookups = std::make_shared<NameLookups>(
      [](const std::string& host) {
        NameLookups::Answer answer{0, {address_v4(silent), address_v4(silent)}};
        if (host == "one.example") answer.addresses.back() = address_v4::loopback();
        return answer;
      },
      1);
  HttpFetcher fetcher(lookups);
  CrawlTime time(SteadyClock::instance(), never, {});
  FetchTimeouts timeouts;
  timeouts.connect_ns = 600 * ms;
  const auto get = [&](const std::string& host) {
    const auto url = Url::parse(fmt::format("http://{}:{}/", host, server.port()));
    return fetcher.fetch({&*url, "contend", timeouts, 1000}, time);
  };
  EXPECT_EQ(get("one.example").error, FetchError::none);
  EXPECT_EQ(get("none.example").error, FetchError::connect_timeout);
}

// --- every design ---

class HangingNameTest : public testing::TestWithParam<Implementation<Crawler>> {
 protected:
  static Crawler::Options usual() {
    Crawler::Options options{.workers = 4, .robots = false};
    options.retry.attempts = 1;
    return options;
  }
  Report crawl(const std::vector<std::string>& starts, const Crawler::Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t used = std::clock();
    Report report = GetParam().make(options)->crawl(starts, fetcher, SteadyClock::instance(), {});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    processor_seconds = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
    return report;
  }

  NameServer names;
  HttpFetcher fetcher{names.lookups()};
  double processor_seconds = 0;
};
INSTANTIATE_TEST_SUITE_P(Implementations, HangingNameTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(HangingNameTest, TimesOutAndKeepsNobodyElseWaiting) {
  const SiteServer server({}, {}, {{"/", {}}});
  Crawler::Options options = usual();
  options.timeouts.connect_ns = 400 * ms;
  const Report report =
      crawl({"http://hangs.example/a", "http://hangs.example/b", "http://too.example/", server.origin()}, options);
  EXPECT_EQ(report.end, CrawlEnd::finished);
  EXPECT_EQ(report.count(PageOutcome::timed_out), 3U);
  EXPECT_EQ(report.count(PageOutcome::fetched), 1U);
  EXPECT_EQ(names.asked(), 2);
  EXPECT_LT(processor_seconds, 0.2);
}

TEST_P(HangingNameTest, EndsWithTheDeadline) {
  Crawler::Options options = usual();
  options.deadline_ns = 400 * ms;
  const Report report = crawl({"http://hangs.example/"}, options);
  EXPECT_EQ(report.end, CrawlEnd::deadline);
  EXPECT_EQ(report.count(PageOutcome::in_flight), 1U);
  EXPECT_LT(processor_seconds, 0.2);
}

TEST_P(HangingNameTest, IsConnectedToWhenItAnswers) {
  const SiteServer server({}, {}, {{"/", {}}});
  names.answer_all();
  const std::string port = std::to_string(server.port());
  const Report report =
      crawl({"http://some.example:" + port, "http://unknown:" + port, "http://throws:" + port}, usual());
  EXPECT_EQ(report.count(PageOutcome::fetched), 1U);
  EXPECT_EQ(report.count(PageOutcome::unreachable), 2U);
}

}  // namespace
}  // namespace contend::crawler
