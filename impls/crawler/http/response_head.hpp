#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "impls/crawler/http/fetcher.hpp"

namespace contend::crawler {

// Status line and fields of one HTTP/1.x answer, line by line: what they say of the body's end and of the connection,
// and what a FetchResponse has of them. O(bytes); keeps the field that may go on in the next line.
class ResponseHead {
 public:
  // Whether an answer may begin like that.
  static bool may_begin(std::string_view bytes);

  // Lines without their end. False: this is no status line of HTTP/1.x.
  bool read_status_line(std::string_view line);
  void read_field_line(std::string_view line);
  // After the last field.
  void finish();

  int status() const { return status_; }
  bool keeps_connection() const { return !close_ && (minor_version_ > 0 || keep_alive_); }
  bool chunked() const { return chunked_; }
  bool otherwise_coded() const { return otherwise_coded_; }  // by a transfer coding that is not read
  std::optional<std::uint64_t> length() const { return length_; }
  // Why nobody can tell where the body ends; empty: one can.
  std::string_view contradiction() const { return contradiction_; }
  void fill(FetchResponse& response);

 private:
  void read_field(std::string_view name, std::string_view value);
  void read_length(std::string_view value);
  void read_transfer_codings(std::string_view value);

  int status_ = 0;
  int minor_version_ = 0;
  bool close_ = false;
  bool keep_alive_ = false;
  bool chunked_ = false;
  bool otherwise_coded_ = false;
  bool encoded_ = false;
  std::optional<std::uint64_t> length_;
  std::string_view contradiction_;
  std::string field_;  // as far as it came
  // As they stand there; of a field that comes twice the first one.
  std::optional<std::string> content_type_;
  std::optional<std::string> location_;
  std::optional<std::string> retry_after_;
  std::optional<std::string> date_;
};

}  // namespace contend::crawler
