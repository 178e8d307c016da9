#include "impls/crawler/http/name_lookups.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace contend::crawler {
namespace {

namespace ip = boost::asio::ip;

ip::address address_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return ip::address_v4(ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr));
  }
  const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
  ip::address_v6::bytes_type bytes;
  std::copy_n(six->sin6_addr.s6_addr, bytes.size(), bytes.begin());
  return ip::address_v6(bytes, six->sin6_scope_id);
}

NameLookups::Answer ask_the_machine(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_ADDRCONFIG;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  NameLookups::Answer answer;
  answer.error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (answer.error != 0) return answer;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    answer.addresses.push_back(address_of(entry->ai_addr));
  }
  if (answer.addresses.empty()) answer.error = EAI_NONAME;
  return answer;
}

}  // namespace

std::shared_ptr<NameLookups> NameLookups::of_the_machine() {
  // Never destroyed: a thread of it may still hang in getaddrinfo while the process ends.
  static const auto& machine =
      *new const std::shared_ptr<NameLookups>(std::make_shared<NameLookups>(ask_the_machine, usual_threads));
  return machine;
}

NameLookups::Ticket::Ticket(std::shared_ptr<NameLookups> lookups, std::shared_ptr<Name> name,
                            std::function<void()> wake)
    : lookups_(std::move(lookups)), name_(std::move(name)), wake_(std::move(wake)) {}

NameLookups::Ticket::~Ticket() {
  lookups_->give_up(*this);
}

const NameLookups::Answer* NameLookups::Ticket::answer() const {
  const MutexLock lock(lookups_->mutex_);
  const std::optional<Answer>& answer = name_->answer;
  return answer ? &*answer : nullptr;
}

std::unique_ptr<NameLookups::Ticket> NameLookups::ask(const std::string& host, std::function<void()> wake) {
  auto fresh = std::make_shared<Name>(host);
  const auto lookups = shared_from_this();
  const MutexLock lock(mutex_);
  const auto same = std::ranges::find(under_way_, host, [](const auto& name) { return name->host; });
  const bool first = same == under_way_.end();
  const std::shared_ptr<Name> name = first ? std::move(fresh) : *same;
  name->waiting.reserve(name->waiting.size() + 1);
  if (first) under_way_.reserve(under_way_.size() + 1);
  auto ticket = std::make_unique<Ticket>(lookups, name, std::move(wake));
  name->waiting.push_back(ticket.get());
  if (first) {
    under_way_.push_back(name);
    start_thread_for(*name);
  }
  return ticket;
}

// Nobody waits for these threads: what they call cannot be made to return.
void NameLookups::start_thread_for(Name& name) {
  if (threads_ >= most_threads_) return;
  int error = 0;
  try {
    std::thread([self = shared_from_this()] { self->work(); }).detach();
    ++threads_;
  } catch (const std::bad_alloc&) {
    error = EAI_MEMORY;
  } catch (const std::system_error&) {
    error = EAI_AGAIN;
  }
  if (error == 0 || threads_ > 0) return;  // those that are there will come to it
  name.answer = Answer{error, {}};
  forget(name);
}

void NameLookups::work() {
  for (;;) {
    std::shared_ptr<Name> name;
    {
      const MutexLock lock(mutex_);
      const auto next = std::ranges::find_if(under_way_, [](const auto& asked) { return !asked->begun; });
      if (next == under_way_.end()) {
        --threads_;
        return;
      }
      name = *next;
      name->begun = true;
    }
    Answer answer;
    try {
      answer = ask_(name->host);
    } catch (const std::bad_alloc&) {
      answer.error = EAI_MEMORY;
    } catch (...) {
      answer.error = EAI_FAIL;
    }
    const MutexLock lock(mutex_);
    name->answer = std::move(answer);
    forget(*name);
    for (const Ticket* ticket : name->waiting) ticket->wake_();
  }
}

void NameLookups::forget(const Name& name) {
  std::erase_if(under_way_, [&](const auto& asked) { return asked.get() == &name; });
}

void NameLookups::give_up(Ticket& ticket) {
  const MutexLock lock(mutex_);
  Name& name = *ticket.name_;
  std::erase(name.waiting, &ticket);
  if (name.waiting.empty() && !name.begun) forget(name);
}

}  // namespace contend::crawler
