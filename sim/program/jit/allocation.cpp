// One pass over the actions: a register is taken from what is needed again last (Belady 1966).
#include "program/jit/allocation.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/diagnostics.hpp"
#include "program/jit/reads.hpp"

namespace hillock::program::jit {
namespace {

constexpr int never = std::numeric_limits<int>::max();

class Allocator {
 public:
  Allocator(const ActionList& list, const Target& target, int streams, std::vector<int> kept)
      : list_(list), target_(target), reads_(reads(list)), kept_(std::move(kept)) {
    body_.streams = streams;
    states_.assign(list.items.size() * index(streams), State{});
    vectors_.assign(index(target.vectors), free);
    masks_.assign(index(target.masks), free);
    delay_ = end() / (6 * groups());
  }

  // Groups follow one another at a small distance, found by measuring: in step, all would wait for the
  // divider at the same time.
  Body run() {
    keep();
    for (time_ = 0; time_ <= end() + delay_ * (groups() - 1); ++time_)
      for (group_ = 0; group_ < groups(); ++group_) {
        position_ = time_ - delay_ * group_;
        if (position_ >= 0 && position_ <= end()) advance();
      }
    return std::move(body_);
  }

  // The largest number of vector registers in use at once.
  int pressure() const { return pressure_; }

 private:
  static constexpr int free = -1, reserved = -2;

  struct State {
    int reg = -1;          // register, or -1
    int spill = -1;        // place of its copy in memory, or -1
    std::size_t next = 0;  // index in its reads
    bool in_place = true;  // a load: the array still holds it
  };

  int end() const { return static_cast<int>(list_.items.size()); }
  int groups() const { return body_.streams / target_.together(); }

  // Calls action() for each stream of the present group.
  template <class F>
  void for_streams(F action) {
    const int first = group_ * target_.together();
    for (stream_ = first; stream_ < first + target_.together(); ++stream_) action();
  }

  void advance() {
    if (position_ == end()) return store_all();
    if (const Item& item = item_of(position_); !is_leaf(item.action)) for_streams([&] { compute(item); });
  }

  // When the last group is done the guards of all are looked at, and then all is stored, or nothing.
  void store_all() {
    if (group_ < groups() - 1) return;
    for (group_ = 0; group_ < groups(); ++group_) guard();
    for (group_ = 0; group_ < groups(); ++group_) {
      position_ = end();
      release_guard();
      leave_arrays();
      for (const Sink& s : list_.sinks) {
        ++position_;
        sink(s);
      }
    }
    group_ = groups();
  }

  State& state(int item, int stream) { return states_[index(stream) * list_.items.size() + index(item)]; }
  State& state(int item) { return state(item, stream_); }
  const Item& item_of(int item) const { return list_.items[index(item)]; }
  bool in_mask_register(int item) const { return target_.wide && is_mask(item_of(item).action); }
  std::vector<int>& registers(bool mask) { return mask ? masks_ : vectors_; }

  // At which time.
  int next_read(int item, int stream) {
    const std::vector<int>& all = reads_[index(item)];
    const int last = delay_ * (groups() - 1), behind = delay_ * (stream / target_.together());
    const auto time_of = [&](int position) { return position + (position < end() ? behind : last); };
    std::size_t& next = state(item, stream).next;
    while (next < all.size() && time_of(all[next]) < time_) ++next;
    return next < all.size() ? time_of(all[next]) : never;
  }
  // Whether nothing reads the item after the present position.
  bool dies(int item) {
    const std::vector<int>& all = reads_[index(item)];
    return std::ranges::find(kept_, item) == kept_.end() && all.back() <= position_;
  }

  Place home(int item) const {
    const Item& leaf = item_of(item);
    switch (leaf.action) {
      case Action::constant:
        return {Place::Kind::constant, leaf.detail};
      case Action::row:
        return {Place::Kind::row, leaf.detail};
      case Action::value:
        return {Place::Kind::value, leaf.detail};
      case Action::load:
        return {Place::Kind::array, leaf.detail};
      case Action::parameter:
        return {Place::Kind::parameter, leaf.detail};
      default:
        return {};
    }
  }
  // Whether a copy of the item stands in memory.
  bool in_memory(int item) { return state(item).spill >= 0 || has_home(item, stream_); }
  bool has_home(int item, int stream) {
    return is_leaf(item_of(item).action) && state(item, stream).in_place;
  }
  Place memory(int item) {
    return state(item).spill >= 0 ? Place{Place::Kind::spill, state(item).spill} : home(item);
  }
  Place reg_place(int item, int reg) const {
    return {in_mask_register(item) ? Place::Kind::mask : Place::Kind::vector, reg};
  }

