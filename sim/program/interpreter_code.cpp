// Compiles a program for the interpreter: places for values, then instructions.
#include "program/interpreter_code.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "base/diagnostics.hpp"
#include "program/operations.hpp"

namespace hillock::program {
namespace {

constexpr int at_the_end = 1 << 30;  // "last use" of what the outputs read

class Compiler {
 public:
  Compiler(const Program& program, const ParameterValues& parameters,
           const std::vector<base::Streams>& streams, const StackedDraws& stacked,
           const InstructionTable& table)
      : program_(program), parameters_(parameters), streams_(streams), stacked_(stacked), table_(table) {}

  Code compile(std::int64_t chunk) {
    code_.arrays = program_.arrays;
    code_.masks = program_.masks;
    places_.assign(program_.step.size(), Place{});
    live_ = live_nodes(program_);
    code_.shared = share(program_, parameters_, stacked_.any());
    place_leaves();
    find_last_uses();
    find_direct_stores();
    emit_operations();
    emit_stores();
    lay_out(chunk);
    return std::move(code_);
  }

 private:
  // Where the value of a node is found.
  enum class Kind { none, value, number_slot, mask_slot, address };
  struct Place {
    Kind kind = Kind::none;
    int number = 0;   // in values, or of the slot
    Address address;  // if kind == address
  };

  // Operands are places until the layout is known.
  struct Draft {
    Function function = nullptr;
    Place result, a, b, c;
  };

  const Node& node(int i) const { return program_.step[index(i)]; }
  int nodes() const { return static_cast<int>(program_.step.size()); }

  // Where what all neurons share stands, and what arrays hold.
  void place_leaves() {
    for (int i = 0; i < nodes(); ++i) {
      Place& place = places_[index(i)];
      if (const int shared = code_.shared.places[index(i)]; shared >= 0)
        place = Place{Kind::value, shared, {}};
      else if (node(i).op == Op::array)
        place = Place{Kind::address, 0, Address{code_.base_of_array(node(i).a), 0}};
      else if (node(i).op == Op::parameter)
        place = parameter_place(node(i).a);
    }
  }

  Place parameter_place(int slot) {
    auto& list = code_.parameters_per_neuron;
    auto found = std::find(list.begin(), list.end(), slot);
    if (found == list.end()) found = list.insert(list.end(), slot);
    return Place{Kind::address, 0,
                 Address{code_.base_of_parameter(static_cast<int>(found - list.begin())), 0}};
  }

  bool computed(int i) const { return live_[index(i)] && places_[index(i)].kind == Kind::none; }

  void find_last_uses() {
    last_use_.assign(program_.step.size(), -1);
    for (int i = 0; i < nodes(); ++i)
      if (computed(i)) for_operands(node(i), [&](int operand) { last_use_[index(operand)] = i; });
    for (const Output& output : program_.outputs) last_use_[index(output.node)] = at_the_end;
    if (program_.guard >= 0) last_use_[index(program_.guard)] = at_the_end;
  }

  // Without a guard a result may go to its array at once, if nobody reads the array's old value afterwards.
  void find_direct_stores() {
    direct_.assign(program_.step.size(), -1);
    if (program_.guard >= 0) return;
    for (int o = 0; o < static_cast<int>(program_.outputs.size()); ++o) {
      const Output& output = program_.outputs[index(o)];
      if (!computed(output.node) || direct_[index(output.node)] >= 0) continue;
      bool free = true;
      for (int i = 0; i < nodes(); ++i)
        if (!output.mask && node(i).op == Op::array && node(i).a == output.slot)
          free = free && last_use_[index(i)] <= output.node;
      if (free) direct_[index(output.node)] = o;
    }
  }

  Address output_address(const Output& output) const {
    return Address{output.mask ? code_.base_of_mask(output.slot) : code_.base_of_array(output.slot), 0};
  }

