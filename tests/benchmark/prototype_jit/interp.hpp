// Vectorised interpreter: each instruction runs over a chunk of CH doubles; slots re-used by liveness.
// clang-format off
#pragma once
#include <immintrin.h>

#include <memory>
#include <xsimd/xsimd.hpp>

#include "coef.inc"
#include "opt.hpp"
namespace tape {
using B = xsimd::batch<double>;
static constexpr int W = B::size;
#ifdef __AVX512F__
static inline B texp(B x0) {
  __m512d x = _mm512_range_pd(x0, _mm512_set1_pd(1000.0), 2);
  const __m512d mg = _mm512_set1_pd(0x1.8p52 / 16);
  __m512d t = _mm512_fmadd_pd(x, _mm512_set1_pd(0x1.71547652b82fep0), mg), q = _mm512_sub_pd(t, mg);
  __m512d r = _mm512_fnmadd_pd(q, _mm512_set1_pd(LN2_HI), x);
  r = _mm512_fnmadd_pd(q, _mm512_set1_pd(LN2_LO), r);
  __m512d T =
      _mm512_permutex2var_pd(_mm512_loadu_pd(EXPT_T), _mm512_castpd_si512(t), _mm512_loadu_pd(EXPT_T + 8));
  __m512d p = _mm512_set1_pd(EXPT_C[5]);
  for (int i = 4; i >= 0; i--) p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(EXPT_C[i]));
  return B(_mm512_scalef_pd(_mm512_fmadd_pd(_mm512_mul_pd(T, r), p, T), q));
}
#else
static inline B texp(B x) { return xsimd::exp(x); }
#endif
inline bool g_xsimd_exp = false;
struct Interp {
  struct Ins;
  using Fn = void (*)(const Ins&, int n);
  struct Ins {
    Fn f;
    double* d = nullptr;
    const double *a = nullptr, *b = nullptr, *c = nullptr;
    double ka = 0, kb = 0, kc = 0;
    uint8_t* md = nullptr;
    const uint8_t *ma = nullptr, *mb = nullptr;
    int ia = -1, ib = -1, ic = -1;
  };
  struct R {
    const double* p;
    R(const double* p, double) : p(p) {}
    B operator()(int i) const { return B::load_unaligned(p + i); }
  };
  struct K {
    B v;
    K(const double*, double k) : v(k) {}
    B operator()(int) const { return v; }
  };
  template <Op O>
  static inline B ev(B a, B b, B c) {
    if constexpr (O == Op::Add)
      return a + b;
    else if constexpr (O == Op::Sub)
      return a - b;
    else if constexpr (O == Op::Mul)
      return a * b;
    else if constexpr (O == Op::Div)
      return a / b;
    else if constexpr (O == Op::Min)
      return xsimd::min(a, b);
    else if constexpr (O == Op::Max)
      return xsimd::max(a, b);
    else if constexpr (O == Op::Fma)
      return xsimd::fma(a, b, c);
    else if constexpr (O == Op::Fms)
      return xsimd::fms(a, b, c);
    else if constexpr (O == Op::Fnma)
      return xsimd::fnma(a, b, c);
    else if constexpr (O == Op::Neg)
      return -a;
    else if constexpr (O == Op::Abs)
      return xsimd::abs(a);
    else if constexpr (O == Op::Sqrt)
      return xsimd::sqrt(a);
    else if constexpr (O == Op::Log)
      return xsimd::log(a);
    else
      return a;
  }
  template <Op O, class X, class Y, class Z>
  static void go(const Ins& s, int n) {
    X x(s.a, s.ka);
    Y y(s.b, s.kb);
    Z z(s.c, s.kc);
    double* d = s.d;
    for (int i = 0; i < n; i += W) ev<O>(x(i), y(i), z(i)).store_unaligned(d + i);
  }
  template <bool XS>
  static void goexp(const Ins& s, int n) {
    for (int i = 0; i < n; i += W) {
      B x = B::load_unaligned(s.a + i);
      (XS ? xsimd::exp(x) : texp(x)).store_unaligned(s.d + i);
    }
  }
  static uint8_t bits(xsimd::batch_bool<double> m) { return (uint8_t)m.data; }
  static xsimd::batch_bool<double> unb(uint8_t v) { return xsimd::batch_bool<double>((__mmask8)v); }
  template <Op O, class X, class Y>
  static void cmp(const Ins& s, int n) {
    X x(s.a, s.ka);
    Y y(s.b, s.kb);
    for (int i = 0; i < n; i += W)
      s.md[i / W] = bits(O == Op::Lt ? x(i) < y(i) : O == Op::Le ? x(i) <= y(i) : x(i) == y(i));
  }
  template <Op O>
  static void mop(const Ins& s, int n) {
    for (int i = 0; i < n / W; i++)
      s.md[i] = O == Op::And ? s.ma[i] & s.mb[i] : O == Op::Or ? s.ma[i] | s.mb[i] : (uint8_t)~s.ma[i];
  }
  template <class Y, class Z>
  static void sel(const Ins& s, int n) {
    Y y(s.b, s.kb);
    Z z(s.c, s.kc);
    for (int i = 0; i < n; i += W) xsimd::select(unb(s.ma[i / W]), y(i), z(i)).store_unaligned(s.d + i);
  }
  template <Op O>
  static Fn pick(bool ka, bool kb, bool kc, int ar) {
    if (ar == 1) return go<O, R, K, K>;
    if (ar == 2) return ka ? go<O, K, R, K> : kb ? go<O, R, K, K> : go<O, R, R, K>;
    if (ka) return kc ? go<O, K, R, K> : go<O, K, R, R>;
    if (kb) return kc ? go<O, R, K, K> : go<O, R, K, R>;
    return kc ? go<O, R, R, K> : go<O, R, R, R>;
  }
  static void copyF(const Ins& s, int n) {
    R x(s.a, 0);
    for (int i = 0; i < n; i += W) x(i).store_unaligned(s.d + i);
  }
  static void copyK(const Ins& s, int n) {
    B v(s.ka);
    for (int i = 0; i < n; i += W) v.store_unaligned(s.d + i);
  }
  static void copyM(const Ins& s, int n) { std::memcpy(s.md, s.ma, n / W); }
  std::vector<Ins> code;
  int CH, nslot = 0, nmslot = 0;
  double* mem = nullptr;
  std::vector<uint8_t> mmem;
  struct Fix {
    int ins;
    int which;
    int array;
  };
  std::vector<Fix> fix;
  struct PF {
    int ins, which, param;
  };
  std::vector<PF> pf;
  ~Interp() { free(mem); }
  Interp(const Prog& p, int ch) : CH(ch) {
    int N = p.n.size();
    std::vector<int> last(N, -1), slot(N, -1);
    for (int i = 0; i < N; i++)
      if (p.n[i].op > Op::Param)
        for (int q : {p.n[i].a, p.n[i].b, p.n[i].c})
          if (q >= 0) last[q] = i;
    for (auto& o : p.out) last[o.node] = N;
    std::vector<int> fs, fm;
    struct Tmp {
      int node;
    };
    std::vector<int> insNode;
    auto emit = [&](Ins s, int node) {
      code.push_back(s);
      insNode.push_back(node);
    };
    for (int i = 0; i < N; i++) {
      const Node& x = p.n[i];
      if (x.op <= Op::Param) continue;
      bool m = isMask(x.op);
      auto rel = [&](int q) {
        if (q < 0 || last[q] != i || slot[q] < 0) return;
        (isMask(p.n[q].op) ? fm : fs).push_back(slot[q]);
        last[q] = -2;
      };
      rel(x.a);
      rel(x.b);
      rel(x.c);
      auto& f = m ? fm : fs;
      if (f.empty())
        slot[i] = m ? nmslot++ : nslot++;
      else {
        slot[i] = f.back();
        f.pop_back();
      }
      emit(Ins{}, i);
    }
    for (auto& o : p.out) emit(Ins{}, -1 - (int)(&o - p.out.data()));
    mem = (double*)aligned_alloc(64, std::max<size_t>(64, sizeof(double) * CH * (size_t)nslot));
    mmem.resize((size_t)nmslot * (CH / W) + 64);
    for (size_t k = 0; k < code.size(); k++) {
      Ins& s = code[k];
      int i = insNode[k];
      auto opnd = [&](int q, const double*& ptr, double& kv, const uint8_t*& mp, int w) -> bool {
        if (q < 0) return false;
        const Node& y = p.n[q];
        if (y.op == Op::Const) {
          kv = y.k;
          return true;
        }
        if (y.op == Op::Param) {
          pf.push_back({(int)k, w, y.a});
          return true;
        }
        if (y.op == Op::Load) {
          fix.push_back({(int)k, w, y.a});
          return false;
        }
        if (isMask(y.op))
          mp = mmem.data() + slot[q] * (CH / W);
        else
          ptr = mem + (size_t)slot[q] * CH;
        return false;
      };
      const uint8_t* dm = nullptr;
      if (i < 0) {
        auto& o = p.out[-1 - i];
        bool kc = opnd(o.node, s.a, s.ka, s.ma, 0);
        s.f = o.mask ? copyM : kc ? copyK : copyF;
        fix.push_back({(int)k, 3, o.array});
        continue;
      }
      const Node& x = p.n[i];
      bool ka = opnd(x.a, s.a, s.ka, s.ma, 0), kb = opnd(x.b, s.b, s.kb, x.op == Op::Sel ? dm : s.mb, 1),
           kc = opnd(x.c, s.c, s.kc, dm, 2);
      if (isMask(x.op))
        s.md = mmem.data() + slot[i] * (CH / W);
      else
        s.d = mem + (size_t)slot[i] * CH;
      switch (x.op) {
#define P2(O)                         \
  case Op::O:                         \
    s.f = pick<Op::O>(ka, kb, kc, 2); \
    break;
#define P3(O)                         \
  case Op::O:                         \
    s.f = pick<Op::O>(ka, kb, kc, 3); \
    break;
#define P1(O)                         \
  case Op::O:                         \
    s.f = pick<Op::O>(ka, kb, kc, 1); \
    break;
        P2(Add)
        P2(Sub)
        P2(Mul) P2(Div) P2(Min) P2(Max) P3(Fma) P3(Fms) P3(Fnma) P1(Neg) P1(Abs) P1(Sqrt) P1(Log) case Op::Exp
            : s.f = g_xsimd_exp ? goexp<true> : goexp<false>;
        break;
#define PC(O)                                                                                             \
  case Op::O:                                                                                             \
    s.f = ka && kb ? cmp<Op::O, K, K> : ka ? cmp<Op::O, K, R> : kb ? cmp<Op::O, R, K> : cmp<Op::O, R, R>; \
    break;
        PC(Lt) PC(Le) PC(Eq) case Op::And : s.f = mop<Op::And>;
        break;
        case Op::Or:
          s.f = mop<Op::Or>;
          break;
        case Op::Not:
          s.f = mop<Op::Not>;
          break;
        case Op::Sel:
          s.f = kb ? (kc ? sel<K, K> : sel<K, R>) : (kc ? sel<R, K> : sel<R, R>);
          break;
        default:
          break;
      }
    }
  }
  void step(double** arr, long n, const double* par) {
    for (auto& q : pf) {
      Ins& s = code[q.ins];
      (q.which == 0 ? s.ka : q.which == 1 ? s.kb : s.kc) = par[q.param];
    }
    for (long c = 0; c < n; c += CH) {
      int m = (int)std::min<long>(CH, n - c);
      for (auto& q : fix) {
        Ins& s = code[q.ins];
        double* p = arr[q.array] + c;
        if (q.which == 0)
          s.a = p;
        else if (q.which == 1)
          s.b = p;
        else if (q.which == 2)
          s.c = p;
        else {
          if (s.f == copyM)
            s.md = (uint8_t*)arr[q.array] + c / W;
          else
            s.d = p;
        }
      }
      for (auto& s : code) s.f(s, m);
    }
  }
};
}  // namespace tape
