// Expr and Mask: handles by which ordinary C++ code (Odeint's steppers among it) records a tape.
#pragma once
#include <vector>

#include "program/tape.hpp"

namespace hillock::program {

// A value on a tape, or a plain number that is on no tape yet. Default-constructed it is the number 0
// (Odeint's temporaries).
struct Expr {
  Tape* tape = nullptr;
  int node = -1;
  double number = 0;  // if tape == nullptr

  Expr() = default;
  Expr(double value) : number(value) {}  // implicit: numbers mix with expressions
  bool is_number() const { return tape == nullptr; }
};

struct Mask {
  Tape* tape = nullptr;
  int node = -1;
  bool value = false;  // if tape == nullptr
};

// Leaves.
Expr array(Tape& tape, int slot);
Expr parameter(Tape& tape, int slot);
Expr step_value(Tape& tape, int slot);
Expr uniform(Tape& tape, int stream, int lane = 0, bool shared = false);
std::vector<Expr> external(Tape& tape, ExternalCall call_without_inputs, const std::vector<Expr>& inputs);

// Results.
void store(Tape& tape, int array_slot, Expr value);
void store(Tape& tape, int mask_slot, Mask value);
void guard(Tape& tape, Mask bad);

// Arithmetic; two numbers give a number. Nothing is simplified here: the passes do that.
Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b);
Expr operator-(Expr a);
Expr operator+(Expr a);
Expr& operator+=(Expr& a, Expr b);
Expr sqrt(Expr a);
Expr abs(Expr a);
Expr min(Expr a, Expr b);
Expr max(Expr a, Expr b);
Expr exp(Expr a);
Expr log(Expr a);
Expr pow(Expr a, Expr b);  // literal whole exponents up to 64: repeated multiplication
Expr tanh(Expr a);
Expr sinh(Expr a);
Expr cosh(Expr a);
Expr sin(Expr a);
Expr cos(Expr a);
Expr sigmoid(Expr a);
Expr exprel(Expr a);
Expr normal_quantile(Expr p);

Mask operator<(Expr a, Expr b);
Mask operator<=(Expr a, Expr b);
Mask operator>(Expr a, Expr b);
Mask operator>=(Expr a, Expr b);
Mask operator==(Expr a, Expr b);
Mask operator!=(Expr a, Expr b);
Mask operator&&(Mask a, Mask b);
Mask operator||(Mask a, Mask b);
Mask operator!(Mask a);
Expr select(Mask condition, Expr if_true, Expr if_false);

}  // namespace hillock::program
