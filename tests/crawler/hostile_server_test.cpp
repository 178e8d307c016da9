// Servers that mean harm, at every stage of a connection: a crawl ends within its bounds, takes no page for another, and
// says of each page what became of it.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/inputs/crawler/memory_site.hpp"
#include "impls/base/clock.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/http_fetcher.hpp"
#include "tests/crawler/page_check.hpp"
#include "tests/crawler/raw_server.hpp"
#include "tests/support/allocation_faults.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs ms = 1'000'000;
constexpr std::size_t body_limit = 100'000;

std::string answer_with(const std::string& body, const std::string& fields = "") {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{}Content-Length: {}\r\n\r\n{}", fields,
                     body.size(), body);
}
const std::string page_head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
const std::string chunked_head = page_head + "Transfer-Encoding: chunked\r\n\r\n";
const std::string poison = answer_with(page_text("/poison", {"/poisoned"}));

std::string in_one_chunk(const std::string& body) {
  return fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body);
}

struct Attack {
  std::string_view name;
  PageOutcome right;
  std::function<void(Peer&, const std::string& body)> answer;  // to a request whose page has that body
};

void say_and_close(Peer& peer, const std::string& bytes) {
  peer.send(bytes);
  peer.close();
}
void say_and_wait(Peer& peer, const std::string& bytes) {
  if (peer.send(bytes)) peer.wait_for_the_end();
}

std::string garbage(std::size_t bytes) {
  std::mt19937_64 random(test_seed(1));
  std::string text;
  while (text.size() < bytes) text += static_cast<char>(random());
  return text;
}

