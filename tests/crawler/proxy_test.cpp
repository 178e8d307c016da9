// Every design behind a network that loses, repeats and delays, before the tests' own server and before nginx where that
// is installed: the set of pages after retries is that of a sound network, and without retries each loss is told.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/inputs/crawler/site_server.hpp"
#include "impls/base/clock.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/http_fetcher.hpp"
#include "tests/crawler/faulty_proxy.hpp"
#include "tests/crawler/page_check.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

namespace fs = std::filesystem;

constexpr DurationNs ms = 1'000'000;
constexpr int pages = 40;

// A folder of pages that know their names; p7 is as long as several reads.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / fmt::format("contend-proxy-{}", ::getpid())) {
    fs::create_directories(path_);
    std::ofstream(path_ / "index.html") << page_text("/", {"/p0.html", "/none.html"});
    for (int i = 0; i < pages; ++i) {
      const std::string target = fmt::format("/p{}.html", i);
      std::vector<std::string> links{fmt::format("/p{}.html", (2 * i + 1) % pages),
                                     fmt::format("/p{}.html", (2 * i + 2) % pages)};
      if (i == 7) links.resize(10'000, "/p7.html");
      std::ofstream(path_ / target.substr(1)) << page_text(target, links);
    }
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

// nginx over a folder, at a socket in it.
class Nginx {
 public:
  explicit Nginx(const fs::path& folder) : socket_(folder / "nginx.socket") {
    const fs::path configuration = folder / "nginx.conf";
    std::ofstream(configuration) << fmt::format(
        "daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/nginx.log;\n"
        "events {{ worker_connections 256; }}\n"
        "http {{ access_log off; types {{ text/html html; }}\n"
        "client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3; uwsgi_temp_path {0}/t4;\n"
        "scgi_temp_path {0}/t5; server {{ listen unix:{1}; root {0}; }} }}\n",
        folder.string(), socket_.string());
    const std::string file = configuration.string();
    process_ = ::fork();
    if (process_ == 0) {
      ::execl(program, "nginx", "-e", "/dev/null", "-c", file.c_str(), nullptr);
      ::_exit(127);
    }
    while (!Upstream(socket_).there() && ::waitpid(process_, nullptr, WNOHANG) == 0) std::this_thread::yield();
  }
  ~Nginx() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  static constexpr const char* program = "/usr/sbin/nginx";
  static bool is_installed() { return ::access(program, X_OK) == 0; }
  const fs::path& socket() const { return socket_; }

 private:
  const fs::path socket_;
  pid_t process_ = -1;
};

class ProxyTest : public testing::TestWithParam<Implementation<Crawler>> {
 protected:
  template <class MakeUpstream>
  void crawl_over(MakeUpstream make) {
    const std::uint64_t seed = test_seed(1);
    Crawler::Options options{.workers = 4, .in_flight = 8};
    options.timeouts.total_ns = 400 * ms;
    options.retry.base_ns = 0;
    options.retry.attempts = 40;
    options.retry.budget_per_host = 10'000;
    FaultyProxy proxy(seed, make);
    const auto crawl = [&] {
      HttpFetcher fetcher;
      PageCheck check(fetcher);
      return GetParam().make(options)->crawl(proxy.origin(), check, SteadyClock::instance());
    };
    const Report report = crawl();
    EXPECT_EQ(report.end, CrawlEnd::finished);
    EXPECT_EQ(report.pages.size(), pages + 2U) << "seed " << seed;
    EXPECT_EQ(report.count(PageOutcome::fetched), pages + 1U) << "seed " << seed;
    EXPECT_EQ(report.count(PageOutcome::http_error), 1U) << "seed " << seed;
    EXPECT_GT(report.retries, 5U);
    options.robots = false;
    options.retry.attempts = 1;
    const Report lossy = crawl();
    EXPECT_EQ(lossy.end, CrawlEnd::finished);
    EXPECT_EQ(lossy.count(PageOutcome::fetched) + lossy.count(PageOutcome::http_error) +
                  lossy.count(PageOutcome::timed_out) + lossy.count(PageOutcome::unreachable),
              lossy.pages.size());
  }

  Folder folder;
};
INSTANTIATE_TEST_SUITE_P(Implementations, ProxyTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(ProxyTest, OverTheTestsOwnServer) {
  const SiteServer server(folder.path());
  crawl_over([&server] { return std::make_unique<Upstream>(server.port()); });
}

TEST_P(ProxyTest, OverNginx) {
  if (!Nginx::is_installed()) GTEST_SKIP() << "the Debian package nginx is not installed";
  const Nginx server(folder.path());
  crawl_over([&server] { return std::make_unique<Upstream>(server.socket()); });
}

}  // namespace
}  // namespace contend::crawler
