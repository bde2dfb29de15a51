#include <algorithm>
#include <array>
#include <set>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "registry/manifest/drafts.hpp"
#include "registry/manifest/field_reader.hpp"
#include "registry/manifest/names.hpp"
#include "registry/manifest/pack_files.hpp"

namespace callosum::registry {
namespace {

constexpr std::size_t kMaxPromptBytes = 64 << 10;
constexpr std::size_t kMaxSqlBytes = 16 << 20;
constexpr std::size_t kMostLookups = 4;
constexpr TextLimits kName{.max_characters = 64, .max_lines = 1};
constexpr TextLimits kFileName{.max_characters = 255, .max_lines = 1};
constexpr TextLimits kModeSummary{.max_characters = 200, .max_lines = 1};
constexpr TextLimits kPrompt{.max_characters = kMaxPromptBytes};

/// A file that the manifest names, as found. Its digest goes into the pack's.
struct NamedFile {
  std::filesystem::path path;
  std::string text;
};

class PackReader {
 public:
  PackReader(const ManifestText& manifest, PackDraft& draft)
      : manifest_(manifest), draft_(draft), fields_(draft.root, "", draft.report) {}

  void read() {
    draft_.pack.folder = manifest_.folder;
    read_identity();
    read_prompt();
    draft_.pack.schema_file = read_named_file("schema", kMaxSqlBytes).path;
    draft_.pack.demo_file = read_named_file("demo", kMaxSqlBytes).path;
    read_tenants();
    read_slots();
    read_modes();
    read_styles();
    read_tools();
    read_on_connect();
    read_access_mode();
    fields_.finish();
    draft_.pack.digest =
        sha256_hex(canonical_json({{"manifest", to_json(draft_.root)}, {"files", files_}}));
  }

 private:
  void read_identity();
  void read_prompt();
  void read_access_mode();
  void read_tenants();
  void read_slots();
  void read_modes();
  void read_mode(const YamlMember& member);
  void read_styles();
  void read_tools();
  void read_on_connect();
  void check_lookup(int line, const std::string& field, const std::string& name);
  void check_style(const ToolDraft& tool);
  NamedFile read_named_file(std::string_view key, std::size_t max_bytes);

