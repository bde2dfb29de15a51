#include "registry/schema/number.hpp"

#include <charconv>
#include <cmath>

namespace callosum::registry::schema {
namespace {

__extension__ using Wide = unsigned __int128;

Decimal shortest_decimal(double number) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, std::fabs(number), std::chars_format::scientific).ptr;
  Decimal out;
  int fraction_digits = 0;
  const char* at = text;
  for (bool in_fraction = false; at < end && *at != 'e'; ++at) {
    if (*at == '.') {
      in_fraction = true;
      continue;
    }
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    fraction_digits += in_fraction ? 1 : 0;
  }
  if (at < end) ++at;
  if (at < end && *at == '+') ++at;
  std::from_chars(at, end, out.exponent);
  out.exponent -= fraction_digits;
  return out;
}

std::uint64_t times_power_of_ten_modulo(std::uint64_t value, unsigned power,
                                        std::uint64_t modulus) {
  Wide result = value % modulus;
  Wide base = 10 % modulus;
  for (; power != 0; power >>= 1) {
    if ((power & 1) != 0) result = result * base % modulus;
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

std::partial_ordering compare(std::int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= 0x1p63) return std::partial_ordering::less;
  if (b < -0x1p63) return std::partial_ordering::greater;
  const double whole = std::trunc(b);
  const auto ordering = a <=> static_cast<std::int64_t>(whole);
  return ordering != 0 ? ordering : 0.0 <=> b - whole;
}

std::partial_ordering compare(std::uint64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= 0x1p64) return std::partial_ordering::less;
  if (b < 0) return std::partial_ordering::greater;
  const double whole = std::trunc(b);
  const auto ordering = a <=> static_cast<std::uint64_t>(whole);
  return ordering != 0 ? ordering : 0.0 <=> b - whole;
}

std::partial_ordering compare(std::int64_t a, std::uint64_t b) {
  if (a < 0) return std::partial_ordering::less;
  return static_cast<std::uint64_t>(a) <=> b;
}

std::partial_ordering reverse(std::partial_ordering ordering) { return 0 <=> ordering; }

}  // namespace

Decimal to_decimal(const json::value& number) {
  if (const auto* i = number.if_int64()) {
    const auto bits = static_cast<std::uint64_t>(*i);
    return {.digits = *i < 0 ? 0 - bits : bits};
  }
  if (const auto* u = number.if_uint64()) return {.digits = *u};
  return shortest_decimal(number.get_double());
}

bool is_multiple(Decimal value, Decimal divisor) {
  if (value.digits == 0) return true;
  if (divisor.digits == 0) return false;
  const int shift = value.exponent - divisor.exponent;
  if (shift >= 0) {
    const auto power = static_cast<unsigned>(shift);
    return times_power_of_ten_modulo(value.digits, power, divisor.digits) == 0;
  }
  // The divisor has more zeros; twenty of them are beyond what 64 bits of digits can hold.
  if (shift < -19) return false;
  Wide scaled = divisor.digits;
  for (int i = shift; i < 0; ++i) scaled *= 10;
  return Wide{value.digits} % scaled == 0;
}

std::partial_ordering compare_numbers(const json::value& a, const json::value& b) {
  if (const auto* i = a.if_int64()) {
    if (const auto* j = b.if_int64()) return *i <=> *j;
    if (const auto* u = b.if_uint64()) return compare(*i, *u);
    return compare(*i, b.get_double());
  }
  if (const auto* u = a.if_uint64()) {
    if (const auto* v = b.if_uint64()) return *u <=> *v;
    if (const auto* j = b.if_int64()) return reverse(compare(*j, *u));
    return compare(*u, b.get_double());
  }
  const double d = a.get_double();
  if (const auto* j = b.if_int64()) return reverse(compare(*j, d));
  if (const auto* v = b.if_uint64()) return reverse(compare(*v, d));
  return d <=> b.get_double();
}

bool is_whole(double number) { return std::isfinite(number) && std::trunc(number) == number; }

}  // namespace callosum::registry::schema
