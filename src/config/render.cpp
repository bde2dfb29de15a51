#include "config/render.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/masking.hpp"

namespace callosum::config {
namespace {

/// A text as YAML reads it back: plain where that is safe, else quoted.
std::string yaml_text(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:@+").find(c) != std::string_view::npos;
  };
  const bool starts_well =
      !text.empty() && std::string_view("-:@+").find(text[0]) == std::string_view::npos;
  const bool plain = starts_well && text.back() != ':' && text != "null" && text != "true" &&
                     text != "false" && std::all_of(text.begin(), text.end(), is_plain);
  return plain ? std::string(text) : boost::json::serialize(boost::json::string(text));
}

std::string yaml_list(const std::vector<std::string>& values) {
  std::vector<std::string> items;
  // Quoted always: inside [ ] a plain text may not hold every character that it may hold elsewhere.
  for (const auto& value : values) {
    items.push_back(boost::json::serialize(boost::json::string(value)));
  }
  return "[" + join(items, ", ") + "]";
}

std::string yaml_api_key(const ApiKeyConfig& key) {
  std::vector<std::string> members;
  if (!key.key_env.empty()) {
    members.push_back("key_env: " + key.key_env);
  } else {
    members.push_back("hash: \"" + std::string(kMask) + "\"");
  }
  members.push_back("subject: " + boost::json::serialize(boost::json::string(key.subject)));
  members.push_back("tenants: " + yaml_list(key.tenants));
  members.push_back("roles: " + yaml_list(key.roles));
  return "{" + join(members, ", ") + "}";
}

std::string yaml_egress_rule(const EgressRule& rule) {
  const auto url = boost::json::serialize(boost::json::string(rule.url));
  const auto at = rule.at.empty() ? std::string()
                                  : ", at: " + boost::json::serialize(boost::json::string(rule.at));
  if (!rule.is_private && at.empty()) return url;
  return "{url: " + url + at + (rule.is_private ? ", private: true}" : "}");
}

/// How a slot's value stands in YAML.
struct ValuePrinter {
  Kind kind;

  std::string operator()(const std::string* text) const {
    const bool url = kind == Kind::url || kind == Kind::database;
    return yaml_text(url ? mask_url(*text) : *text);
  }
  std::string operator()(const std::int64_t* number) const { return std::to_string(*number); }
  std::string operator()(const bool* flag) const { return *flag ? "true" : "false"; }
  std::string operator()(const ListenAddress* address) const {
    return yaml_text(to_string(*address));
  }
  std::string operator()(const Secret* secret) const {
    return secret->empty() ? "\"\"" : "\"" + std::string(kMask) + "\"";
  }
  std::string operator()(const std::vector<std::string>* values) const {
    return yaml_list(*values);
  }
  std::string operator()(const std::vector<ApiKeyConfig>* keys) const {
    std::vector<std::string> items;
    for (const auto& key : *keys) items.push_back(yaml_api_key(key));
    return "[" + join(items, ", ") + "]";
  }
  std::string operator()(const std::vector<EgressRule>* rules) const {
    std::vector<std::string> items;
    for (const auto& rule : *rules) items.push_back(yaml_egress_rule(rule));
    return "[" + join(items, ", ") + "]";
  }
};

std::string print_value(const KeySpec& spec, Config& config, const std::string& name) {
  const ValuePrinter printer{spec.kind};
  return std::visit([&](auto* value) { return printer(value); }, spec.slot(config, name));
}

/// Sections and values in the order of the table.
struct Branch {
  std::string segment;
  std::string value;  ///< of a leaf
  std::string comment;
  std::vector<Branch> children;

  Branch& child(std::string_view name) {
    for (auto& branch : children) {
      if (branch.segment == name) return branch;
    }
    return children.emplace_back(Branch{std::string(name), {}, {}, {}});
  }

