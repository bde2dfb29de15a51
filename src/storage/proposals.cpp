#include "storage/proposals.hpp"

#include <array>
#include <utility>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::array<std::string_view, 5> kStates{"open", "applying", "applied", "rejected",
                                                  "failed"};

constexpr std::string_view kAdd = R"sql(
  INSERT INTO proposals (id, tenant_id, session_id, call_key, subject, tool_id, tool, tool_version,
    arguments, bound_by, preview, state, created_at_ms)
  VALUES (:id, :tenant_id, :session_id, :call_key, :subject, :tool_id, :tool, :tool_version,
    :arguments, :bound_by, :preview, 'open', :created_at_ms)
)sql";
constexpr std::string_view kSame = R"sql(
  SELECT id, tool_id, arguments FROM proposals
  WHERE tenant_id = :tenant_id AND session_id = :session_id AND call_key = :call_key
)sql";
constexpr std::string_view kList = R"sql(
  SELECT * FROM proposals WHERE tenant_id = :tenant_id AND (:state = '' OR state = :state)
  ORDER BY created_at_ms DESC, id DESC LIMIT :limit
)sql";
constexpr std::string_view kMove = R"sql(
  UPDATE proposals SET state = :state, decided_by = :decided_by, answer = :answer,
    decided_at_ms = :decided_at_ms
  WHERE tenant_id = :tenant_id AND id = :id AND state = :from
)sql";

Proposal to_proposal(const json::object& row) {
  const auto text = [&row](const char* column) { return std::string(text_at(row, column)); };
  Proposal out;
  out.id = text("id");
  out.tenant_id = text("tenant_id");
  out.session_id = text("session_id");
  out.call_key = text("call_key");
  out.subject = text("subject");
  out.tool_id = text("tool_id");
  out.tool = text("tool");
  out.tool_version = text("tool_version");
  out.arguments = text("arguments");
  out.bound_by = text("bound_by");
  out.preview = text("preview");
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == text_at(row, "state")) out.state = static_cast<ProposalState>(i);
  }
  out.decided_by = text("decided_by");
  out.answer = text("answer");
  out.created_at_ms = row.at("created_at_ms").to_number<std::int64_t>();
  out.decided_at_ms = row.at("decided_at_ms").to_number<std::int64_t>();
  return out;
}

}  // namespace

std::string_view to_string(ProposalState state) { return kStates[static_cast<std::size_t>(state)]; }

Result<std::string> add_proposal(sqlite::Connection& connection, const Proposal& proposal) {
  const auto same = connection.query(kSame, {{"tenant_id", proposal.tenant_id},
                                             {"session_id", proposal.session_id},
                                             {"call_key", proposal.call_key}});
  if (!same) return same.error();
  if (!same->empty()) {
    const auto& earlier = same->front().as_object();
    const bool asks_the_same = text_at(earlier, "tool_id") == proposal.tool_id &&
                               text_at(earlier, "arguments") == proposal.arguments;
    if (asks_the_same) return std::string(text_at(earlier, "id"));
    return fail(ErrorType::conflict, "this call was made before with other arguments");
  }
  const auto added = connection.change(kAdd, {{"id", proposal.id},
                                              {"tenant_id", proposal.tenant_id},
                                              {"session_id", proposal.session_id},
                                              {"call_key", proposal.call_key},
                                              {"subject", proposal.subject},
                                              {"tool_id", proposal.tool_id},
                                              {"tool", proposal.tool},
                                              {"tool_version", proposal.tool_version},
                                              {"arguments", proposal.arguments},
                                              {"bound_by", proposal.bound_by},
                                              {"preview", proposal.preview},
                                              {"created_at_ms", proposal.created_at_ms}});
  if (!added) return added.error();
  return proposal.id;
}

Result<std::vector<Proposal>> list_proposals(sqlite::Connection& connection,
                                             std::string_view tenant_id, std::string_view state,
                                             std::int64_t limit) {
  const auto rows =
      connection.query(kList, {{"tenant_id", tenant_id}, {"state", state}, {"limit", limit}});
  if (!rows) return rows.error();
  std::vector<Proposal> out;
  for (const auto& row : *rows) out.push_back(to_proposal(row.as_object()));
  return out;
}

Result<Proposal> find_proposal(sqlite::Connection& connection, std::string_view tenant_id,
                               std::string_view id) {
  const auto rows =
      connection.query("SELECT * FROM proposals WHERE tenant_id = :tenant_id AND id = :id",
                       {{"tenant_id", tenant_id}, {"id", id}});
  if (!rows) return rows.error();
  if (rows->empty()) return fail(ErrorType::not_found, "there is no such proposal");
  return to_proposal(rows->front().as_object());
}

Result<void> move_proposal(sqlite::Connection& connection, const Proposal& decided,
                           ProposalState from) {
  const auto moved = connection.change(kMove, {{"tenant_id", decided.tenant_id},
                                               {"id", decided.id},
                                               {"from", to_string(from)},
                                               {"state", to_string(decided.state)},
                                               {"decided_by", decided.decided_by},
                                               {"answer", decided.answer},
                                               {"decided_at_ms", decided.decided_at_ms}});
  if (!moved) return moved.error();
  if (*moved == 1) return {};
  return fail(ErrorType::conflict,
              "that proposal is not " + std::string(to_string(from)) + " any more");
}

}  // namespace callosum::storage