// A page that is there is fetched, whatever stands around its bytes; a connection that goes wrong is told as it went.
const std::vector<Attack>& attacks() {
  using enum PageOutcome;
  static const std::vector<Attack> all{
      {"says_nothing", timed_out, [](Peer& peer, const std::string&) { peer.wait_for_the_end(); }},
      {"closes", unreachable, [](Peer& peer, const std::string&) { peer.close(); }},
      {"resets", unreachable, [](Peer& peer, const std::string&) { peer.reset(); }},
      {"ends_its_side", unreachable,
       [](Peer& peer, const std::string&) {
         peer.close_for_sending();
         peer.wait_for_the_end();
       }},
      {"half_a_head", unreachable, [](Peer& peer, const std::string&) { say_and_close(peer, page_head); }},
      {"half_a_head_stays", timed_out, [](Peer& peer, const std::string&) { say_and_wait(peer, page_head); }},
      {"head_trickles", timed_out,
       [](Peer& peer, const std::string&) {
         peer.send(page_head + "X: ");
         peer.trickle_for_ever("y");
       }},
      {"garbage", unreachable, [](Peer& peer, const std::string&) { say_and_close(peer, garbage(5000)); }},
      {"garbage_after_the_status", unreachable,
       [](Peer& peer, const std::string&) { say_and_close(peer, "HTTP/1.1 200 " + garbage(5000)); }},
      {"endless_garbage", unreachable, [](Peer& peer, const std::string&) { peer.send_for_ever(garbage(5000)); }},
      {"endless_status_line", unreachable,
       [](Peer& peer, const std::string&) {
         peer.send("HTTP/1.1 200 ");
         peer.send_for_ever("OK");
       }},
      {"endless_field", unreachable,
       [](Peer& peer, const std::string&) {
         peer.send(page_head + "X: ");
         peer.send_for_ever("y");
       }},
      {"endless_fields", unreachable,
       [](Peer& peer, const std::string&) {
         peer.send(page_head);
         peer.send_for_ever("X: y\r\n");
       }},
      {"endless_empty_lines", unreachable, [](Peer& peer, const std::string&) { peer.send_for_ever("\r\n"); }},
      {"large_head", fetched,
       [](Peer& peer, const std::string& body) {
         peer.send(answer_with(body, "Set-Cookie: " + std::string(60'000, 'x') + "\r\n"));
       }},
      {"bare_line_feeds", fetched,
       [](Peer& peer, const std::string& body) {
         say_and_close(peer, fmt::format("HTTP/1.0 200\nContent-type: text/html\n\n{}", body));
       }},
      {"interim_answers", fetched,
       [](Peer& peer, const std::string& body) {
         peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer_with(body));
       }},
      {"interim_answers_without_end", unreachable,
       [](Peer& peer, const std::string&) { peer.send_for_ever("HTTP/1.1 102 Processing\r\n\r\n"); }},
      {"other_protocol", unreachable,
       [](Peer& peer, const std::string& body) {
         say_and_wait(peer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + answer_with(body));
       }},
      {"answer_in_the_answer", fetched,
       [](Peer& peer, const std::string& body) { peer.send(answer_with(body) + poison); }},
      {"answer_after_chunks", fetched,
       [](Peer& peer, const std::string& body) { peer.send(chunked_head + in_one_chunk(body) + poison); }},
      {"answer_after_204", fetched,
       [](Peer& peer, const std::string&) { peer.send("HTTP/1.1 204 No Content\r\n\r\n" + poison); }},
      {"junk_behind", fetched, [](Peer& peer, const std::string& body) { peer.send(answer_with(body) + "\r\n"); }},
      {"two_lengths", unreachable,
       [](Peer& peer, const std::string& body) { say_and_wait(peer, answer_with(body, "Content-Length: 3\r\n")); }},
      {"length_and_chunks", fetched,
       [](Peer& peer, const std::string& body) {
         say_and_wait(
             peer, page_head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + in_one_chunk(body) + poison);
       }},
      {"length_too_great", unreachable,
       [](Peer& peer, const std::string& body) {
         say_and_close(peer, page_head + "Content-Length: 9999\r\n\r\n" + body);
       }},
      {"length_too_great_stays", timed_out,
       [](Peer& peer, const std::string& body) {
         say_and_wait(peer, page_head + "Content-Length: 9999\r\n\r\n" + body);
       }},
      {"length_over_the_limit", truncated,
       [](Peer& peer, const std::string&) {
         peer.send(page_head + "Content-Length: 99999999999999999999\r\n\r\n");
         peer.send_for_ever("<p>");
       }},
      {"ends_with_the_connection", fetched,
       [](Peer& peer, const std::string& body) { say_and_close(peer, page_head + "\r\n" + body); }},
      {"endless_body", truncated,
       [](Peer& peer, const std::string&) {
         peer.send(page_head + "\r\n");
         peer.send_for_ever("<p>");
       }},
      {"body_trickles", timed_out,
       [](Peer& peer, const std::string&) {
         peer.send(page_head + "\r\n");
         peer.trickle_for_ever("<p>");
       }},
      {"end_trickles", fetched,
       [](Peer& peer, const std::string& body) {
         peer.send(chunked_head + in_one_chunk(body).substr(0, in_one_chunk(body).size() - 5));
         peer.trickle("0\r\n\r\n");
       }},
      {"reset_in_the_body", unreachable,
       [](Peer& peer, const std::string& body) {
         peer.send(page_head + "\r\n" + body);
         peer.reset();
       }},
      {"chunk_extension_without_end", unreachable,
       [](Peer& peer, const std::string&) {
         peer.send(chunked_head + "5;a=");
         peer.send_for_ever("e");
       }},
      {"trailers_without_end", unreachable,
       [](Peer& peer, const std::string&) {
         peer.send(chunked_head + "0\r\n");
         peer.send_for_ever("X: y\r\n");
       }},
      {"wrong_chunk", unreachable,
       [](Peer& peer, const std::string& body) { say_and_wait(peer, chunked_head + "3\r\n" + body); }},
      {"chunks_stop", timed_out, [](Peer& peer, const std::string&) { say_and_wait(peer, chunked_head + "3\r\nabc"); }},
  };
  return all;
}

// Serves "/", pages whose target says nothing else, and the attacks below /attack/.
void serve(Peer& peer, const std::string& index, const std::map<std::string, const Attack*>& attacked) {
  while (const auto target = peer.next_request()) {
    if (const auto it = attacked.find(*target); it != attacked.end()) {
      it->second->answer(peer, page_text(*target, {fmt::format("/behind/{}", it->second->name)}));
    } else {
      peer.send(answer_with(*target == "/" ? index : page_text(*target)));
    }
  }
}

class HostileServerTest : public testing::TestWithParam<Implementation<Crawler>> {
 protected:
  // A crawl that repeats nothing: what came of a page is what came of its one fetch.
  static Crawler::Options usual() {
    Crawler::Options options{.workers = 12, .robots = false};
    options.timeouts.total_ns = 1000 * ms;
    options.retry.attempts = 1;
    options.body_limit = body_limit;
    return options;
  }

  // The outcome of each target.
  Report crawl(const std::vector<std::string>& starts, const Crawler::Options& options) {
    PageCheck check(fetcher);
    return GetParam().make(options)->crawl(starts, check, SteadyClock::instance(), stop.get_token());
  }
  static std::map<std::string, std::string> outcomes(const Report& report, const std::string& origin) {
    std::map<std::string, std::string> told;
    for (const CrawledPage& page : report.pages) told[page.url.substr(origin.size())] = to_string(page.outcome);
    return told;
  }

  HttpFetcher fetcher;
  std::stop_source stop;
};
INSTANTIATE_TEST_SUITE_P(Implementations, HostileServerTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(HostileServerTest, EachAttackIsToldAndNoPageIsTakenForAnother) {
  std::map<std::string, const Attack*> attacked;
  std::map<std::string, std::string> expected{{"/", "fetched"}};
  std::vector<std::string> targets;
  for (const Attack& attack : attacks()) {
    const std::string target = fmt::format("/attack/{}", attack.name);
    attacked[target] = &attack;
    expected[target] = to_string(attack.right);
    targets.push_back(target);
    const bool has_links = attack.right == PageOutcome::fetched && attack.name != "answer_after_204";
    if (has_links) expected[fmt::format("/behind/{}", attack.name)] = "fetched";
    for (int i = 0; i < 2; ++i) targets.push_back(fmt::format("/beside/{}/{}", attack.name, i));
    for (int i = 0; i < 2; ++i) expected[fmt::format("/beside/{}/{}", attack.name, i)] = "fetched";
  }
  const std::uint64_t seed = test_seed(1);
  std::shuffle(targets.begin(), targets.end(), std::mt19937_64(seed));
  const std::string index = page_text("/", targets);
  RawServer server([&](Peer& peer) { serve(peer, index, attacked); });
  const Report report = crawl({server.origin()}, usual());
  EXPECT_EQ(report.end, CrawlEnd::finished);
  EXPECT_EQ(outcomes(report, server.origin()), expected) << "seed " << seed;
}

// Bytes that come while a connection is kept, or with the answer before: a second answer, an end, a reset.
TEST_P(HostileServerTest, WhatCameOnAnIdleConnectionIsNobodysAnswer) {
  for (const std::string_view kind : {"with the answer", "answer", "end", "reset"}) {
    RawServer server([&](Peer& peer) {
      while (const auto target = peer.next_request()) {
        const std::string answer = answer_with(page_text(*target, {*target == "/" ? "/second" : "/third"}));
        peer.send(*target == "/" && kind == "with the answer" ? answer + poison : answer);
        if (*target != "/") continue;
        if (kind == "answer") peer.send(poison);
        if (kind == "end") peer.close();
        if (kind == "reset") peer.reset();
      }
    });
    Crawler::Options options = usual();
    options.workers = 1;              // each loop has connections of its own
    options.host_delay_ns = 50 * ms;  // for the loopback to bring what was sent
    const Report report = crawl({server.origin()}, options);
    EXPECT_EQ(outcomes(report, server.origin()),
              (std::map<std::string, std::string>{{"/", "fetched"}, {"/second", "fetched"}, {"/third", "fetched"}}))
        << kind;
    EXPECT_EQ(server.connections(), 2U) << kind;  // the good one is used again
  }
}

// --- bytes that never stop coming, and never fill the limit ---

constexpr auto patience = std::chrono::seconds(20);

// Lets nobody else come to word: an answer of ever more chunks of a byte, as fast as it is read.
class FloodTest : public HostileServerTest {
 protected:
  static Crawler::Options patient() {
    Crawler::Options options = usual();
    options.workers = 3;
    options.body_limit = std::size_t{1} << 40;
    options.timeouts.total_ns = 3600'000 * ms;
    return options;
  }
  static std::string index() {
    std::vector<std::string> targets;
    for (int i = 0; i < 10; ++i) targets.push_back(fmt::format("/beside/{}", i));
    targets.insert(targets.begin() + 3, {"/attack/flood0", "/attack/flood1"});
    return page_text("/", targets);
  }

  const Attack flood{"flood", PageOutcome::timed_out, [this](Peer& peer, const std::string&) {
                       ++floods;
                       peer.send(chunked_head);
                       peer.send_for_ever("1;a=bcdefg\r\n<\r\n");
                     }};
  const std::map<std::string, const Attack*> attacked{{"/attack/flood0", &flood}, {"/attack/flood1", &flood}};
  std::atomic<int> floods{0};
  RawServer server{[this](Peer& peer) { serve(peer, index(), attacked); }};
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
};
INSTANTIATE_TEST_SUITE_P(Implementations, FloodTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(FloodTest, DoesNotOutlastItsTimeoutAndLeavesTheOthersTheirTurn) {
  Crawler::Options options = patient();
  options.timeouts.total_ns = 700 * ms;
  const Report report = crawl({server.origin()}, options);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
  EXPECT_EQ(report.end, CrawlEnd::finished);
  EXPECT_EQ(report.count(PageOutcome::timed_out), 2U);
  EXPECT_EQ(report.count(PageOutcome::fetched), 11U);
}

TEST_P(FloodTest, EndsWithTheDeadline) {
  Crawler::Options options = patient();
  options.deadline_ns = 700 * ms;
  const Report report = crawl({server.origin()}, options);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
  EXPECT_EQ(report.end, CrawlEnd::deadline);
  EXPECT_GE(report.count(PageOutcome::in_flight), 1U);
}

TEST_P(FloodTest, EndsWithAStop) {
  const std::jthread stopper([&] {
    while (floods == 0) std::this_thread::yield();
    stop.request_stop();
  });
  const Report report = crawl({server.origin()}, patient());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
  EXPECT_EQ(report.end, CrawlEnd::cancelled);
  EXPECT_GE(report.count(PageOutcome::in_flight), 1U);
}

// --- memory ---

class HostileServerGrowthTest : public HostileServerTest {};
INSTANTIATE_TEST_SUITE_P(Implementations, HostileServerGrowthTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(HostileServerGrowthTest, HoldsOfAnEndlessAnswerNoMoreThanTheBounds) {
  std::map<std::string, const Attack*> attacked;
  std::vector<std::string> targets;
  for (const Attack& attack : attacks()) {
    if (attack.name.find("endless") == std::string_view::npos && !attack.name.ends_with("without_end")) continue;
    for (int i = 0; i < 5; ++i) {
      targets.push_back(fmt::format("/attack/{}/{}", attack.name, i));
      attacked[targets.back()] = &attack;
    }
  }
  const std::string index = page_text("/", targets);
  RawServer server([&](Peer& peer) { serve(peer, index, attacked); });
  const std::size_t before = allocated_bytes();
  std::size_t most = before;
  std::jthread watcher([&](const std::stop_token& done) {
    while (!done.stop_requested()) {
      most = std::max(most, allocated_bytes());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  Crawler::Options options = usual();
  options.timeouts.total_ns = 20'000 * ms;  // what is not bounded has the time to become much
  const Report report = crawl({server.origin()}, options);
  watcher.request_stop();
  watcher.join();
  EXPECT_EQ(report.pages.size(), targets.size() + 1);
  EXPECT_EQ(report.count(PageOutcome::timed_out), 0U);
  // Of 50 answers at a time, in event_loop, 256 KiB and a body of 100 KB, as a string grows; and the server's own.
  EXPECT_LT(most - before, 60'000'000U);
}

}  // namespace
}  // namespace contend::crawler
