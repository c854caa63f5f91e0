// JIT back end: asmjit x86::Compiler, AVX-512 (8 lanes, zmm, k masks) or AVX2+FMA (2 x 4 lanes, ymm).
// Why one file: it stays as it was measured; it is no part of hillock and is not developed further.
// clang-format off
#pragma once
#include <asmjit/asmjit.h>

#include <chrono>
#include <stdexcept>

#include "coef.inc"
#include "opt.hpp"
namespace tape {
using KFn = void (*)(double**, long, const double*);
struct JitErr : asmjit::ErrorHandler {
  void handleError(asmjit::Error, const char* m, asmjit::BaseEmitter*) override {
    throw std::runtime_error(m);
  }
};
struct JitOpt {
  bool z = true;
  int hoist = -1;
  bool rcp = false;
  bool clamp = true;
  bool log = false;
  int U = 0;
  bool estrin = true;
  bool inter = true;
  bool blend = false;
};
struct Jit {
  static asmjit::JitRuntime& rt() {
    static asmjit::JitRuntime r;
    return r;
  }
  KFn fn = nullptr;
  size_t bytes = 0;
  int spillMoves = 0;
  double tEmit = 0, tFinal = 0, tAdd = 0;
  double* pool = nullptr;
  std::string text;
  ~Jit() {
    if (fn) rt().release(fn);
    free(pool);
  }
  Jit(const Jit&) = delete;
  Jit(const Prog& p, JitOpt jo = {}) {
    using namespace asmjit;
    using namespace asmjit::x86;
    using clk = std::chrono::steady_clock;
    auto t0 = clk::now();
    if (jo.U == 0) jo.U = jo.z ? 2 : 1;
    const bool z = jo.z;
    JitErr eh;
    CodeHolder code;
    code.init(rt().environment());
    code.setErrorHandler(&eh);
    StringLogger lg;
    if (jo.log) code.setLogger(&lg);
    x86::Compiler cc(&code);
    FuncNode* f = cc.addFunc(FuncSignatureT<void, double**, long, const double*>());
    f->frame().setAvxEnabled();
    if (z) f->frame().setAvx512Enabled();
    f->frame().setAvxCleanup();
    Gp arr = cc.newIntPtr("arr"), n = cc.newInt64("n"), par = cc.newIntPtr("par");
    f->setArg(0, arr);
    f->setArg(1, n);
    f->setArg(2, par);
    // ---- constant pool: 8-byte scalars for AVX-512 ({1to8}), 32-byte rows for AVX2
    std::vector<double> pv;
    std::map<uint64_t, int> pi;
    const int row = z ? 1 : 4;
    auto slot = [&](double v) {
      uint64_t b;
      std::memcpy(&b, &v, 8);
      auto it = pi.find(b);
      if (it != pi.end()) return it->second;
      int s = pv.size();
      pi[b] = s;
      pv.push_back(v);
      return s;
    };
    const size_t poolMax = (p.n.size() + 64) * 8 * row + 256;
    pool = (double*)aligned_alloc(64, (poolMax * 1 + 63) / 64 * 64);
    double* tab = pool;
    const int pbase = 16;  // 16 doubles of exp table first
    Gp cp = cc.newIntPtr("pool");
    cc.mov(cp, (uint64_t)pool);
    auto newV = [&]() -> Vec {
      if (z) return cc.newZmmPd();
      return cc.newYmmPd();
    };
    auto kmem = [&](double v) -> Mem {
      int s = slot(v);
      int off = (pbase + s * row) * 8;
      return z ? qword_ptr(cp, off)._1to8() : ymmword_ptr(cp, off);
    };
    std::map<uint64_t, Vec> hoisted;
    auto bits = [](double v) {
      uint64_t b;
      std::memcpy(&b, &v, 8);
      return b;
    };
    auto loadK = [&](Vec d, double v) {
      int s = slot(v);
      int off = (pbase + s * row) * 8;
      if (z)
        cc.vbroadcastsd(d, qword_ptr(cp, off));
      else
        cc.vmovapd(d, ymmword_ptr(cp, off));
    };
    auto kreg = [&](double v) -> Vec {
      auto it = hoisted.find(bits(v));
      if (it != hoisted.end()) return it->second;
      Vec d = newV();
      loadK(d, v);
      return d;
    };
    auto krm = [&](double v) -> Operand {
      auto it = hoisted.find(bits(v));
      if (it != hoisted.end()) return it->second;
      return kmem(v);
    };
    const double LOG2E = 0x1.71547652b82fep0, MAGT = 0x1.8p52 / 16, MAGP = 0x1.8p52;
    bool hasExp = p.count(Op::Exp) > 0;
    Vec T0, T1;
    if (hasExp) {
      if (z) {
        T0 = newV();
        T1 = newV();
        cc.vmovupd(T0, zmmword_ptr(cp, 0));
        cc.vmovupd(T1, zmmword_ptr(cp, 64));
      }
      if (jo.hoist >= 0) {
        auto hs = [&](double v) {
          Vec d = newV();
          loadK(d, v);
          hoisted[bits(v)] = d;
        };
        if (jo.hoist > 0) hs(z ? MAGT : MAGP);
        if (jo.hoist > 1 && z) hs(EXPT_C[5]);
        if (jo.hoist > 2 && z) hs(1000.0);
        if (jo.hoist > 3 && z)
          for (int k = 0; k < std::min(5, jo.hoist - 3); k++) hs(EXPT_C[k]);
      }
    }
    if (jo.hoist <
        0) {  // automatic: most used constants first, into whatever registers the step itself leaves free
      int G = (z ? 1 : 2) * jo.U,
          budget = (z ? 32 : 16) - p.pressure() * (jo.inter ? G : 1) - 2 - (hasExp ? (z ? 2 : 0) + 5 : 0);
      std::map<uint64_t, int> w;
      auto add = [&](double v, int k) { w[bits(v)] += k; };
      for (auto& x : p.n)
        if (x.op > Op::Param)
          for (int q : {x.a, x.b, x.c})
            if (q >= 0 && p.n[q].op == Op::Const) add(p.n[q].k, 1);
      for (auto& o : p.out)
        if (p.n[o.node].op == Op::Const) add(p.n[o.node].k, 3);
      int ne = p.count(Op::Exp);
      if (ne) {
        add(z ? MAGT : MAGP, 2 * ne);
        add(LOG2E, ne);
        add(LN2_HI, ne);
        add(LN2_LO, ne);
        if (z) {
          for (double c : EXPT_C) add(c, ne);
          add(1000.0, ne);
        } else
          for (double c : EXPP_C) add(c, ne);
      }
      std::vector<std::pair<int, uint64_t>> o;
      for (auto& [k, c] : w) o.push_back({-c, k});
      std::sort(o.begin(), o.end());
      for (auto& [c, k] : o) {
        if (budget-- <= 0) break;
        double v;
        std::memcpy(&v, &k, 8);
        Vec d = newV();
        loadK(d, v);
        hoisted[k] = d;
      }
    }
    // ---- array base pointers
    int na = p.nload;
    for (auto& o : p.out) na = std::max(na, o.array + 1);
    std::vector<Gp> base(na);
    std::vector<char> used(na, 0);
    for (auto& x : p.n)
      if (x.op == Op::Load) used[x.a] = 1;
    for (auto& o : p.out) used[o.array] = 1;
    for (int i = 0; i < na; i++)
      if (used[i]) {
        base[i] = cc.newIntPtr();
        cc.mov(base[i], qword_ptr(arr, 8 * i));
      }
    Gp idx = cc.newInt64("idx"), bi = cc.newInt64("bi");
    cc.xor_(idx.r32(), idx.r32());
    cc.xor_(bi.r32(), bi.r32());
    Label L = cc.newLabel(), E = cc.newLabel();
    cc.cmp(n, 0);
    cc.jle(E);
    cc.bind(L);
    const int N = p.n.size();
    std::vector<int> last(N, -1);
    for (int i = 0; i < N; i++)
      if (p.n[i].op > Op::Param)
        for (int q : {p.n[i].a, p.n[i].b, p.n[i].c})
          if (q >= 0) last[q] = i;
    for (auto& o : p.out) last[o.node] = N;
    std::vector<Gp> acc(p.out.size());
    // streams: independent groups of lanes in one loop body, interleaved node by node (hides the latency of
    // one step's dependency chain)
    const int G = (z ? 1 : 2) * jo.U;
    struct Stream {
      std::vector<Vec> r;
      std::vector<KReg> kr;
      std::vector<char> have;
      int disp;
    };
    std::vector<Stream> ss(G);
    for (int g = 0; g < G; g++)
      ss[g] = {std::vector<Vec>(N), std::vector<KReg>(N), std::vector<char>(N, 0), g * (z ? 64 : 32)};
    std::vector<std::pair<int, int>> sched;
    if (jo.inter) {
      for (int i = 0; i < N; i++)
        for (int g = 0; g < G; g++) sched.push_back({i, g});
      for (int g = 0; g < G; g++) sched.push_back({N, g});
    } else
      for (int g = 0; g < G; g++)
        for (int i = 0; i <= N; i++) sched.push_back({i, g});
    for (auto [nodeI, gI] : sched) {
      Stream& S = ss[gI];
      auto& r = S.r;
      auto& kr = S.kr;
      auto& have = S.have;
      const int disp = S.disp;
      const int half = gI % 2;
      auto lmem = [&](int i) -> Mem {
        Mem m = z ? zmmword_ptr(base[p.n[i].a], idx, 3, disp) : ymmword_ptr(base[p.n[i].a], idx, 3, disp);
        return m;
      };
      auto reg = [&](int i) -> Vec {
        const Node& x = p.n[i];
        if (x.op == Op::Const) return kreg(x.k);
        if (have[i]) return r[i];
        if (x.op == Op::Load) {
          r[i] = newV();
          cc.vmovupd(r[i], lmem(i));
          have[i] = 1;
          return r[i];
        }
        if (x.op == Op::Param) {
          Vec d = newV();
          cc.vbroadcastsd(d, qword_ptr(par, 8 * x.a));
          r[i] = d;
          have[i] = 1;
          return d;
        }
        return r[i];
      };
      auto rm = [&](int i) -> Operand {
        const Node& x = p.n[i];
        if (x.op == Op::Const) return krm(x.k);
        if (x.op == Op::Param && z && !have[i]) return qword_ptr(par, 8 * x.a)._1to8();
        if (x.op == Op::Load && !have[i] && p.uses[i] == 1) return lmem(i);
        return reg(i);
      };
      auto memLike = [&](int i) {
        const Node& x = p.n[i];
        return (x.op == Op::Const && !hoisted.count(bits(x.k))) || (x.op == Op::Param && z && !have[i]) ||
               (x.op == Op::Load && !have[i] && p.uses[i] == 1);
      };
      auto I3 = [&](InstId id, Vec d, Vec a, const Operand& b) { cc.emit(id, d, a, b); };
      // d = a*b+c (sgn 0 fma,1 fms,2 fnma) choosing the 132/213/231 form by what dies and what is in memory
      auto fma = [&](int s, int i, int A, int Bq, int C) -> Vec {
        static const InstId f213[] = {Inst::kIdVfmadd213pd, Inst::kIdVfmsub213pd, Inst::kIdVfnmadd213pd},
                            f231[] = {Inst::kIdVfmadd231pd, Inst::kIdVfmsub231pd, Inst::kIdVfnmadd231pd},
                            f132[] = {Inst::kIdVfmadd132pd, Inst::kIdVfmsub132pd, Inst::kIdVfnmadd132pd};
        auto dies = [&](int q) {
          return p.n[q].op != Op::Const && p.n[q].op != Op::Param && last[q] == i && have[q];
        };
        if (memLike(A) && !memLike(Bq)) std::swap(A, Bq);
        if (!memLike(A) && dies(Bq) && !dies(A) && !memLike(Bq)) std::swap(A, Bq);
        if (memLike(C) || (!dies(C) && dies(A))) {  // dst <- A
          if (memLike(Bq) && !memLike(C)) {
            Vec c = reg(C);
            Vec d;
            if (dies(A) && A != C)
              d = reg(A);
            else {
              d = newV();
              cc.vmovapd(d, reg(A));
            }
            cc.emit(f132[s], d, c, rm(Bq));
            return d;
          }
          if (memLike(Bq)) {
            Vec d = newV();
            if (p.n[Bq].op == Op::Const)
              loadK(d, p.n[Bq].k);
            else
              cc.vmovapd(d, reg(Bq));
            Vec a = reg(A);
            cc.emit(f213[s], d, a, rm(C));
            return d;
          }
          Vec b = reg(Bq);
          Vec d;
          if (dies(A) && A != Bq && A != C)
            d = reg(A);
          else {
            d = newV();
            cc.vmovapd(d, reg(A));
          }
          cc.emit(f213[s], d, b, rm(C));
          return d;
        }
        Vec d;
        Vec a = reg(A);
        if (dies(C) && C != A && C != Bq)
          d = reg(C);
        else {
          d = newV();
          cc.vmovapd(d, reg(C));
        }
        cc.emit(f231[s], d, a, rm(Bq));
        return d;
      };
      auto emExp = [&](Vec x) -> Vec {
        if (z) {
          Vec y = newV();
          if (jo.clamp)
            cc.emit(Inst::kIdVrangepd, y, x, krm(1000.0), Imm(2));
          else
            cc.vmovapd(y, x);
          Vec mg = kreg(MAGT);
          Vec t = newV();
          cc.vmovapd(t, y);
          cc.emit(Inst::kIdVfmadd132pd, t, mg, krm(LOG2E));
          Vec q = newV();
          cc.vsubpd(q, t, mg);
          cc.emit(Inst::kIdVfnmadd231pd, y, q, krm(LN2_HI));
          cc.emit(Inst::kIdVfnmadd231pd, y, q, krm(LN2_LO));
          {
            Vec tb = newV();
            cc.vmovapd(tb, T0);
            cc.vpermt2pd(tb, t, T1);
            t = tb;
          }
          Vec pl = newV();
          auto lk = [&](Vec d, double v) {
            if (hoisted.count(bits(v)))
              cc.vmovapd(d, kreg(v));
            else
              loadK(d, v);
          };
          if (jo.estrin) {
            Vec r2 = newV(), p1 = newV(), p0 = newV();
            cc.vmulpd(r2, y, y);
            lk(pl, EXPT_C[5]);
            cc.emit(Inst::kIdVfmadd213pd, pl, y, krm(EXPT_C[4]));
            loadK(p1, EXPT_C[3]);
            cc.emit(Inst::kIdVfmadd213pd, p1, y, krm(EXPT_C[2]));
            loadK(p0, EXPT_C[1]);
            cc.emit(Inst::kIdVfmadd213pd, p0, y, krm(EXPT_C[0]));
            cc.vfmadd213pd(pl, r2, p1);
            cc.vfmadd213pd(pl, r2, p0);
          } else {
            lk(pl, EXPT_C[5]);
            for (int k = 4; k >= 0; k--) cc.emit(Inst::kIdVfmadd213pd, pl, y, krm(EXPT_C[k]));
          }
          cc.vmulpd(y, y, t);
          cc.vfmadd213pd(pl, y, t);
          cc.vscalefpd(pl, pl, q);
          return pl;
        }
        Vec y = newV();
        Vec c = kreg(-707.7);
        cc.vmaxpd(y, c, x);
        Vec c2 = kreg(709.78);
        cc.vminpd(y, c2, y);
        Vec mg = kreg(MAGP);
        Vec t = newV();
        cc.vmovapd(t, y);
        cc.emit(Inst::kIdVfmadd132pd, t, mg, krm(LOG2E));
        Vec q = newV();
        cc.vsubpd(q, t, mg);
        cc.emit(Inst::kIdVfnmadd231pd, y, q, krm(LN2_HI));
        cc.emit(Inst::kIdVfnmadd231pd, y, q, krm(LN2_LO));
        Vec pl = newV();
        loadK(pl, EXPP_C[9]);
        for (int k = 8; k >= 0; k--) cc.emit(Inst::kIdVfmadd213pd, pl, y, krm(EXPP_C[k]));
        cc.emit(Inst::kIdVfmadd213pd, pl, y, krm(1.0));
        cc.emit(Inst::kIdVfmadd213pd, pl, y, krm(1.0));
        cc.vpsllq(t, t, 52);
        cc.vpaddq(pl, pl, t);
        return pl;
      };
      auto emLog = [&](Vec x) -> Vec {
        Vec e = newV(), m = newV();
        if (z) {
          cc.vgetexppd(e, x);
          cc.vgetmantpd(m, x, 8);
          KReg k = cc.newKb();
          cc.emit(Inst::kIdVcmppd, k, m, krm(1.5), Imm(14));
          Vec h = kreg(0.5);
          cc.k(k).vmulpd(m, m, h);
          Vec o = kreg(1.0);
          cc.k(k).vaddpd(e, e, o);
        } else {
          cc.vpsrlq(e, x, 52);
          cc.emit(Inst::kIdVorpd, e, e, krm(0x1p52));
          cc.emit(Inst::kIdVsubpd, e, e, krm(0x1p52 + 1023));
          uint64_t mk = 0x000FFFFFFFFFFFFFull;
          double md;
          std::memcpy(&md, &mk, 8);
          cc.emit(Inst::kIdVandpd, m, x, krm(md));
          cc.emit(Inst::kIdVorpd, m, m, krm(1.0));
          Vec k = newV();
          cc.emit(Inst::kIdVcmppd, k, m, krm(1.5), Imm(14));
          Vec h = newV();
          cc.emit(Inst::kIdVmulpd, h, m, krm(0.5));
          cc.vblendvpd(m, m, h, k);
          Vec o = newV();
          cc.emit(Inst::kIdVandpd, o, k, krm(1.0));
          cc.vaddpd(e, e, o);
        }
        Vec ff = newV(), d = newV(), s = newV(), zz = newV(), R = newV(), hf = newV();
        cc.emit(Inst::kIdVsubpd, ff, m, krm(1.0));
        cc.emit(Inst::kIdVaddpd, d, m, krm(1.0));
        cc.vdivpd(s, ff, d);
        cc.vmulpd(zz, s, s);
        loadK(R, LOG_C[7]);
        for (int k = 6; k >= 0; k--) cc.emit(Inst::kIdVfmadd213pd, R, zz, krm(LOG_C[k]));
        cc.vmulpd(R, R, zz);
        cc.vmulpd(hf, ff, ff);
        cc.emit(Inst::kIdVmulpd, hf, hf, krm(0.5));
        cc.vaddpd(R, R, hf);  // s*(hf+R)
        Vec lo = newV();
        cc.emit(Inst::kIdVmulpd, lo, e, krm(LN2_L32));
        cc.vfmadd231pd(lo, s, R);
        cc.vsubpd(hf, hf, lo);
        cc.vsubpd(ff, ff, hf);
        cc.emit(Inst::kIdVfmadd231pd, ff, e, krm(LN2_H32));
        if (!z) {
          Vec k = newV(), zr = newV();
          cc.vxorpd(zr, zr, zr);
          cc.emit(Inst::kIdVcmppd, k, x, zr, Imm(1));
          Vec nn = kreg(std::nan(""));
          cc.vblendvpd(ff, ff, nn, k);
          cc.emit(Inst::kIdVcmppd, k, x, zr, Imm(0));
          Vec ni = kreg(-INFINITY);
          cc.vblendvpd(ff, ff, ni, k);
        }
        return ff;
      };
      if (nodeI < N) {
        const int i = nodeI;
        const Node& x = p.n[i];
        if (x.op <= Op::Param) continue;
        auto bin = [&](InstId id, bool com) {
          int a = x.a, b = x.b;
          if (com && memLike(a) && !memLike(b)) std::swap(a, b);
          Vec A = reg(a);
          Vec d = newV();
          I3(id, d, A, rm(b));
          r[i] = d;
          have[i] = 1;
        };
        switch (x.op) {
          case Op::Add:
            bin(Inst::kIdVaddpd, true);
            break;
          case Op::Sub:
            bin(Inst::kIdVsubpd, false);
            break;
          case Op::Mul:
            bin(Inst::kIdVmulpd, true);
            break;
          case Op::Min:
            bin(Inst::kIdVminpd, false);
            break;
          case Op::Max:
            bin(Inst::kIdVmaxpd, false);
            break;
          case Op::Div:
            if (jo.rcp && z) {
              Vec b = reg(x.b);
              Vec y = newV(), e = newV();
              Vec one = kreg(1.0);
              cc.vrcp14pd(y, b);
              for (int k = 0; k < 2; k++) {
                cc.vmovapd(e, one);
                cc.vfnmadd231pd(e, b, y);
                cc.vfmadd213pd(e, y, y);
                std::swap(e, y);
              }
              Vec q = newV();
              Vec a = reg(x.a);
              cc.vmulpd(q, a, y);
              cc.vmovapd(e, a);
              cc.vfnmadd231pd(e, b, q);
              cc.vfmadd213pd(e, y, q);
              r[i] = e;
              have[i] = 1;
            } else
              bin(Inst::kIdVdivpd, false);
            break;
          case Op::Neg: {
            Vec d = newV();
            if (z) {
              Vec a = reg(x.a);
              cc.emit(Inst::kIdVxorpd, d, a, krm(-0.0));
            } else {
              Vec a = reg(x.a);
              cc.emit(Inst::kIdVxorpd, d, a, krm(-0.0));
            }
            r[i] = d;
            have[i] = 1;
            break;
          }
          case Op::Abs: {
            uint64_t m = 0x7FFFFFFFFFFFFFFFull;
            double md;
            std::memcpy(&md, &m, 8);
            Vec a = reg(x.a), d = newV();
            cc.emit(Inst::kIdVandpd, d, a, krm(md));
            r[i] = d;
            have[i] = 1;
            break;
          }
          case Op::Sqrt: {
            Vec d = newV();
            cc.emit(Inst::kIdVsqrtpd, d, rm(x.a));
            r[i] = d;
            have[i] = 1;
            break;
          }
          case Op::Fma:
            r[i] = fma(0, i, x.a, x.b, x.c);
            have[i] = 1;
            break;
          case Op::Fms:
            r[i] = fma(1, i, x.a, x.b, x.c);
            have[i] = 1;
            break;
          case Op::Fnma:
            r[i] = fma(2, i, x.a, x.b, x.c);
            have[i] = 1;
            break;
          case Op::Exp:
            r[i] = emExp(reg(x.a));
            have[i] = 1;
            break;
          case Op::Log:
            r[i] = emLog(reg(x.a));
            have[i] = 1;
            break;
          case Op::Lt:
          case Op::Le:
          case Op::Eq: {
            int pr = x.op == Op::Lt ? 17 : x.op == Op::Le ? 18 : 0;
            int a = x.a, b = x.b;
            if (memLike(a) && !memLike(b)) {
              std::swap(a, b);
              pr = x.op == Op::Lt ? 30 : x.op == Op::Le ? 29 : 0;
            }
            Vec A = reg(a);
            if (z) {
              kr[i] = cc.newKb();
              cc.emit(Inst::kIdVcmppd, kr[i], A, rm(b), Imm(pr));
            } else {
              r[i] = newV();
              cc.emit(Inst::kIdVcmppd, r[i], A, rm(b), Imm(pr));
            }
            have[i] = 1;
            break;
          }
          case Op::And:
            if (z) {
              kr[i] = cc.newKb();
              cc.kandb(kr[i], kr[x.a], kr[x.b]);
            } else {
              r[i] = newV();
              cc.vandpd(r[i], r[x.a], r[x.b]);
            }
            have[i] = 1;
            break;
          case Op::Or:
            if (z) {
              kr[i] = cc.newKb();
              cc.korb(kr[i], kr[x.a], kr[x.b]);
            } else {
              r[i] = newV();
              cc.vorpd(r[i], r[x.a], r[x.b]);
            }
            have[i] = 1;
            break;
          case Op::Not:
            if (z) {
              kr[i] = cc.newKb();
              cc.knotb(kr[i], kr[x.a]);
            } else {
              r[i] = newV();
              Vec o = newV();
              cc.vpcmpeqd(o, o, o);
              cc.vxorpd(r[i], r[x.a], o);
            }
            have[i] = 1;
            break;
          case Op::Sel: {
            Vec d = newV();
            Vec c = reg(x.c);
            if (z) {
              if (jo.blend)
                cc.k(kr[x.a]).emit(Inst::kIdVblendmpd, d, c, rm(x.b));
              else {
                cc.vmovapd(d, c);
                Operand bq = rm(x.b);
                if (bq.isMem() && bq.as<Mem>().hasBroadcast()) {
                  Mem mm = bq.as<Mem>();
                  mm.resetBroadcast();
                  cc.k(kr[x.a]).emit(Inst::kIdVbroadcastsd, d, mm);
                } else
                  cc.k(kr[x.a]).emit(Inst::kIdVmovupd, d, bq);
              }
            } else
              cc.emit(Inst::kIdVblendvpd, d, c, rm(x.b), r[x.a]);
            r[i] = d;
            have[i] = 1;
            break;
          }
          default:
            break;
        }
      } else
        for (size_t k = 0; k < p.out.size(); k++) {
          auto& o = p.out[k];
          if (!o.mask) {
            Vec v = reg(o.node);
            if (z)
              cc.vmovupd(zmmword_ptr(base[o.array], idx, 3, disp), v);
            else
              cc.vmovupd(ymmword_ptr(base[o.array], idx, 3, disp), v);
          } else if (z)
            cc.kmovb(byte_ptr(base[o.array], bi, 0, gI), kr[o.node]);
          else {
            Gp g = cc.newInt32();
            cc.vmovmskpd(g, r[o.node].ymm());
            if (half == 0)
              acc[k] = g;
            else {
              cc.shl(g, 4);
              cc.or_(g, acc[k]);
              cc.mov(byte_ptr(base[o.array], bi, 0, gI / 2), g.r8());
            }
          }
        }
    }
    cc.add(idx, 8 * jo.U);
    cc.add(bi, jo.U);
    cc.cmp(idx, n);
    cc.jl(L);
    cc.bind(E);
    cc.endFunc();
    tEmit = std::chrono::duration<double, std::micro>(clk::now() - t0).count();
    t0 = clk::now();
    cc.finalize();
    tFinal = std::chrono::duration<double, std::micro>(clk::now() - t0).count();
    t0 = clk::now();
    for (int i = 0; i < 16; i++) tab[i] = EXPT_T[i];
    if ((pbase + pv.size() * row) * 8 > poolMax) throw std::runtime_error("pool");
    for (size_t s = 0; s < pv.size(); s++)
      for (int k = 0; k < row; k++) pool[pbase + s * row + k] = pv[s];
    bytes = code.codeSize();
    if (rt().add(&fn, &code)) throw std::runtime_error("add");
    tAdd = std::chrono::duration<double, std::micro>(clk::now() - t0).count();
    if (jo.log) {
      text = lg.data();
      size_t q = 0;
      while ((q = text.find("[rsp", q)) != std::string::npos) {
        spillMoves++;
        q += 4;
      }
    }
  }
};
}  // namespace tape
