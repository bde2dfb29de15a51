#include "storage/rollouts.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr unsigned kParts = 10'000;
constexpr std::size_t kDigits = 8;  // of the hash: 32 bits

/// Where a caller of this business stands among all, from 0.
unsigned place_of(std::string_view tenant_id, std::string_view caller) {
  std::string text(tenant_id);
  text += '\n';
  text += caller;
  const auto hex = sha256_hex(text).substr(0, kDigits);
  return static_cast<unsigned>(std::stoul(hex, nullptr, 16) % kParts);
}

}  // namespace

bool is_rolled_out(const Rollout& rollout, std::string_view caller) {
  if (rollout.mode == "off") return false;
  if (rollout.mode != "percentage" || rollout.percentage >= 100) return true;
  if (rollout.percentage <= 0 || caller.empty()) return false;
  const auto in = static_cast<unsigned>(rollout.percentage) * (kParts / 100);
  return place_of(rollout.tenant_id, caller) < in;
}

Result<Rollout> find_rollout(sqlite::Connection& connection, std::string_view tenant_id) {
  const auto rows = connection.query(
      "SELECT tenant_id, mode, percentage, forward_to, say, changed_by, changed_at_ms"
      " FROM rollouts WHERE tenant_id = :tenant_id",
      {{"tenant_id", tenant_id}});
  if (!rows) return rows.error();
  Rollout out;
  out.tenant_id = tenant_id;
  if (rows->empty()) return out;
  const auto& row = rows->front().as_object();
  out.mode = text_at(row, "mode");
  out.percentage = row.at("percentage").to_number<int>();
  out.forward_to = text_at(row, "forward_to");
  out.say = text_at(row, "say");
  out.changed_by = text_at(row, "changed_by");
  out.changed_at_ms = row.at("changed_at_ms").to_number<std::int64_t>();
  return out;
}

Result<void> save_rollout(sqlite::Connection& connection, const Rollout& rollout) {
  const auto saved = connection.change(
      "INSERT INTO rollouts (tenant_id, mode, percentage, forward_to, say, changed_by,"
      " changed_at_ms) VALUES (:tenant_id, :mode, :percentage, :forward_to, :say, :changed_by,"
      " :changed_at_ms) ON CONFLICT (tenant_id) DO UPDATE SET mode = excluded.mode,"
      " percentage = excluded.percentage, forward_to = excluded.forward_to, say = excluded.say,"
      " changed_by = excluded.changed_by, changed_at_ms = excluded.changed_at_ms",
      {{"tenant_id", rollout.tenant_id},
       {"mode", rollout.mode},
       {"percentage", rollout.percentage},
       {"forward_to", rollout.forward_to},
       {"say", rollout.say},
       {"changed_by", rollout.changed_by},
       {"changed_at_ms", rollout.changed_at_ms}});
  if (!saved) return saved.error();
  return {};
}

}  // namespace callosum::storage
