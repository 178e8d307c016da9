#include "impls/crawler/http/response_head.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

#include "impls/base/ascii.hpp"

namespace contend::crawler {
namespace {

constexpr std::string_view protocol = "http/1.";

// Calls with each element of a list that commas separate, also with empty ones.
template <class Use>
void for_each_element(std::string_view list, Use use) {
  for (;;) {
    const std::size_t comma = list.find(',');
    use(trimmed(list.substr(0, comma), is_blank));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// What does not fit is as good as the greatest number.
std::optional<std::uint64_t> number(std::string_view digits) {
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return value;
}

}  // namespace

bool ResponseHead::may_begin(std::string_view bytes) {
  const std::size_t looked_at = std::min(bytes.size(), protocol.size());
  return equal_ignoring_case(bytes.substr(0, looked_at), protocol.substr(0, looked_at));
}

bool ResponseHead::read_status_line(std::string_view line) {
  if (line.size() <= protocol.size() || !may_begin(line) || !is_digit(line[protocol.size()])) return false;
  minor_version_ = line[protocol.size()] - '0';
  line.remove_prefix(protocol.size() + 1);
  if (line.empty() || !is_blank(line.front())) return false;
  line = trimmed(line, is_blank);
  if (line.size() < 3 || !std::ranges::all_of(line.substr(0, 3), is_digit)) return false;
  if (line.size() > 3 && !is_blank(line[3])) return false;
  status_ = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  return status_ >= 100;
}

void ResponseHead::read_field_line(std::string_view line) {
  if (!line.empty() && is_blank(line.front())) {  // goes on with the field before
    if (!field_.empty()) field_.append(" ").append(trimmed(line, is_blank));
    return;
  }
  finish();
  field_ = line;
}

void ResponseHead::finish() {
  // What may not stand in a field stands for a space (RFC 9110 5.5).
  std::ranges::replace_if(field_, [](char c) { return c == '\r' || c == '\0'; }, ' ');
  const std::string_view field = field_;
  const std::size_t colon = field.find(':');
  if (colon != std::string_view::npos) {
    read_field(trimmed(field.substr(0, colon), is_blank), trimmed(field.substr(colon + 1), is_blank));
  }
  field_.clear();
}

void ResponseHead::read_field(std::string_view name, std::string_view value) {
  const auto keep_first = [&](std::optional<std::string>& place) {
    if (!place) place = value;
  };
  if (equal_ignoring_case(name, "content-length")) return read_length(value);
  if (equal_ignoring_case(name, "transfer-encoding")) return read_transfer_codings(value);
  if (equal_ignoring_case(name, "connection")) {
    return for_each_element(value, [this](std::string_view option) {
      close_ = close_ || equal_ignoring_case(option, "close");
      keep_alive_ = keep_alive_ || equal_ignoring_case(option, "keep-alive");
    });
  }
  if (equal_ignoring_case(name, "content-encoding")) {
    return for_each_element(value, [this](std::string_view coding) {
      encoded_ = encoded_ || !(coding.empty() || equal_ignoring_case(coding, "identity"));
    });
  }
  if (equal_ignoring_case(name, "content-type")) keep_first(content_type_);
  if (equal_ignoring_case(name, "location")) keep_first(location_);
  if (equal_ignoring_case(name, "retry-after")) keep_first(retry_after_);
  if (equal_ignoring_case(name, "date")) keep_first(date_);
}

void ResponseHead::read_length(std::string_view value) {
  for_each_element(value, [this](std::string_view element) {
    const auto length = number(element);
    if (!length) contradiction_ = "its Content-Length is no number";
    if (length && length_ && *length != *length_) contradiction_ = "it has two different Content-Lengths";
    if (length) length_ = length;
  });
}

void ResponseHead::read_transfer_codings(std::string_view value) {
  for_each_element(value, [this](std::string_view element) {
    const std::string_view coding = trimmed(element.substr(0, element.find(';')), is_blank);
    if (coding.empty() || equal_ignoring_case(coding, "identity")) return;
    close_ = close_ || minor_version_ == 0;  // which knows no codings: its framing is not to be trusted
    if (chunked_) contradiction_ = "chunked is not its last transfer coding";
    if (equal_ignoring_case(coding, "chunked")) {
      chunked_ = true;
    } else {
      otherwise_coded_ = true;
    }
  });
}

void ResponseHead::fill(FetchResponse& response) {
  response.status = status_;
  response.encoded = encoded_ || otherwise_coded_;
  response.content_type = std::move(content_type_).value_or("");
  response.location = std::move(location_).value_or("");
  response.retry_after = std::move(retry_after_).value_or("");
  response.date = std::move(date_).value_or("");
}

}  // namespace contend::crawler
