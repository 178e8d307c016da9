// What others have counted on real traces, which every policy is held against.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "bench/inputs/cache/request_trace.hpp"
#include "impls/base/registry.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/real_input.hpp"

namespace contend::cache {
namespace {

struct Misses {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;

  bool operator==(const Misses&) const = default;
};
void PrintTo(const Misses& misses, std::ostream* out) {
  *out << misses.count << " misses, " << misses.bytes << " bytes";
}

// Asks `get(key)` for every request, and has `put(key, weight)` store what is missing.
template <class Get, class Put>
Misses replay(const RequestTrace& trace, Get get, Put put) {
  Misses misses;
  for (const RequestTrace::Request& request : trace.requests) {
    const std::string& key = trace.keys[request.key];
    if (get(key)) continue;
    ++misses.count;
    misses.bytes += request.weight;
    put(key, request.weight);
  }
  return misses;
}

// The policy as it is, in one table without shards or threads.
template <class Policy>
Misses misses_of(const RequestTrace& trace, std::uint64_t capacity) {
  Table<Policy> table(capacity);
  std::string value;
  RemovedEntries removed;
  return replay(
      trace, [&](const std::string& key) { return table.get(key, 0, value, removed); },
      [&](const std::string& key, std::uint64_t weight) {
        table.put(key, "", weight, never, 0, removed);
        removed.clear();
      });
}

Misses misses_of(const Implementation<Cache>& design, const RequestTrace& trace, std::uint64_t capacity) {
  const auto cache = design.make({.capacity = capacity, .on_removal = nullptr});
  std::string value;
  return replay(
      trace, [&](const std::string& key) { return cache->get(key, 0, value) == Status::hit; },
      [&](const std::string& key, std::uint64_t weight) { cache->put(key, "", weight, forever, 0); });
}

// Who knows the future evicts what is asked for again last (Belady, 1966): the bound, where all weigh the same.
Misses belady_misses(const RequestTrace& trace, std::uint64_t capacity) {
  const std::size_t requests = trace.requests.size();
  std::vector<std::size_t> next(requests);
  std::vector<std::size_t> seen(trace.keys.size(), requests);
  for (std::size_t i = requests; i-- > 0;) next[i] = std::exchange(seen[trace.requests[i].key], i);
  struct Resident {
    std::uint64_t weight = 0;
    std::size_t next = 0;
    bool there = false;
  };
  std::vector<Resident> residents(trace.keys.size());
  std::set<std::pair<std::size_t, std::uint32_t>> by_next;
  std::uint64_t weight = 0;
  Misses misses;
  for (std::size_t i = 0; i < requests; ++i) {
    const auto [key, size] = trace.requests[i];
    Resident& resident = residents[key];
    if (resident.there) {
      by_next.erase({resident.next, key});
    } else {
      ++misses.count;
      misses.bytes += size;
      if (size > capacity) continue;
      while (weight + size > capacity) {
        const std::uint32_t last = by_next.rbegin()->second;
        by_next.erase(std::prev(by_next.end()));
        weight -= residents[last].weight;
        residents[last].there = false;
      }
      resident = {size, 0, true};
      weight += size;
    }
    resident.next = next[i];
    by_next.insert({next[i], key});
  }
  return misses;
}

// --- block requests of a virtual machine (CloudPhysics), as libCacheSim ships and counts them ---

const std::string cloud_physics = "cache/cloudPhysicsIO.oracleGeneral.bin";
constexpr std::size_t sizes = 8;  // steps of 128 MiB
constexpr std::uint64_t size_step = std::uint64_t{128} << 20;

class CloudPhysicsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto file = real_input(cloud_physics);
    if (!file) GTEST_SKIP() << no_real_input(cloud_physics);
    trace_ = read_trace(*file);
    ASSERT_EQ(trace_.requests.size(), 113'872U);
    ASSERT_EQ(trace_.keys.size(), 48'974U);
  }
  template <class Count>
  void expect(const std::array<Misses, sizes>& expected, Count count) {
    for (std::size_t i = 0; i < sizes; ++i) {
      EXPECT_EQ(count(trace_, (i + 1) * size_step), expected[i]) << (i + 1) * 128 << " MiB";
    }
  }

  RequestTrace trace_;
};

TEST_F(CloudPhysicsTest, LruMissesExactlyAsOftenAsLibCacheSimCounts) {
  expect({{{93374, 4214303232},
           {89783, 4061242368},
           {83572, 3778040320},
           {81722, 3660569600},
           {72494, 3100927488},
           {72104, 3078128640},
           {71972, 3075403776},
           {71704, 3061662720}}},
         misses_of<LruPolicy>);
}

TEST_F(CloudPhysicsTest, FifoMissesExactlyAsOftenAsLibCacheSimCounts) {
  expect({{{93403, 4213112832},
           {89386, 4052646400},
           {84387, 3829170176},
           {84025, 3807412736},
           {72498, 3093146112},
           {72228, 3079525888},
           {72182, 3079210496},
           {72140, 3077547520}}},
         misses_of<FifoPolicy>);
}

TEST_F(CloudPhysicsTest, SieveMissesExactlyAsOftenAsLibCacheSimCounts) {
  EXPECT_EQ(misses_of<SievePolicy>(trace_, size_step).count, 91'699U);
  EXPECT_EQ(misses_of<SievePolicy>(trace_, 8 * size_step).count, 64'376U);
}

TEST_F(CloudPhysicsTest, S3FifoMissesAsOftenAsLibCacheSimCounts) {
  expect({{{89307, 4040718336},
           {82387, 3703628800},
           {77041, 3353047552},
           {76791, 3282235904},
           {71300, 3038256128},
           {70343, 2980646912},
           {70455, 2984458752},
           {70355, 2979649536}}},
         misses_of<S3FifoPolicy>);
}

TEST_F(CloudPhysicsTest, WhoKnowsTheFutureMissesExactlyAsOftenAsLibCacheSimCounts) {
  expect({{{79256, 3472532480},
           {70724, 2995165696},
           {65481, 2726689792},
           {61594, 2537648128},
           {59645, 2403427840},
           {57599, 2269212672},
           {50873, 2134992896},
           {48974, 2029769728}}},
         belady_misses);
}

TEST_F(CloudPhysicsTest, NobodyIsBetterThanTheFutureNorMuchWorseThanLru) {
  const Implementation<Cache>& tiny_lfu = *Registry<Cache>::instance().find("buffered_tiny_lfu");
  std::printf("%8s %8s %8s %8s %8s %10s %8s  %% hits\n", "MiB", "LRU", "CLOCK", "SIEVE", "S3-FIFO", "W-TinyLFU",
              "Belady");
  for (const std::size_t i : {1U, 2U, 4U, 8U}) {
    const std::uint64_t capacity = i * size_step;
    const std::array<std::uint64_t, 6> misses{
        misses_of<LruPolicy>(trace_, capacity).count,   misses_of<ClockPolicy>(trace_, capacity).count,
        misses_of<SievePolicy>(trace_, capacity).count, misses_of<S3FifoPolicy>(trace_, capacity).count,
        misses_of(tiny_lfu, trace_, capacity).count,    belady_misses(trace_, capacity).count};
    const auto hits = [&](std::size_t which) {
      return 100 - 100 * static_cast<double>(misses[which]) / static_cast<double>(trace_.requests.size());
    };
    std::printf("%8zu %8.2f %8.2f %8.2f %8.2f %10.2f %8.2f\n", i * 128, hits(0), hits(1), hits(2), hits(3), hits(4),
                hits(5));
    for (std::size_t which = 1; which < 5; ++which) {
      EXPECT_GE(misses[which], misses[5]) << i * 128 << " MiB";
      EXPECT_LE(misses[which], misses[0] + misses[0] / 20) << i * 128 << " MiB";
    }
  }
}

// Each design as it is built, shards, buffers and all.
class CacheTraceTest : public testing::TestWithParam<Implementation<Cache>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheTraceTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheTraceTest, MissesAsItsPolicyDoes) {
  CONTEND_NEEDS(Part::weights);
  const auto file = real_input(cloud_physics);
  if (!file) GTEST_SKIP() << no_real_input(cloud_physics);
  RequestTrace trace = read_trace(*file);
  trace.requests.resize(20'000);  // a design that hands each call to another thread takes its time
  constexpr std::uint64_t capacity = std::uint64_t{32} << 20;
  const std::uint64_t lru = misses_of<LruPolicy>(trace, capacity).count;
  const std::uint64_t misses = misses_of(GetParam(), trace, capacity).count;
  std::printf("%s: %llu misses, LRU %llu\n", std::string(GetParam().name).c_str(),
              static_cast<unsigned long long>(misses), static_cast<unsigned long long>(lru));
  if (GetParam().guarantees.order == EvictionOrder::exact_lru) {
    EXPECT_EQ(misses, lru);
  }
  EXPECT_LT(misses, lru + lru / 20);
}

// --- page requests of a database (OLTP), as the ARC paper counts them ---

const std::string oltp = "cache/oltp.gz";

std::string unpacked(const std::filesystem::path& file) {
  const auto close = [](std::FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(("gzip -dc '" + file.string() + "'").c_str(), "r"));
  std::string text;
  std::array<char, 1 << 16> part{};
  while (const std::size_t bytes = pipe == nullptr ? 0 : std::fread(part.data(), 1, part.size(), pipe.get())) {
    text.append(part.data(), bytes);
  }
  return text;
}

TEST(OltpTest, LruHitsExactlyAsOftenAsTheArcPaperCounts) {
  const auto file = real_input(oltp);
  if (!file) GTEST_SKIP() << no_real_input(oltp);
  std::istringstream text(unpacked(*file));
  const RequestTrace trace = parse_trace(text, TraceFormat::number_ranges, oltp);
  ASSERT_EQ(trace.requests.size(), 914'145U);
  ASSERT_EQ(trace.keys.size(), 186'880U);
  const Implementation<Cache>& tiny_lfu = *Registry<Cache>::instance().find("buffered_tiny_lfu");
  const auto hits = [&](const Misses& misses) {
    return fmt::format("{:.2f}", 100 - 100 * static_cast<double>(misses.count) / 914'145);
  };
  for (const auto& [capacity, expected] :
       {std::pair(1000U, "32.83"), {2000U, "42.47"}, {5000U, "53.65"}, {10'000U, "60.70"}, {15'000U, "64.63"}}) {
    EXPECT_EQ(hits(misses_of<LruPolicy>(trace, capacity)), expected) << capacity << " pages";
    if (capacity != 1000) continue;
    std::printf("%u pages: %% hits LRU %s SIEVE %s S3-FIFO %s W-TinyLFU %s Belady %s\n", capacity, expected,
                hits(misses_of<SievePolicy>(trace, capacity)).c_str(),
                hits(misses_of<S3FifoPolicy>(trace, capacity)).c_str(),
                hits(misses_of(tiny_lfu, trace, capacity)).c_str(), hits(belady_misses(trace, capacity)).c_str());
  }
}

// --- reading traces ---

RequestTrace parse(TraceFormat format, const std::string& text) {
  std::istringstream stream(text);
  return parse_trace(stream, format, "trace");
}
std::string refusal(TraceFormat format, const std::string& text) {
  try {
    parse(format, text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing was wrong";
}

TEST(RequestTraceTest, ReadsKeysALineEach) {
  const RequestTrace trace = parse(TraceFormat::plain, "a\nb\r\na");
  EXPECT_EQ(trace.keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(trace.requests, (std::vector<RequestTrace::Request>{{0, 1}, {1, 1}, {0, 1}}));
  EXPECT_EQ(refusal(TraceFormat::plain, "a\n\nb\n"), "trace: line 2: the key is empty");
  EXPECT_EQ(refusal(TraceFormat::plain, "a\n" + std::string(1025, 'k')),
            "trace: line 2: the key has 1025 bytes; allowed are 1024");
}

TEST(RequestTraceTest, ReadsTheColumnsThatTheFirstLineOfACsvNames) {
  const RequestTrace trace = parse(TraceFormat::csv, "time,id,size\n7,x,30\n8,y,0\n9,x,30\n");
  EXPECT_EQ(trace.keys, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(trace.requests, (std::vector<RequestTrace::Request>{{0, 30}, {1, 0}, {0, 30}}));
  EXPECT_EQ(trace.footprint(), 30U);
  EXPECT_EQ(parse(TraceFormat::csv, "key\nx\n").requests.at(0).weight, 1U);
  EXPECT_EQ(refusal(TraceFormat::csv, "7,x,30\n"),
            "trace: line 1: no column is called key or id; the first line must name the columns");
  EXPECT_EQ(refusal(TraceFormat::csv, "key,size\nx,1\ny\n"),
            "trace: line 3: there are 1 columns; the first line names 2");
  EXPECT_EQ(refusal(TraceFormat::csv, "key,size\nx,-1\n"),
            "trace: line 2: the weight is \"-1\"; allowed is a number from 0 to 2^64 - 1");
}

TEST(RequestTraceTest, ReadsRangesOfNumbers) {
  EXPECT_EQ(parse(TraceFormat::number_ranges, "5 3 0 0\n6 1 0 1\n").keys, (std::vector<std::string>{"5", "6", "7"}));
  EXPECT_EQ(refusal(TraceFormat::number_ranges, "5 3\n6\n"),
            "trace: line 2: it needs two numbers: the first to ask for, and how many");
  EXPECT_EQ(refusal(TraceFormat::number_ranges, "5 9000000\n"),
            "trace: line 1: the count is 9000000; allowed are 1000000");
}

TEST(RequestTraceTest, ReadsRecordsOfLibCacheSim) {
  std::string record(24, '\0');
  record[4] = 'i';
  record[12] = 5;
  record[13] = 1;
  const RequestTrace trace = parse(TraceFormat::oracle_general, record + record);
  EXPECT_EQ(trace.requests, (std::vector<RequestTrace::Request>{{0, 261}, {0, 261}}));
  EXPECT_EQ(refusal(TraceFormat::oracle_general, record + "half"),
            "trace: record 1: what follows it is cut off: the file is no multiple of 24 bytes");
  EXPECT_NE(refusal(TraceFormat::oracle_general, "half").find("cut off"), std::string::npos);
}

TEST(RequestTraceTest, RefusesFilesThatAreEmptyPackedOrNotThere) {
  for (const auto format :
       {TraceFormat::plain, TraceFormat::csv, TraceFormat::number_ranges, TraceFormat::oracle_general}) {
    EXPECT_EQ(refusal(format, ""), "trace: there are no requests in it");
  }
  const auto reading = [](const char* file) -> std::string {
    try {
      read_trace(file);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "nothing was wrong";
  };
  EXPECT_EQ(reading("some/trace.gz"), "some/trace.gz: it is compressed; unpack it first: gunzip -k 'some/trace.gz'");
  EXPECT_EQ(reading("not/there"), "not/there: it cannot be opened");
  EXPECT_EQ(format_of("a/b.bin"), TraceFormat::oracle_general);
  EXPECT_EQ(format_of("a/b.csv"), TraceFormat::csv);
  EXPECT_EQ(format_of("a/b.lis"), TraceFormat::number_ranges);
  EXPECT_EQ(format_of("a/b"), TraceFormat::plain);
}

}  // namespace
}  // namespace contend::cache
