// Every design finds the pages that wget finds, on real sites: the folders that CONTEND_SITES names, separated by colons,
// each with an index.html. Skipped where it names none, for it takes as long as the sites are large.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "bench/inputs/crawler/site_server.hpp"
#include "impls/base/clock.hpp"
#include "impls/base/registry.hpp"
#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/http_fetcher.hpp"
#include "tests/support/implementations.hpp"

namespace contend::crawler {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> sites() {
  const char* named = std::getenv("CONTEND_SITES");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  std::istringstream in(named == nullptr ? "" : named);
  std::vector<fs::path> folders;
  for (std::string folder; std::getline(in, folder, ':');) folders.emplace_back(folder);
  return folders;
}

// As a file's name, which is how wget tells a page.
std::string file_of(const std::string& target) {
  std::string name;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == '%' && i + 2 < target.size()) {
      name += static_cast<char>(std::stoi(target.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      name += target[i];
    }
  }
  return name.ends_with('/') ? name + "index.html" : name;
}

// The files of a mirror made by wget.
std::set<std::string> wget_pages(const SiteServer& server) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("contend-wget-{}", ::getpid());
  fs::create_directories(folder);
  // Follows what a crawler of pages does. Its exit code is 8 where a link was broken.
  const std::string command = fmt::format(
      "wget -q -r -l inf -nH -np --follow-tags=a,area,frame,iframe --restrict-file-names=nocontrol --no-proxy -P '{}' "
      "'{}/'",
      folder.string(), server.origin());
  EXPECT_NE(std::system(command.c_str()), -1);
  std::set<std::string> pages;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) pages.insert("/" + fs::relative(entry.path(), folder).string());
  }
  fs::remove_all(folder);
  pages.erase("/robots.txt");
  return pages;
}

class CrawlerWgetTest : public testing::TestWithParam<Implementation<Crawler>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, CrawlerWgetTest, testing::ValuesIn(implementations<Crawler>()),
                         implementation_name<Crawler>);

TEST_P(CrawlerWgetTest, FindsThePagesThatWgetFinds) {
  if (sites().empty())
    GTEST_SKIP() << "CONTEND_SITES names no folders of pages, as /usr/share/doc/sqlite3 of sqlite3-doc";
  if (std::system("command -v wget >/dev/null 2>&1") != 0) GTEST_SKIP() << "the Debian package wget is not installed";
  static std::map<fs::path, std::set<std::string>> theirs;  // asked for once, for all designs of a run
  for (const fs::path& site : sites()) {
    const SiteServer server(site);
    if (!theirs.contains(site)) theirs[site] = wget_pages(server);
    HttpFetcher fetcher;
    const Report report = GetParam().make({.workers = 2})->crawl(server.origin(), fetcher, SteadyClock::instance());
    std::set<std::string> ours;
    for (const CrawledPage& page : report.pages) {
      if (page.outcome == PageOutcome::fetched) ours.insert(file_of(page.url.substr(server.origin().size())));
    }
    EXPECT_EQ(ours, theirs[site]) << site;
    EXPECT_GT(ours.size(), 1U) << site;
    std::cout << site.string() << ": " << ours.size() << " pages by both\n";
  }
}

}  // namespace
}  // namespace contend::crawler
