// A team of threads that run one function at once, each with its own index, and meet when all are done.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace hillock::parallel {

// How many threads can run at once: the processors that this process may use.
int available_processors();

// Who waits, at the beginning of a round or for its end, spins for some microseconds and then sleeps: where
// the threads have processors of their own a meeting costs less than a microsecond, and where they share one
// the others get it. Threads are not pinned.
//
// What precedes what: work_ and left_ are written before round_ is raised (release); a thread that sees the
// new round (acquire) reads them and works; it lowers left_ (release) when it is done; run() returns when it
// has seen left_ at 0 (acquire). So what was written before run() is seen in the work, and what the work has
// written is seen after run().
class Team {
 public:
  // The calling thread and size - 1 others. Throws base::ResourceError if the system does not give them.
  explicit Team(int size);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  int size() const { return static_cast<int>(errors_.size()); }
  // Calls work(0) in this thread and work(1) ... work(size - 1) in the others, and returns when all are done.
  // If any have thrown, throws what the one with the lowest index has. To be called from one thread.
  void run(const std::function<void(int)>& work);

 private:
  void start(int index);
  void serve(int index);
  void call(int index);
  void dismiss();
  void wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) const;

  // What the others read while they wait, and apart from it what they write.
  alignas(64) std::atomic<std::uint32_t> round_{0};
  bool spins_;
  const std::function<void(int)>* work_ = nullptr;  // nothing: go home
  std::vector<std::thread> threads_;
  std::vector<std::exception_ptr> errors_;          // one for each index
  alignas(64) std::atomic<std::uint32_t> left_{0};  // threads that are still at work
};

}  // namespace hillock::parallel
