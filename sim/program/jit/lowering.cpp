// Runs the function library over operations that write down what they are asked for, each different one once.
#include "program/jit/lowering.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/functions.hpp"
#include "program/draws.hpp"
#include "program/operations.hpp"

namespace hillock::program::jit {
namespace {

class Writer {
 public:
  explicit Writer(bool wide) : wide_(wide) {}

  int put(const Item& item) {
    const auto key = std::make_tuple(item.action, item.a, item.b, item.c, item.detail, item.mask);
    const auto [found, fresh] = known_.try_emplace(key, static_cast<int>(list.items.size()));
    if (fresh) list.items.push_back(item);
    return found->second;
  }
  int put(Action action, int a, int b = -1, int c = -1, int detail = 0) {
    return put(Item{action, a, b, c, detail});
  }
  int leaf(Action action, int detail) { return put(Item{action, -1, -1, -1, detail}); }

  int constant(std::uint64_t bits) {
    const auto [found, fresh] = constants_.try_emplace(bits, static_cast<int>(list.constants.size()));
    if (fresh) list.constants.push_back(bits);
    return leaf(Action::constant, found->second);
  }

  int row(const Row& row) {
    const auto [found, fresh] = rows_.try_emplace(row, static_cast<int>(list.rows.size()));
    if (fresh) list.rows.push_back(row);
    return leaf(Action::row, found->second);
  }

  // table[the three lowest bits of a]
  int lookup(const double (&table)[8], int a) {
    Row bits{};
    std::memcpy(bits.data(), table, sizeof table);
    if (wide_) return put(Action::permute, a, row(bits));
    Row lower{}, upper{};  // 8 words of 32 bits each, in 4 of 64
    for (std::size_t i = 0; i < 8; ++i) {
      lower[i / 2] |= (bits[i] & 0xffffffff) << (32 * (i % 2));
      upper[i / 2] |= (bits[i] >> 32) << (32 * (i % 2));
    }
    const int places = put(Action::double_words, a);
    return put(Action::blend_words, put(Action::permute, places, row(lower)),
               put(Action::permute, places, row(upper)));
  }

  // Comparisons have their opposites; else, AVX2 keeps masks as bits of all lanes.
  int invert(int a) {
    const Item item = list.items[index(a)];
    if (is_comparison(item)) return put(opposite(item));
    return put(Action::invert, a, wide_ ? -1 : constant(~std::uint64_t{0}));
  }

  // AVX-512 compares under a mask. AVX2, with an opposite or inverted mask: by what that is the inverse of,
  // which may be there anyhow.
  int both(int a, int b) {
    if (wide_)
      for (const auto& [mask, comparison] : {std::pair{a, b}, std::pair{b, a}})
        if (const Item item = list.items[index(comparison)]; is_comparison(item))
          return put(masked(item, mask));
    for (const auto& [negative, other] : {std::pair{a, b}, std::pair{b, a}}) {
      const Item item = list.items[index(negative)];
      if (item.action == Action::invert) return put(Action::second_only, item.a, other);
      if (is_comparison(item) && item.detail == 1)
        return put(Action::second_only, put(opposite(item)), other);
    }
    return put(Action::both, a, b);
  }

  // AVX-512 leaves 0 in lanes where a mask does not hold: the operation is done under the mask, instead of a
  // blend. Not so divisions and roots: where the unmasked result is read too they would be done twice, and
  // take much longer than the blend.
  int select(int condition, int a, int b) {
    if (wide_) {
      const int zero = constant(0);
      if (const Item item = list.items[index(a)]; b == zero && is_quick_arithmetic(item))
        return put(masked(item, condition));
      if (const Item item = list.items[index(b)]; a == zero && is_quick_arithmetic(item))
        return put(masked(item, invert(condition)));
    }
    return put(Action::select, condition, a, b);
  }

  ActionList list;

