#include "storage/audit_chain.hpp"

#include <array>
#include <optional>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kLast = R"sql(
  SELECT first_seq, records, hash FROM audit
  WHERE tenant_id = :tenant ORDER BY first_seq DESC LIMIT 1
)sql";
constexpr std::string_view kAdd = R"sql(
  INSERT INTO audit (tenant_id, first_seq, records, previous_hash, hash, body)
  VALUES (:tenant, :first_seq, :records, :previous_hash, :hash, :body)
)sql";
constexpr std::string_view kBlocks = R"sql(
  SELECT tenant_id, first_seq, records, previous_hash, hash, body FROM audit
  WHERE (:tenant = '*' OR tenant_id = :tenant) ORDER BY tenant_id, first_seq
)sql";

constexpr std::string_view kUpTo = R"sql(
  SELECT first_seq, records, hash FROM audit
  WHERE tenant_id = :tenant AND first_seq <= :seq ORDER BY first_seq DESC LIMIT 1
)sql";
constexpr std::string_view kDone = R"sql(
  SELECT 1 FROM tool_calls WHERE tenant_id = :tenant AND session_id = :session
    AND provider = :provider AND call_key = :key AND state = 'done'
)sql";

struct Block {
  std::string tenant_id;
  std::int64_t first_seq = 0, records = 0;
  std::string previous_hash, hash, body;
  std::string unreadable;  ///< why; empty: it could be read
};

Block to_block(const json::object& row) {
  return {std::string(text_at(row, "tenant_id")),
          row.at("first_seq").as_int64(),
          row.at("records").as_int64(),
          std::string(text_at(row, "previous_hash")),
          std::string(text_at(row, "hash")),
          std::string(text_at(row, "body")),
          {}};
}

/// What is left of a group that somebody has spoilt, so that it can be named.
Block spoilt_block(const sqlite::Statement& statement, const Error& why) {
  const auto text = [&](int index) {
    const auto value = statement.column(index);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const auto number = [&](int index) {
    const auto value = statement.column(index);
    return value && value->is_int64() ? value->get_int64() : 0;
  };
  return {text(0), number(1), number(2), text(3), text(4), {}, why.detail};
}

/// Everything that a group says of itself, so that none of it can be changed alone.
std::string hash_of(const Block& block) {
  const auto seq = std::to_string(block.first_seq), count = std::to_string(block.records);
  const std::array<std::string_view, 9> parts{
      block.previous_hash, "\n", block.tenant_id, "\n", seq, "\n", count, "\n", block.body};
  return blake2b_hex(parts);
}

/// The blocks one after the other, never all at once. Ends early when `take` says false.
Result<void> each_block(sqlite::Connection& connection, std::string_view tenant,
                        const std::function<bool(const Block&)>& take) {
  auto statement = connection.prepare(kBlocks);
  if (!statement) return statement.error();
  const auto bound = statement->bind_named({{"tenant", tenant}});
  if (!bound) return bound.error();
  while (true) {
    const auto stepped = statement->step();
    if (!stepped) return stepped.error();
    if (!*stepped) return {};
    const auto row = statement->row();
    if (!take(row ? to_block(*row) : spoilt_block(*statement, row.error()))) return {};
  }
}

std::string problem_of(const Block& block, const AuditChain& before) {
  const auto place = "record " + std::to_string(block.first_seq) + ": ";
  if (!block.unreadable.empty()) return place + "cannot be read: " + block.unreadable;
  if (block.first_seq != before.records + 1) {
    return place + "expected record " + std::to_string(before.records + 1) + " here";
  }
  if (block.previous_hash != before.head) return place + "does not follow from what is before it";
  if (block.hash != hash_of(block)) return place + "was changed after it was written";
  const auto lines = split(block.body, '\n').size();
  if (static_cast<std::int64_t>(lines) != block.records) return place + "records are missing";
  return {};
}

}  // namespace

void AuditGroup::add(std::string_view record) {
  if (records++ > 0) lines += '\n';
  lines += record;
}

Result<void> append_audit(sqlite::Connection& connection, const AuditGroup& group) {
  if (group.records == 0) return {};
  const auto last = connection.query(kLast, {{"tenant", group.tenant_id}});
  if (!last) return last.error();
  Block block{group.tenant_id, 1, group.records, "", "", group.lines};
  if (!last->empty()) {
    const auto& row = last->front().as_object();
    block.first_seq = row.at("first_seq").as_int64() + row.at("records").as_int64();
    block.previous_hash = text_at(row, "hash");
  }
  block.hash = hash_of(block);
  const auto added = connection.change(kAdd, {{"tenant", block.tenant_id},
                                              {"first_seq", block.first_seq},
                                              {"records", block.records},
                                              {"previous_hash", block.previous_hash},
                                              {"hash", block.hash},
                                              {"body", block.body}});
  if (!added) return added.error();
  return {};
}

