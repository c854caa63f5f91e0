// Polynomials and split constants of base/functions.hpp; printed by scripts/generate_coefficients.py.
#pragma once

namespace hillock::base::coefficients {

inline constexpr double eighths_per_ln2 = 0x1.71547652b82fep+3;  // 8/ln 2
inline constexpr double ln2_eighth_high = 0x1.62e42fefa39efp-4;  // ln 2 / 8
inline constexpr double ln2_eighth_low = 0x1.abc9e3b39803fp-59;  // what the double above lacks
// (exp(r) - 1 - r)/r^2 for |r| <= ln2/16; exp is off by 9.6e-18
inline constexpr double exp_polynomial[6] = {0x1.000000000002ep-1,  0x1.555555555556ap-3,
                                             0x1.5555554e8d709p-5,  0x1.1111110e0d900p-7,
                                             0x1.6c1b735ab0459p-10, 0x1.a01e2e013e538p-13};
// the same, longer: exp - 1 is off by 5.1e-19 relative
inline constexpr double expm1_polynomial[7] = {
    0x1.0000000000000p-1,  0x1.555555555559ep-3,  0x1.5555555555572p-5, 0x1.1111110c60f21p-7,
    0x1.6c16c16856a9cp-10, 0x1.a01ee0121d9bcp-13, 0x1.a01de6c734237p-16};
// 2^(j/8)
inline constexpr double exp_table[8] = {0x1.0000000000000p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0,
                                        0x1.4bfdad5362a27p+0, 0x1.6a09e667f3bcdp+0, 0x1.8ace5422aa0dbp+0,
                                        0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0};
// what the doubles above lack, relative
inline constexpr double exp_table_rest[8] = {0x0.0p+0,
                                             -0x1.01b15eaa59348p-55,
                                             0x1.34d754db0abb6p-55,
                                             0x1.690cebb7aafb0p-56,
                                             -0x1.3b3efbf5e2229p-54,
                                             0x1.db72fc1f0eab4p-55,
                                             0x1.c1a7792cb3386p-55,
                                             0x1.4a385a63d07a7p-56};

inline constexpr double ln2_high = 0x1.62e42fefa2000p-1;  // 40 bits: products with exponents are exact
inline constexpr double ln2_low = 0x1.9ef35793c7673p-41;  // ln 2 - ln2_high
// (2 atanh(s)/s - 2)/s^2 in s^2; log is off by 7.2e-20 relative
inline constexpr double log_polynomial[8] = {0x1.5555555555555p-1, 0x1.9999999999a39p-2, 0x1.2492492476a1ap-2,
                                             0x1.c71c7201a55d7p-3, 0x1.745cf8e4bba1bp-3, 0x1.3b1c3c1c81c8fp-3,
                                             0x1.0fbde0f4ad17bp-3, 0x1.0c0aff044a970p-3};
inline constexpr double log_polynomial_rest = 0x1.4293600bb8477p-55;  // what the first coefficient lacks

inline constexpr double two_over_pi = 0x1.45f306dc9c883p-1;  // 2/pi
// pi/2 in three parts; the rest is 5.6e-50
inline constexpr double half_pi[3] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
// (sin(r)/r - 1)/r^2 in r^2; sin is off by 2.1e-17 relative
inline constexpr double sin_polynomial[6] = {-0x1.5555555555555p-3,  0x1.1111111110b23p-7,
                                             -0x1.a01a019e620eep-13, 0x1.71de376b644ccp-19,
                                             -0x1.ae5fde7f12068p-26, 0x1.5dfb39c3139b6p-33};
// (cos(r) - 1 + r^2/2)/r^4 in r^2; cos is off by 8.9e-19
inline constexpr double cos_polynomial[6] = {0x1.5555555555555p-5,  -0x1.6c16c16c1691fp-10,
                                             0x1.a01a019f3dde1p-16, -0x1.27e4fa0241f7cp-22,
                                             0x1.1eeb52a201da3p-29, -0x1.906dbf4fda044p-37};

}  // namespace hillock::base::coefficients
