#pragma once

#include <array>
#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/time.hpp"

namespace contend::log_parser {

// Turns log text that arrives in pieces, over many streams, into events of one or more lines, and counts them: by
// level, by reason of damage, in rolling windows of event time, and errors by what they have in common.
//
// Sequential meaning
//   Lines      End at LF. One CR before the LF belongs to the line's end, any other CR is data, and so is NUL. A UTF-8
//              byte order mark at the start of a stream is dropped. How the bytes were cut into feeds changes nothing.
//   Events     Grouped by `Grouping`, with Vector's four modes. A line that neither starts an event nor continues one
//              begins an orphan event, which goes on until the next start: kept and flagged, never dropped. What is
//              open is flushed by finish(), a last line without LF included, and by flush_idle() once flush_timeout_ns
//              have passed since the feed that completed its last line. A flush closes the event for good: the next
//              line is judged as if the stream began. A part of a line is not flushed by flush_idle: it waits for the
//              rest of its line. Streams do not touch each other.
//   Formats    Below, at Format; what each of them reads as time, level and message is said behind it.
//   Headers    A line that has the shape of a header starts an event even where its values are impossible: the event
//              then is malformed, with one reason, the first in the order of Malformed. Every line of `access` and
//              `json_lines` is a header, but for a container's (see there). Nothing malformed stops anything.
//   Huge       An event keeps its first max_event_bytes bytes (its lines joined by LF), is tagged truncated, and what
//              was dropped is counted. A line longer than that is judged by its first max_event_bytes bytes.
//   UTF-8      Bytes pass through as they came. A line that is not UTF-8 is counted and flags its event; a code point
//              cut off by truncation is no such thing. render() alone replaces.
//   Time       Without a zone a stamp counts as UTC. An event without one has the time of the event before it in its
//              stream (`inherited_time`); before any stamp it is untimed. Syslog's year: `year` for a stream's first
//              stamp, then the one that brings a stamp nearest to the latest time of the stream, so that a line out of
//              order around New Year changes nothing for those after it; a year less where that would be in the future
//              (below). 29 February of a year without one is 1 March.
//   Future     A stamp more than max_ahead_ns after the present is not believed: its event is malformed for that reason,
//              unless it is for another, and has a time as if it had no stamp. The present is the machine's clock when
//              the stream began, or the time of its last feed, whichever is later.
//   Lateness   A stream's watermark is the latest time of its earlier events. An event more than allowed_lateness_ns
//              before it is late: counted and flagged, and in no window and no error count. Being of the stream alone,
//              it does not depend on how streams are interleaved.
//   Windows    Slides [n * slide, (n + 1) * slide) of event time. The newest is that of the latest time of any event in
//              time, or of advance_windows(): idle time moves windows too. A window [end - window, end) counts exactly;
//              the report shows the last `windows` of them. What no shown window covers is counted as retired.
//   Errors     Events of level error and fatal, not late, are counted by key: their message, without escapes, with what
//              changes masked: uuids as <uuid>, IPv4 and IPv6 addresses as <ip>, MACs as <mac>, ULIDs as <ulid>, words of
//              seven and more hex digits, of both kinds, and 0x words as <hex>, other runs of digits as <num>. An IPv6
//              address without a digit is not told from C++ names. Of a message the first 4096 bytes count, of its key
//              max_template_bytes. Top lists are ordered by count, descending, then key.
//   Sums       events = sum of levels = windowed + retired + late + untimed. Counts are exact, never sampled.
//   Errors of calls  In the order of FeedStatus; a refused feed changes nothing.
//
// Concurrency: feeds of one stream must come one at a time; else any method may be called from any thread at any time.
// A report is one instant: it holds some prefix of each stream, all its sums fit, and what one caller was shown never
// shrinks for it later. Where `counts_on_return` is false a feed is counted some time after it has returned; drain()
// waits for all feeds that returned before it. After drain() or finish() every implementation gives the same report and
// the same events, byte for byte, for the same feeds: parallel equals sequential. finish() against feeds: each feed is
// wholly before it or answers `finished`.
//
// Memory: at most about 2 * max_event_bytes per stream, max_pending_bytes of text that waits (feed blocks:
// back-pressure is never loss), one entry for each distinct error key (not bounded) and again for each slide that is
// shown, and events kept until they are taken, at most max_kept_events and max_kept_bytes per stream. A feed takes
// about 4 MiB for each thread that parses it, and what its own distinct keys take; of that, a thread keeps at most 4 MiB.
// Out of memory: a call that throws std::bad_alloc has changed nothing, and can be made again. What has been taken in is
// never lost: flush_idle and finish, and the threads of a parser that has some, try again each millisecond until there is
// memory, and whoever waits for them waits so long.

enum class Format : std::uint8_t {
  log4j,         // a time, then a level within five words, then the message: most programs' own logs
  access,        // common, combined and virtual hosts' access log; 5xx is an error, 4xx a warning
  syslog,        // [<pri>]time host tag: message, as RFC 3164, RFC 5424, rsyslog, journalctl and Cisco write it
  json_lines,    // an object per line, Docker's included
  custom,        // what `start` matches; time and level where they are there
  logfmt,        // time=... level=... msg="..."
  klog,          // Kubernetes and glog: Emmdd hh:mm:ss.ffffff process file:line] message
  apache_error,  // [Www Mmm dd hh:mm:ss yyyy] [module:level] [pid n] message
  logcat,        // Android: mm-dd hh:mm:ss.fff process thread E tag: message
  stamped,       // as log4j, the time anywhere behind at most four words
};
BOOST_DESCRIBE_ENUM(Format, log4j, access, syslog, json_lines, custom, logfmt, klog, apache_error, logcat, stamped)
std::string_view to_string(Format format);

// Times    A date and a time of day, in any of: yyyy-mm-dd, yyyy/mm/dd, yyyy.mm.dd, yyyy-ddd, yyyymmdd, yy/mm/dd, yymmdd,
//          dd/Mmm/yyyy, dd-Mmm-yyyy, dd Mmm yyyy, dd.mm.yyyy, Mmm dd[,] yyyy, and, with the year unknown, Mmm dd; a weekday
//          before any of them; C's ctime. mm/dd/yyyy and dd/mm/yyyy where a number above 12 or AM or PM says which it is,
//          else the time is bad. Between them T, spaces, a comma, a colon, an underscore or a dash; then h:mm[:ss] with a
//          fraction of any length, of which nine digits count, and AM or PM. Parts need not be padded. Further: TAI64N, and
//          seconds since 1970 with a fraction or in brackets, or 13, 16 or 19 digits of smaller units.
// Zones    Z, +hh, +hhmm, +hh:mm, UTC+h, right behind the time or apart, and the names UTC, GMT, UT, WET, WEST, BST (British),
//          CET, CEST, MET, MEST, EET, EEST, MSK, TRT, the American EST to HDT, NST, NDT, BRT, ART, JST, KST, HKT, SGT, PKT,
//          WIB, IDT, SAST, EAT, CAT, WAT, AEST, AEDT, ACST, ACDT, AWST, NZST, NZDT. IST, AST, ADT, SST, GST, AMT, AMST, ECT, BDT,
//          PYT, WST, which are several, and names such as Europe/Berlin without an offset make the time bad.
// Levels   trace, trc, verbose, vrb, finer, finest; debug, dbg, fine, config, debug1 to 5; info, inf, information, notice, note,
//          log, success; warn, warning, wrn; error, err, severe; fatal, ftl, critical, crit, alert, emerg, emergency, panic,
//          in any case. In text without a field for it: in capitals, in brackets, between bars or dashes, before a colon or
//          behind level=; in small letters or as one letter only right behind the time.
// log4j    The time may be in brackets or quotes, or behind a level. CRI's `stdout F` behind the time is taken off: what
//          follows is read as text of any format, and goes on with the event before it where it begins with a space, a
//          tab or `Caused by: `. An object behind the time gives level and message. Where the first line has no level,
//          the second may (java.util.logging).
// syslog   Without <pri>, the level is one that Cisco's %name-n- or `daemon.err` says, or that the text behind the tag begins
//          with, as text of any format; else unknown. A time of `-` is none.
// json     Time: time, timestamp, ts, @timestamp, @t, t, datetime, asctime, date, eventTime, timeUnixNano, time_iso8601,
//          time_local, __REALTIME_TIMESTAMP, instant.epochSecond, t.$date and others like them, in any case; as text, or a
//          number in seconds or by its size smaller units. Level: level, severity, lvl, levelname, loglevel, log.level, @l,
//          @level, severityText and others; as text, or a number: 10 to 60 (pino, bunyan), 100 to 600 (Monolog, Google),
//          5000 to 40000 (Logback), levelno (Python), severityNumber (OTel), PRIORITY, severity and GELF's level 0 to 7.
//          Message: message, msg, @message, @m, body, event, log, text and others. log.level is also an object's field.
//          Docker's {"log":...,"stream":...} is taken off as CRI's words are.
// logfmt   The same names, and date=... time=... apart. Starts with two fields, or one of those.
// custom   The time is one that begins within the first five words of the line, also in brackets, or behind , ; | or =, and
//          there also ten digits alone. The level is a word marked as above among the five behind it, and of the line, if
//          it has no time.

enum class Level : std::uint8_t { unknown, trace, debug, info, warn, error, fatal };
BOOST_DESCRIBE_ENUM(Level, unknown, trace, debug, info, warn, error, fatal)
inline constexpr std::size_t log_levels = 7;
std::string_view to_string(Level level);
constexpr bool is_error(Level level) {
  return level >= Level::error;
}

enum class Malformed : std::uint8_t {
  none,
  missing_fields,    // access: no `host ident user [`
  bad_json,          // json_lines: not one whole object, or nested deeper than 64
  bad_timestamp,     // no time where one must be, or one that is impossible, unclear, cut off, or of an unknown zone
  missing_level,     // log4j, stamped, klog, apache_error, logcat
  bad_request,       // access: the quoted request does not end
  bad_status,        // access: no three digits from 100 to 599
  bad_size,          // access: neither digits nor '-'
  future_timestamp,  // more than max_ahead_ns after the present
  utf16,             // the text is UTF-16, of either order, and nothing else of it is understood
};
BOOST_DESCRIBE_ENUM(Malformed, none, missing_fields, bad_json, bad_timestamp, missing_level, bad_request, bad_status,
                    bad_size, future_timestamp, utf16)
inline constexpr std::size_t malformed_reasons = 10;
std::string_view to_string(Malformed reason);

// A test of one line without a regular expression. In `text`, `#` stands for a digit, `@` for an ASCII letter, `_` for
// a space or tab, `?` for any byte, and `\` makes the next byte mean itself.
struct LinePattern {
  enum class Place : std::uint8_t { header, starts_with, ends_with } place = Place::header;
  std::string text;  // not used by `header`: the line has the shape of the format's header
};

// How lines become events: once a line has matched `start`, which lines follow it into the event.
enum class GroupingMode : std::uint8_t {
  continue_through,  // all that match the condition
  continue_past,     // all that match the condition, and one more
  halt_before,       // all up to, without, the first that matches the condition
  halt_with,         // all up to the first that matches the condition, and that one
};
BOOST_DESCRIBE_ENUM(GroupingMode, continue_through, continue_past, halt_before, halt_with)
std::string_view to_string(GroupingMode mode);

struct Grouping {
  GroupingMode mode = GroupingMode::halt_before;
  LinePattern start;
  LinePattern condition;
};

enum class KeepEvents : std::uint8_t {
  all,
  notable,  // malformed, orphan, truncated, late or not UTF-8
  nothing,  // only counted: no text is copied
};

inline constexpr DurationNs max_log_duration_ns = DurationNs{1} << 60;  // 36 years
inline constexpr TimeNs max_log_time_ns = 7'289'654'400'000'000'000;    // the end of 2200; the least is 1970
inline constexpr std::size_t max_stream_name_bytes = 256;
inline constexpr std::size_t max_template_bytes = 128;
inline constexpr std::size_t max_top = 64;

struct Event {
  std::string stream;
  std::uint64_t line = 0;    // of its first line, from 1
  std::uint64_t offset = 0;  // of its first byte in the stream
  std::uint32_t lines = 0;
  Level level = Level::unknown;
  Malformed malformed = Malformed::none;
  bool orphan = false;
  bool truncated = false;
  bool invalid_utf8 = false;
  bool late = false;
  bool inherited_time = false;
  std::optional<TimeNs> time_ns;  // since 1970, UTC
  std::string key;                // of an error
  std::string text;               // its lines as they came, without line ends, joined by LF