 private:
  static bool is_comparison(const Item& item) {
    return item.action >= Action::less && item.action <= Action::equal && item.mask < 0;
  }
  static bool is_quick_arithmetic(const Item& item) {
    return item.action >= Action::add && item.action <= Action::fused_from && item.mask < 0 &&
           item.action != Action::divide && item.action != Action::square_root;
  }
  static Item opposite(Item item) {
    item.detail ^= 1;
    return item;
  }
  static Item masked(Item item, int mask) {
    item.mask = mask;
    return item;
  }

  bool wide_;
  std::map<std::tuple<Action, int, int, int, int, int>, int> known_;
  std::map<std::uint64_t, int> constants_;
  std::map<Row, int> rows_;
};

thread_local Writer* writer = nullptr;

// The operations that base/functions.hpp asks for, written down.
template <bool wide>
struct Operations {
  struct Number {
    int item = 0;
  };
  struct Bits {
    int item = 0;
  };
  struct Mask {
    int item = 0;
  };

  static Number number_of(Action action, int a, int b = -1, int c = -1) {
    return {writer->put(action, a, b, c)};
  }
  static Bits bits_of(Action action, Bits a, Bits b) { return {writer->put(action, a.item, b.item)}; }

  static Number set(double x) { return {writer->constant(std::bit_cast<std::uint64_t>(x))}; }
  static Bits set_bits(std::uint64_t x) { return {writer->constant(x)}; }
  static Number add(Number a, Number b) { return number_of(Action::add, a.item, b.item); }
  static Number subtract(Number a, Number b) { return number_of(Action::subtract, a.item, b.item); }
  static Number multiply(Number a, Number b) { return number_of(Action::multiply, a.item, b.item); }
  static Number divide(Number a, Number b) { return number_of(Action::divide, a.item, b.item); }
  static Number square_root(Number a) { return number_of(Action::square_root, a.item); }
  static Number minimum(Number a, Number b) { return number_of(Action::minimum, a.item, b.item); }
  static Number maximum(Number a, Number b) { return number_of(Action::maximum, a.item, b.item); }
  static Number multiply_add(Number a, Number b, Number c) {
    return number_of(Action::fused_add, a.item, b.item, c.item);
  }
  static Number negative_multiply_add(Number a, Number b, Number c) {
    return number_of(Action::fused_from, a.item, b.item, c.item);
  }
  static Number scale(Number m, Number n) requires wide { return number_of(Action::scale, m.item, n.item); }
  static Number absolute(Number a) { return number(and_bits(bits(a), set_bits(~sign_bit))); }
  static Number negate(Number a) { return number(xor_bits(bits(a), set_bits(sign_bit))); }
  static Mask less(Number a, Number b) { return {writer->put(Action::less, a.item, b.item)}; }
  static Mask less_equal(Number a, Number b) { return {writer->put(Action::less_equal, a.item, b.item)}; }
  static Mask equal(Number a, Number b) { return {writer->put(Action::equal, a.item, b.item)}; }
  static Mask both(Mask a, Mask b) { return {writer->both(a.item, b.item)}; }
  static Mask either(Mask a, Mask b) { return {writer->put(Action::either, a.item, b.item)}; }
  static Mask invert(Mask a) { return {writer->invert(a.item)}; }
  static Number select(Mask condition, Number a, Number b) {
    return {writer->select(condition.item, a.item, b.item)};
  }
  static Bits bits(Number x) { return {x.item}; }
  static Number number(Bits x) { return {x.item}; }
  static Bits add_bits(Bits a, Bits b) { return bits_of(Action::add_bits, a, b); }
  static Bits and_bits(Bits a, Bits b) { return bits_of(Action::and_bits, a, b); }
  static Bits or_bits(Bits a, Bits b) { return bits_of(Action::or_bits, a, b); }
  static Bits xor_bits(Bits a, Bits b) { return bits_of(Action::xor_bits, a, b); }
  static Bits multiply_words(Bits a, Bits b) { return bits_of(Action::multiply_words, a, b); }
  template <int n>
  static Bits shift_left(Bits a) {
    return {writer->put(Action::shift_left, a.item, -1, -1, n)};
  }
  template <int n>
  static Bits shift_right(Bits a) {
    return {writer->put(Action::shift_right, a.item, -1, -1, n)};
  }
  static Number lookup(const double (&table)[8], Bits a) { return {writer->lookup(table, a.item)}; }

