#include "config/load.hpp"

#include <cstdlib>
#include <fstream>

#include "base/text.hpp"
#include "config/checks.hpp"
#include "config/masking.hpp"
#include "config/values.hpp"

namespace callosum::config {
namespace {

constexpr std::size_t kMaxSets = 500;

class Loader {
 public:
  Loader(const LoadRequest& request, LoadOutcome& outcome) : request_(request), outcome_(outcome) {}

  void read_file(std::string_view yaml) {
    const auto root = parse_yaml(yaml);
    if (!root) {
      const std::string& message = root.error().message;  // "LINE: why"
      const auto colon = message.find(": ");
      outcome_.problems.push_back(
          {request_.file + ":" + message.substr(0, colon), "", message.substr(colon + 2)});
      return;
    }
    if (root->type == YamlNode::Type::null) return;
    const Source source{request_.file, std::filesystem::path(request_.file).parent_path()};
    if (root->type != YamlNode::Type::map) {
      problem(source.origin_of(*root), "",
              "expected keys and values, such as \"listen: 127.0.0.1:8080\"");
      return;
    }
    read_section("", *root, source);
  }

  void read_sets() {
    if (request_.sets.size() > kMaxSets) {
      problem("--set", "", "given more than " + std::to_string(kMaxSets) + " times");
      return;
    }
    for (const auto& set : request_.sets) read_set(set);
  }

 private:
  void read_section(const std::string& path, const YamlNode& section, const Source& source) {
    for (const auto& [key, value] : section.members) {
      const std::string full = path.empty() ? key.text : path + "." + key.text;
      if (const auto match = match_key(full); match.spec) {
        read_key(match, full, value, source);
      } else if (!is_section(full)) {
        problem(source.origin_of(key), shorten(full),
                "unknown key" + hint_for(full.substr(0, 200)));
      } else if (value.type != YamlNode::Type::map) {
        problem(source.origin_of(value), full, "expected a section with keys of its own");
      } else {
        read_section(full, value, source);
      }
    }
  }

  void read_set(std::string_view set) {
    const auto equals = set.find('=');
    // What has no key is not quoted either: it may be a secret on its own.
    if (equals == std::string_view::npos || equals == 0) {
      problem("--set", "", "expected KEY=VALUE");
      return;
    }
    const std::string key(set.substr(0, equals));
    const std::string_view text = set.substr(equals + 1);
    const auto match = match_key(key);
    if (!match.spec) {
      problem("--set", shorten(key),
              is_section(key) ? "a section, not a key" + hint_for(key.substr(0, 200))
                              : "unknown key" + hint_for(key.substr(0, 200)));
      return;
    }
    if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
      problem("--set", key, "expected UTF-8 text");
      return;
    }
    const auto node = node_of_text(*match.spec, text);
    if (!node) {
      problem("--set", key, node.error().message);
      return;
    }
    set_again_ = true;
    read_key(match, key, *node, Source{});
    set_again_ = false;
  }

  void read_key(const KeyMatch& match, const std::string& key, const YamlNode& value,
                const Source& source) {
    Config& config = outcome_.config;
    // The same key can be written nested and dotted; the parser's own check sees only equal
    // spellings.
    if (const auto before = config.origins.find(key);
        before != config.origins.end() && !set_again_) {
      problem(source.origin_of(value), key, "already given at " + before->second);
      return;
    }
    config.origins[key] = source.origin_of(value);
    read_value(*match.spec, key, value, source, match.spec->slot(config, match.name),
               outcome_.problems);
  }

  static std::string shorten(const std::string& key) {
    const std::string quoted = quote_briefly(key);
    return quoted.substr(1, quoted.size() - 2);
  }

  void problem(std::string origin, std::string key, std::string message) {
    outcome_.problems.push_back({std::move(origin), std::move(key), std::move(message)});
  }

  const LoadRequest& request_;
  LoadOutcome& outcome_;
  bool set_again_ = false;
};

Result<std::string> read_whole(const std::string& file) {
  std::error_code ec;
  if (std::filesystem::is_directory(file, ec)) {
    return fail(ErrorType::validation, "expected a file, found a folder");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    return fail(ErrorType::validation, "cannot be read: " + std::string(std::strerror(errno)));
  // One byte more than allowed shows that there is more, whatever the file is.
  std::string text(YamlLimits{}.max_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (!value) return std::nullopt;
    return std::string(value);
  };
}

std::string Problem::to_string() const {
  std::string out = origin;
  if (!key.empty()) out += (out.empty() ? "" : ": ") + key;
  return out + (out.empty() ? "" : ": ") + message;
}

LoadOutcome load_text(std::string_view yaml, const LoadRequest& request) {
  LoadOutcome outcome;
  Loader loader(request, outcome);
  loader.read_file(yaml);
  loader.read_sets();
  complete_and_check(request, outcome);
  return outcome;
}

LoadOutcome load(const LoadRequest& request) {
  if (request.file.empty()) return load_text("", request);
  const auto text = read_whole(request.file);
  if (text) return load_text(*text, request);
  LoadOutcome outcome;
  outcome.problems.push_back({request.file, "", text.error().message});
  return outcome;
}

Result<Config> config_or_error(LoadOutcome outcome) {
  if (outcome.ok()) return std::move(outcome.config);
  std::vector<std::string> lines;
  for (const auto& problem : outcome.problems) lines.push_back(problem.to_string());
  return fail(ErrorType::validation, join(lines, "\n"));
}

}  // namespace callosum::config
