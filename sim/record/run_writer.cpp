// The queue between the step loop and the disk, and the thread that empties it.
#include "record/run_writer.hpp"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "base/diagnostics.hpp"
#include "record/output_file.hpp"
#include "record/run_file.hpp"

namespace hillock::record {

// What waits to be written; not in the anonymous namespace, since RunWriter::Queue holds them.
struct Advance {
  double time = 0;
};

struct Finish {
  engine::RunEnd end = engine::RunEnd::failed;
  double time = 0;
  std::string reason;
  std::map<std::string, double> numbers;
};

using Item = std::variant<engine::FrameBlock, engine::SpikeBlock, engine::SnippetBlock, engine::EdgeBlock,
                          engine::WeightColumns, engine::WeightBlock, engine::AnalysisTable, Advance, Finish>;

namespace {

using Clock = std::chrono::steady_clock;

std::size_t bytes(const engine::FrameValues& block) {
  return block.values64.size() * 8 + block.values32.size() * 4;
}
std::size_t bytes(const engine::SpikeBlock& block) { return block.times.size() * 16; }
std::size_t bytes(const engine::SnippetBlock& block) {
  return block.times.size() * 24 + block.values64.size() * 8 + block.values32.size() * 4;
}
std::size_t bytes(const engine::EdgeBlock& block) { return block.sources.size() * 32; }
std::size_t bytes(const engine::WeightColumns& columns) { return columns.sources.size() * 16; }
std::size_t bytes(const engine::AnalysisTable&) { return 0; }  // they come at the end, and are few
std::size_t bytes(const Advance&) { return 0; }
std::size_t bytes(const Finish&) { return 0; }

}  // namespace

// What precedes what: items are taken in the order they were put; `mutex_` guards everything below it. The
// loop waits for `room_`, the writer for `work_`. The writer never holds the mutex while it calls HDF5.
class RunWriter::Queue {
 public:
  Queue(const std::string& path, bool replace, const engine::RunLayout& layout, const Options& options)
      : options_(options), thread_([this, path, replace, layout] { write_all(path, replace, layout); }) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return ready_ || failure_; });
    if (!failure_) return;
    lock.unlock();
    thread_.join();
    std::rethrow_exception(failure_);
  }

  ~Queue() {
    if (!finishing_) {
      const std::lock_guard lock(mutex_);
      items_.emplace_back(
          Finish{engine::RunEnd::failed, last_time_, "the run ended before its file was closed", {}});
      work_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

  // Called by the loop only. Waits for room; throws what the writer failed with.
  void put(Item item) {
    const std::size_t size = std::visit([](const auto& content) { return bytes(content); }, item);
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return failure_ || waiting_bytes_ == 0 || waiting_bytes_ + size <= options_.queue_bytes;
    });
    if (failure_) std::rethrow_exception(failure_);
    if (const auto* advance = std::get_if<Advance>(&item)) last_time_ = advance->time;
    items_.push_back(std::move(item));
    waiting_bytes_ += size;
    work_.notify_one();
  }

  void finish(Finish finish) {
    put(std::move(finish));
    finishing_ = true;
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  bool failed() {
    const std::lock_guard lock(mutex_);
    return failure_ != nullptr;
  }

 private:
  void write_all(const std::string& path, bool replace, const engine::RunLayout& layout) {
    block_signals();
    try {
      RunFile file(path, replace, layout);
      {
        const std::lock_guard lock(mutex_);
        ready_ = true;
      }
      room_.notify_all();
      next_flush_ = Clock::now() + interval();
      while (take_one(file)) {
      }
    } catch (...) {
      take_pending_limit();
      fail(std::current_exception());
    }
  }

  // Signals are for the loop. SIGXFSZ, held back here, lets a write over the file limit return an error
  // instead of killing the process.
  static void block_signals() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, fault);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
  }

  // Takes the held back SIGXFSZ out of the queue, so that it cannot act when the thread ends.
  static void take_pending_limit() {
    sigset_t limit;
    sigemptyset(&limit);
    sigaddset(&limit, SIGXFSZ);
    const timespec at_once{};
    while (sigtimedwait(&limit, nullptr, &at_once) == SIGXFSZ) {
    }
  }

  Clock::duration interval() const {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.flush_seconds));
  }

  // Handles the next item; false when it was the last.
  bool take_one(RunFile& file) {
    std::optional<Item> item;
    {
      std::unique_lock lock(mutex_);
      const auto filled = [&] { return !items_.empty(); };
      if (unflushed_)
        work_.wait_until(lock, next_flush_, filled);
      else
        work_.wait(lock, filled);
      if (filled()) {
        item = std::move(items_.front());
        items_.pop_front();
      }
    }
    if (!item) {  // the loop has been silent since it said how far it is
      flush(file, *unflushed_);
      return true;
    }
    const std::size_t size = std::visit([](const auto& content) { return bytes(content); }, *item);
    const bool more = std::visit([&](auto& content) { return handle(file, content); }, *item);
    item.reset();
    const std::lock_guard lock(mutex_);
    waiting_bytes_ -= size;
    room_.notify_one();
    return more;
  }

  template <class Block>
  bool handle(RunFile& file, const Block& block) {
    unflushed_.reset();  // in the middle of a stretch of time nothing is flushed
    file.append(block);
    return true;
  }

  bool handle(RunFile& file, const Advance& advance) {
    unflushed_ = advance.time;
    if (Clock::now() >= next_flush_) flush(file, advance.time);
    return true;
  }

  bool handle(RunFile& file, const Finish& finish) {
    file.finish(finish.end, finish.time, finish.reason, finish.numbers);
    return false;
  }

  void flush(RunFile& file, double time) {
    file.flush(time);
    unflushed_.reset();
    next_flush_ = Clock::now() + interval();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    items_.clear();
    waiting_bytes_ = 0;
    room_.notify_all();
  }

  const Options options_;
  // The loop's own.
  bool finishing_ = false;
  double last_time_ = 0;
  // The writer's own.
  Clock::time_point next_flush_;
  std::optional<double>
      unflushed_;  // time of the last advance, if it ended what has been written and was not flushed

  std::mutex mutex_;
  std::condition_variable room_, work_;
  std::deque<Item> items_;
  std::size_t waiting_bytes_ = 0;
  bool ready_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last, so that it starts when the rest is there
};

