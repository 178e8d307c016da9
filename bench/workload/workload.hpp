#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/workload/vocabulary.hpp"
#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"

namespace contend {

// One thread's part of a workload; see callers.hpp for how a system makes one.
class Worker {
 public:
  virtual ~Worker() = default;
  // Makes the next `calls`. One virtual call for many keeps the harness out of the figures.
  virtual void run(std::size_t calls) = 0;
  // How many operations of the system a call stands for: more than one where it hands over a batch, or runs a whole
  // graph, text or site.
  virtual std::uint32_t operations_per_call() const { return 1; }
};

// One implementation, filled and ready for a trial of one workload.
class TrialSubject {
 public:
  virtual ~TrialSubject() = default;
  virtual void prefill() = 0;
  virtual std::unique_ptr<Worker> make_worker(int caller, std::uint64_t seed) = 0;
  // Where the system has threads of its own: how much each has done since construction, in any unit that lets their
  // shares be compared.
  virtual std::vector<std::uint64_t> work_of_threads() { return {}; }
  // Called after the trial, while its workers still live: empty if the state is correct, else what is wrong.
  virtual std::string validate() = 0;
  // How many entries prefill made, for bytes per entry.
  virtual std::size_t entries() const = 0;
  // The share of calls that got what they wanted (a cache's hits), where designs differ in it: shown beside every
  // speed. 0: not counted.
  virtual double served_share() const { return 0; }
  // Attempts and aborts since construction, where the system counts them; zero elsewhere.
  struct Attempts {
    std::uint64_t attempts = 0;
    std::uint64_t aborts = 0;
  };
  virtual Attempts attempts() const { return {}; }
};

// Makes an instance of the implementation under test, and knows what that one guarantees. The workload chooses the options.
template <class System>
struct Maker {
  std::function<std::unique_ptr<System>(const typename System::Options&)> make;
  typename System::Guarantees guarantees{};

  std::unique_ptr<System> operator()(const typename System::Options& options) const { return make(options); }
};

template <class System>
struct Workload {
  std::string name;
  std::string summary;
  bool contended = false;  // all callers want the same few entries: fairness is measured here
  std::function<std::unique_ptr<TrialSubject>(const Maker<System>& make, int threads)> prepare;
  // Makes and keeps what all trials read and none changes (keys, popularity, texts), so that the forked trials inherit
  // it. Called before each trial; may be empty.
  std::function<void()> before_trials{};
  // Whether a design with these guarantees offers what the workload asks for; empty: every design does.
  std::function<bool(const typename System::Guarantees&)> suits{};
  // The canonical text that it is made of (vocabulary.hpp); nothing where it is made of a file.
  std::optional<std::string> words{};
};

// In the order in which a budget is spent.
template <class System>
std::vector<Workload<System>>& workloads() {
  static std::vector<Workload<System>> all;
  return all;
}
template <class System>
bool register_workload(Workload<System> workload) {
  workloads<System>().push_back(std::move(workload));
  return true;
}

// The words of a system, and how its workloads are made of them.
template <class System>
struct WorkloadMaker {
  Vocabulary vocabulary;
  // May throw std::invalid_argument where words do not go together.
  std::function<Workload<System>(const WordValues&)> make;
};
template <class System>
WorkloadMaker<System>& workload_maker() {
  static WorkloadMaker<System> maker;
  return maker;
}

// Of words.hpp. `make` gives the workload but for its name, summary and words.
template <class System, class Words, class Make>
bool register_words(const Words& words, Make make) {
  workload_maker<System>() = {words.vocabulary(),
                              [words, make](const WordValues& values) { return make(words.mix_of(values)); }};
  return true;
}

template <class System>
void register_values(std::string name, std::string summary, const WordValues& values) {
  Workload<System> workload = workload_maker<System>().make(values);
  workload.words = canonical_text(workload_maker<System>().vocabulary, values);
  workload.name = std::move(name);
  workload.summary = std::move(summary);
  register_workload<System>(std::move(workload));
}

// A name that stands for a text.
template <class System>
bool register_text(std::string name, std::string summary, std::string_view text) {
  const Vocabulary& vocabulary = workload_maker<System>().vocabulary;
  register_values<System>(std::move(name), std::move(summary),
                          parse_words(vocabulary, text, default_values(vocabulary)));
  return true;
}

// The name of a text's workload, which is registered where there is none: a name that stands for the same, or else the
// canonical text itself. The text may begin with a name, which the words after it change. Throws std::invalid_argument
// with a sentence.
template <class System>
std::string ask_for_workload(std::string_view text) {
  const Vocabulary& vocabulary = workload_maker<System>().vocabulary;
  std::vector<std::string> names;
  for (const Workload<System>& workload : workloads<System>()) {
    if (workload.words) names.push_back(workload.name);
  }
  const auto [name, rest] = split_name(text, names);
  const auto words_of = [&](std::string_view text_of) {
    return parse_words(vocabulary, text_of, default_values(vocabulary));
  };
  const auto named = std::ranges::find(workloads<System>(), name, &Workload<System>::name);
  const WordValues base = words_of(name.empty() ? "" : *named->words);
  const WordValues values = parse_words(vocabulary, rest, base);
  const std::string canonical = canonical_text(vocabulary, values);
  const auto same = std::ranges::find(workloads<System>(), canonical, &Workload<System>::words);
  if (same != workloads<System>().end()) return same->name;
  register_values<System>(canonical, "as asked for", values);
  return canonical;
}

// What sets systems apart for the engine.
struct BenchTraits {
  std::string unit = "ops";   // what is counted: ops, tasks, pages, B
  double unit_scale = 1e6;    // speeds are shown in thousands (1e3), millions (1e6) or billions (1e9) a second
  bool owns_threads = false;  // one caller hands it work; the workload passes the number of threads on

