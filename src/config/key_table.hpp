#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"

namespace callosum::config {

/// What a value must be. Names are what a reader of the reference sees.
enum class Kind : std::uint8_t {
  text,
  word,      ///< one of KeySpec::words
  name,      ///< of a provider: a-z, digits, - and _
  integer,   ///< KeySpec::min to max
  flag,      ///< true or false
  address,   ///< ADDRESS:PORT
  path,      ///< relative ones of a file are taken from that file's folder
  url,       ///< ws, wss, http or https, without user or password
  database,  ///< a path, and no URL
  variable,  ///< name of an environment variable
  secret,
  texts,
  paths,
  origins,  ///< scheme://host[:port]
  api_keys,
  egress_rules,
};
std::string_view describe(Kind kind);

using Slot =
    std::variant<std::string*, std::int64_t*, bool*, ListenAddress*, Secret*,
                 std::vector<std::string>*, std::vector<ApiKeyConfig>*, std::vector<EgressRule>*>;

/// One key: what drives parsing, hints, rendering and the reference alike.
struct KeySpec {
  std::string_view path;  ///< "limits.CHANNEL.calls"; CHANNEL and NAME stand for a segment
  Kind kind;
  Slot (*slot)(Config& config, const std::string& name);  ///< `name`: the placeholder's segment
  std::string_view help;
  std::vector<std::string_view> words = {};
  std::int64_t min = 0;
  std::int64_t max = 0;
};

const std::vector<KeySpec>& key_table();

/// Names of limits.CHANNEL.
std::span<const std::string_view> channel_words();

/// A key as it was written, matched to its row; `name` is what stands for the placeholder.
struct KeyMatch {
  const KeySpec* spec = nullptr;  ///< null: no such key
  std::string name;
};
KeyMatch match_key(std::string_view key);

/// Whether keys begin with `path` and a dot.
bool is_section(std::string_view path);

/// "; did you mean …?" or a list of what the section has; for a key that is not there.
std::string hint_for(std::string_view key);

}  // namespace callosum::config
