#include "impls/crawler/politeness/http_date.hpp"

#include <array>
#include <chrono>
#include <span>

#include "impls/base/ascii.hpp"

namespace contend::crawler {
namespace {

constexpr std::array<std::string_view, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Date {
  int year = 0;
  int month = 0;  // from 1
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Reads on for as long as what it is asked for is there; once it was not, nothing is.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Reader& text(std::string_view wanted) {
    if (!rest_.starts_with(wanted)) return fail();
    rest_.remove_prefix(wanted.size());
    return *this;
  }
  Reader& digits(std::size_t count, int& value) {
    value = 0;
    if (rest_.size() < count) return fail();
    for (const char digit : rest_.substr(0, count)) {
      if (!is_digit(digit)) return fail();
      value = 10 * value + (digit - '0');
    }
    rest_.remove_prefix(count);
    return *this;
  }
  // `index`: of the name that is there, from 1.
  Reader& name(std::span<const std::string_view> names, int& index) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!rest_.starts_with(names[i])) continue;
      index = static_cast<int>(i) + 1;
      return text(names[i]);
    }
    return fail();
  }
  Reader& time(Date& date) {
    return digits(2, date.hour).text(":").digits(2, date.minute).text(":").digits(2, date.second);
  }
  bool next_is(char wanted) const { return rest_.starts_with(wanted); }
  bool ended() const { return !failed_ && rest_.empty(); }

 private:
  Reader& fail() {
    failed_ = true;
    rest_ = {};
    return *this;
  }

  std::string_view rest_;
  bool failed_ = false;
};

bool read_fixed(std::string_view text, Date& date) {
  int day_name = 0;
  Reader reader(text);
  reader.name(days, day_name).text(", ").digits(2, date.day).text(" ").name(months, date.month).text(" ");
  return reader.digits(4, date.year).text(" ").time(date).text(" GMT").ended();
}

bool read_rfc_850(std::string_view text, std::int64_t now_seconds, Date& date) {
  int day_name = 0;
  Reader reader(text);
  reader.name(long_days, day_name).text(", ").digits(2, date.day).text("-").name(months, date.month).text("-");
  if (!reader.digits(2, date.year).text(" ").time(date).text(" GMT").ended()) return false;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(now_seconds)));
  const int latest = static_cast<int>(std::chrono::year_month_day(today).year()) + 50;
  date.year += (latest - date.year) / 100 * 100;
  return true;
}

bool read_asctime(std::string_view text, Date& date) {
  int day_name = 0;
  Reader reader(text);
  reader.name(days, day_name).text(" ").name(months, date.month).text(" ");
  const std::size_t day_digits = reader.next_is(' ') ? 1 : 2;
  if (day_digits == 1) reader.text(" ");
  return reader.digits(day_digits, date.day).text(" ").time(date).text(" ").digits(4, date.year).ended();
}

}  // namespace

std::optional<std::int64_t> http_date_seconds(std::string_view text, std::int64_t now_seconds) {
  text = trimmed(text, is_blank);
  Date date;
  if (!read_fixed(text, date) && !read_rfc_850(text, now_seconds, date) && !read_asctime(text, date)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day(std::chrono::year(date.year),
                                        std::chrono::month(static_cast<unsigned>(date.month)),
                                        std::chrono::day(static_cast<unsigned>(date.day)));
  // A minute may have a leap second.
  if (!day.ok() || date.hour > 23 || date.minute > 59 || date.second > 60) return std::nullopt;
  const std::int64_t midnight = std::chrono::sys_seconds(std::chrono::sys_days(day)).time_since_epoch().count();
  return midnight + date.hour * 3600 + date.minute * 60 + date.second;
}

std::int64_t wall_clock_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

}  // namespace contend::crawler