  Place take_slot(bool mask) {
    std::vector<int>& free = mask ? free_masks_ : free_numbers_;
    int& slots = mask ? mask_slots_ : number_slots_;
    int slot = slots;
    if (free.empty()) {
      ++slots;
    } else {
      slot = free.back();
      free.pop_back();
    }
    return Place{mask ? Kind::mask_slot : Kind::number_slot, slot, {}};
  }

  void release(const Place& place) {
    if (place.kind == Kind::number_slot) free_numbers_.push_back(place.number);
    if (place.kind == Kind::mask_slot) free_masks_.push_back(place.number);
  }

  void emit_operations() {
    for (int i = 0; i < nodes(); ++i) {
      if (!computed(i)) continue;
      if (node(i).op == Op::uniform)
        emit_draw(i);
      else
        emit_operation(i);
    }
  }

  Place result_place(int i) {
    const int output = direct_[index(i)];
    if (output < 0) return take_slot(yields_mask(node(i).op));
    return Place{Kind::address, 0, output_address(program_.outputs[index(output)])};
  }

  void emit_draw(int i) {
    const Node& n = node(i);
    places_[index(i)] = result_place(i);
    if (stacked_.any()) {
      const Place keys = parameter_place(stacked_.keys + n.a),
                  indices = parameter_place(n.c == 0 ? stacked_.own : stacked_.shared);
      drafts_.push_back(Draft{table_.draw_each[n.b], places_[index(i)], draw_place(), keys, indices});
      return;
    }
    const std::uint64_t bits = streams_[index(n.a)].points.front().key;
    const Place key{Kind::value, code_.shared.add(std::bit_cast<double>(bits)), {}};
    drafts_.push_back(Draft{table_.draw[n.b], places_[index(i)], draw_place(), key, {}});
  }

  static Place draw_place() { return Place{Kind::none, 0, {}}; }

  // A mask that all neurons share becomes a slot where an instruction on masks reads it.
  Place mask_operand(int i, std::vector<Place>& temporaries) {
    const Place place = places_[index(i)];
    if (place.kind != Kind::value) return place;
    const Place slot = take_slot(true);
    drafts_.push_back(Draft{table_.fill_mask, slot, place, {}, {}});
    temporaries.push_back(slot);
    return slot;
  }

  void emit_operation(int i) {
    const Node& n = node(i);
    const int count = operand_count(n.op);
    std::vector<Place> temporaries;
    const auto operand = [&](int which) {
      return yields_mask(node(which).op) ? mask_operand(which, temporaries) : places_[index(which)];
    };
    Draft draft;
    draft.a = operand(n.a);
    if (count > 1) draft.b = operand(n.b);
    if (count > 2) draft.c = operand(n.c);
    const Shape shape{draft.a.kind == Kind::value, count > 1 && draft.b.kind == Kind::value,
                      count > 2 && draft.c.kind == Kind::value};
    draft.function = table_.operation(n.op, shape);
    release_operands(i);
    for (const Place& place : temporaries) release(place);
    draft.result = places_[index(i)] = result_place(i);
    drafts_.push_back(draft);
  }

  void release_operands(int i) {
    for_operands(node(i), [&](int operand) {
      if (last_use_[index(operand)] != i) return;
      release(places_[index(operand)]);
      last_use_[index(operand)] = -1;  // once, if it stands on both sides
    });
  }

  // Stores read arrays that other stores overwrite: such values move to slots first.
  void emit_stores() {
    if (program_.guard >= 0) {
      std::vector<Place> temporaries;
      code_.has_guard = true;
      guard_ = mask_operand(program_.guard, temporaries);
    }
    stores_from_ = drafts_.size();
    std::vector<Place> sources;
    for (const Output& output : program_.outputs) {
      const Place place = places_[index(output.node)];
      const bool foreign_array = node(output.node).op == Op::array && node(output.node).a != output.slot;
      sources.push_back(foreign_array && overwritten(node(output.node).a) ? saved(place) : place);
    }
    for (std::size_t o = 0; o < sources.size(); ++o) {
      const Output& output = program_.outputs[o];
      if (direct_[index(output.node)] == static_cast<int>(o)) continue;
      if (node(output.node).op == Op::array && node(output.node).a == output.slot) continue;  // as it is
      const bool one_value = sources[o].kind == Kind::value;
      const Function function = output.mask ? (one_value ? table_.fill_mask : table_.copy_mask)
                                            : (one_value ? table_.fill : table_.copy);
      drafts_.push_back(Draft{function, Place{Kind::address, 0, output_address(output)}, sources[o], {}, {}});
    }
  }

