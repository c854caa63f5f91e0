// SIGINT and SIGTERM as a wish to stop that the step loop can read.
#pragma once
#include <atomic>
#include <memory>

namespace hillock::cli {

// While it lives, SIGINT and SIGTERM go to a thread of its own. Make it before any other thread, which
// inherits the blocked signals. What precedes what: the watching thread stores signal_ before stop_
// (release); who has seen stop() sees signal().
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // Until this is called a signal ends the program at once (there is nothing to save yet); from now on the
  // first one asks to stop, and the next ends at once: the partial file stays readable.
  void save_first() { graceful_.store(true, std::memory_order_release); }
  const std::atomic<bool>& stop() const { return stop_; }
  // The signal that asked to stop; 0: none.
  int signal() const { return signal_.load(std::memory_order_acquire); }

 private:
  class Watcher;
  void received(int signal);

  std::atomic<bool> graceful_{false}, stop_{false};
  std::atomic<int> signal_{0};
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace hillock::cli