void RunWriter::check_output(const std::string& path, bool explicit_out, bool force) {
  record::check_output(path, explicit_out, force);
}

RunWriter::RunWriter(const std::string& path, bool replace, const engine::RunLayout& layout,
                     const Options& options)
    : queue_(std::make_unique<Queue>(path, replace, layout, options)) {}

RunWriter::RunWriter(const std::string& path, bool replace, const engine::RunLayout& layout)
    : RunWriter(path, replace, layout, Options{}) {}

RunWriter::~RunWriter() = default;

void RunWriter::write(engine::FrameBlock block) { queue_->put(std::move(block)); }
void RunWriter::write(engine::SpikeBlock block) { queue_->put(std::move(block)); }
void RunWriter::write(engine::SnippetBlock block) { queue_->put(std::move(block)); }
void RunWriter::write(engine::WeightColumns columns) { queue_->put(std::move(columns)); }
void RunWriter::write(engine::WeightBlock block) { queue_->put(std::move(block)); }
void RunWriter::write(engine::EdgeBlock block) { queue_->put(std::move(block)); }
void RunWriter::write(engine::AnalysisTable table) { queue_->put(std::move(table)); }
void RunWriter::advance(double time) { queue_->put(Advance{time}); }

void RunWriter::finish(engine::RunEnd end, double time, const std::string& reason,
                       const std::map<std::string, double>& numbers) {
  queue_->finish({end, time, reason, numbers});
}

bool RunWriter::hdf5_failed() const { return queue_->failed(); }

}  // namespace hillock::record