  std::string speed_unit() const;  // "Mops/s"
};

// A system with its type erased: what the engine works on.
struct BenchSystem {
  struct Implementation {
    std::string name;
    Contract contract;
    std::vector<std::pair<std::string_view, std::string>> guarantees;
    bool is_peer = false;

    // "hand-written" or "library" of a peer; nothing of a design.
    std::string peer_mark() const;
  };
  struct NamedWorkload {
    std::string name;
    std::string summary;
    bool contended = false;
    std::string text{};  // "kv_store:get=50,set=50", as --workload takes it; of a file: empty
  };
  std::string name;
  BenchTraits traits;
  std::vector<Implementation> implementations{};  // `reference` first; `noop` is not among them
  std::vector<NamedWorkload> workloads{};
  Vocabulary vocabulary{};
  // By names; the implementation may be `noop`.
  std::function<std::unique_ptr<TrialSubject>(std::string_view implementation, std::string_view workload, int threads)>
      prepare{};
  std::function<void(std::string_view workload)> before_trials{};
  // Whether the implementation offers what the workload asks for.
  std::function<bool(std::string_view implementation, std::string_view workload)> suits{};
  // The name of the workload that a text of the system's words, or a name, stands for; see ask_for_workload.
  std::function<std::string(std::string_view text)> ask{};
};

// The control: answers at once and keeps nothing, so that its speed is the harness's own. Its state is not validated.
inline constexpr const char* noop_name = "noop";

std::vector<std::function<BenchSystem()>>& bench_system_sources();
// All systems. Call it after main has begun, when everything has registered.
std::vector<BenchSystem> bench_systems();

template <class System>
const Workload<System>& find_workload(std::string_view name) {
  const auto workload = std::ranges::find(workloads<System>(), name, &Workload<System>::name);
  CONTEND_CHECK(workload != workloads<System>().end(), "the engine asks for workloads it was told of");
  return *workload;
}

// `Noop` is the system's control.
template <class System, class Noop>
bool register_bench_system(std::string_view name, const BenchTraits& traits = {}) {
  bench_system_sources().push_back([name, traits] {
    BenchSystem system{.name = std::string(name), .traits = traits, .vocabulary = workload_maker<System>().vocabulary};
    for (const auto& implementation : implementations<System>()) {
      system.implementations.push_back({std::string(implementation.name), implementation.contract,
                                        implementation.guarantees.describe(), implementation.is_peer});
    }
    for (const auto& workload : workloads<System>()) {
      const std::string text = workload.words ? system.name + ":" + *workload.words : "";
      system.workloads.push_back({workload.name, workload.summary, workload.contended, text});
    }
    system.prepare = [](std::string_view implementation_name, std::string_view workload_name, int threads) {
      const Workload<System>& workload = find_workload<System>(workload_name);
      if (implementation_name == noop_name) {
        return workload.prepare({[](const typename System::Options&) { return std::make_unique<Noop>(); }}, threads);
      }
      const Implementation<System>& implementation = *Registry<System>::instance().find(implementation_name);
      return workload.prepare({implementation.make, implementation.guarantees}, threads);
    };
    system.before_trials = [](std::string_view workload_name) {
      const Workload<System>& workload = find_workload<System>(workload_name);
      if (workload.before_trials) workload.before_trials();
    };
    system.suits = [](std::string_view implementation_name, std::string_view workload_name) {
      const Workload<System>& workload = find_workload<System>(workload_name);
      return !workload.suits || workload.suits(Registry<System>::instance().find(implementation_name)->guarantees);
    };
    system.ask = [](std::string_view text) { return ask_for_workload<System>(text); };
    return system;
  });
  return true;
}

// A kind of file that users can bring: a command-line option that adds a workload to a system.
struct BenchInput {
  std::string option;   // "--trace"
  std::string system;   // whose workload it becomes
  std::string summary;  // for --help: what the file holds
  // Reads the file, registers the workload and returns its name. Throws std::runtime_error with a sentence that names
  // the file, and the line where one is wrong.
  std::function<std::string(const std::filesystem::path&)> load;
  // Says for people what the file holds; empty: there is nothing to say. Throws as `load`.
  std::function<std::string(const std::filesystem::path&)> describe = {};
};

std::vector<BenchInput>& bench_inputs();

template <class System>
bool register_input(std::string option, std::string system, std::string summary,
                    std::function<Workload<System>(const std::filesystem::path&)> read,
                    std::function<std::string(const std::filesystem::path&)> describe = {}) {
  bench_inputs().push_back({std::move(option), std::move(system), std::move(summary),
                            [read = std::move(read)](const std::filesystem::path& file) {
                              Workload<System> workload = read(file);
                              std::string name = workload.name;
                              register_workload<System>(std::move(workload));
                              return name;
                            },
                            std::move(describe)});
  return true;
}

}  // namespace contend
