// A thread that waits for signals on a descriptor, so that no handler runs and no global is needed.
#include "cli/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace hillock::cli {
namespace {

// The signals to wait for: those that the starter of the program did not have ignored (`nohup`, `&` in
// scripts).
sigset_t signals_to_watch() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction old {};
    if (sigaction(signal, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

class SignalWatch::Watcher {
 public:
  explicit Watcher(SignalWatch& owner) : set_(signals_to_watch()) {
    pthread_sigmask(SIG_BLOCK, &set_, &previous_);
    arrivals_ = signalfd(-1, &set_, SFD_CLOEXEC);
    end_ = eventfd(0, EFD_CLOEXEC);
    if (arrivals_ < 0 || end_ < 0) {  // no descriptors left: signals act as they do without us
      pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
      return;
    }
    thread_ = std::thread([this, &owner] { wait(owner); });
  }
  ~Watcher() {
    if (thread_.joinable()) {
      const std::uint64_t one = 1;
      while (::write(end_, &one, sizeof one) < 0 && errno == EINTR) {
      }
      thread_.join();
    }
    if (arrivals_ >= 0) close(arrivals_);
    if (end_ >= 0) close(end_);
    pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
  }

 private:
  void wait(SignalWatch& owner) {
    std::array<pollfd, 2> both{pollfd{arrivals_, POLLIN, 0}, pollfd{end_, POLLIN, 0}};
    for (;;) {
      if (poll(both.data(), both.size(), -1) < 0) {
        if (errno == EINTR) continue;
        return;
      }
      if ((both[0].revents & POLLIN) != 0) {
        signalfd_siginfo info{};
        if (read(arrivals_, &info, sizeof info) == sizeof info)
          owner.received(static_cast<int>(info.ssi_signo));
      }
      if (both[1].revents != 0) return;
    }
  }

  sigset_t set_{}, previous_{};
  int arrivals_ = -1, end_ = -1;
  std::thread thread_;
};

SignalWatch::SignalWatch() : watcher_(std::make_unique<Watcher>(*this)) {}
SignalWatch::~SignalWatch() = default;

void SignalWatch::received(int signal) {
  if (!graceful_.load(std::memory_order_acquire) || stop_.load(std::memory_order_relaxed))
    _exit(128 + signal);
  signal_.store(signal, std::memory_order_release);
  stop_.store(true, std::memory_order_release);
}

}  // namespace hillock::cli
