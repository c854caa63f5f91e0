// Tape optimiser: affine chains, exponential sharing, multiply-add fusion, dead code, pressure-aware order.
#pragma once
#include <algorithm>
#include <map>

#include "expr.hpp"
namespace tape {
struct Prog {
  std::vector<Node> n;
  std::vector<Out> out;
  std::vector<int> uses;
  int nload = 0, nparam = 0;
  std::map<Op, int> hist() const {
    std::map<Op, int> h;
    for (auto& x : n) h[x.op]++;
    return h;
  }
  int arith() const {
    int c = 0;
    for (auto& x : n) c += x.op > Op::Param;
    return c;
  }
  int count(Op o) const {
    int c = 0;
    for (auto& x : n) c += x.op == o;
    return c;
  }
  int pressure() const {
    std::vector<int> last(n.size(), -1);
    for (int i = 0; i < (int)n.size(); i++)
      for (int q : {n[i].a, n[i].b, n[i].c})
        if (q >= 0 && n[i].op != Op::Load && n[i].op != Op::Param) last[q] = i;
    for (auto& o : out) last[o.node] = n.size();
    int live = 0, mx = 0;
    std::vector<std::vector<int>> end(n.size() + 1);
    for (int i = 0; i < (int)n.size(); i++)
      if (n[i].op > Op::Param || n[i].op == Op::Load)
        if (last[i] >= 0) end[last[i]].push_back(i);
    for (int i = 0; i < (int)n.size(); i++) {
      if (n[i].op > Op::Param || n[i].op == Op::Load) live++;
      mx = std::max(mx, live);
      live -= end[i].size();
    }
    return mx;
  }
};
struct Aff {
  int base;
  double a, b;
};
inline std::vector<char> liveSet(const Tape& t) {
  std::vector<char> l(t.n.size(), 0);
  for (auto& o : t.out) l[o.node] = 1;
  for (int i = (int)t.n.size() - 1; i >= 0; i--)
    if (l[i] && t.n[i].op != Op::Load && t.n[i].op != Op::Param)
      for (int q : {t.n[i].a, t.n[i].b, t.n[i].c})
        if (q >= 0) l[q] = 1;
  return l;
}
inline std::vector<int> useCount(const Tape& t, const std::vector<char>& l) {
  std::vector<int> u(t.n.size(), 0);
  for (auto& o : t.out) u[o.node]++;
  for (size_t i = 0; i < t.n.size(); i++)
    if (l[i] && t.n[i].op > Op::Param)
      for (int q : {t.n[i].a, t.n[i].b, t.n[i].c})
        if (q >= 0) u[q]++;
  return u;
}
inline Aff affine(const Tape& t, int i, std::vector<Aff>& memo, std::vector<char>& done) {
  if (done[i]) return memo[i];
  const Node& x = t.n[i];
  Aff r{i, 1, 0};
  auto f = [&](int j) { return affine(t, j, memo, done); };
  switch (x.op) {
    case Op::Const:
      r = {-1, 0, x.k};
      break;
    case Op::Neg: {
      Aff p = f(x.a);
      r = {p.base, -p.a, -p.b};
      break;
    }
    case Op::Add:
    case Op::Sub: {
      Aff p = f(x.a), q = f(x.b);
      double s = x.op == Op::Add ? 1 : -1;
      if (q.base < 0)
        r = {p.base, p.a, p.b + s * q.b};
      else if (p.base < 0)
        r = {q.base, s * q.a, p.b + s * q.b};
      else if (p.base == q.base && p.a + s * q.a != 0)
        r = {p.base, p.a + s * q.a, p.b + s * q.b};
      break;
    }
    case Op::Mul: {
      Aff p = f(x.a), q = f(x.b);
      if (q.base < 0 && q.b != 0)
        r = {p.base, p.a * q.b, p.b * q.b};
      else if (p.base < 0 && p.b != 0)
        r = {q.base, q.a * p.b, q.b * p.b};
      break;
    }
    case Op::Fma: {
      Aff p = f(x.a), q = f(x.b), c = f(x.c);
      if (c.base < 0) {
        if (q.base < 0 && q.b != 0)
          r = {p.base, p.a * q.b, p.b * q.b + c.b};
        else if (p.base < 0 && p.b != 0)
          r = {q.base, q.a * p.b, q.b * p.b + c.b};
      }
      break;
    }
    default:
      break;
  }
  done[i] = 1;
  return memo[i] = r;
}
inline int emitAff(Tape& t, int base, double a, double b) {
  if (a == 1) return t.mk(Op::Add, base, t.cst(b));
  if (b == 0) return t.mk(Op::Mul, base, t.cst(a));
  if (a == -1) return t.mk(Op::Sub, t.cst(b), base);
  if (!t.o.fma) return t.mk(Op::Add, t.mk(Op::Mul, base, t.cst(a)), t.cst(b));
  return t.mk(Op::Fma, base, t.cst(a), t.cst(b));
}
template <class F>
Tape rebuild(const Tape& t, F hook) {  // hook(new,i,map)->new id or -1
  Tape r;
  r.o = t.o;
  auto l = liveSet(t);
  if (!t.o.dce) std::fill(l.begin(), l.end(), 1);
  std::vector<int> m(t.n.size(), -1);
  for (int i = 0; i < (int)t.n.size(); i++)
    if (l[i]) {
      const Node& x = t.n[i];
      int h = hook(r, i, m);
      if (h >= 0) {
        m[i] = h;
        continue;
      }
      switch (x.op) {
        case Op::Const:
          m[i] = r.cst(x.k);
          break;
        case Op::Load:
          m[i] = r.load(x.a);
          break;
        case Op::Param:
          m[i] = r.param(x.a);
          break;
        default:
          m[i] = r.mk(x.op, m[x.a], x.b >= 0 ? m[x.b] : -1, x.c >= 0 ? m[x.c] : -1);
      }
    }
  for (auto o : t.out) {
    o.node = m[o.node];
    r.out.push_back(o);
  }
  r.nload = t.nload;
  r.nparam = t.nparam;
  return r;
}
inline Tape passAffine(const Tape& t) {
  std::vector<Aff> memo(t.n.size());
  std::vector<char> done(t.n.size(), 0);
  return rebuild(t, [&](Tape& r, int i, std::vector<int>& m) -> int {
    Op o = t.n[i].op;
    if (o != Op::Add && o != Op::Sub && o != Op::Mul && o != Op::Neg) return -1;
    Aff a = affine(t, i, memo, done);
    if (a.base < 0 || a.base == i) return -1;
    return emitAff(r, m[a.base], a.a, a.b);
  });
}
inline Tape passShare(const Tape& t, int* nshared = nullptr) {
  std::vector<Aff> memo(t.n.size());
  std::vector<char> done(t.n.size(), 0);
  auto l = liveSet(t);
  std::map<int, std::vector<int>> grp;
  for (int i = 0; i < (int)t.n.size(); i++)
    if (l[i] && t.n[i].op == Op::Exp) {
      Aff a = affine(t, t.n[i].a, memo, done);
      if (a.base >= 0 && a.a != 0) grp[a.base].push_back(i);
    }
  struct Pl {
    int base;
    double a0, b0;
    int k;
    double c;
  };
  std::map<int, Pl> plan;
  for (auto& [b, v] : grp) {
    std::vector<int> s = v;
    std::stable_sort(s.begin(), s.end(),
                     [&](int p, int q) { return std::fabs(memo[t.n[p].a].a) < std::fabs(memo[t.n[q].a].a); });
    for (size_t i = 0; i < s.size(); i++) {
      if (plan.count(s[i])) continue;
      Aff A = memo[t.n[s[i]].a];
      std::vector<std::pair<int, int>> g;
      for (size_t j = i + 1; j < s.size(); j++) {
        if (plan.count(s[j])) continue;
        Aff Q = memo[t.n[s[j]].a];
        double ra = Q.a / A.a;
        int k = (int)std::lround(ra);
        if (k < 1 || k > 16 || std::fabs(ra - k) > 1e-12 * k) continue;
        int c = 0;
        for (int q = k; q > 1; q >>= 1) c += 1 + (q & 1);
        if (c > 4) continue;
        if (std::fabs(Q.b - k * A.b) > 100) continue;
        g.push_back({s[j], k});
      }
      if (g.empty()) continue;
      plan[s[i]] = {b, A.a, A.b, 1, 1.0};
      for (auto [j, k] : g) {
        plan[j] = {b, A.a, A.b, k, std::exp(memo[t.n[j].a].b - k * A.b)};
        if (nshared) ++*nshared;
      }
    }
  }
  return rebuild(t, [&](Tape& r, int i, std::vector<int>& m) -> int {
    auto it = plan.find(i);
    if (it == plan.end()) return -1;
    auto& p = it->second;
    int e = r.mk(Op::Exp, emitAff(r, m[p.base], p.a0, p.b0));
    int res = -1, sq = e;
    for (int k = p.k; k;) {
      if (k & 1) res = res < 0 ? sq : r.mk(Op::Mul, res, sq);
      k >>= 1;
      if (k) sq = r.mk(Op::Mul, sq, sq);
    }
    return p.c == 1.0 ? res : r.mk(Op::Mul, res, r.cst(p.c));
  });
}
inline Tape passFma(const Tape& t0) {
  Tape t = rebuild(t0, [&](Tape& r, int i, std::vector<int>& m) -> int {
    const Node& x = t0.n[i];
    if (x.op != Op::Mul) return -1;
    for (int s = 0; s < 2; s++) {
      int p = s ? x.b : x.a, q = s ? x.a : x.b;
      const Node& y = t0.n[q];
      if (t0.isC(p)) continue;
      if (y.op == Op::Sub && t0.isC(y.a) && t0.C(y.a) == 1.0) return r.mk(Op::Fnma, m[p], m[y.b], m[p]);
      if (y.op == Op::Add && t0.isC(y.b) && t0.C(y.b) == 1.0) return r.mk(Op::Fma, m[p], m[y.a], m[p]);
    }
    return -1;
  });
  auto l = liveSet(t);
  auto u = useCount(t, l);
  return rebuild(t, [&](Tape& r, int i, std::vector<int>& m) -> int {
    const Node& x = t.n[i];
    auto mul = [&](int q) { return t.n[q].op == Op::Mul && u[q] == 1; };
    if (x.op == Op::Add) {
      if (mul(x.b) && x.a != x.b) return r.mk(Op::Fma, m[t.n[x.b].a], m[t.n[x.b].b], m[x.a]);
      if (mul(x.a) && x.a != x.b) return r.mk(Op::Fma, m[t.n[x.a].a], m[t.n[x.a].b], m[x.b]);
    }
    if (x.op == Op::Sub) {
      if (mul(x.b)) return r.mk(Op::Fnma, m[t.n[x.b].a], m[t.n[x.b].b], m[x.a]);
      if (mul(x.a)) return r.mk(Op::Fms, m[t.n[x.a].a], m[t.n[x.a].b], m[x.b]);
    }
    return -1;
  });
}
inline Prog finish(const Tape& t) {
  auto l = liveSet(t);
  if (!t.o.dce) std::fill(l.begin(), l.end(), 1);
  int N = t.n.size();
  std::vector<int> order;
  auto ops = [&](int i, auto f) {
    const Node& x = t.n[i];
    if (x.op > Op::Param)
      for (int q : {x.a, x.b, x.c})
        if (q >= 0) f(q);
  };
  if (!t.o.sched) {
    for (int i = 0; i < N; i++)
      if (l[i]) order.push_back(i);
  } else {
    std::vector<int> pend(N, 0), rem(N, 0);
    std::vector<std::vector<int>> us(N);
    std::vector<char> isv(N, 0);
    for (int i = 0; i < N; i++)
      if (l[i]) isv[i] = t.n[i].op > Op::Param;
    for (int i = 0; i < N; i++)
      if (l[i]) {
        std::vector<int> d;
        ops(i, [&](int q) {
          if (std::find(d.begin(), d.end(), q) == d.end()) d.push_back(q);
        });
        for (int q : d) {
          us[q].push_back(i);
          rem[q]++;
          if (isv[q]) pend[i]++;
        }
      }
    for (auto& o : t.out) rem[o.node]++;
    std::vector<int> ready;
    std::vector<char> loaded(N, 0);
    for (int i = 0; i < N; i++)
      if (l[i] && isv[i] && !pend[i]) ready.push_back(i);
    while (!ready.empty()) {
      int best = -1, bn = 99;
      size_t bi = 0;
      for (size_t k = 0; k < ready.size(); k++) {
        int i = ready[k], net = 1;
        int s[3], c = 0;
        ops(i, [&](int q) {
          for (int z = 0; z < c; z++)
            if (s[z] == q) return;
          s[c++] = q;
          if (isv[q] || t.n[q].op == Op::Load) {
            if (rem[q] == 1) net--;
            if (t.n[q].op == Op::Load && !loaded[q]) net++;
          }
        });
        if (net > 0) net = 1;
        if (net < 0) net = 0;
        if (net < bn || (net == bn && i < best)) {
          bn = net;
          best = i;
          bi = k;
        }
      }
      ready.erase(ready.begin() + bi);
      int s[3], c = 0;
      ops(best, [&](int q) {
        for (int z = 0; z < c; z++)
          if (s[z] == q) return;
        s[c++] = q;
        rem[q]--;
        if (t.n[q].op <= Op::Param && !loaded[q]) {
          loaded[q] = 1;
          order.push_back(q);
        }
      });
      order.push_back(best);
      for (int w : us[best])
        if (--pend[w] == 0) ready.push_back(w);
    }
    for (auto& o : t.out)
      if (t.n[o.node].op <= Op::Param && !loaded[o.node]) {
        loaded[o.node] = 1;
        order.push_back(o.node);
      }
  }
  Prog p;
  p.nload = t.nload;
  p.nparam = t.nparam;
  std::vector<int> m(N, -1);
  for (int i : order) {
    Node x = t.n[i];
    if (x.op > Op::Param) {
      if (x.a >= 0) x.a = m[x.a];
      if (x.b >= 0) x.b = m[x.b];
      if (x.c >= 0) x.c = m[x.c];
    }
    m[i] = p.n.size();
    p.n.push_back(x);
  }
  for (auto o : t.out) {
    o.node = m[o.node];
    p.out.push_back(o);
  }
  p.uses.assign(p.n.size(), 0);
  for (auto& o : p.out) p.uses[o.node]++;
  for (auto& x : p.n)
    if (x.op > Op::Param)
      for (int q : {x.a, x.b, x.c})
        if (q >= 0) p.uses[q]++;
  return p;
}
inline Prog optimise(const Tape& t) {
  Tape c = rebuild(t, [](Tape&, int, std::vector<int>&) { return -1; });
  if (c.o.affine) c = passAffine(c);
  if (c.o.share) c = passShare(c);
  if (c.o.fma) c = passFma(c);
  return finish(c);
}
// linear-in-x split f = A + B*x of a tape expression (for exponential Euler / exact propagators); returns
// false if x enters non-linearly
inline bool linearIn(Tape& t, int f, int x, int& A, int& B,
                     std::unordered_map<int, std::pair<int, int>>& memo) {  // B==-1 means no dependence
  auto it = memo.find(f);
  if (it != memo.end()) {
    A = it->second.first;
    B = it->second.second;
    return true;
  }
  Node q = t.n[f];
  int z;
  if (f == x) {
    A = t.cst(0);
    B = t.cst(1);
  } else if (q.op <= Op::Param) {
    A = f;
    B = -1;
  } else {
    int a0 = -1, a1 = -1, b0 = -1, b1 = -1, c0 = -1, c1 = -1;
    if (!linearIn(t, q.a, x, a0, a1, memo)) return false;
    if (q.b >= 0 && !linearIn(t, q.b, x, b0, b1, memo)) return false;
    if (q.c >= 0 && !linearIn(t, q.c, x, c0, c1, memo)) return false;
    (void)z;
    if (a1 < 0 && b1 < 0 && c1 < 0) {
      A = f;
      B = -1;
    } else
      switch (q.op) {
        case Op::Neg:
          A = t.mk(Op::Neg, a0);
          B = t.mk(Op::Neg, a1);
          break;
        case Op::Add:
          A = t.mk(Op::Add, a0, b0);
          B = a1 < 0 ? b1 : b1 < 0 ? a1 : t.mk(Op::Add, a1, b1);
          break;
        case Op::Sub:
          A = t.mk(Op::Sub, a0, b0);
          B = a1 < 0 ? t.mk(Op::Neg, b1) : b1 < 0 ? a1 : t.mk(Op::Sub, a1, b1);
          break;
        case Op::Mul:
          if (a1 >= 0 && b1 >= 0) return false;
          A = t.mk(Op::Mul, a0, b0);
          B = a1 >= 0 ? t.mk(Op::Mul, a1, b0) : t.mk(Op::Mul, a0, b1);
          break;
        case Op::Div:
          if (b1 >= 0) return false;
          A = t.mk(Op::Div, a0, b0);
          B = t.mk(Op::Div, a1, b0);
          break;
        default:
          return false;
      }
  }
  memo[f] = {A, B};
  return true;
}
}  // namespace tape
