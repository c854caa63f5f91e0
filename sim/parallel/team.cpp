// A team of threads: how they start, wait and meet.
#include "parallel/team.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <new>
#include <string>
#include <system_error>

#include "base/diagnostics.hpp"
#include "base/wall_time.hpp"

namespace hillock::parallel {

namespace {

// Longer than a meeting of threads that run, shorter than what a sleep and a wake-up cost together.
constexpr double spin_seconds = 20e-6;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// While it lives, threads that are started get no signals: those are for the threads that expect them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

int available_processors() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));  // more than 1024 processors
}

// Where there are more threads than processors, who spins keeps another from its work.
Team::Team(int size) : spins_(size <= available_processors()) {
  errors_.resize(static_cast<std::size_t>(std::max(1, size)));
  const SignalsBlocked blocked;
  try {
    threads_.reserve(errors_.size());  // a thread that has started has its place
    for (int index = 1; index < this->size(); ++index) start(index);
  } catch (const std::bad_alloc&) {
    dismiss();
    throw;
  } catch (const std::system_error& error) {
    dismiss();
    throw base::ResourceError("the system gives no " + std::to_string(size) + " threads (" + error.what() +
                              "); ask for fewer");
  }
}

Team::~Team() { dismiss(); }

void Team::start(int index) {
  threads_.emplace_back([this, index] { serve(index); });
}

void Team::dismiss() {
  work_ = nullptr;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::run(const std::function<void(int)>& work) {
  work_ = &work;
  left_.store(static_cast<std::uint32_t>(threads_.size()), std::memory_order_relaxed);
  if (!threads_.empty()) {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  call(0);
  for (std::uint32_t left = left_.load(std::memory_order_acquire); left != 0;
       left = left_.load(std::memory_order_acquire))
    wait_while(left_, left);
  const auto failed = std::ranges::find_if(errors_, [](const auto& error) { return error != nullptr; });
  if (failed == errors_.end()) return;
  const std::exception_ptr error = *failed;
  std::ranges::fill(errors_, nullptr);
  std::rethrow_exception(error);
}

void Team::call(int index) {
  try {
    (*work_)(index);
  } catch (...) {
    errors_[static_cast<std::size_t>(index)] = std::current_exception();
  }
}

void Team::serve(int index) {
  for (std::uint32_t round = 0;; ++round) {
    wait_while(round_, round);
    if (work_ == nullptr) return;
    call(index);
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) left_.notify_one();
  }
}

// Returns when `value` may have changed.
void Team::wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) const {
  if (spins_) {
    const auto begin = base::Clock::now();
    do {
      for (int i = 0; i < 32; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
        pause();
      }
    } while (base::seconds_since(begin) < spin_seconds);
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace hillock::parallel
