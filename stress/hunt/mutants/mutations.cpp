#include "stress/hunt/mutants/mutations.hpp"

#include <algorithm>
#include <regex>

#include "stress/hunt/mutants/orders.hpp"

namespace contend::mutants {
namespace {

// A statement that begins and ends on this line and is no part of one that began before.
bool stands_alone(const SourceText& text, std::size_t i) {
  const std::string code = trimmed(text.code[i]);
  if (!code.ends_with(';') || std::ranges::count(code, '(') != std::ranges::count(code, ')')) return false;
  if (std::ranges::count(code, '{') != std::ranges::count(code, '}')) return false;
  for (std::size_t before = i; before-- > 0;) {
    const std::string above = trimmed(text.code[before]);
    if (!above.empty()) return std::string_view(";{}:").find(above.back()) != std::string_view::npos;
  }
  return false;
}

bool matches(const std::string& code, const char* pattern) {
  return std::regex_match(trimmed(code), std::regex(pattern));
}

bool is_lock(const std::string& code) {
  return matches(
      code,
      R"((const )?(MutexLock|WriterLock|ReaderLock|std::(lock_guard|scoped_lock|unique_lock|shared_lock)(<.*>)?) \w+[({].*)");
}
bool is_jump(const std::string& code) {
  return matches(code, R"(if \(.*\) (return|continue|break|throw)\b.*)");
}
// A call, an assignment or a step of a counter: what can be left out, and moved.
bool is_action(const std::string& code) {
  static const char* const call = R"([A-Za-z_][\w:.\->\[\]]*\(.*\)(\.\w+\(.*\))*;)";
  static const char* const assignment = R"((\+\+|--)[\w.\->\[\]()]+;|\*?[A-Za-z_][\w.\->\[\]()]* (=|\+=|-=|\|=) .*;)";
  static const char* const other = R"((return|static_assert|using|delete|throw|case|CONTEND_CHECK)\b.*)";
  return (matches(code, call) || matches(code, assignment)) && !matches(code, other);
}
bool is_notification(const std::string& code) {
  return code.find("notify_") != std::string::npos;
}
bool is_value(const std::string& code) {
  return matches(code, R"(const [\w:<>*& ]+ = .*;)");
}

std::size_t indentation(const std::string& line) {
  return line.find_first_not_of(' ');
}

void leave_out(const SourceText& text, std::size_t i, std::vector<Mutation>& all) {
  const std::string& code = text.code[i];
  if (!stands_alone(text, i)) return;
  if (is_lock(code)) all.push_back({"drop_lock", i, {""}, 0, ""});
  if (is_jump(code)) all.push_back({"drop_check", i, {""}, 0, ""});
  if (is_action(code)) all.push_back({is_notification(code) ? "drop_notify" : "drop_statement", i, {""}, 0, ""});
  if (matches(code, R"(if \(.*\) [^ ].*;)") && !is_jump(code)) {
    const std::size_t open = code.find('(');
    const std::size_t behind = behind_bracket(code, open);
    if (behind == std::string::npos) return;
    const std::string rest = text.lines[i].substr(behind + 1);
    all.push_back({"drop_condition", i, {std::string(indentation(code), ' ') + rest}, 0, ""});
    all.push_back({is_notification(code) ? "drop_notify" : "drop_statement", i, {""}, 0, ""});
  }
}

void replace_words(const SourceText& text, std::size_t i, std::vector<Mutation>& all) {
  std::string instead = text.lines[i];
  if (matches(text.code[i], R"((const )?WriterLock \w+\(.*)")) {
    all.push_back({"share_lock", i, {instead.replace(instead.find("WriterLock"), 10, "ReaderLock")}, 0, ""});
  } else if (matches(text.code[i], R"(while \(.*(wait|pause|sleep).*)") ||
             (matches(text.code[i], R"(while \(.*\{)") && i + 1 < text.lines.size() &&
              text.code[i + 1].find("wait") != std::string::npos)) {
    all.push_back({"wait_once", i, {instead.replace(instead.find("while"), 5, "if")}, 0, ""});
  }
  if (const std::size_t at = text.code[i].find("notify_all"); at != std::string::npos) {
    std::string one = text.lines[i];
    all.push_back({"notify_one", i, {one.replace(at, 10, "notify_one")}, 0, ""});
  }
}

void swap_statements(const SourceText& text, std::size_t i, std::vector<Mutation>& all) {
  if (i + 1 >= text.lines.size()) return;
  const auto moves = [&](std::size_t line) { return is_action(text.code[line]) || is_lock(text.code[line]); };
  const auto stays = [&](std::size_t line) {
    return moves(line) || is_value(text.code[line]) || is_jump(text.code[line]);
  };
  if (!stands_alone(text, i) || !stands_alone(text, i + 1) ||
      indentation(text.code[i]) != indentation(text.code[i + 1])) {
    return;
  }
  if ((moves(i) && stays(i + 1)) || (stays(i) && moves(i + 1))) {
    all.push_back({"swap", i, {text.lines[i + 1], text.lines[i]}, 0, ""});
  }
}

}  // namespace

std::vector<Mutation> mutations_of(const SourceText& text) {
  std::vector<Mutation> all = weaker_orders(text);
  for (std::size_t i = 0; i < text.lines.size(); ++i) {
    leave_out(text, i, all);
    replace_words(text, i, all);
    swap_statements(text, i, all);
  }
  return all;
}

}  // namespace contend::mutants