  void print(int depth, std::string& out) const {
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    out += indent + segment + ":";
    if (!value.empty()) out += " " + value;
    if (!comment.empty()) out += "  # " + comment;
    out += '\n';
    for (const auto& branch : children) branch.print(depth + 1, out);
  }
};

std::string comment_on(const KeySpec& spec, const std::string& key, const Config& config,
                       const std::string& value) {
  std::string out;
  if (const auto origin = config.origins.find(key); origin != config.origins.end()) {
    out = origin->second;
  }
  if (spec.kind == Kind::variable && value != "\"\"") {
    const std::string secret = key.substr(0, key.size() - std::string_view("_env").size());
    const bool found = config.origins.contains(secret);
    out +=
        (out.empty() ? "" : "; ") + std::string(found ? "set" : "not set") + " in the environment";
  }
  return out;
}

/// Every name that the row's placeholder stands for; one empty name where it has none.
std::vector<std::string> names_of(const KeySpec& spec, const Config& config) {
  std::vector<std::string> names;
  if (spec.path.starts_with("secrets.")) {
    for (const auto& entry : config.secrets) names.push_back(entry.first);
  } else if (spec.path.starts_with("packs_options.")) {
    for (const auto& entry : config.packs_options) names.push_back(entry.first);
  } else if (spec.path.starts_with("speech.")) {
    for (const auto& entry : config.speech) names.push_back(entry.first);
  } else if (spec.path.find("NAME") != std::string_view::npos) {
    for (const auto& entry : config.providers) names.push_back(entry.first);
  } else if (spec.path.find("CHANNEL") != std::string_view::npos) {
    for (const auto channel : channel_words()) names.emplace_back(channel);
  } else {
    names.emplace_back();
  }
  return names;
}

std::string type_cell(const KeySpec& spec) {
  if (spec.kind == Kind::integer) {
    return std::to_string(spec.min) + " to " + std::to_string(spec.max);
  }
  if (spec.kind != Kind::word) return std::string(describe(spec.kind));
  std::vector<std::string> words;
  for (const auto word : spec.words) {
    if (!word.empty()) words.push_back("`" + std::string(word) + "`");
  }
  return join(words, ", ");
}

std::string default_cell(const KeySpec& spec) {
  Config config;
  std::vector<std::string> cells;
  for (const auto& name : names_of(spec, config)) {
    const std::string value = print_value(spec, config, name);
    if (value == "\"\"" || value == "[]") continue;
    cells.push_back((name.empty() ? "" : name + " ") + "`" + value + "`");
  }
  return join(cells, ", ");
}

}  // namespace

std::string render(const Config& config) {
  Config copy = config;  // slots are made of a Config that may be written to
  Branch root;
  for (const auto& spec : key_table()) {
    for (const auto& name : names_of(spec, config)) {
      Branch* branch = &root;
      std::string key;
      for (auto segment : split(spec.path, '.')) {
        if (segment == "NAME" || segment == "CHANNEL") segment = name;
        key += (key.empty() ? "" : ".") + std::string(segment);
        branch = &branch->child(segment);
      }
      branch->value = print_value(spec, copy, name);
      branch->comment = comment_on(spec, key, config, branch->value);
    }
  }
  std::string out;
  for (const auto& branch : root.children) branch.print(0, out);
  return out;
}

std::string render_reference() {
  std::string out =
      "# Configuration\n\n"
      "`callosum serve --config FILE` reads YAML; each key below is nested at its dots, or written "
      "with them.\n"
      "`--set KEY=VALUE`, as often as needed, wins over the file; lists are `--set packs=a,b` or "
      "`[a, b]`.\n"
      "Secrets come from the environment: `key_env` names the variable. `callosum config` prints "
      "what is in\n"
      "force, with secrets masked and where each value came from. An unknown key is an error that "
      "names the\n"
      "nearest known one. Relative paths in a file are taken from that file's folder. Anchors, "
      "aliases and\n"
      "tags of YAML are refused, and so is a key that is there twice.\n\n"
      "`NAME` is the name of a provider, of a secret or of a pack; `CHANNEL` is `voice`, `phone`, "
      "`text` or "
      "`mcp`.\n\n"
      "| key | type | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& spec : key_table()) {
    out += "| `" + std::string(spec.path) + "` | " + type_cell(spec) + " | " + default_cell(spec) +
           " | " + std::string(spec.help) + " |\n";
  }
  return out;
}

}  // namespace callosum::config
