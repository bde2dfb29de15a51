#pragma once

#include <boost/json/value.hpp>
#include <compare>
#include <cstdint>

namespace callosum::registry::schema {

namespace json = boost::json;

/// A number as it is written: digits × 10^exponent, sign dropped. 0.0075 is exactly 75 × 10^-4
/// here, which no double is; `multipleOf` means the written number.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal to_decimal(const json::value& number);
bool is_multiple(Decimal value, Decimal divisor);

/// Exact across int64, uint64 and double: 2^53 + 1 is not 2^53.
std::partial_ordering compare_numbers(const json::value& a, const json::value& b);

/// Whether a double has no fraction: 1.0 is an integer to JSON Schema.
bool is_whole(double number);

}  // namespace callosum::registry::schema
