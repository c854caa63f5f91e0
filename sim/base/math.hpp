// The function library for plain doubles: the same operations, and so the same bits, as in every kernel. libm
// is never used for results.
#pragma once

namespace hillock::base {

double exp(double x);
double log(double x);
double pow(double x, double y);
double tanh(double x);
double sinh(double x);
double cosh(double x);
double sin(double x);
double cos(double x);
double sigmoid(double x);            // 1/(1 + exp(-x))
double exprel(double x);             // (exp(x) - 1)/x, 1 at 0
double reciprocal_exprel(double x);  // x/(exp(x) - 1), 1 at 0
double normal_quantile(
    double p);  // inverse of the standard normal distribution function, 0 < p < 1 (Wichura 1988, AS 241)

}  // namespace hillock::base
