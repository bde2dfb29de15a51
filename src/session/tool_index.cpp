#include "session/tool_index.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kMostWords = 16;

constexpr std::string_view kTable = R"sql(
  CREATE VIRTUAL TABLE tools USING fts5(name UNINDEXED, words, summary, arguments, rest,
                                        tokenize = 'porter unicode61');
)sql";
constexpr std::string_view kAdd =
    "INSERT INTO tools (name, words, summary, arguments, rest)"
    " VALUES (:name, :words, :summary, :arguments, :rest)";
// A name says more than a summary, and that more than the long form.
constexpr std::string_view kFind =
    "SELECT name FROM tools WHERE tools MATCH :query"
    " ORDER BY bm25(tools, 0, 8.0, 4.0, 2.0, 1.0), rowid LIMIT :most";

/// "send_email" as "send email".
std::string words_of(std::string_view name) {
  std::string out(name);
  for (auto& c : out) {
    if (c == '_' || c == '-') c = ' ';
  }
  return out;
}

void add_arguments(const json::object& schema, std::string& out) {
  const auto* properties = find_object(schema, "properties");
  if (!properties) return;
  for (const auto& member : *properties) {
    out += words_of(member.key()) + " ";
    const auto* one = member.value().if_object();
    if (!one) continue;
    out += std::string(text_at(*one, "description")) + " ";
    if (const auto* values = find_array(*one, "enum")) {
      for (const auto& value : *values) {
        if (value.is_string()) out += words_of(value.get_string()) + " ";
      }
    }
    add_arguments(*one, out);
  }
}

/// Its words, any of them, as prefixes; in quotes, so that none is an operator of the query.
std::string to_match(std::string_view query) {
  std::string out;
  std::string word;
  std::size_t words = 0;
  const auto finish = [&] {
    if (!word.empty() && words++ < kMostWords) {
      out += (out.empty() ? "\"" : " OR \"") + word + "\"*";
    }
    word.clear();
  };
  for (const char c : query) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter =
        byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter) {
      word += c;
    } else {
      finish();
    }
  }
  finish();
  return out;
}

}  // namespace

ToolIndex::ToolIndex(std::unique_ptr<storage::sqlite::Connection> connection)
    : connection_(std::move(connection)) {}

ToolIndex::~ToolIndex() = default;

Result<std::unique_ptr<ToolIndex>> ToolIndex::make(const registry::Snapshot& snapshot) {
  // Without a name: a database of this connection alone.
  auto connection = storage::sqlite::Connection::open({.path = {}, .is_fully_synced = false});
  if (!connection) return connection.error();
  const auto made = (*connection)->execute(kTable);
  if (!made) return made.error();
  for (const auto& tool : snapshot.tools()) {
    std::string arguments;
    add_arguments(tool.input_schema, arguments);
    const auto added =
        (*connection)
            ->change(kAdd, {{"name", tool.name},
                            {"words", words_of(tool.name)},
                            {"summary", tool.summary},
                            {"arguments", arguments},
                            {"rest", tool.description + " " + join(tool.phrases, " ") + " " +
                                         join(tool.modes, " ")}});
    if (!added) return added.error();
  }
  return std::unique_ptr<ToolIndex>(new ToolIndex(std::move(*connection)));
}

Result<std::vector<std::string>> ToolIndex::find(std::string_view query, std::size_t most) const {
  std::vector<std::string> names;
  const auto match = to_match(query);
  if (match.empty()) return names;
  const std::lock_guard lock(mutex_);
  const auto rows =
      connection_->query(kFind, {{"query", match}, {"most", static_cast<std::int64_t>(most)}});
  if (!rows) return rows.error();
  for (const auto& row : *rows) names.emplace_back(text_at(row.as_object(), "name"));
  return names;
}

Result<std::shared_ptr<const ToolIndex>> ToolIndexes::find(const registry::Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  const auto known = by_version_.find(snapshot.version());
  if (known != by_version_.end()) return known->second;
  auto made = ToolIndex::make(snapshot);
  if (!made) return made.error();
  if (by_version_.size() >= kMost) by_version_.clear();
  std::shared_ptr<const ToolIndex> index = std::move(*made);
  by_version_[snapshot.version()] = index;
  return index;
}

}  // namespace callosum::session