  static constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
};

// The function library computes more than each of its functions returns.
void remove_dead(ActionList& list) {
  std::vector<int> place(list.items.size(), -1);
  const auto need = [&](int item) {
    if (item >= 0) place[index(item)] = 0;
  };
  for (const Sink& sink : list.sinks) need(sink.item);
  need(list.guard);
  for (std::size_t i = list.items.size(); i-- > 0;)
    if (place[i] == 0)
      for (const int operand : operands(list.items[i])) need(operand);
  std::vector<Item> live;
  const auto renumber = [&](int& item) {
    if (item >= 0) item = place[index(item)];
  };
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (place[i] < 0) continue;
    Item item = list.items[i];
    for (int* operand : {&item.a, &item.b, &item.c, &item.mask}) renumber(*operand);
    place[i] = static_cast<int>(live.size());
    live.push_back(item);
  }
  for (Sink& sink : list.sinks) renumber(sink.item);
  renumber(list.guard);
  list.items = std::move(live);
}

template <bool wide>
class Lowering {
  using Operations = jit::Operations<wide>;
  using Library = base::Functions<Operations>;
  using Number = typename Operations::Number;
  using Mask = typename Operations::Mask;

 public:
  Lowering(const Program& program, const SharedValues& shared, std::span<const base::Streams> streams,
           const StackedDraws& stacked)
      : program_(program), shared_(shared), streams_(streams), stacked_(stacked), writer_(wide) {
    const int table = static_cast<int>(shared.table.size());
    layout_ = {table, table + 1, table + 2};
  }

  Lowered lower() {
    Writer* const outer = std::exchange(writer, &writer_);
    items_.assign(program_.step.size(), -1);
    for (int i = 0; i < static_cast<int>(program_.step.size()); ++i)
      if (shared_.places[index(i)] < 0) items_[index(i)] = lowered(program_.step[index(i)]);
    for (const Output& output : program_.outputs)
      writer_.list.sinks.push_back(
          {output.slot, output.mask ? mask(output.node).item : number(output.node).item, output.mask});
    if (program_.guard >= 0) writer_.list.guard = guard(mask(program_.guard).item);
    writer = outer;
    remove_dead(writer_.list);
    return {std::move(writer_.list), layout_};
  }

 private:
  Number number(int node) {
    const int place = shared_.places[index(node)];
    if (place < 0) return {items_[index(node)]};
    const Node& shared = program_.step[index(node)];
    if (shared.op == Op::constant) return Operations::set(shared.value);
    return {writer_.leaf(Action::value, place)};
  }

  // Masks stand in the table as 1 and 0.
  Mask mask(int node) {
    const int place = shared_.places[index(node)];
    if (place < 0) return {items_[index(node)]};
    return Operations::less(Operations::set(0), {writer_.leaf(Action::value, place)});
  }

  // AVX-512 has an instruction for !(|x| < infinity), which guards are as a rule.
  int guard(int item) {
    const Item test = writer_.list.items[index(item)];
    if (!wide || test.action != Action::less || test.detail == 0 || test.mask >= 0) return item;
    const Item size = writer_.list.items[index(test.a)];
    const bool of_size =
        size.action == Action::and_bits && size.b == Operations::set_bits(~Operations::sign_bit).item;
    const bool of_all = test.b == Operations::set(std::numeric_limits<double>::infinity()).item;
    return of_size && of_all ? writer_.put(Action::not_finite, size.a) : item;
  }

  int parameter(int slot) {
    std::vector<int>& list = writer_.list.parameters;
    std::size_t place = 0;
    while (place < list.size() && list[place] != slot) ++place;
    if (place == list.size()) list.push_back(slot);
    return writer_.leaf(Action::parameter, static_cast<int>(place));
  }

  int draw(const Node& node) {
    using Bits = typename Operations::Bits;
    if (stacked_.any())
      return draw(node, Bits{parameter(node.c == 0 ? stacked_.own : stacked_.shared)},
                  LaneKeys<Operations>(Bits{parameter(stacked_.keys + node.a)}));
    const Bits neuron{writer_.put(Action::neuron_index, writer_.row({0, 1, 2, 3, 4, 5, 6, 7}))};
    return draw(node, neuron, SharedKey<Operations>(streams_[index(node.a)].points.front().key));
  }