Result<std::vector<AuditChain>> verify_audit(sqlite::Connection& connection) {
  std::vector<AuditChain> chains;
  const auto read = each_block(connection, "*", [&](const Block& block) {
    if (chains.empty() || chains.back().tenant_id != block.tenant_id) {
      chains.push_back({block.tenant_id, 0, "", ""});
    }
    auto& chain = chains.back();
    if (chain.problem.empty()) chain.problem = problem_of(block, chain);
    chain.records = block.first_seq + block.records - 1;
    chain.head = block.hash;
    return true;
  });
  if (!read) return read.error();
  return chains;
}

Result<bool> knows_audit_head(sqlite::Connection& connection, std::string_view head) {
  const auto rows = connection.query("SELECT 1 FROM audit WHERE hash = :hash", {{"hash", head}});
  if (!rows) return rows.error();
  return !rows->empty();
}

Result<std::optional<AuditHead>> find_audit_head(sqlite::Connection& connection,
                                                 std::string_view tenant_id) {
  const auto last = connection.query(kLast, {{"tenant", tenant_id}});
  if (!last) return last.error();
  if (last->empty()) return std::optional<AuditHead>();
  const auto& row = last->front().as_object();
  const auto seq = row.at("first_seq").as_int64() + row.at("records").as_int64() - 1;
  return std::optional(AuditHead{std::string(tenant_id), seq, std::string(text_at(row, "hash"))});
}

Result<std::string> find_cut(sqlite::Connection& connection, const AuditHead& head) {
  const auto rows = connection.query(kUpTo, {{"tenant", head.tenant_id}, {"seq", head.seq}});
  if (!rows) return rows.error();
  std::int64_t last = 0;
  if (!rows->empty()) {
    const auto& row = rows->front().as_object();
    last = row.at("first_seq").as_int64() + row.at("records").as_int64() - 1;
    if (last == head.seq && text_at(row, "hash") == head.hash) return std::string();
  }
  if (last < head.seq) {
    return "record " + std::to_string(last + 1) + ": was cut off, with all up to record " +
           std::to_string(head.seq);
  }
  return "record " + std::to_string(head.seq) + ": or one before it is not the one it was";
}

Result<std::vector<AuditChain>> find_ledger_gaps(sqlite::Connection& connection) {
  std::vector<AuditChain> gaps;
  std::optional<Error> failure;
  const auto find_gap = [&](const Block& block, std::int64_t seq, std::string_view line) {
    const bool is_told = !gaps.empty() && gaps.back().tenant_id == block.tenant_id;
    if (is_told || line.find(R"("effect":"done")") == std::string_view::npos) return;
    const auto record = parse_strict(line);
    if (!record || !record->is_object()) return;
    const auto& fields = record->get_object();
    const auto rows = connection.query(kDone, {{"tenant", block.tenant_id},
                                               {"session", text_at(fields, "session_id")},
                                               {"provider", text_at(fields, "provider")},
                                               {"key", text_at(fields, "key")}});
    if (!rows) failure = rows.error();
    if (!rows || !rows->empty()) return;
    const auto problem = "record " + std::to_string(seq) + ": the ledger has lost this call";
    gaps.push_back({block.tenant_id, seq, "", problem});
  };
  const auto read = each_block(connection, "*", [&](const Block& block) {
    auto seq = block.first_seq;
    for (const auto line : split(block.body, '\n')) find_gap(block, seq++, line);
    return !failure;
  });
  if (!read) return read.error();
  if (failure) return *failure;
  return gaps;
}

Result<void> export_audit(sqlite::Connection& connection, std::string_view tenant_id,
                          const std::function<bool(std::string_view line)>& take) {
  std::optional<Error> failure;
  const auto read =
      each_block(connection, tenant_id.empty() ? "*" : tenant_id, [&](const Block& block) {
        auto seq = block.first_seq;
        for (const auto record : split(block.body, '\n')) {
          if (record.empty()) {
            failure = fail(ErrorType::invalid_output,
                           "record " + std::to_string(seq) +
                               " cannot be read; `callosum audit verify` says more",
                           block.unreadable);
            return false;
          }
          const auto line =
              "{\"seq\":" + std::to_string(seq++) + "," + std::string(record.substr(1));
          if (!take(line)) return false;
        }
        return true;
      });
  if (failure) return *failure;
  return read;
}

}  // namespace callosum::storage
