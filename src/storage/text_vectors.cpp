#include "storage/text_vectors.hpp"

#include <bit>
#include <cstring>

#include "storage/sqlite/connection.hpp"

namespace callosum::storage {

namespace json = boost::json;

namespace {

using sqlite::Statement;

// A file stays with machines of one byte order.
static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kFind =
    "SELECT vector FROM main.text_vectors"
    " WHERE tenant_id = ?1 AND model = ?2 AND text_sha256 = ?3";
constexpr std::string_view kKeep =
    "INSERT OR REPLACE INTO text_vectors (tenant_id, model, text_sha256, vector, made_at_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr std::string_view kForget = R"sql(
  DELETE FROM text_vectors WHERE rowid IN (
    SELECT rowid FROM text_vectors WHERE tenant_id = :tenant_id
    ORDER BY made_at_ms DESC, rowid DESC LIMIT -1 OFFSET :most)
)sql";

/// The texts among the parameters, from the first on.
Result<void> bind_texts(Statement& statement, std::initializer_list<std::string_view> texts) {
  int index = 0;
  for (const auto text : texts) {
    const auto bound = statement.bind(++index, json::value(json::string(text)));
    if (!bound) return bound.error();
  }
  return {};
}

std::vector<float> floats_of(std::span<const std::uint8_t> bytes) {
  std::vector<float> out(bytes.size() / sizeof(float));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

std::span<const std::uint8_t> bytes_of(const std::vector<float>& vector) {
  return {reinterpret_cast<const std::uint8_t*>(vector.data()), vector.size() * sizeof(float)};
}

}  // namespace

Result<void> visit_vectors(sqlite::Connection& connection, const VectorPlace& place,
                           std::span<const std::string> text_sha256s,
                           const std::function<void(std::size_t, std::span<const float>)>& visit) {
  auto find = connection.prepare(kFind);
  if (!find) return find.error();
  for (std::size_t i = 0; i < text_sha256s.size(); ++i) {
    find->reset();
    const auto bound = bind_texts(*find, {place.tenant_id, place.model, text_sha256s[i]});
    if (!bound) return bound.error();
    const auto stepped = find->step();
    if (!stepped) return stepped.error();
    if (*stepped) visit(i, floats_of(find->blob(0)));
  }
  return {};
}

Result<void> keep_vectors(sqlite::Connection& connection, const VectorPlace& place,
                          std::span<const TextVector> vectors, std::int64_t now_ms) {
  auto keep = connection.prepare(kKeep);
  if (!keep) return keep.error();
  for (const auto& each : vectors) {
    keep->reset();
    auto bound = bind_texts(*keep, {place.tenant_id, place.model, each.text_sha256});
    if (bound) bound = keep->bind_blob(4, bytes_of(each.vector));
    if (bound) bound = keep->bind(5, json::value(now_ms));
    if (!bound) return bound.error();
    const auto stepped = keep->step();
    if (!stepped) return stepped.error();
  }
  keep->reset();
  const auto forgotten =
      connection.change(kForget, {{"tenant_id", place.tenant_id}, {"most", kMostVectors}});
  if (!forgotten) return forgotten.error();
  return {};
}

}  // namespace callosum::storage
