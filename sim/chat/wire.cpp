#include "sim/chat/wire.hpp"

#include "base/json.hpp"
#include "sim/realtime/yaml_sheet.hpp"

namespace callosum::sim::chat {
namespace {

constexpr std::pair<std::string_view, Server> kServers[] = {
    {"openai", Server::openai}, {"ollama", Server::ollama}, {"llamacpp", Server::llamacpp},
    {"vllm", Server::vllm},     {"groq", Server::groq},     {"azure", Server::azure}};

constexpr std::pair<std::string_view, bool Wire::*> kFlags[] = {
    {"pings", &Wire::has_pings},         {"crlf", &Wire::has_crlf},
    {"no_space", &Wire::has_no_space},   {"same_index", &Wire::has_one_index},
    {"one_chunk", &Wire::has_one_chunk}, {"no_ids", &Wire::has_no_ids},
    {"no_done", &Wire::has_no_done},     {"no_finish", &Wire::has_no_finish}};

constexpr std::pair<std::string_view, Ms Wire::*> kTimes[] = {
    {"first_token_ms", &Wire::first_token}, {"token_ms", &Wire::token}, {"stall_ms", &Wire::stall}};

constexpr std::pair<std::string_view, std::size_t Wire::*> kPlaces[] = {
    {"cut_after", &Wire::cut_after},
    {"error_after", &Wire::error_after},
    {"stall_at", &Wire::stall_at}};

constexpr std::pair<std::string_view, std::string Wire::*> kTexts[] = {{"error", &Wire::error},
                                                                       {"finish", &Wire::finish}};

/// The entry of a table; null where there is none.
template <class Table>
auto find_row(const Table& table, std::string_view key) -> decltype(&table[0]) {
  for (const auto& row : table) {
    if (row.first == key) return &row;
  }
  return nullptr;
}

bool read_server(std::string_view word, Wire& wire) {
  const auto* row = find_row(kServers, word);
  if (row) wire.server = row->second;
  return row != nullptr;
}

bool read_split(std::string_view word, Wire& wire) {
  wire.splits_escapes = word == "escape";
  wire.splits_letters = word == "utf8";
  return wire.splits_escapes || wire.splits_letters;
}

bool read_manner(std::string_view word, Wire& wire) {
  wire.cut_manner = word == "reset" ? Manner::reset : word == "hang" ? Manner::hang : Manner::eof;
  return word == "reset" || word == "hang" || word == "eof";
}

bool read_entry(std::string_view key, const json::value& value, Wire& wire) {
  const auto* text = value.if_string();
  if (key == "deviation") return text && read_server(*text, wire);
  if (key == "split") return text && read_split(*text, wire);
  if (key == "cut_manner") return text && read_manner(*text, wire);
  if (const auto* row = find_row(kTexts, key)) {
    if (text) wire.*row->second = *text;
    return text != nullptr;
  }
  if (const auto* row = find_row(kFlags, key)) {
    if (value.is_bool()) wire.*row->second = value.get_bool();
    return value.is_bool();
  }
  const bool is_number = value.is_int64() && value.get_int64() >= 0;
  if (const auto* row = find_row(kTimes, key)) {
    if (is_number) wire.*row->second = Ms(value.get_int64());
    return is_number;
  }
  const auto* row = find_row(kPlaces, key);
  if (row && is_number) wire.*row->second = static_cast<std::size_t>(value.get_int64());
  return row && is_number;
}

}  // namespace

Result<Wire> read_wire(const json::object& map, Wire into) {
  for (const auto& [key, value] : map) {
    if (read_entry(key, value, into)) continue;
    return fail(ErrorType::validation, "wire." + std::string(key) +
                                           ": no such key, or not for this value; see "
                                           "sim/README.md");
  }
  return into;
}

void ChatScript::read_more(Sheet& sheet) {
  sheet.nested("embeddings", [this](Sheet& map) { embeddings.read(map); });
  const auto node = sheet.node("wire");
  if (node.IsDefined()) {
    const auto map = to_json(node);
    const auto read = map.is_object() ? read_wire(map.get_object(), wire)
                                      : fail(ErrorType::validation, "wire must be a map");
    if (!read) return sheet.complain(node, read.error().message);
    wire = *read;
  }
  for (const auto& rule : rules) {
    const auto read = read_wire(rule.reply.wire, wire);
    if (!read) sheet.complain(node, "rule." + read.error().message);
  }
}

}  // namespace callosum::sim::chat
