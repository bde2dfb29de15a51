#include "config/values.hpp"

#include <charconv>

#include "base/text.hpp"
#include "config/masking.hpp"
#include "config/value_rules.hpp"

namespace callosum::config {
namespace {

constexpr std::size_t kMaxItems = 256;

/// Reads the value of one key, whatever its slot is.
class ValueReader {
 public:
  ValueReader(const KeySpec& spec, std::string key, const Source& source,
              std::vector<Problem>& problems)
      : spec_(spec), key_(std::move(key)), source_(source), problems_(problems) {}

  bool read(const YamlNode& node, std::string& out) {
    if (!is_scalar(node)) return false;
    if (const auto why = problem_of(spec_, node.text); !why.empty()) return refuse(node, why);
    out = to_path(node.text);
    return true;
  }

  bool read(const YamlNode& node, Secret& out) {
    if (!is_scalar(node)) return false;
    if (const auto why = problem_of(spec_, node.text); !why.empty()) return refuse(node, why);
    out = Secret(node.text);
    return true;
  }

  bool read(const YamlNode& node, std::int64_t& out) {
    if (!is_scalar(node)) return false;
    const auto& text = node.text;
    std::int64_t value = 0;
    const auto got = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = got.ec == std::errc() && got.ptr == text.data() + text.size();
    if (!whole || value < spec_.min || value > spec_.max) {
      return refuse(node, expected(spec_) + ", not " + quote_briefly(text));
    }
    out = value;
    return true;
  }

  bool read(const YamlNode& node, bool& out) {
    if (!is_scalar(node)) return false;
    if (node.text != "true" && node.text != "false") {
      return refuse(node, "expected true or false, not " + quote_briefly(node.text));
    }
    out = node.text == "true";
    return true;
  }

  bool read(const YamlNode& node, ListenAddress& out) {
    if (!is_scalar(node)) return false;
    const auto address = parse_listen_address(node.text);
    if (!address) {
      return refuse(node, address.error().message + ", not " + quote_briefly(node.text));
    }
    out = *address;
    return true;
  }

  bool read(const YamlNode& node, std::vector<std::string>& out) {
    if (!is_list(node)) return false;
    std::vector<std::string> values;
    bool good = true;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      ValueReader item(spec_, key_ + "[" + std::to_string(i) + "]", source_, problems_);
      std::string value;
      good = item.read(node.items[i], value) && good;
      if (good && value.empty())
        good = item.refuse(node.items[i], "expected a text that is not empty");
      values.push_back(std::move(value));
    }
    if (good) out = std::move(values);
    return good;
  }

  bool read(const YamlNode& node, std::vector<ApiKeyConfig>& out) {
    if (!is_list(node)) return false;
    std::vector<ApiKeyConfig> keys;
    bool good = true;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      ValueReader item(spec_, key_ + "[" + std::to_string(i) + "]", source_, problems_);
      good = item.read_api_key(node.items[i], keys.emplace_back()) && good;
    }
    if (good) out = std::move(keys);
    return good;
  }

