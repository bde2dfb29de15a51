#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// Whose vectors, and of which model: others cannot be compared.
struct VectorPlace {
  std::string tenant_id, model;
};

struct TextVector {
  std::string text_sha256;  ///< 64 hex digits
  std::vector<float> vector;
};

/// A tenant has at most so many, of all models: the oldest go.
inline constexpr std::int64_t kMostVectors = 10'000;

// Both run within the caller's transaction, on the caller's thread.

/// Calls `visit` for each of these texts that has a vector there, with its place in the list; the
/// vector lives until `visit` returns.
Result<void> visit_vectors(sqlite::Connection& connection, const VectorPlace& place,
                           std::span<const std::string> text_sha256s,
                           const std::function<void(std::size_t, std::span<const float>)>& visit);
/// In the place of what these texts had.
Result<void> keep_vectors(sqlite::Connection& connection, const VectorPlace& place,
                          std::span<const TextVector> vectors, std::int64_t now_ms);

}  // namespace callosum::storage