  Instruction& emit(Instruction::Kind kind, const Place& result, const Place& a) {
    if (kind == Instruction::Kind::spill || (kind == Instruction::Kind::load && a.kind == Place::Kind::spill))
      ++body_.spilling;
    Instruction instruction;
    instruction.kind = kind;
    instruction.result = result;
    instruction.a = a;
    instruction.stream = stream_;
    return body_.code.emplace_back(instruction);
  }

  // Registers ------------------------------------------------------------------

  // Encoded as stream * items + item.
  int occupant(int item, int stream) const { return stream * static_cast<int>(list_.items.size()) + item; }

  int take_register(bool mask) {
    std::vector<int>& all = registers(mask);
    if (!mask) {
      const auto used = std::ranges::count_if(all, [](int r) { return r != free; });
      pressure_ = std::max(pressure_, static_cast<int>(used) + 1);
    }
    const auto found = std::ranges::find(all, free);
    return found != all.end() ? static_cast<int>(found - all.begin()) : evict(mask);
  }

  int evict(bool mask) {
    std::vector<int>& all = registers(mask);
    const int items = static_cast<int>(list_.items.size());
    int best = -1, furthest = -1;
    for (int r = 0; r < static_cast<int>(all.size()); ++r) {
      const int who = all[index(r)];
      if (who == reserved || locked(mask, r)) continue;
      const int next = next_read(who % items, who / items);
      if (next > furthest) {
        furthest = next;
        best = r;
      }
    }
    if (best < 0) throw base::InternalError("an instruction needs more registers than there are");
    const int who = all[index(best)], item = who % items, stream = who / items;
    State& evicted = state(item, stream);
    if (evicted.spill < 0 && !has_home(item, stream)) {
      evicted.spill = take_spill();
      const int now = std::exchange(stream_, stream);
      emit(Instruction::Kind::spill, {Place::Kind::spill, evicted.spill}, reg_place(item, best));
      stream_ = now;
    }
    evicted.reg = -1;
    all[index(best)] = free;
    return best;
  }

  int take_spill() {
    if (free_spills_.empty()) return body_.spills++;
    const int place = free_spills_.back();
    free_spills_.pop_back();
    return place;
  }

  bool locked(bool mask, int reg) const {
    return std::ranges::find(locks_, std::pair(mask, reg)) != locks_.end();
  }
  void lock(const Place& place) {
    if (place.is_register()) locks_.emplace_back(place.kind == Place::Kind::mask, place.number);
  }

  void occupy(int item, int reg) {
    registers(in_mask_register(item))[index(reg)] = occupant(item, stream_);
    state(item).reg = reg;
  }

  // The item in a register, which is locked.
  Place in_register(int item) {
    State& s = state(item);
    if (s.reg < 0) {
      const int reg = take_register(in_mask_register(item));
      emit(Instruction::Kind::load, reg_place(item, reg), memory(item));
      occupy(item, reg);
    }
    const Place place = reg_place(item, s.reg);
    lock(place);
    return place;
  }

  // An instruction reads the item from memory, if it is there only and this is its last use or its home.
  bool readable(int item) { return state(item).reg < 0 && in_memory(item) && foldable(item); }
  bool foldable(int item) {
    const Action action = item_of(item).action;
    return action == Action::constant || action == Action::value || action == Action::row || dies(item);
  }
  Place in_register_or_memory(int item) { return readable(item) ? memory(item) : in_register(item); }

  // Registers are free for the result of the instruction that reads them last; places in memory only after
  // it.
  void release_registers(const Item& item) {
    for (const int operand : operands(item))
      if (operand >= 0 && dies(operand)) release_register(operand);
  }
  void release_spills(const Item& item) {
    for (const int operand : operands(item))
      if (operand >= 0 && dies(operand)) release_spill(operand);
  }
  void release_register(int item) {
    State& s = state(item);
    if (s.reg >= 0) registers(in_mask_register(item))[index(s.reg)] = free;
    s.reg = -1;
  }
  void release_spill(int item) {
    State& s = state(item);
    if (s.spill >= 0) free_spills_.push_back(s.spill);
    s.spill = -1;
  }
  void release(int item) { release_register(item), release_spill(item); }

