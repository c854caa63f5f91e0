// The models of the measured prototype: Hodgkin-Huxley, adaptive exponential and leaky integrate-and-fire
// steps on a tape.
#pragma once
#include <boost/numeric/odeint.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta4_classic.hpp>

#include "opt.hpp"
namespace tape {
template <int N>
using St = std::array<Expr, N>;
template <class T>
struct Rates {
  T am, bm, ah, bh, an, bn;
};
inline Rates<Expr> hhRates(Expr V) {
  return {exprel(-(V + 40.0) / 10.0),       4.0 * exp(-(V + 65.0) / 18.0),
          0.07 * exp(-(V + 65.0) / 20.0),   1.0 / (exp(-(V + 35.0) / 10.0) + 1.0),
          0.1 * exprel(-(V + 55.0) / 10.0), 0.125 * exp(-(V + 65.0) / 80.0)};
}
struct HHsys {
  Expr I;
  template <class T>
  void operator()(const St<4>& x, St<4>& d, T) const {
    Expr V = x[0], m = x[1], h = x[2], n = x[3];
    auto r = hhRates(V);
    d[0] = I - 120.0 * pow(m, 3) * h * (V - 50.0) - 36.0 * pow(n, 4) * (V + 77.0) - 0.3 * (V + 54.387);
    d[1] = r.am * (1.0 - m) - r.bm * m;
    d[2] = r.ah * (1.0 - h) - r.bh * h;
    d[3] = r.an * (1.0 - n) - r.bn * n;
  }
};
// arrays: 0..3 V m h n, 4 I, 5 spike bytes
inline void spikeOut(Tape& t, Expr v0, Expr v1, double th, int arr) {
  Mask s = (v0 < th) & (v1 >= th);
  t.out.push_back({arr, s.id, true});
}
template <class Stepper>
void recHH(Tape& t, double dt) {
  Tape::Scope s(t);
  St<4> x;
  for (int i = 0; i < 4; i++) x[i] = E_(t.load(i));
  Expr v0 = x[0];
  HHsys f{E_(t.load(4))};
  Stepper st;
  st.do_step(f, x, 0.0, dt);
  for (int i = 0; i < 4; i++) t.out.push_back({i, x[i].id, false});
  spikeOut(t, v0, x[0], 0.0, 5);
}
// exponential Euler by the automatic linear split f = A + B x of each equation (gates first, then V with the
// new gates)
inline Expr ee(Tape& t, Expr f, Expr x, double dt, std::vector<Expr> atoms = {}, bool* ok = nullptr) {
  std::unordered_map<int, std::pair<int, int>> memo;
  for (auto a : atoms) memo[a.id] = {a.id, -1};
  int A, Bv;
  bool r = linearIn(t, f.id, x.id, A, Bv, memo);
  if (ok) *ok = r;
  if (!r || Bv < 0) return x + dt * f;
  Expr a = E_(A), b = E_(Bv);
  Expr xi = -(a / b);
  return xi + (x - xi) * exp(b * dt);
}
inline void recHHee(Tape& t, double dt) {
  Tape::Scope s(t);
  St<4> x, d, y;
  for (int i = 0; i < 4; i++) x[i] = E_(t.load(i));
  HHsys f{E_(t.load(4))};
  f(x, d, 0.0);
  y = x;
  for (int i = 1; i < 4; i++) y[i] = ee(t, d[i], x[i], dt);
  f(y, d, 0.0);
  y[0] = ee(t, d[0], x[0], dt, {y[1], y[2], y[3]});
  for (int i = 0; i < 4; i++) t.out.push_back({i, y[i].id, false});
  spikeOut(t, x[0], y[0], 0.0, 5);
}
// AdEx. arrays: 0 V 1 w 2 I 3 refractory steps left 4 spike bytes.  (mV, pA, nS, pF, ms)
struct AdexP {
  double C = 281, gL = 30, EL = -70.6, VT = -50.4, DT = 2, a = 4, tw = 144, b = 80.5, Vr = -60, Vpk = 0,
         tref = 2;
};
struct AdexSys {
  AdexP p;
  Expr I;
  template <class T>
  void operator()(const St<2>& x, St<2>& d, T) const {
    Expr V = min(x[0], p.Vpk);
    d[0] = (-p.gL * (V - p.EL) + p.gL * p.DT * exp((V - p.VT) / p.DT) - x[1] + I) / p.C;
    d[1] = (p.a * (V - p.EL) - x[1]) / p.tw;
  }
};
inline void recAdex(Tape& t, double dt) {
  namespace od = boost::numeric::odeint;
  Tape::Scope s(t);
  AdexP p;
  St<2> x{E_(t.load(0)), E_(t.load(1))};
  AdexSys f{p, E_(t.load(2))};
  Expr r = E_(t.load(3));
  St<2> y = x;
  od::runge_kutta4<St<2>, double, St<2>, double, od::array_algebra> st;
  st.do_step(f, y, 0.0, dt);
  Mask ref = r > 0.0;
  Expr V = select(ref, Expr(p.Vr), y[0]);
  Mask sp = (V > p.Vpk);
  Expr w = select(sp, y[1] + p.b, y[1]);
  V = select(sp, Expr(p.Vr), V);
  Expr r2 = select(sp, Expr(std::round(p.tref / dt)), max(r - 1.0, Expr(0.0)));
  t.out = {{0, V.id, false}, {1, w.id, false}, {3, r2.id, false}, {4, sp.id, true}};
}
// LIF, exponential current synapses, exact propagators (NEST iaf_psc_exp form). arrays: 0 V(rel. E_L) 1 Ie 2
// Ii 3 refr 4 in_e 5 in_i 6 spike bytes; input arrays are consumed and zeroed
struct LifP {
  double tm = 10, C = 250, te = 2, ti = 2, Vth = 15, Vr = 0, tref = 2, Idc = 380;
};
inline void recLif(Tape& t, double dt) {
  Tape::Scope s(t);
  LifP p;
  Expr V = E_(t.load(0)), Ie = E_(t.load(1)), Ii = E_(t.load(2)), r = E_(t.load(3)), xe = E_(t.load(4)),
       xi = E_(t.load(5));
  double P22 = std::exp(-dt / p.tm), P20 = p.tm / p.C * (1 - P22);
  auto P21 = [&](double ts) {
    if (std::fabs(ts - p.tm) < 1e-9) return dt / p.C * P22;
    double be = ts * p.tm / (p.tm - ts);
    return be / p.C * (P22 - std::exp(-dt / ts));
  };
  Expr Vn = P22 * V + P21(p.te) * Ie + P21(p.ti) * Ii + P20 * p.Idc;
  Mask ref = r > 0.0;
  Vn = select(ref, Expr(p.Vr), Vn);
  Expr Ie2 = std::exp(-dt / p.te) * Ie + xe, Ii2 = std::exp(-dt / p.ti) * Ii + xi;
  Mask sp = Vn >= p.Vth;
  Vn = select(sp, Expr(p.Vr), Vn);
  Expr r2 = select(sp, Expr(std::round(p.tref / dt)), max(r - 1.0, Expr(0.0)));
  t.out = {{0, Vn.id, false},        {1, Ie2.id, false},       {2, Ii2.id, false}, {3, r2.id, false},
           {4, Expr(0.0).id, false}, {5, Expr(0.0).id, false}, {6, sp.id, true}};
}
}  // namespace tape
