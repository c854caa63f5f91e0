// How many threads a run takes: as many as were asked for, or as many as are fastest.
#pragma once
#include <cstdint>

namespace hillock::engine {

// Without a number asked for, it begins with one thread and doubles them as long as that makes steps faster,
// a few milliseconds each; now and then it tries anew, since the processors may be needed by others or be
// free again. It is told times only: results do not depend on it.
class ThreadChoice {
 public:
  // `asked`: 0 if the fastest are to be found. `most`: more than these cannot help.
  ThreadChoice(int asked, int most);

  int threads() const { return now_; }
  // So many steps have just taken so long with threads(); what threads() gives then holds for those that
  // follow.
  void measured(std::int64_t steps, double seconds);
  // The system does not give more than these, at least 1; trials begin anew.
  void no_more_than(int threads);

 private:
  void begin_trials();
  void try_threads(int threads);

  bool fixed_;
  int most_, now_ = 1, best_ = 1;
  double best_seconds_ = 0;  // per step
  bool settled_ = false;
  bool cold_ = true;             // the next time measured includes the change of threads
  std::int64_t steps_ = 0;       // of this trial
  double seconds_ = 0;           // of this trial
  double since_ = 0, rest_ = 0;  // s since trials began, or ended; how long they may rest then
};

}  // namespace hillock::engine
