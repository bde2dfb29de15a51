#include "app/tenant_prompt.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kNameLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

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

std::string fill_placeholders(std::string_view text, const PromptValues& values,
                              std::set<std::string>& missing) {
  std::string out;
  while (true) {
    const auto brace = text.find_first_of("{}");
    out += text.substr(0, brace);
    if (brace == std::string_view::npos) return out;
    const bool is_doubled = text.substr(brace + 1).starts_with(text[brace]);
    const auto name_end = text.find_first_not_of(kNameLetters, brace + 1);
    const bool has_default = name_end != std::string_view::npos && text[name_end] == '|';
    const auto close = has_default ? text.find_first_of("{}\n", name_end) : name_end;
    const bool is_name = text[brace] == '{' && close != std::string_view::npos &&
                         name_end > brace + 1 && text[close] == '}';
    if (!is_name) {
      out += text[brace];
      text.remove_prefix(brace + (is_doubled ? 2 : 1));
      continue;
    }
    const auto name = text.substr(brace + 1, name_end - brace - 1);
    const auto at = values.find(name);
    if (at != values.end() && !at->second.empty()) {
      out += at->second;
    } else if (has_default) {
      out += text.substr(name_end + 1, close - name_end - 1);
    } else {
      missing.emplace(name);
    }
    text.remove_prefix(close + 1);
  }
}

namespace {

void add_business(const json::object& row, PromptValues& values) {
  const auto put = [&](const char* key, std::string value) {
    if (!value.empty()) values[key] = std::move(value);
  };
  for (const auto* key : {"business_name", "business"}) put(key, std::string(text_at(row, "name")));
  put("industry", std::string(text_at(row, "industry")));
  for (const auto* key : {"services_summary", "services"}) {
    put(key, summarise_json(text_at(row, "services")));
  }
  for (const auto* key : {"working_hours_summary", "hours"}) {
    put(key, summarise_json(text_at(row, "working_hours")));
  }
  const auto settings = parse_strict(text_at(row, "ai_config", "{}"));
  if (!settings || !settings->is_object()) return;
  for (const auto& [key, value] : settings->get_object()) {
    values.emplace(std::string(key), value_text(value));
  }
}

/// The tenant's row, or an empty object.
asio::awaitable<Result<json::object>> read_business(storage::Database& database, std::string id,
                                                    async::Deadline deadline) {
  auto tenant = id;
  std::function<Result<json::array>(storage::sqlite::Connection&)> query =
      [id = std::move(id)](storage::sqlite::Connection& connection) {
        return connection.query(
            "SELECT name, industry, ai_config, services, working_hours FROM businesses WHERE id "
            "= :id",
            json::object{{"id", id}});
      };
  auto reading = database.read<json::array>(deadline, std::move(query), std::move(tenant));
  auto rows = co_await std::move(reading);
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return json::object();
  co_return std::move(rows->front().get_object());
}

}  // namespace

asio::awaitable<Result<TenantPrompt>> fill_tenant_prompt(storage::Database& database,
                                                         PromptSource source,
                                                         async::Deadline deadline) {
  const auto& [snapshot, tenant, off] = source;
  TenantPrompt prompt;
  PromptValues values{
      {"business_name", tenant.name}, {"business", tenant.name}, {"timezone", tenant.timezone}};
  const bool has_businesses =
      std::any_of(snapshot->packs().begin(), snapshot->packs().end(),
                  [](const auto& pack) { return pack.tenant_columns.contains("businesses"); });
  if (has_businesses) {
    const auto row = co_await read_business(database, tenant.id, deadline);
    if (!row) co_return row.error();
    prompt.has_business = !row->empty();
    add_business(*row, values);
  }
  std::set<std::string> missing;
  for (const auto& pack : snapshot->packs()) {
    if (pack.prompt.empty() || off.contains(pack.name)) continue;
    if (!prompt.text.empty()) prompt.text += "\n\n";
    prompt.text += fill_placeholders(pack.prompt, values, missing);
  }
  prompt.values = std::move(values);
  prompt.missing.assign(missing.begin(), missing.end());
  if (!prompt.missing.empty()) {
    prompt.text += "\n\nNothing is on record here for: " + join(prompt.missing, ", ") +
                   ". Never make any of it up: say that you do not know it.";
  }
  co_return prompt;
}

}  // namespace callosum::app