  // Actions ---------------------------------------------------------------------

  void compute(const Item& item) {
    locks_.clear();
    if (item.action == Action::fused_add || item.action == Action::fused_subtract ||
        item.action == Action::fused_from)
      return compute_fused(item);
    const Item ordered = in_order(item);
    Instruction instruction;
    instruction.action = ordered.action;
    instruction.detail = ordered.detail;
    instruction.stream = stream_;
    if (item.mask >= 0) instruction.mask = in_register(item.mask);
    read_operands(ordered, instruction);
    release_registers(ordered);
    finish(instruction);
    release_spills(ordered);
  }

  // The operand that may stay in memory comes last.
  Item in_order(Item item) {
    switch (item.action) {
      case Action::add:
      case Action::multiply:
      case Action::and_bits:
      case Action::or_bits:
      case Action::xor_bits:
      case Action::add_bits:
      case Action::multiply_words:
      case Action::equal:
        if (readable(item.a) && !readable(item.b)) std::swap(item.a, item.b);
        break;
      default:
        break;
    }
    return item;
  }

  void read_operands(const Item& item, Instruction& instruction) {
    switch (item.action) {
      case Action::square_root:
        instruction.a = in_register_or_memory(item.a);
        break;
      case Action::shift_left:
      case Action::shift_right:
      case Action::double_words:
      case Action::not_finite:
        instruction.a = in_register(item.a);
        break;
      case Action::neuron_index:
        instruction.a = home(item.a);
        break;
      case Action::select:
        instruction.a = in_register(item.a);
        instruction.c = in_register(item.c);
        instruction.b = in_register_or_memory(item.b);
        break;
      case Action::both:
      case Action::second_only:
      case Action::either:
        instruction.a = in_register(item.a);
        instruction.b = in_register(item.b);
        break;
      case Action::invert:
        instruction.a = in_register(item.a);
        if (item.b >= 0) instruction.b = in_register_or_memory(item.b);
        break;
      default:
        instruction.a = in_register(item.a);
        instruction.b = in_register_or_memory(item.b);
    }
  }

  // The result may take the register of an operand that dies: no instruction writes before it has read.
  void finish(Instruction& instruction) {
    const bool mask = in_mask_register(position_);
    const int reg = take_register(mask);
    instruction.result = reg_place(position_, reg);
    body_.code.push_back(instruction);
    if (!reads_[index(position_)].empty()) occupy(position_, reg);
  }

  // A way to compute a*b + c: which operand the result replaces, which is read from a register, and which
  // from a register or memory.
  struct Plan {
    Form form;
    int replaced, second, third;
  };

  int cost(const Plan& plan) {
    const auto loaded = [&](int item) { return state(item).reg >= 0 ? 0 : 1; };
    const bool twice = plan.replaced == plan.second || plan.replaced == plan.third;
    const int replacing = state(plan.replaced).reg >= 0 && dies(plan.replaced) && !twice ? 0 : 1;
    return 4 * (replacing + loaded(plan.second) + (readable(plan.third) ? 0 : loaded(plan.third))) +
           (readable(plan.third) ? 1 : 0);
  }

  void compute_fused(const Item& item) {
    const std::array<Plan, 6> plans{
        Plan{Form::f231, item.c, item.a, item.b}, {Form::f231, item.c, item.b, item.a},
        {Form::f213, item.a, item.b, item.c},     {Form::f213, item.b, item.a, item.c},
        {Form::f132, item.a, item.c, item.b},     {Form::f132, item.b, item.c, item.a}};
    const Plan best = *std::ranges::min_element(plans, {}, [&](const Plan& plan) { return cost(plan); });
    Instruction instruction;
    instruction.action = item.action;
    instruction.form = best.form;
    instruction.stream = stream_;
    if (item.mask >= 0) instruction.mask = in_register(item.mask);
    State& replaced = state(best.replaced);
    if (replaced.reg >= 0) lock(reg_place(best.replaced, replaced.reg));
    instruction.b = in_register(best.second);
    instruction.c = in_register_or_memory(best.third);
    const bool twice = best.replaced == best.second || best.replaced == best.third;
    int reg = replaced.reg;
    if (reg < 0 || !dies(best.replaced) || twice) {
      reg = take_register(false);
      // It is not in a register of its own yet; the lock of what it is copied from keeps that one.
      const Place result{Place::Kind::vector, reg};
      if (replaced.reg >= 0)
        emit(Instruction::Kind::move, result, reg_place(best.replaced, replaced.reg));
      else
        emit(Instruction::Kind::load, result, memory(best.replaced));
    }
    instruction.result = instruction.a = {Place::Kind::vector, reg};
    release_registers(item);
    release_spills(item);
    body_.code.push_back(instruction);
    if (!reads_[index(position_)].empty()) occupy(position_, reg);
  }

