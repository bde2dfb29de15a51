#include "storage/audit_chain.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/short_key.hpp"
#include "base/text.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kLast = R"sql(
  SELECT chains.chain, first_seq, records, hash FROM audit_chains AS chains
  LEFT JOIN audit ON place = (
    SELECT max(place) FROM audit
    WHERE place BETWEEN chains.chain << 40 AND (chains.chain << 40) + :up_to)
  WHERE chains.tenant_id = :tenant
)sql";
// Behind all that stands in the audit: no number is given twice, whatever became of its row.
constexpr std::string_view kBegin = R"sql(
  INSERT INTO audit_chains (chain, tenant_id) SELECT 1 + max(
      coalesce((SELECT max(chain) FROM audit_chains), 0),
      coalesce((SELECT max(place) FROM audit), 0) >> 40), :tenant
)sql";
constexpr std::string_view kAdd = R"sql(
  INSERT INTO audit (place, chain, tenant_id, first_seq, records, previous_hash, hash, body)
  VALUES ((:chain << 40) + :first_seq, :chain, :tenant, :first_seq, :records, :previous_hash, :hash,
    :body)
)sql";
// `stands`: where its own tenant's chain is looked for.
constexpr std::string_view kBlocks = R"sql(
  SELECT tenant_id, first_seq, records, previous_hash, hash, body,
    place IS (SELECT (chains.chain << 40) + first_seq FROM audit_chains AS chains
              WHERE chains.tenant_id = audit.tenant_id) AS stands
  FROM audit ORDER BY place
)sql";
constexpr std::string_view kBlocksOfOne = R"sql(
  SELECT tenant_id, first_seq, records, previous_hash, hash, body, 1 AS stands FROM audit
  WHERE place BETWEEN (SELECT chain << 40 FROM audit_chains WHERE tenant_id = :tenant)
    AND (SELECT (chain << 40) + :most FROM audit_chains WHERE tenant_id = :tenant)
    AND tenant_id = :tenant
  ORDER BY place
)sql";
constexpr std::string_view kEveryone = "*";

constexpr std::string_view kDone = R"sql(
  SELECT 1 FROM tool_calls WHERE session_short = :session_short AND call_short = :call_short
    AND tenant_id = :tenant AND session_id = :session AND provider = :provider AND call_key = :key
    AND state = 'done'
)sql";

struct Block {
  std::string tenant_id;
  std::int64_t first_seq = 0, records = 0;
  std::string previous_hash, hash, body;
  std::string unreadable;  ///< why; empty: it could be read
  bool stands = true;      ///< where whoever asks for the chain finds it
};

/// The last group of a chain that begins at or before some record of it.
struct ChainEnd {
  std::int64_t chain = 0;  ///< 0: there is none yet
  std::int64_t last_seq = 0;
  std::string hash;
};

Result<ChainEnd> find_end(sqlite::Connection& connection, std::string_view tenant_id,
                          std::int64_t up_to = kMostAuditRecords) {
  const auto rows = connection.query(
      kLast,
      {{"tenant", tenant_id}, {"up_to", std::clamp<std::int64_t>(up_to, 0, kMostAuditRecords)}});
  if (!rows) return rows.error();
  ChainEnd end;
  if (rows->empty()) return end;
  const auto& row = rows->front().as_object();
  end.chain = row.at("chain").as_int64();
  if (row.at("first_seq").is_null()) return end;
  end.last_seq = row.at("first_seq").as_int64() + row.at("records").as_int64() - 1;
  end.hash = text_at(row, "hash");
  return end;
}

Result<std::int64_t> begin_chain(sqlite::Connection& connection, std::string_view tenant_id) {
  const auto begun = connection.change(kBegin, {{"tenant", tenant_id}});
  if (!begun) return begun.error();
  return connection.last_row_id();
}

Block to_block(const json::object& row) {
  return {std::string(text_at(row, "tenant_id")),
          row.at("first_seq").as_int64(),
          row.at("records").as_int64(),
          std::string(text_at(row, "previous_hash")),
          std::string(text_at(row, "hash")),
          std::string(text_at(row, "body")),
          {},
          row.at("stands").as_int64() == 1};
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
  auto statement = connection.prepare(tenant == kEveryone ? kBlocks : kBlocksOfOne);
  if (!statement) return statement.error();
  if (tenant != kEveryone) {
    const auto bound = statement->bind_named({{"tenant", tenant}, {"most", kMostAuditRecords}});
    if (!bound) return bound.error();
  }
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
  if (!block.stands) return place + "does not stand where its chain is looked for";
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
  auto end = find_end(connection, group.tenant_id);
  if (!end) return end.error();
  if (end->chain == 0) {
    const auto begun = begin_chain(connection, group.tenant_id);
    if (!begun) return begun.error();
    end->chain = *begun;
  }
  Block block{group.tenant_id, end->last_seq + 1, group.records, end->hash, "", group.lines, {}};
  block.hash = hash_of(block);
  const auto added = connection.change(kAdd, {{"chain", end->chain},
                                              {"tenant", block.tenant_id},
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
  std::map<std::string, std::size_t> known;  // one that begins twice is no whole chain
  const auto read = each_block(connection, kEveryone, [&](const Block& block) {
    const auto [found, is_new] = known.emplace(block.tenant_id, chains.size());
    if (is_new) chains.push_back({block.tenant_id, 0, "", ""});
    auto& chain = chains[found->second];
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
  const auto end = find_end(connection, tenant_id);
  if (!end) return end.error();
  if (end->last_seq == 0) return std::optional<AuditHead>();
  return std::optional(AuditHead{std::string(tenant_id), end->last_seq, end->hash});
}

Result<std::string> find_cut(sqlite::Connection& connection, const AuditHead& head) {
  const auto end = find_end(connection, head.tenant_id, head.seq);
  if (!end) return end.error();
  const auto last = end->last_seq;
  if (last == head.seq && end->hash == head.hash) return std::string();
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
    const auto session = text_at(fields, "session_id"), provider = text_at(fields, "provider"),
               key = text_at(fields, "key");
    const auto rows =
        connection.query(kDone, {{"session_short", short_key(block.tenant_id, session)},
                                 {"call_short", short_key(provider, key)},
                                 {"tenant", block.tenant_id},
                                 {"session", session},
                                 {"provider", provider},
                                 {"key", key}});
    if (!rows) failure = rows.error();
    if (!rows || !rows->empty()) return;
    const auto problem = "record " + std::to_string(seq) + ": the ledger has lost this call";
    gaps.push_back({block.tenant_id, seq, "", problem});
  };
  const auto read = each_block(connection, kEveryone, [&](const Block& block) {
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
      each_block(connection, tenant_id.empty() ? kEveryone : tenant_id, [&](const Block& block) {
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
