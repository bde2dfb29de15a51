#include "sim/realtime/yaml_sheet.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim {

Sheet::Sheet(const YAML::Node& node, std::string where, std::optional<Error>& problem)
    : node_(node), where_(std::move(where)), problem_(problem) {
  if (node_ && !node_.IsNull() && !node_.IsMap()) complain(node_, where_ + " must be a map");
}

void Sheet::complain(const YAML::Node& at, std::string message) {
  if (problem_) return;
  const int line = at.IsDefined() ? at.Mark().line + 1 : 0;
  problem_ = fail(ErrorType::validation,
                  line > 0 ? "line " + std::to_string(line) + ": " + message : std::move(message));
}

YAML::Node Sheet::node(const char* key) {
  known_.insert(key);
  if (!node_.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  return static_cast<const YAML::Node&>(node_)[key];
}

bool Sheet::has(const char* key) { return node(key).IsDefined(); }

void Sheet::read(const char* key, std::string& into) {
  const auto value = node(key);
  if (!value.IsDefined()) return;
  if (!value.IsScalar()) return complain(value, where_ + "." + key + " must be a string");
  into = value.Scalar();
}

void Sheet::read(const char* key, std::optional<std::string>& into) {
  if (has(key)) read(key, into.emplace());
}

void Sheet::read(const char* key, std::size_t& into) {
  const auto value = node(key);
  if (!value.IsDefined()) return;
  const bool is_number = value.IsScalar() && !value.Scalar().empty() &&
                         value.Scalar().size() < 12 &&
                         value.Scalar().find_first_not_of("0123456789") == std::string::npos;
  if (!is_number)
    return complain(value, where_ + "." + key + " must be a whole number, not negative");
  into = std::stoull(value.Scalar());
}

void Sheet::read(const char* key, std::optional<std::size_t>& into) {
  if (has(key)) read(key, into.emplace());
}

void Sheet::read(const char* key, bool& into) {
  const auto value = node(key);
  if (!value.IsDefined()) return;
  const auto text = value.IsScalar() ? value.Scalar() : std::string();
  if (text != "true" && text != "false") {
    return complain(value, where_ + "." + key + " must be true or false");
  }
  into = text == "true";
}

void Sheet::read_ms(const char* key, std::chrono::milliseconds& into, std::int64_t unit_ms) {
  if (!has(key)) return;
  std::size_t number = 0;
  read(key, number);
  into = std::chrono::milliseconds(static_cast<std::int64_t>(number) * unit_ms);
}

void Sheet::each(const char* key, const std::function<void(const YAML::Node&)>& read) {
  const auto value = node(key);
  if (!value.IsDefined()) return;
  if (!value.IsSequence()) return read(value);
  for (const auto& entry : value) read(entry);
}

void Sheet::nested(const char* key, const std::function<void(Sheet&)>& read) {
  const auto value = node(key);
  if (!value.IsDefined()) return;
  Sheet sheet(value, where_ + "." + key, problem_);
  read(sheet);
  sheet.finish();
}

void Sheet::finish() {
  if (!node_.IsMap()) return;
  for (const auto& member : static_cast<const YAML::Node&>(node_)) {
    const auto key = member.first.IsScalar() ? member.first.Scalar() : std::string("?");
    if (known_.contains(key)) continue;
    std::vector<std::string_view> known(known_.begin(), known_.end());
    const auto nearest = find_nearest(key, known);
    complain(
        member.first,
        "unknown key '" + key + "' in " + where_ +
            (nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?"));
  }
}

boost::json::value to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    json::object out;
    for (const auto& member : node) out[member.first.Scalar()] = to_json(member.second);
    return out;
  }
  if (node.IsSequence()) {
    json::array out;
    for (const auto& entry : node) out.push_back(to_json(entry));
    return out;
  }
  if (!node.IsScalar()) return nullptr;
  // A quoted scalar carries the tag "!": it stays a string.
  const bool is_quoted = node.Tag() == "!";
  const auto parsed = parse_strict(node.Scalar());
  if (!is_quoted && parsed && !parsed->is_structured() && !parsed->is_string()) return *parsed;
  return json::value(json::string(node.Scalar()));
}

}  // namespace callosum::sim
