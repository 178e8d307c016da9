// A line of JSON, against another library's parser: what that takes for an object is none that is called damaged.

#include <nlohmann/json.hpp>

#include "impls/base/utf8.hpp"
#include "impls/log_parser/format/log_format.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::log_parser {
namespace {

// Of values in values; the parser's own limit is 64.
struct Depth : nlohmann::json_sax<nlohmann::json> {
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(true); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(false); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // A number beyond all doubles is one by the grammar.
    out_of_range = error.id == 406;
    return false;
  }

  bool enter(bool object) {
    if (now == 0) is_object = object;
    most = std::max(most, ++now);
    return true;
  }
  bool leave() {
    --now;
    return true;
  }

  int now = 0;
  int most = 0;
  bool is_object = false;
  bool out_of_range = false;
};

void run(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  if (line.starts_with("\xEF\xBB\xBF")) return;  // a byte order mark is the stream's, not the line's
  MessageRoom room;
  const bool accepted = read_header(Format::json_lines, line, room).malformed != Malformed::bad_json;
  Depth depth;
  const bool valid = nlohmann::json::sax_parse(line, &depth) && depth.is_object;
  // To the other parser, a NUL is the end.
  if (depth.out_of_range || line.find('\0') != std::string_view::npos) return;
  if (valid && depth.most < 64) require(accepted, "an object is called bad JSON");
  // What is not Unicode passes here, and not there: bytes, and escapes of halves of pairs.
  const bool has_halves = line.find("\\ud") != std::string_view::npos || line.find("\\uD") != std::string_view::npos;
  if (accepted && !has_halves && depth.most <= 64 && is_utf8(line)) {
    require(valid, "no object, or not a whole one, passes for JSON");
  }
}

const bool registered = register_fuzz_target("json_line", run);

}  // namespace
}  // namespace contend::log_parser
