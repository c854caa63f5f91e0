// The function library for plain doubles: base/functions.hpp on ScalarOperations.
#include "base/math.hpp"

#include "base/functions.hpp"
#include "base/scalar_operations.hpp"

namespace hillock::base {

using Scalar = Functions<ScalarOperations>;

double exp(double x) { return Scalar::exp(x); }
double log(double x) { return Scalar::log(x); }
double pow(double x, double y) { return Scalar::pow(x, y); }
double tanh(double x) { return Scalar::tanh(x); }
double sinh(double x) { return Scalar::sinh(x); }
double cosh(double x) { return Scalar::cosh(x); }
double sin(double x) { return Scalar::sin(x); }
double cos(double x) { return Scalar::cos(x); }
double sigmoid(double x) { return Scalar::sigmoid(x); }
double exprel(double x) { return Scalar::exprel(x); }
double reciprocal_exprel(double x) { return Scalar::reciprocal_exprel(x); }
double normal_quantile(double p) { return Scalar::normal_quantile(p); }

}  // namespace hillock::base
