#include "impls/log_parser/format/log_format.hpp"

#include "impls/log_parser/headers/headers.hpp"

namespace contend::log_parser {

bool has_header_shape(Format format, std::string_view line) {
  switch (format) {
    case Format::log4j:
      return has_dated_shape(line);
    case Format::access:
      return true;
    case Format::syslog:
      return has_syslog_shape(line);
    case Format::json_lines:
      return has_json_shape(line);
    case Format::custom:
      return false;
    case Format::logfmt:
      return has_logfmt_shape(line);
    case Format::klog:
      return has_klog_shape(line);
    case Format::apache_error:
      return has_apache_error_shape(line);
    case Format::logcat:
      return has_logcat_shape(line);
    case Format::stamped:
      return has_stamped_shape(line);
  }
  return false;
}

Header read_header(Format format, std::string_view line, MessageRoom& room) {
  switch (format) {
    case Format::log4j:
      return read_dated_header(line, room);
    case Format::access:
      return read_access_header(line);
    case Format::syslog:
      return read_syslog_header(line, room);
    case Format::json_lines:
      return read_json_header(line, room);
    case Format::custom:
      return read_custom_header(line, room);
    case Format::logfmt:
      return read_logfmt_header(line, room);
    case Format::klog:
      return read_klog_header(line);
    case Format::apache_error:
      return read_apache_error_header(line);
    case Format::logcat:
      return read_logcat_header(line);
    case Format::stamped:
      return read_stamped_header(line, room);
  }
  return {};
}

}  // namespace contend::log_parser