  bool read(const YamlNode& node, std::vector<EgressRule>& out) {
    if (!is_list(node)) return false;
    std::vector<EgressRule> rules;
    bool good = true;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      ValueReader item(spec_, key_ + "[" + std::to_string(i) + "]", source_, problems_);
      good = item.read_egress_rule(node.items[i], rules.emplace_back()) && good;
    }
    if (good) out = std::move(rules);
    return good;
  }

 private:
  bool read_egress_rule(const YamlNode& node, EgressRule& out) {
    const KeySpec origin{"", Kind::origins, nullptr, ""};
    const KeySpec flag{"", Kind::flag, nullptr, ""};
    const auto read_as = [&](const KeySpec& spec, const std::string& key, const YamlNode& value,
                             auto& slot) {
      return ValueReader(spec, key, source_, problems_).read(value, slot);
    };
    if (node.type != YamlNode::Type::map) return read_as(origin, key_, node, out.url);
    bool good = true;
    for (const auto& [key, value] : node.members) {
      if (key.text == "url") {
        good = read_as(origin, key_ + ".url", value, out.url) && good;
      } else if (key.text == "at") {
        good = read_as(origin, key_ + ".at", value, out.at) && good;
      } else if (key.text == "private") {
        good = read_as(flag, key_ + ".private", value, out.is_private) && good;
      } else {
        good = refuse(
            key, "unknown member " + quote_briefly(key.text) + "; expected url, at and private");
      }
    }
    if (good && out.url.empty())
      good = refuse(node, "expected a url, such as https://api.example.com");
    return good;
  }

  bool read_api_key(const YamlNode& node, ApiKeyConfig& out) {
    if (node.type != YamlNode::Type::map) {
      return refuse(node, "expected a section with subject and key_env or hash");
    }
    bool good = true;
    for (const auto& [key, value] : node.members) good = read_member(key, value, out) && good;
    return good;
  }

  bool read_member(const YamlNode& key, const YamlNode& value, ApiKeyConfig& out) {
    static const std::vector<std::string_view> kNames{"key_env", "hash", "subject", "tenants",
                                                      "roles"};
    const KeySpec variable{"", Kind::variable, nullptr, ""};
    const KeySpec hash{"", Kind::secret, nullptr, ""};
    const KeySpec text{"", Kind::text, nullptr, ""};
    const KeySpec texts{"", Kind::texts, nullptr, ""};
    const auto read_as = [&](const KeySpec& spec, auto& slot) {
      return ValueReader(spec, key_ + "." + key.text, source_, problems_).read(value, slot);
    };
    if (key.text == "key_env") return read_as(variable, out.key_env);
    if (key.text == "hash") return read_as(hash, out.hash) && check_hash(value, out);
    if (key.text == "subject") return read_as(text, out.subject);
    if (key.text == "tenants") return read_as(texts, out.tenants);
    if (key.text == "roles") return read_as(texts, out.roles);
    const auto near = find_nearest(key.text, kNames);
    return refuse(key, "unknown member " + quote_briefly(key.text) +
                           (near.empty() ? "; known are key_env, hash, subject, tenants, roles"
                                         : "; did you mean " + std::string(near) + "?"));
  }

  bool check_hash(const YamlNode& node, ApiKeyConfig& out) {
    out.hash = to_lower_ascii(out.hash);
    const bool hex = out.hash.size() == 64 &&
                     out.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (hex) return true;
    return refuse(node, "hash: expected the key's SHA-256 as 64 hex digits, never the key itself");
  }

  bool is_scalar(const YamlNode& node) {
    if (node.type == YamlNode::Type::scalar) return true;
    const auto found = node.type == YamlNode::Type::null ? "nothing (write \"\" for an empty text)"
                       : node.type == YamlNode::Type::list ? "a list"
                                                           : "a section";
    return refuse(node, expected(spec_) + ", found " + found);
  }

  bool is_list(const YamlNode& node) {
    if (node.type != YamlNode::Type::list) {
      return refuse(node, expected(spec_) + ", written [one, two] or one \"- item\" a line");
    }
    if (node.items.size() <= kMaxItems) return true;
    return refuse(node, "expected at most " + std::to_string(kMaxItems) + " items");
  }

  std::string to_path(const std::string& text) const {
    const bool is_path = spec_.kind == Kind::path || spec_.kind == Kind::paths ||
                         (spec_.kind == Kind::database && text.find("://") == std::string::npos);
    if (!is_path || text.empty() || source_.folder.empty() || text[0] == '/') return text;
    return (source_.folder / text).lexically_normal().string();
  }

  bool refuse(const YamlNode& node, std::string why) {
    problems_.push_back({source_.origin_of(node), key_, std::move(why)});
    return false;
  }

  const KeySpec& spec_;
  std::string key_;
  const Source& source_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::string Source::origin_of(const YamlNode& node) const {
  return file.empty() ? "--set" : file + ":" + std::to_string(node.line);
}

bool read_value(const KeySpec& spec, const std::string& key, const YamlNode& node,
                const Source& source, Slot slot, std::vector<Problem>& problems) {
  ValueReader reader(spec, key, source, problems);
  return std::visit([&](auto* out) { return reader.read(node, *out); }, slot);
}

Result<YamlNode> node_of_text(const KeySpec& spec, std::string_view text) {
  const bool list = spec.kind == Kind::texts || spec.kind == Kind::paths ||
                    spec.kind == Kind::origins || spec.kind == Kind::api_keys ||
                    spec.kind == Kind::egress_rules;
  if (list && (text.starts_with("[") || spec.kind == Kind::api_keys)) {
    auto node = parse_yaml(text);
    if (!node) return fail(ErrorType::validation, "expected a list such as [one, two]");
    return node;
  }
  YamlNode node;
  node.type = list ? YamlNode::Type::list : YamlNode::Type::scalar;
  if (!list) {
    node.text = text;
  } else if (!text.empty()) {
    for (const auto part : split(text, ',')) {
      YamlNode item;
      item.type = YamlNode::Type::scalar;
      item.text = trim(part);
      node.items.push_back(std::move(item));
    }
  }
  return node;
}

}  // namespace callosum::config