  const ManifestText& manifest_;
  PackDraft& draft_;
  FieldReader fields_;
  json::object files_;
};

void PackReader::read_identity() {
  Pack& pack = draft_.pack;
  pack.name = fields_.text("pack", Need::required, kName).value_or("");
  if (!pack.name.empty() && !is_tool_name(pack.name)) {
    fields_.problem("pack",
                    "expected 1 to 64 letters, digits, `_` and `-`, found " + shown(pack.name));
  }
  pack.version = fields_.text("version", Need::required, kName).value_or("");
  if (pack.version.empty()) return;
  if (const auto version = parse_semver(pack.version)) {
    draft_.version = *version;
  } else {
    fields_.problem("version", "expected MAJOR.MINOR.PATCH, found " + shown(pack.version));
  }
}

void PackReader::read_prompt() {
  draft_.pack.prompt = read_named_file("prompt", kMaxPromptBytes).text;
  const auto inline_text = fields_.text("prompt_text", Need::optional, kPrompt);
  if (!inline_text) return;
  if (fields_.has("prompt")) {
    fields_.problem("prompt_text", "expected either `prompt` or `prompt_text`, found both");
  }
  draft_.pack.prompt = *inline_text;
}

void PackReader::read_access_mode() {
  bool has_writes = false;
  for (const auto& tool : draft_.tools) has_writes |= tool.spec.access != Access::read;
  const bool is_given = fields_.has("access_mode");
  const auto* given = draft_.root.find("access_mode");
  if (given != nullptr && given->value.text == "apply_allowed") {
    fields_.find("access_mode");  // known, and refused
    fields_.problem("access_mode",
                    "apply_allowed is not for conversations: nothing is changed there without a "
                    "person's word; expected " +
                        one_of(words_of<AccessMode>()));
    return;
  }
  const auto mode = fields_.word<AccessMode>("access_mode");
  draft_.pack.access_mode = to_string(mode.value_or(AccessMode::read_only));
  for (auto& tool : draft_.tools) tool.spec.access_mode = mode.value_or(AccessMode::read_only);
  if (has_writes && !is_given) {
    fields_.problem("access_mode",
                    "missing; a pack with tools that write says " + one_of(words_of<AccessMode>()));
  }
}

NamedFile PackReader::read_named_file(std::string_view key, std::size_t max_bytes) {
  const auto name = fields_.text(key, Need::optional, kFileName);
  if (!name) return {};
  const auto path = resolve_inside(manifest_.folder, *name);
  if (!path) {
    fields_.problem(key, path.error().message + ", found " + shown(*name));
    return {};
  }
  if (manifest_.folder.empty()) return {*path, ""};
  auto text = read_file(*path, max_bytes);
  if (!text) {
    fields_.problem(key, shown(*name) + ": " + text.error().message);
    return {};
  }
  files_[key] = sha256_hex(*text);
  return {*path, std::move(*text)};
}

void PackReader::read_tenants() {
  const auto* tenants = fields_.find_map("tenants");
  if (tenants == nullptr) return;
  for (const auto& member : tenants->members) {
    const auto field = fields_.path_of("tenants." + member.key);
    if (!is_identifier(member.key)) {
      draft_.report.problem(member.line, field, "expected a table's name");
    }
    const auto column = read_text(member.value, member.line, field, kName, draft_.report);
    if (!column) continue;
    if (!is_identifier(*column)) {
      draft_.report.problem(member.line, field,
                            "expected a column's name, found " + shown(*column));
    }
    draft_.pack.tenant_columns[member.key] = *column;
  }
}

void PackReader::read_slots() {
  const auto* slots = fields_.find_map("slots");
  if (slots == nullptr) return;
  FieldReader lists(*slots, "slots", draft_.report);
  for (const auto& member : slots->members) {
    auto words = lists.texts(member.key, kName);
    if (!is_tool_name(member.key)) {
      lists.problem(member.key, "expected a name of letters, digits, `_` and `-`");
    }
    if (member.value.is_sequence() && member.value.items.empty()) {
      lists.problem(member.key, "expected at least one word");
    }
    draft_.pack.slots[member.key] = std::move(words);
  }
}

void PackReader::read_modes() {
  if (const auto* modes = fields_.find_map("modes")) {
    for (const auto& member : modes->members) read_mode(member);
    if (modes->members.empty()) fields_.problem("modes", "expected at least one mode");
  }
  draft_.pack.meta_tools = fields_.texts("meta_tools", kName);
  constexpr std::array known{kSearchTools, kDescribeTool, kEndSession};
  for (const auto& name : draft_.pack.meta_tools) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    fields_.problem("meta_tools",
                    "expected search_tools, describe_tool or end_session, found " + shown(name));
  }
  if (!draft_.pack.meta_tools.empty() && draft_.pack.modes.empty()) {
    fields_.problem("meta_tools", "they come with modes, and this pack has none");
  }
}

void PackReader::read_mode(const YamlMember& member) {
  const auto path = "modes." + member.key;
  if (!is_tool_name(member.key)) {
    draft_.report.problem(member.line, path, "expected a name of letters, digits, `_` and `-`");
  }
  if (!member.value.is_map()) {
    draft_.report.problem(member.line, path, "expected a map with `summary`");
    return;
  }
  FieldReader fields(member.value, path, draft_.report);
  Mode mode;
  mode.name = member.key;
  mode.summary = fields.text("summary", Need::required, kModeSummary).value_or("");
  mode.account = fields.text("account", Need::optional, kName).value_or("");
  mode.roles = fields.texts("roles", kName);
  mode.min_assurance = fields.word<Assurance>("min_assurance").value_or(Assurance::none);
  mode.from = fields.texts("from", kName);
  fields.finish();
  draft_.pack.modes.push_back(std::move(mode));
}

void PackReader::read_styles() {
  draft_.styles = fields_.texts("styles", kName);
  if (draft_.styles.size() == 1) {
    fields_.problem("styles", "expected at least two to choose from; the first is the usual one");
  }
}

void PackReader::check_style(const ToolDraft& tool) {
  if (tool.style.empty()) return;
  const std::vector<std::string_view> known(draft_.styles.begin(), draft_.styles.end());
  if (std::find(known.begin(), known.end(), tool.style) != known.end()) return;
  draft_.report.problem(
      tool.line_of("style"), tool.path + ".style",
      shown(tool.style) + " is none of the pack's `styles`" + nearest_hint(tool.style, known));
}

void PackReader::read_tools() {
  const auto* tools = fields_.find_list("tools", Need::required);
  if (tools == nullptr) return;
  if (tools->items.empty()) fields_.problem("tools", "expected at least one tool");
  for (std::size_t i = 0; i < tools->items.size(); ++i) {
    const YamlNode& node = tools->items[i];
    auto path = "tools[" + std::to_string(i) + "]";
    if (!node.is_map()) {
      draft_.report.problem(node.line, path,
                            "expected a map, found " + std::string(describe(node)));
      continue;
    }
    draft_.tools.push_back(read_tool(node, std::move(path), draft_.pack, draft_.report));
    check_style(draft_.tools.back());
    check_tool(draft_.tools.back(), draft_.report);
    check_templates(draft_.tools.back(), draft_.pack, draft_.report);
  }
}

/// Why a tool cannot look a caller up before the first word; empty: it can.
std::string_view lookup_fault(const ToolSpec& tool) {
  if (tool.may_write() || tool.terminal) return "it may change something";
  if (tool.confirmation != Confirmation::none) return "it asks for a confirmation";
  if (tool.untrusted) return "what it reads was written by strangers";
  if (!tool.account.empty()) return "it acts in an account that nobody has selected then";
  if (!tool.modes.empty()) return "it is not there before a mode is";
  const auto* needed = find_array(tool.input_schema, "required");
  if (needed && !needed->empty()) return "it has required arguments, which nobody knows then";
  return {};
}

void PackReader::check_lookup(int line, const std::string& field, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& tool : draft_.tools) {
    known.push_back(tool.spec.name);
    if (tool.spec.name != name) continue;
    const auto fault = lookup_fault(tool.spec);
    if (!fault.empty()) {
      draft_.report.problem(
          line, field,
          shown(name) + " cannot be looked up before the first word: " + std::string(fault));
    }
    return;
  }
  draft_.report.problem(line, field,
                        shown(name) + " is no tool of this pack" + nearest_hint(name, known));
}

void PackReader::read_on_connect() {
  draft_.pack.on_connect = fields_.texts("on_connect", kName);
  const auto& names = draft_.pack.on_connect;
  if (names.size() > kMostLookups) fields_.problem("on_connect", "expected at most 4 tools");
  const auto* written = draft_.root.find("on_connect");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_listed = written->value.is_sequence() && i < written->value.items.size();
    const int line = is_listed ? written->value.items[i].line : written->line;
    check_lookup(line, "on_connect[" + std::to_string(i) + "]", names[i]);
  }
}

}  // namespace

std::unique_ptr<PackDraft> read_pack(const ManifestText& manifest) {
  auto draft = std::make_unique<PackDraft>(manifest.file);
  auto root = parse_yaml(manifest.text, draft->report);
  if (!root) return draft;
  draft->root = std::move(*root);
  if (!draft->root.is_map()) {
    draft->report.problem(draft->root.line, "",
                          "expected a map with `pack`, `version` and `tools`, found " +
                              std::string(describe(draft->root)));
    return draft;
  }
  PackReader(manifest, *draft).read();
  return draft;
}

}  // namespace callosum::registry