  bool overwritten(int array) const {
    return std::any_of(program_.outputs.begin(), program_.outputs.end(),
                       [&](const Output& output) { return !output.mask && output.slot == array; });
  }

  Place saved(const Place& place) {
    const Place slot = take_slot(false);
    drafts_.push_back(Draft{table_.copy, slot, place, {}, {}});
    return slot;
  }

  // Scratch: values, position of draws, base addresses, number slots, mask slots; slots begin at multiples of
  // 64 bytes.
  void lay_out(std::int64_t chunk) {
    const auto rounded = [](std::int64_t bytes) { return (bytes + 63) / 64 * 64; };
    const std::int64_t values =
        rounded(static_cast<std::int64_t>(code_.shared.table.size() * sizeof(double)));
    const std::int64_t fixed = values + 64 + rounded(8 * static_cast<std::int64_t>(code_.bases()));
    const auto total = [&](std::int64_t lanes) {
      return fixed + rounded(lanes * 8) * number_slots_ + rounded(lanes / 8) * mask_slots_;
    };
    while (chunk > 8 && total(chunk) > scratch_bytes_meant) chunk = chunk / 16 * 8;
    code_.chunk = chunk;
    code_.scratch_bytes = total(chunk);
    code_.draw_position = static_cast<std::int32_t>(values);
    code_.base_addresses = static_cast<std::int32_t>(values + 64);
    number_stride_ = rounded(chunk * 8);
    mask_stride_ = rounded(chunk / 8);
    numbers_at_ = fixed;
    masks_at_ = fixed + number_stride_ * number_slots_;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      const Draft& d = drafts_[i];
      const Instruction instruction{d.function, address(d.result), address(d.a), address(d.b), address(d.c)};
      (i < stores_from_ ? code_.compute : code_.stores).push_back(instruction);
    }
    if (code_.has_guard) code_.guard = address(guard_);
  }

  Address address(const Place& place) const {
    const auto scratch = [](std::int64_t offset) { return Address{0, static_cast<std::int32_t>(offset)}; };
    switch (place.kind) {
      case Kind::value:
        return scratch(static_cast<std::int64_t>(sizeof(double)) * place.number);
      case Kind::number_slot:
        return scratch(numbers_at_ + number_stride_ * place.number);
      case Kind::mask_slot:
        return scratch(masks_at_ + mask_stride_ * place.number);
      case Kind::address:
        return place.address;
      case Kind::none:
        break;
    }
    return scratch(code_.draw_position);  // operands that are not read, and draws
  }

  const Program& program_;
  const ParameterValues& parameters_;
  const std::vector<base::Streams>& streams_;
  const StackedDraws& stacked_;
  const InstructionTable& table_;
  Code code_;
  std::vector<bool> live_;
  std::vector<Place> places_;
  std::vector<int> last_use_, direct_;  // direct_: output that the node is written to at once, or -1
  std::vector<int> free_numbers_, free_masks_;
  int number_slots_ = 0, mask_slots_ = 0;
  std::vector<Draft> drafts_;
  std::size_t stores_from_ = 0;
  Place guard_;
  std::int64_t number_stride_ = 0, mask_stride_ = 0, numbers_at_ = 0, masks_at_ = 0;
};

}  // namespace

Code compile(const Program& program, const ParameterValues& parameters,
             const std::vector<base::Streams>& streams, const StackedDraws& stacked,
             const InstructionTable& table, std::int64_t chunk) {
  return Compiler(program, parameters, streams, stacked, table).compile(chunk);
}

}  // namespace hillock::program
