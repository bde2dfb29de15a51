#include "app/tenant_prompt.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

std::string value_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_array()) {
    std::string out;
    for (const auto& part : value.get_array()) {
      if (!out.empty()) out += '-';
      out += value_text(part);
    }
    return out;
  }
  if (value.is_object()) {
    const auto& object = value.get_object();
    for (const char* key : {"name", "service", "title"}) {
      if (const auto* name = find_string(object, key)) return std::string(*name);
    }
    // {"open": "09:00", "close": "17:00"}
    std::string out;
    for (const auto& member : object) {
      if (!out.empty()) out += '-';
      out += value_text(member.value());
    }
    return out;
  }
  if (value.is_null()) return "closed";
  std::string out;
  append_canonical_json(value, out);
  return out;
}

}  // namespace

std::string summarise_json(std::string_view text) {
  const auto parsed = parse_strict(text);
  if (!parsed) return std::string(text);
  std::string out;
  if (const auto* array = parsed->if_array()) {
    for (const auto& item : *array) {
      if (!out.empty()) out += ", ";
      out += value_text(item);
    }
  } else if (const auto* object = parsed->if_object()) {
    for (const auto& [key, value] : *object) {
      if (!out.empty()) out += ", ";
      out += std::string(key) + " " + value_text(value);
    }
  } else {
    out = value_text(*parsed);
  }
  return out;
}

std::string fill_placeholders(std::string_view text,
                              const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  while (true) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return out += text.substr(open);
    const auto at = values.find(text.substr(open + 1, close - open - 1));
    if (at != values.end()) out += at->second;
    text.remove_prefix(close + 1);
  }
}

asio::awaitable<Result<std::string>> fill_tenant_prompt(
    storage::Database& database, std::shared_ptr<const registry::Snapshot> snapshot,
    storage::Tenant tenant, async::Deadline deadline) {
  std::map<std::string, std::string, std::less<>> values{{"business_name", tenant.name},
                                                         {"timezone", tenant.timezone}};
  const bool has_businesses =
      std::any_of(snapshot->packs().begin(), snapshot->packs().end(),
                  [](const auto& pack) { return pack.tenant_columns.contains("businesses"); });
  if (has_businesses) {
    std::function<Result<json::array>(storage::sqlite::Connection&)> query =
        [id = tenant.id](storage::sqlite::Connection& connection) {
          return connection.query(
              "SELECT name, industry, ai_config, services, working_hours FROM businesses WHERE id "
              "= :id",
              json::object{{"id", id}});
        };
    const auto rows = co_await database.read<json::array>(deadline, std::move(query));
    if (!rows) co_return rows.error();
    if (!rows->empty()) {
      const auto& row = rows->front().get_object();
      values["business_name"] = text_at(row, "name");
      values["industry"] = text_at(row, "industry");
      values["services_summary"] = summarise_json(text_at(row, "services"));
      values["working_hours_summary"] = summarise_json(text_at(row, "working_hours"));
      const auto settings = parse_strict(text_at(row, "ai_config", "{}"));
      if (settings && settings->is_object()) {
        for (const auto& [key, value] : settings->get_object()) {
          values.emplace(std::string(key), value_text(value));
        }
      }
    }
  }
  std::string out;
  for (const auto& pack : snapshot->packs()) {
    if (pack.prompt.empty()) continue;
    if (!out.empty()) out += "\n\n";
    out += fill_placeholders(pack.prompt, values);
  }
  co_return out;
}

}  // namespace callosum::app
