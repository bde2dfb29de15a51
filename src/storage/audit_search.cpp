#include "storage/audit_search.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/audit_chain.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kNewestFirst = R"sql(
  SELECT first_seq, records, body FROM audit
  WHERE place >= (SELECT chain << 40 FROM audit_chains WHERE tenant_id = :tenant)
    AND place < (SELECT (chain << 40) + :before FROM audit_chains WHERE tenant_id = :tenant)
    AND tenant_id = :tenant
  ORDER BY place DESC
)sql";

/// Records are in the order in which calls ended and say when they began, so that an older one may
/// stand behind a younger by as long as a call may take. More than enough:
constexpr std::int64_t kLongestCallMs = 60 * 60 * 1000;

bool fits(const json::object& record, const AuditFilter& filter) {
  const auto tool = text_at(record, "tool_id");
  const bool is_tool = filter.tool.empty() || tool == filter.tool ||
                       (tool.size() > filter.tool.size() && tool.ends_with(filter.tool) &&
                        tool[tool.size() - filter.tool.size() - 1] == '.');
  return is_tool && (filter.outcome.empty() || text_at(record, "outcome") == filter.outcome);
}

class Search {
 public:
  explicit Search(const AuditFilter& filter) : filter_(filter) {}

  bool is_over() const { return is_over_; }
  AuditPage take() { return std::move(page_); }

  void look_at(std::int64_t first_seq, std::string_view body) {
    const auto lines = split(body, '\n');
    for (auto i = static_cast<std::int64_t>(lines.size()) - 1; i >= 0 && !is_over_; --i) {
      const auto seq = first_seq + i;
      if (filter_.before > 0 && seq >= filter_.before) continue;
      look_at_one(seq, lines[static_cast<std::size_t>(i)]);
    }
  }

 private:
  void look_at_one(std::int64_t seq, std::string_view line) {
    const bool is_full = static_cast<std::int64_t>(page_.records.size()) >= filter_.limit;
    if (is_full || scanned_++ >= kMaxAuditScan) {
      page_.next_before = seq + 1;
      is_over_ = true;
      return;
    }
    const auto record = parse_strict(line);
    const auto* fields = record ? record->if_object() : nullptr;
    if (!fields) return;
    const auto* at = fields->if_contains("at_ms");
    const auto at_ms = at && at->is_int64() ? at->get_int64() : 0;
    is_over_ = at_ms < filter_.since_ms - kLongestCallMs;
    if (at_ms < filter_.since_ms || !fits(*fields, filter_)) return;
    page_.records.push_back("{\"seq\":" + std::to_string(seq) + "," + std::string(line.substr(1)));
  }

  const AuditFilter& filter_;
  AuditPage page_;
  std::int64_t scanned_ = 0;
  bool is_over_ = false;
};

}  // namespace

Result<AuditPage> search_audit(sqlite::Connection& connection, const AuditFilter& filter) {
  auto statement = connection.prepare(kNewestFirst);
  if (!statement) return statement.error();
  constexpr auto kBeyondAll = kMostAuditRecords + 1;
  const auto before = filter.before > 0 ? std::min(filter.before, kBeyondAll) : kBeyondAll;
  const auto bound = statement->bind_named({{"tenant", filter.tenant_id}, {"before", before}});
  if (!bound) return bound.error();
  Search search(filter);
  while (!search.is_over()) {
    const auto stepped = statement->step();
    if (!stepped) return stepped.error();
    if (!*stepped) break;
    const auto row = statement->row();
    if (!row) return row.error();
    search.look_at(row->at("first_seq").as_int64(), text_at(*row, "body"));
  }
  return search.take();
}

}  // namespace callosum::storage