  bool operator==(const Event&) const = default;
};
// One line, printable: what is not UTF-8 or is a control byte is replaced or escaped.
std::string render(const Event& event);

struct Totals {
  std::uint64_t bytes = 0;  // of whole lines
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
  std::uint64_t orphans = 0;
  std::uint64_t truncated = 0;      // events
  std::uint64_t dropped_bytes = 0;  // of them
  std::uint64_t invalid_utf8 = 0;   // lines
  std::uint64_t late = 0;           // events, as all that follow
  std::uint64_t late_errors = 0;
  std::uint64_t untimed = 0;
  std::uint64_t unkept = 0;  // would have been kept, but for max_kept_events or max_kept_bytes
  std::array<std::uint64_t, log_levels> levels{};
  std::array<std::uint64_t, malformed_reasons> malformed{};

  Totals& operator+=(const Totals& other);
  bool operator==(const Totals&) const = default;
};

struct ErrorCount {
  std::string key;
  std::uint64_t count = 0;
  bool operator==(const ErrorCount&) const = default;
};

struct WindowCount {
  TimeNs end_ns = 0;  // the window is [end - window, end)
  std::uint64_t events = 0;
  std::uint64_t errors = 0;
  bool operator==(const WindowCount&) const = default;
};

struct TopErrors {
  std::uint64_t errors = 0;     // all of them, those beyond the list included
  std::uint64_t distinct = 0;   // keys
  std::vector<ErrorCount> top;  // the first k
  bool operator==(const TopErrors&) const = default;
};

struct Report {
  Totals totals;
  std::uint64_t windowed = 0;        // events in the slides that shown windows cover
  std::uint64_t retired = 0;         // in time, but covered by no window that is shown
  std::vector<WindowCount> windows;  // oldest first; empty while there is no time
  TopErrors all_time;
  TopErrors newest_window;  // of the last of `windows`

