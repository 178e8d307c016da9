// A ledger's log. Any bytes are read or refused. And of a log that is whole, with one byte changed or its end cut off:
// what is read is the beginning of what was written, and only what stood in the last group may be missing.

#include <algorithm>
#include <optional>
#include <vector>

#include "impls/ledger/log/command_codec.hpp"
#include "impls/ledger/log/record_groups.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::ledger {
namespace {

class Bytes final : public LogStorage {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string read_all() override { return bytes_; }
  void append(std::string_view) override { throw FuzzFind("reading writes"); }
  void sync() override { throw FuzzFind("reading syncs"); }
  void truncate(std::size_t) override { throw FuzzFind("reading cuts off"); }

 private:
  const std::string bytes_;
};

using Records = std::vector<std::string>;

// The records, or nothing if the log is refused.
std::optional<Records> read(const std::string& log) {
  Bytes storage(log);
  Records records;
  try {
    const LogContent content = read_groups(storage, [&](std::string_view record, std::size_t place) {
      require(place < log.size() && record.size() <= log.size(), "a record that lies behind the end");
      records.emplace_back(record);
    });
    require(content.fresh || content.end.place <= log.size(), "an end behind the end");
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  return records;
}

void run(std::string_view bytes) {
  FuzzBytes draws(bytes);
  if (draws.byte() % 2 == 0) {
    read(std::string(draws.rest()));
    return;
  }
  std::string log = log_head(draws.number<std::uint64_t>());
  LogEnd end{.log_number = 0};
  end = {};
  // The head's number is that of the groups too.
  for (std::size_t i = 8; i-- > 0;) end.log_number = end.log_number << 8 | static_cast<std::uint8_t>(log[8 + i]);
  Records written;
  std::size_t before_last = 0;
  const std::uint8_t changed_by = draws.byte();
  const auto changed_at = draws.number<std::uint16_t>();
  for (std::size_t groups = 1 + draws.byte() % 4; groups > 0; --groups) {
    before_last = written.size();
    std::string group;
    begin_group(group);
    for (std::size_t records = 1 + draws.byte() % 4; records > 0; --records) {
      written.emplace_back(draws.take(draws.byte()));
      add_record(group, written.back());
    }
    end_group(group, end);
    log += group;
  }
  require(read(log) == written, "a whole log that is read otherwise");
  if (changed_by == 0) {
    log.resize(changed_at % (log.size() + 1));
    const std::optional<Records> left = read(log);
    require(!left || (left->size() <= written.size() && std::equal(left->begin(), left->end(), written.begin())),
            "a log without its end says what was never written");
    return;
  }
  log[changed_at % log.size()] ^= static_cast<char>(changed_by);
  const std::optional<Records> left = read(log);
  if (!left) return;
  require(left->size() >= before_last && left->size() <= written.size() &&
              std::equal(left->begin(), left->end(), written.begin()),
          "a changed byte has changed what is read");
}

// Whatever is decoded is encoded as the bytes that it was.
void run_codec(std::string_view bytes) {
  LoggedCall call;
  try {
    decode(bytes, call);
  } catch (const std::runtime_error&) {
    return;
  }
  std::string record;
  switch (call.kind) {
    case LoggedCall::Kind::policies:
      encode(call.policies, record);
      break;
    case LoggedCall::Kind::run_due:
      encode(call.run, record);
      break;
    case LoggedCall::Kind::command:
      encode(call.command, call.now_ns, record);
      break;
  }
  require(record == bytes, "two records for one call");
}

const bool registered = register_fuzz_target("ledger_log", run) && register_fuzz_target("command_codec", run_codec);

}  // namespace
}  // namespace contend::ledger
