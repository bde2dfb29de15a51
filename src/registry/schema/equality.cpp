#include "registry/schema/equality.hpp"

#include <algorithm>
#include <bit>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/schema/number.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kPairwiseItems = 32;
constexpr int kMaxDepth = 512;

bool are_equal_at(const json::value& a, const json::value& b, std::int64_t& steps, int depth);

bool are_arrays_equal(const json::array& a, const json::array& b, std::int64_t& steps, int depth) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!are_equal_at(a[i], b[i], steps, depth)) return false;
  }
  return true;
}

bool are_objects_equal(const json::object& a, const json::object& b, std::int64_t& steps,
                       int depth) {
  if (a.size() != b.size()) return false;
  for (const auto& member : a) {
    const auto* other = b.if_contains(member.key());
    if (other == nullptr || !are_equal_at(member.value(), *other, steps, depth)) return false;
  }
  return true;
}

bool are_equal_at(const json::value& a, const json::value& b, std::int64_t& steps, int depth) {
  if (--steps < 0 || depth > kMaxDepth) {
    steps = std::min<std::int64_t>(steps, -1);
    return false;
  }
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::kind::string:
      return a.get_string() == b.get_string();
    case json::kind::bool_:
      return a.get_bool() == b.get_bool();
    case json::kind::array:
      return are_arrays_equal(a.get_array(), b.get_array(), steps, depth + 1);
    case json::kind::object:
      return are_objects_equal(a.get_object(), b.get_object(), steps, depth + 1);
    default:
      return true;
  }
}

std::uint64_t mix(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  return hash;
}

std::uint64_t hash_number(const json::value& number) {
  if (const auto* i = number.if_int64()) return mix(static_cast<std::uint64_t>(*i));
  if (const auto* u = number.if_uint64()) return mix(*u);
  const double d = number.get_double();
  if (is_whole(d) && d >= -0x1p63 && d < 0x1p63) {
    return mix(static_cast<std::uint64_t>(static_cast<std::int64_t>(d)));
  }
  if (is_whole(d) && d >= 0 && d < 0x1p64) return mix(static_cast<std::uint64_t>(d));
  return mix(std::bit_cast<std::uint64_t>(d));
}

/// Equal values have equal hashes; members are summed because they have no order.
std::uint64_t hash_of(const json::value& value, int depth) {
  if (depth > kMaxDepth) return 0;
  if (value.is_number()) return hash_number(value);
  if (const auto* s = value.if_string()) {
    return mix(std::hash<std::string_view>{}(std::string_view(*s)) + 1);
  }
  std::uint64_t hash = 17 + static_cast<std::uint64_t>(value.kind());
  if (const auto* b = value.if_bool()) hash += *b ? 1 : 0;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) hash = mix(hash * 31 + hash_of(item, depth + 1));
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      const auto key = std::hash<std::string_view>{}(std::string_view(member.key()));
      hash += mix(key * 31 + hash_of(member.value(), depth + 1));
    }
  }
  return mix(hash);
}

bool are_unique_pairwise(const json::array& items, std::int64_t& steps) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (are_equal(items[i], items[j], steps)) return false;
    }
  }
  return true;
}

}  // namespace

bool are_equal(const json::value& a, const json::value& b, std::int64_t& steps) {
  return are_equal_at(a, b, steps, 0);
}

bool are_unique(const json::array& items, std::int64_t& steps) {
  if (items.size() <= kPairwiseItems) return are_unique_pairwise(items, steps);
  std::vector<std::pair<std::uint64_t, const json::value*>> hashed;
  hashed.reserve(items.size());
  for (const auto& item : items) hashed.emplace_back(hash_of(item, 0), &item);
  std::sort(hashed.begin(), hashed.end());
  for (std::size_t i = 1; i < hashed.size(); ++i) {
    for (std::size_t j = i; j-- > 0 && hashed[j].first == hashed[i].first;) {
      if (are_equal(*hashed[i].second, *hashed[j].second, steps)) return false;
      if (steps < 0) return false;
    }
  }
  return true;
}

}  // namespace callosum::registry::schema