  bool operator==(const Report&) const = default;
};
std::string render(const Report& report);
// Empty where all sums of the report fit, else which does not.
std::string contradiction(const Report& report);

enum class FeedStatus : std::uint8_t { accepted, finished, invalid_stream, too_many_streams };
BOOST_DESCRIBE_ENUM(FeedStatus, accepted, finished, invalid_stream, too_many_streams)
std::string_view to_string(FeedStatus status);

struct Guarantees {
  bool splits_streams = false;      // several threads parse one stream
  bool counts_on_return = true;     // what has been fed is in every later report
  bool reports_never_wait = false;  // for whoever feeds

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

class LogParser {
 public:
  struct Options {
    Format format = Format::log4j;
    Grouping grouping;
    int threads = 2;                          // that parse, 1 to 256; a caller that parses too is one of them
    std::size_t max_event_bytes = 64 * 1024;  // 16 to 2^30
    DurationNs window_ns = 60'000'000'000;    // a multiple of the slide, at most 4096 slides
    DurationNs slide_ns = 10'000'000'000;     // 1 to max_log_duration_ns, as the lateness
    std::size_t windows = 6;                  // shown; 1 to 4096
    DurationNs allowed_lateness_ns = 30'000'000'000;
    DurationNs max_ahead_ns = 86'400'000'000'000;  // of a stamp, after the present; 0 to max_log_duration_ns
    std::size_t k = 10;                            // length of the top lists; 1 to max_top
    int year = 2000;                               // of syslog; 1970 to 2200
    std::size_t max_streams = 1024;                // at least 1
    DurationNs flush_timeout_ns = 2'000'000'000;
    KeepEvents keep = KeepEvents::notable;
    std::size_t max_kept_events = 1'000'000;  // per stream, since they were taken
    std::size_t max_kept_bytes = 256 << 20;   // the same, in bytes of the events and all that they hold
    // Text that was fed and waits, and about 150 bytes for each feed; one feed is let in whatever its size.
    std::size_t max_pending_bytes = 4 << 20;
    std::size_t chunk_bytes = 64 * 1024;  // into which designs that split a stream cut it; at least 64
  };
  using Guarantees = log_parser::Guarantees;

