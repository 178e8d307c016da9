#include "impls/ledger/log/command_codec.hpp"

#include <boost/endian/conversion.hpp>
#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace contend::ledger {
namespace {

template <class Value>
void put(std::string& record, Value value) {
  const Value little = boost::endian::native_to_little(value);
  record.append(reinterpret_cast<const char*>(&little), sizeof little);
}

void put_kind(std::string& record, LoggedCall::Kind kind) {
  record.clear();
  put(record, static_cast<std::uint8_t>(kind));
}

class Reader {
 public:
  explicit Reader(std::string_view record) : rest_(record) {}

  template <class Value>
  void get(Value& value) {
    const std::string_view bytes = take(sizeof value);
    std::memcpy(&value, bytes.data(), sizeof value);
    boost::endian::little_to_native_inplace(value);
  }
  // An enumeration whose last value is `last`.
  template <class Enum>
  void get_enum(Enum& value, Enum last) {
    std::underlying_type_t<Enum> number{};
    get(number);
    if (number > static_cast<std::underlying_type_t<Enum>>(last)) refuse();
    value = static_cast<Enum>(number);
  }
  std::string_view take(std::size_t bytes) {
    if (rest_.size() < bytes) refuse();
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::size_t left() const { return rest_.size(); }
  void expect_end() const {
    if (!rest_.empty()) refuse();
  }
  [[noreturn]] static void refuse() {
    throw std::runtime_error(
        "the log holds a whole record that is no call of a ledger: was it written by another program?");
  }

 private:
  std::string_view rest_;
};

void decode_command(Reader& reader, LoggedCall& call) {
  Command& command = call.command;
  reader.get(call.now_ns);
  reader.get_enum(command.kind, CommandKind::cancel);
  reader.get(command.payer);
  reader.get(command.payee);
  reader.get(command.amount);
  reader.get(command.currency);
  reader.get(command.reference);
  reader.get(command.timeout_ns);
  reader.get(command.due_ns);
  reader.get(command.interval_ns);
  reader.get(command.occurrences);
  std::uint8_t key_bytes = 0;
  reader.get(key_bytes);
  command.key = reader.take(key_bytes);
  std::uint32_t legs = 0;
  reader.get(legs);
  if (legs > reader.left() / (3 * sizeof(std::uint64_t))) Reader::refuse();
  call.legs.resize(legs);
  for (Leg& leg : call.legs) {
    reader.get(leg.payer);
    reader.get(leg.payee);
    reader.get(leg.amount);
  }
  command.legs = call.legs;
}

}  // namespace

void encode(const LoggedPolicies& policies, std::string& record) {
  put_kind(record, LoggedCall::Kind::policies);
  put(record, static_cast<std::uint8_t>(policies.failures));
  put(record, static_cast<std::uint8_t>(policies.catch_up));
}

void encode(const LoggedRun& run, std::string& record) {
  put_kind(record, LoggedCall::Kind::run_due);
  put(record, run.now_ns);
  put(record, run.budget);
}

void encode(const Command& command, TimeNs now_ns, std::string& record) {
  put_kind(record, LoggedCall::Kind::command);
  put(record, now_ns);
  put(record, static_cast<std::uint8_t>(command.kind));
  put(record, command.payer);
  put(record, command.payee);
  put(record, command.amount);
  put(record, command.currency);
  put(record, command.reference);
  put(record, command.timeout_ns);
  put(record, command.due_ns);
  put(record, command.interval_ns);
  put(record, command.occurrences);
  static_assert(max_idempotency_key_bytes < 256);
  put(record, static_cast<std::uint8_t>(command.key.size()));
  record.append(command.key);
  put(record, static_cast<std::uint32_t>(command.legs.size()));
  for (const Leg& leg : command.legs) {
    put(record, leg.payer);
    put(record, leg.payee);
    put(record, leg.amount);
  }
}

void decode(std::string_view record, LoggedCall& call) {
  Reader reader(record);
  std::uint8_t kind = 0;
  reader.get(kind);
  call.kind = static_cast<LoggedCall::Kind>(kind);
  switch (call.kind) {
    case LoggedCall::Kind::policies:
      reader.get_enum(call.policies.failures, FailurePolicy::retryable);
      reader.get_enum(call.policies.catch_up, CatchUp::latest_only);
      break;
    case LoggedCall::Kind::command:
      decode_command(reader, call);
      break;
    case LoggedCall::Kind::run_due:
      reader.get(call.run.now_ns);
      reader.get(call.run.budget);
      break;
    default:
      Reader::refuse();
  }
  reader.expect_end();
}

}  // namespace contend::ledger
