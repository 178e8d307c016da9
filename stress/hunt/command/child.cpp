#include "stress/hunt/command/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace contend::hunt {
namespace {

struct Child {
  std::size_t number = 0;
  pid_t process = 0;
  int from = -1;
  std::string text;
};

Child start(std::size_t number, bool shows_output, const std::function<void(std::size_t, int)>& work) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe to a child");
  std::fflush(nullptr);
  const pid_t process = fork();
  if (process < 0) throw std::runtime_error("no more processes");
  if (process == 0) {
    close(ends[0]);
    if (!shows_output) {
      const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
      dup2(nowhere, STDOUT_FILENO);
      dup2(nowhere, STDERR_FILENO);
    }
    work(number, ends[1]);
    std::fflush(nullptr);
    _exit(0);
  }
  close(ends[1]);
  return {number, process, ends[0], ""};
}

// Whether the child has closed its end.
bool read_some(Child& child) {
  std::array<char, 65536> part{};
  const ssize_t got = read(child.from, part.data(), part.size());
  if (got <= 0) return true;
  child.text.append(part.data(), static_cast<std::size_t>(got));
  return false;
}

}  // namespace

void write_all(int descriptor, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t now = write(descriptor, text.data() + written, text.size() - written);
    if (now <= 0) _exit(1);
    written += static_cast<std::size_t>(now);
  }
}

void run_in_children(std::size_t count, std::size_t jobs, bool shows_output,
                     const std::function<void(std::size_t, int)>& work,
                     const std::function<void(std::size_t, const Answer&)>& done) {
  std::vector<Child> running;
  for (std::size_t next = 0; next < count || !running.empty();) {
    while (next < count && running.size() < jobs) running.push_back(start(next++, shows_output, work));
    std::vector<pollfd> ends;
    for (const Child& child : running) ends.push_back({child.from, POLLIN, 0});
    if (poll(ends.data(), ends.size(), -1) < 0) continue;  // interrupted
    for (std::size_t i = running.size(); i-- > 0;) {
      if (ends[i].revents == 0 || !read_some(running[i])) continue;
      close(running[i].from);
      Answer answer{std::move(running[i].text), 0};
      waitpid(running[i].process, &answer.status, 0);
      const std::size_t number = running[i].number;
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      done(number, answer);
    }
  }
}

}  // namespace contend::hunt