  virtual ~LogParser() = default;

  // The next bytes of a stream, which came at `now_ns`. If `keep_alive` is given, `bytes` stay as they are for as long
  // as it is held, and need not be copied by whoever does not parse them at once. O(bytes), and blocks while
  // max_pending_bytes wait.
  virtual FeedStatus feed(std::string_view stream, std::string_view bytes, TimeNs now_ns = 0,
                          std::shared_ptr<const void> keep_alive = nullptr) = 0;

  // Flushes the open event of every stream whose last line is flush_timeout_ns old. O(streams).
  virtual void flush_idle(TimeNs now_ns) = 0;

  // Moves the windows on as far as an event of this time would.
  virtual void advance_windows(TimeNs event_time_ns) = 0;

  // Waits until what was fed before is counted.
  virtual void drain() = 0;

  // Flushes everything; feeds are refused from then on. Any number of calls do what one does, and all of them wait.
  virtual void finish() = 0;

  // Events that were kept, in order of stream name, then position. They are those of a prefix of each stream: of all of
  // it after drain() but for what is open.
  virtual std::vector<Event> take_events() = 0;

  virtual Report report() = 0;

  // Bytes that each of the parser's threads has parsed so far, callers that parse too taken together as the first;
  // empty if it has no threads of its own.
  virtual std::vector<std::uint64_t> work_of_threads() { return {}; }
};

// The format in which most of a text is understood, or nothing where none reads anything of it. Of the first 256 KiB, cut at
// its last line end: each event that is whole in a format counts four for a time, two for a level and one for itself; the
// first format of json_lines, access, klog, apache_error, syslog, log4j, logcat, logfmt and stamped with the highest sum is
// it. Never `custom`. O(bytes of these). Throws nothing but std::bad_alloc.
inline constexpr std::size_t detected_bytes = 256 * 1024;
std::optional<Format> detect_format(std::string_view sample);

// Throws std::invalid_argument that names the first bad field, its value and what is allowed.
void validate(const LogParser::Options& options);

}  // namespace contend::log_parser