  // Leaves that stay in registers all the time.
  void keep() {
    stream_ = 0;
    for (const int item : kept_) {
      const int reg = take_register(false);
      vectors_[index(reg)] = reserved;
      emit(Instruction::Kind::load, {Place::Kind::vector, reg}, home(item));
      for (int s = 0; s < body_.streams; ++s) state(item, s).reg = reg;
    }
    body_.before = std::move(body_.code);
    body_.code.clear();
  }

  void guard() {
    if (list_.guard < 0) return;
    locks_.clear();
    for_streams([&] { in_register(list_.guard); });
    for_streams([&] { emit(Instruction::Kind::guard, {}, reg_place(list_.guard, state(list_.guard).reg)); });
  }
  void release_guard() {
    if (list_.guard < 0) return;
    for_streams([&] {
      if (dies(list_.guard)) release(list_.guard);
    });
  }

  bool overwritten(int array) const {
    return std::ranges::any_of(list_.sinks, [&](const Sink& s) { return !s.mask && s.slot == array; });
  }

  // What goes from one array to another is read before any array is written.
  void leave_arrays() {
    for (const Sink& sink : list_.sinks) {
      const Item& item = item_of(sink.item);
      if (sink.mask || item.action != Action::load || item.detail == sink.slot || !overwritten(item.detail))
        continue;
      for_streams([&] {
        State& left = state(sink.item);
        left.in_place = false;
        if (left.reg >= 0 || left.spill >= 0) return;
        locks_.clear();
        const int reg = take_register(false);
        emit(Instruction::Kind::load, {Place::Kind::vector, reg}, home(sink.item));
        occupy(sink.item, reg);
      });
    }
  }

  void sink(const Sink& sink) {
    const Item& item = item_of(sink.item);
    const bool as_it_is = !sink.mask && item.action == Action::load && item.detail == sink.slot;
    locks_.clear();
    if (sink.mask)
      store_mask(sink);
    else if (!as_it_is)
      for_streams([&] { emit(Instruction::Kind::store, {}, in_register(sink.item)).detail = sink.slot; });
    for_streams([&] {
      if (dies(sink.item)) release(sink.item);
    });
  }

  void store_mask(const Sink& sink) {
    std::vector<Place> parts;
    for_streams([&] { parts.push_back(in_register(sink.item)); });
    stream_ = group_ * target_.together();
    Instruction& instruction = emit(Instruction::Kind::store_mask, {}, parts.front());
    instruction.b = parts.back();
    instruction.detail = sink.slot;
  }

  const ActionList& list_;
  const Target& target_;
  const std::vector<std::vector<int>> reads_;
  const std::vector<int> kept_;
  Body body_;
  std::vector<State> states_;         // [stream][item]
  std::vector<int> vectors_, masks_;  // occupants
  std::vector<std::pair<bool, int>> locks_;
  std::vector<int> free_spills_;
  int delay_ = 0;                            // of each group behind the one before it
  int time_ = 0, group_ = 0, position_ = 0;  // position: of the present group, which starts at delay * group
  int stream_ = 0, pressure_ = 0;
};

}  // namespace

Target target(InstructionSet isa) {
  if (isa == InstructionSet::avx512) return {true, 32, 7};
  return {false, 16, 0};
}

Body allocate(const ActionList& list, const Target& target, int streams) {
  Allocator first(list, target, streams, {});
  Body body = first.run();
  const int spare = target.vectors - first.pressure();
  if (spare <= 0) return body;
  return Allocator(list, target, streams, most_read(list, spare)).run();
}

}  // namespace hillock::program::jit
