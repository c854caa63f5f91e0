// Expr: value handle into an SSA tape; the tape folds constants and hash-conses as it records.
// clang-format off
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>
namespace tape {
enum class Op : uint8_t {
  Const,
  Load,
  Param,
  Add,
  Sub,
  Mul,
  Div,
  Neg,
  Abs,
  Sqrt,
  Min,
  Max,
  Fma,
  Fms,
  Fnma,
  Exp,
  Log,
  Lt,
  Le,
  Eq,
  And,
  Or,
  Not,
  Sel
};
inline const char* name(Op o) {
  static const char* n[] = {"const", "load", "param", "add", "sub", "mul", "div",  "neg",
                            "abs",   "sqrt", "min",   "max", "fma", "fms", "fnma", "exp",
                            "log",   "lt",   "le",    "eq",  "and", "or",  "not",  "sel"};
  return n[(int)o];
}
inline bool isMask(Op o) { return o >= Op::Lt && o <= Op::Not; }
inline bool commut(Op o) {
  return o == Op::Add || o == Op::Mul || o == Op::Eq || o == Op::And || o == Op::Or;
}
struct Node {
  Op op;
  int a = -1, b = -1, c = -1;
  double k = 0;
};
struct Opts {
  bool fold = true, cse = true, divc = true, affine = true, share = true, fma = true, dce = true,
       sched = true;
};
struct Out {
  int array, node;
  bool mask;
};
struct Tape {
  std::vector<Node> n;
  std::vector<Out> out;
  Opts o;
  int nload = 0, nparam = 0;
  struct Key {
    Op op;
    int a, b, c;
    uint64_t k;
    bool operator==(const Key& r) const { return op == r.op && a == r.a && b == r.b && c == r.c && k == r.k; }
  };
  struct H {
    size_t operator()(const Key& x) const {
      uint64_t h = (uint64_t)x.op * 0x9E3779B97F4A7C15ull;
      auto m = [&](uint64_t v) {
        h ^= v + 0x9E3779B97F4A7C15ull + (h << 6) + (h >> 2);
        h *= 0xff51afd7ed558ccdull;
        h ^= h >> 32;
      };
      m(x.a);
      m(x.b);
      m(x.c);
      m(x.k);
      return h;
    }
  };
  std::unordered_map<Key, int, H> map;
  bool isC(int i) const { return n[i].op == Op::Const; }
  double C(int i) const { return n[i].k; }
  int raw(Op op, int a = -1, int b = -1, int c = -1, double k = 0) {
    uint64_t kb;
    std::memcpy(&kb, &k, 8);
    Key key{op, a, b, c, kb};
    if (o.cse || op == Op::Const || op == Op::Load || op == Op::Param) {
      auto it = map.find(key);
      if (it != map.end()) return it->second;
    }
    n.push_back({op, a, b, c, k});
    int id = (int)n.size() - 1;
    map[key] = id;
    return id;
  }
  int cst(double k) { return raw(Op::Const, -1, -1, -1, k); }
  int mcst(bool v) {
    int z = cst(0), o1 = cst(1);
    return v ? raw(Op::Lt, z, o1) : raw(Op::Lt, o1, z);
  }
  int mval(int i) const {
    const Node& x = n[i];
    return x.op == Op::Lt && isC(x.a) && isC(x.b) ? C(x.a) < C(x.b) : -1;
  }  // constant masks: 0<1, 1<0
  int load(int i) {
    nload = std::max(nload, i + 1);
    return raw(Op::Load, i);
  }
  int param(int i) {
    nparam = std::max(nparam, i + 1);
    return raw(Op::Param, i);
  }
  int mk(Op op, int a, int b = -1, int c = -1) {
    if (!o.fold) {
      if (commut(op) && a > b) std::swap(a, b);
      return raw(op, a, b, c);
    }
    bool ca = isC(a), cb = b >= 0 && isC(b), cc = c >= 0 && isC(c);
    double A = ca ? C(a) : 0, B = cb ? C(b) : 0, K = cc ? C(c) : 0;
    auto N = [&](int i) -> const Node& { return n[i]; };
    if (ca && (b < 0 || cb) && (c < 0 || cc)) switch (op) {
        case Op::Add:
          return cst(A + B);
        case Op::Sub:
          return cst(A - B);
        case Op::Mul:
          return cst(A * B);
        case Op::Div:
          return cst(A / B);
        case Op::Neg:
          return cst(-A);
        case Op::Abs:
          return cst(std::fabs(A));
        case Op::Sqrt:
          return cst(std::sqrt(A));
        case Op::Min:
          return cst(A < B ? A : B);
        case Op::Max:
          return cst(A > B ? A : B);
        case Op::Fma:
          return cst(std::fma(A, B, K));
        case Op::Fms:
          return cst(std::fma(A, B, -K));
        case Op::Fnma:
          return cst(std::fma(-A, B, K));
        case Op::Exp:
          return cst(std::exp(A));
        case Op::Log:
          return cst(std::log(A));
        case Op::Lt:
          return mcst(A < B);
        case Op::Le:
          return mcst(A <= B);
        case Op::Eq:
          return mcst(A == B);
        default:
          break;
      }
    if (op == Op::And || op == Op::Or) {
      for (int s = 0; s < 2; s++) {
        int v = mval(s ? b : a), o2 = s ? a : b;
        if (v >= 0) return (op == Op::And) == (v == 1) ? o2 : (s ? b : a);
      }
      if (a == b) return a;
    }
    if (op == Op::Not) {
      int v = mval(a);
      if (v >= 0) return mcst(!v);
      if (N(a).op == Op::Not) return N(a).a;
    }
    if (op == Op::Sel) {
      int v = mval(a);
      if (v >= 0) return v ? b : c;
    }
    if (commut(op)) {
      if (ca) {
        std::swap(a, b);
        std::swap(ca, cb);
        std::swap(A, B);
      } else if (!cb && a > b)
        std::swap(a, b);
    }
    switch (op) {
      case Op::Add:
        if (cb) {
          if (B == 0) return a;
          if (N(a).op == Op::Add && isC(N(a).b)) return mk(Op::Add, N(a).a, cst(C(N(a).b) + B));
          if (N(a).op == Op::Sub && isC(N(a).a)) return mk(Op::Sub, cst(C(N(a).a) + B), N(a).b);
        } else {
          if (N(b).op == Op::Neg) return mk(Op::Sub, a, N(b).a);
          if (N(a).op == Op::Neg) return mk(Op::Sub, b, N(a).a);
        }
        break;
      case Op::Sub:
        if (a == b) return cst(0);
        if (cb) return mk(Op::Add, a, cst(-B));
        if (ca && A == 0) return mk(Op::Neg, b);
        if (N(b).op == Op::Neg) return mk(Op::Add, a, N(b).a);
        if (ca && N(b).op == Op::Add && isC(N(b).b)) return mk(Op::Sub, cst(A - C(N(b).b)), N(b).a);
        break;
      case Op::Mul:
        if (cb) {
          if (B == 0) return cst(0);
          if (B == 1) return a;
          if (B == -1) return mk(Op::Neg, a);
          if (N(a).op == Op::Mul && isC(N(a).b)) return mk(Op::Mul, N(a).a, cst(C(N(a).b) * B));
          if (N(a).op == Op::Neg) return mk(Op::Mul, N(a).a, cst(-B));
        } else {
          if (N(a).op == Op::Neg && N(b).op == Op::Neg) return mk(Op::Mul, N(a).a, N(b).a);
          if (N(a).op == Op::Neg) return mk(Op::Neg, mk(Op::Mul, N(a).a, b));
          if (N(b).op == Op::Neg) return mk(Op::Neg, mk(Op::Mul, a, N(b).a));
        }
        break;
      case Op::Div:
        if (cb && B == 1) return a;
        if (cb && o.divc) return mk(Op::Mul, a, cst(1.0 / B));
        if (ca && A == 0) return a;
        break;
      case Op::Neg:
        if (N(a).op == Op::Neg) return N(a).a;
        if (N(a).op == Op::Sub) return mk(Op::Sub, N(a).b, N(a).a);
        if (N(a).op == Op::Mul && isC(N(a).b)) return mk(Op::Mul, N(a).a, cst(-C(N(a).b)));
        if (N(a).op == Op::Add && isC(N(a).b)) return mk(Op::Sub, cst(-C(N(a).b)), N(a).a);
        break;
      case Op::Sel:
        if (b == c) return b;
        break;
      case Op::Abs:
        if (N(a).op == Op::Neg) return mk(Op::Abs, N(a).a);
        if (N(a).op == Op::Abs) return a;
        break;
      default:
        break;
    }
    return raw(op, a, b, c);
  }
  static Tape*& cur() {
    thread_local Tape* t = nullptr;
    return t;
  }
  struct Scope {
    Tape* old;
    Scope(Tape& t) : old(cur()) { cur() = &t; }
    ~Scope() { cur() = old; }
  };
};
inline int MK(Op op, int a, int b = -1, int c = -1) { return Tape::cur()->mk(op, a, b, c); }
struct Mask {
  int id = -1;
};
struct Expr {
  int id = -1;  // -1: not yet assigned (cheap default constructor: odeint makes many)
  Expr() = default;
  Expr(double k) : id(Tape::cur()->cst(k)) {}
  Expr(int k) : Expr((double)k) {}
  struct Raw {};
  Expr(Raw, int i) : id(i) {}
};
inline Expr E_(int i) { return Expr(Expr::Raw{}, i); }
#define BIN(o, N) \
  inline Expr operator o(Expr a, Expr b) { return E_(MK(Op::N, a.id, b.id)); }
BIN(+, Add)
BIN(-, Sub)
BIN(*, Mul) BIN(/, Div)
#undef BIN
    inline Expr
    operator-(Expr a) {
  return E_(MK(Op::Neg, a.id));
}
inline Expr& operator+=(Expr& a, Expr b) { return a = a + b; }
inline Expr& operator-=(Expr& a, Expr b) { return a = a - b; }
inline Expr& operator*=(Expr& a, Expr b) { return a = a * b; }
inline Expr& operator/=(Expr& a, Expr b) { return a = a / b; }
#define UN(f, N) \
  inline Expr f(Expr a) { return E_(MK(Op::N, a.id)); }
UN(exp, Exp)
UN(log, Log)
UN(sqrt, Sqrt) UN(abs, Abs)
#undef UN
    inline Expr min(Expr a, Expr b) {
  return E_(MK(Op::Min, a.id, b.id));
}
inline Expr max(Expr a, Expr b) { return E_(MK(Op::Max, a.id, b.id)); }
inline Mask operator<(Expr a, Expr b) { return {MK(Op::Lt, a.id, b.id)}; }
inline Mask operator>(Expr a, Expr b) { return {MK(Op::Lt, b.id, a.id)}; }
inline Mask operator<=(Expr a, Expr b) { return {MK(Op::Le, a.id, b.id)}; }
inline Mask operator>=(Expr a, Expr b) { return {MK(Op::Le, b.id, a.id)}; }
inline Mask operator==(Expr a, Expr b) { return {MK(Op::Eq, a.id, b.id)}; }
inline Mask operator&(Mask a, Mask b) { return {MK(Op::And, a.id, b.id)}; }
inline Mask operator|(Mask a, Mask b) { return {MK(Op::Or, a.id, b.id)}; }
inline Mask operator!(Mask a) { return {MK(Op::Not, a.id)}; }
inline Expr select(Mask m, Expr a, Expr b) { return E_(MK(Op::Sel, m.id, a.id, b.id)); }
inline Expr pow(Expr x, int k) {
  if (k == 0) return 1.0;
  if (k < 0) return 1.0 / pow(x, -k);
  Expr r;
  bool f = false;
  Expr p = x;
  while (k) {
    if (k & 1) {
      r = f ? r * p : p;
      f = true;
    }
    k >>= 1;
    if (k) p = p * p;
  }
  return r;
}
inline Expr pow(Expr x, double y) {
  if (y == std::floor(y) && std::fabs(y) <= 64) return pow(x, (int)y);
  if (y == 0.5) return sqrt(x);
  return exp(y * log(x));
}  // x>0
inline Expr pow(Expr x, Expr y) {
  if (Tape::cur()->isC(y.id)) return pow(x, Tape::cur()->C(y.id));
  return exp(y * log(x));
}
// x/(e^x-1): series inside |x|<0.08 (truncation < 2e-16), so the cancellation in e^x-1 never costs more than
// ~4e-15
inline Expr exprel(Expr x) {
  Expr z = x * x;
  Expr s = (1.0 - 0.5 * x) + z * (1 / 12. + z * (-1 / 720. + z * (1 / 30240.)));
  return select(abs(x) < 0.08, s, x / (exp(x) - 1.0));
}
inline Expr tanh(Expr x) {  // Cephes rational below 0.625, else 1-2/(e^{2|x|}+1)
  Expr a = abs(x), z = x * x;
  Expr p = (-9.64399179425052238628E-1 * z - 9.92877231001918586564E1) * z - 1.61468768441708447952E3;
  Expr q = ((z + 1.12811678491632931402E2) * z + 2.23548839060100448583E3) * z + 4.84406305325125486048E3;
  Expr sm = x + x * (z * (p / q));
  Expr bg = 1.0 - 2.0 / (exp(2.0 * a) + 1.0);
  return select(a < 0.625, sm, select(x < 0.0, -bg, bg));
}
}  // namespace tape