  template <class Key>
  int draw(const Node& node, typename Operations::Bits neuron, Key key) {
    const typename Operations::Bits low{writer_.leaf(Action::value, layout_.step_low)},
        high{writer_.leaf(Action::value, layout_.step_high)};
    return (node.b == 0 ? uniform<Operations, 0>(neuron, low, high, key)
                        : uniform<Operations, 1>(neuron, low, high, key))
        .item;
  }

  int lowered(const Node& node) {
    switch (node.op) {
      case Op::array:
        return writer_.leaf(Action::load, node.a);
      case Op::parameter:
        return parameter(node.a);
      case Op::uniform:
        return draw(node);
      case Op::logical_and:
        return Operations::both(mask(node.a), mask(node.b)).item;
      case Op::logical_or:
        return Operations::either(mask(node.a), mask(node.b)).item;
      case Op::logical_not:
        return Operations::invert(mask(node.a)).item;
      case Op::select:
        return Operations::select(mask(node.a), number(node.b), number(node.c)).item;
      default:
        return operation(node);
    }
  }

  int operation(const Node& node) {
    const int count = operand_count(node.op);
    const Number a = number(node.a), b = count > 1 ? number(node.b) : Number{};
    switch (node.op) {
      case Op::add:
        return Operations::add(a, b).item;
      case Op::subtract:
        return Operations::subtract(a, b).item;
      case Op::multiply:
        return Operations::multiply(a, b).item;
      case Op::divide:
        return Operations::divide(a, b).item;
      case Op::minimum:
        return Operations::minimum(a, b).item;
      case Op::maximum:
        return Operations::maximum(a, b).item;
      case Op::fused_add:
        return Operations::multiply_add(a, b, number(node.c)).item;
      case Op::fused_subtract:
        return writer_.put(Action::fused_subtract, a.item, b.item, number(node.c).item);
      case Op::fused_from:
        return Operations::negative_multiply_add(a, b, number(node.c)).item;
      case Op::less:
        return Operations::less(a, b).item;
      case Op::less_equal:
        return Operations::less_equal(a, b).item;
      case Op::equal:
        return Operations::equal(a, b).item;
      case Op::pow:
        return Library::pow(a, b).item;
      default:
        return function(node.op, a);
    }
  }

  static int function(Op op, Number a) {
    switch (op) {
      case Op::negate:
        return Operations::negate(a).item;
      case Op::absolute:
        return Operations::absolute(a).item;
      case Op::square_root:
        return Operations::square_root(a).item;
      case Op::exp:
        return Library::exp(a).item;
      case Op::log:
        return Library::log(a).item;
      case Op::tanh:
        return Library::tanh(a).item;
      case Op::sinh:
        return Library::sinh(a).item;
      case Op::cosh:
        return Library::cosh(a).item;
      case Op::sin:
        return Library::sin(a).item;
      case Op::cos:
        return Library::cos(a).item;
      case Op::exprel:
        return Library::exprel(a).item;
      case Op::reciprocal_exprel:
        return Library::reciprocal_exprel(a).item;
      case Op::normal_quantile:
        return Library::normal_quantile(a).item;
      default:
        throw base::InternalError("an operation of a tape has no native form");
    }
  }

  const Program& program_;
  const SharedValues& shared_;
  std::span<const base::Streams> streams_;
  const StackedDraws& stacked_;
  Writer writer_;
  ValueLayout layout_;
  std::vector<int> items_;  // of each node of the step
};

}  // namespace

Lowered lower(const Program& program, const SharedValues& shared, std::span<const base::Streams> streams,
              const StackedDraws& stacked, InstructionSet isa) {
  return isa == InstructionSet::avx512 ? Lowering<true>(program, shared, streams, stacked).lower()
                                       : Lowering<false>(program, shared, streams, stacked).lower();
}

}  // namespace hillock::program::jit
