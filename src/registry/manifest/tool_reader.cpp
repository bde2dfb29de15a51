#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/drafts.hpp"
#include "registry/manifest/field_reader.hpp"
#include "registry/manifest/names.hpp"
#include "registry/manifest/schema_reader.hpp"

namespace callosum::registry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr NumberRange kTimeoutMs{1, 60'000};
constexpr NumberRange kDayInSeconds{0, 86'400};
constexpr NumberRange kChain{1, 100};
constexpr TextLimits kSummary{.max_characters = 1024, .max_lines = 4};
constexpr TextLimits kDescription{.max_characters = 16'384};
constexpr TextLimits kSpoken{.max_characters = 400, .max_lines = 4};
constexpr TextLimits kPhrase{.max_characters = 200, .max_lines = 1};
constexpr TextLimits kName{.max_characters = 64, .max_lines = 1};

// Retrieval and meta tools answer within a breath; an action may take a sentence.
struct Deadlines {
  milliseconds soft;
  milliseconds hard;
};
constexpr Deadlines kRetrieval{milliseconds(800), milliseconds(2'000)};
constexpr Deadlines kAction{milliseconds(3'000), milliseconds(10'000)};

void read_identity(FieldReader& fields, ToolSpec& tool) {
  tool.name = fields.text("name", Need::required).value_or("");
  if (!tool.name.empty() && !is_tool_name(tool.name)) {
    fields.problem("name",
                   "expected 1 to 64 letters, digits, `_` and `-`, found " + shown(tool.name));
  }
  tool.version = fields.text("version", Need::required, kName).value_or("");
  if (!tool.version.empty() && !parse_semver(tool.version)) {
    fields.problem("version", "expected MAJOR.MINOR.PATCH, found " + shown(tool.version));
  }
  tool.summary = fields.text("summary", Need::required, kSummary).value_or("");
  tool.description = fields.text("description", Need::optional, kDescription).value_or("");
  tool.filler = fields.text("filler", Need::optional, kSpoken).value_or("One moment, please.");
  tool.say_on_failure = fields.text("say_on_failure", Need::optional, kSpoken).value_or("");
}

std::vector<json::value> read_risk_values(const YamlNode& node, const std::string& field,
                                          Report& report) {
  const json::value written = to_json(node);
  std::vector<json::value> values;
  if (const auto* list = written.if_array()) {
    values.assign(list->begin(), list->end());
  } else {
    values.push_back(written);
  }
  const bool is_plain = std::all_of(values.begin(), values.end(), [](const json::value& value) {
    return !value.is_structured() && !value.is_null();
  });
  if (values.empty() || !is_plain) {
    report.problem(node.line, field, "expected a value or a list of values");
  }
  return values;
}

std::optional<RiskRule> read_risk_rule(const YamlNode& node, std::string path, Report& report) {
  if (!node.is_map()) {
    report.problem(node.line, path,
                   "expected a map with `when` and `access`, found " + std::string(describe(node)));
    return std::nullopt;
  }
  FieldReader fields(node, std::move(path), report);
  RiskRule rule;
  if (const auto* when = fields.find_map("when", Need::required)) {
    for (const auto& member : when->members) {
      const auto field = fields.path_of("when." + member.key);
      rule.when.emplace_back(member.key, read_risk_values(member.value, field, report));
    }
    if (rule.when.empty()) fields.problem("when", "expected at least one argument");
  }
  const auto access = fields.word<Access>("access", Need::required);
  rule.confirmation = fields.word<Confirmation>("confirmation");
  fields.finish();
  if (!access || rule.when.empty()) return std::nullopt;
  rule.access = *access;
  return rule;
}

void read_access(FieldReader& fields, ToolSpec& tool) {
  tool.category = fields.word<Category>("category", Need::required).value_or(Category::retrieval);
  // What an action does must be said; everything else reads unless it says more.
  const bool is_action = tool.category == Category::action;
  tool.access = fields.word<Access>("access", is_action ? Need::required : Need::optional)
                    .value_or(is_action ? Access::write : Access::read);
  if (const auto* rules = fields.find_list("risk")) {
    for (std::size_t i = 0; i < rules->items.size(); ++i) {
      auto rule = read_risk_rule(rules->items[i], fields.path_of("risk[" + std::to_string(i) + "]"),
                                 fields.report());
      if (rule) tool.risk.push_back(std::move(*rule));
    }
  }
}

void read_audience(FieldReader& fields, ToolSpec& tool) {
  tool.channels = {Channel::voice, Channel::text, Channel::mcp};
  if (fields.has("channels")) {
    tool.channels = fields.words<Channel>("channels");
    if (const auto* list = fields.find("channels");
        list && list->is_sequence() && list->items.empty()) {
      fields.problem("channels", "expected at least one of voice, text, mcp and phone");
    }
  }
  tool.modes = fields.texts("modes", kName);
  tool.roles = fields.texts("roles", kName);
  tool.account = fields.text("account", Need::optional, kName).value_or("");
  tool.min_assurance = fields.word<Assurance>("min_assurance").value_or(Assurance::none);
  tool.confirmation = fields.word<Confirmation>("confirmation").value_or(Confirmation::none);
}

void read_times(FieldReader& fields, ToolSpec& tool) {
  const Deadlines otherwise = tool.category == Category::action ? kAction : kRetrieval;
  tool.timeout =
      milliseconds(fields.number("timeout_ms", kTimeoutMs).value_or(otherwise.hard.count()));
  const auto soft = std::min(otherwise.soft, tool.timeout / 2);
  tool.latency_budget =
      milliseconds(fields.number("latency_budget_ms", kTimeoutMs).value_or(soft.count()));
  tool.filler_after =
      milliseconds(fields.number("filler_after_ms", {0, kTimeoutMs.most}).value_or(0));
  tool.cache_ttl = seconds(fields.number("cache_ttl_s", kDayInSeconds).value_or(0));
  tool.stale_on_timeout = seconds(fields.number("stale_on_timeout_s", kDayInSeconds).value_or(0));
  tool.cache_scope = fields.word<CacheScope>("cache_scope").value_or(CacheScope::session);
}

void read_undoings(FieldReader& fields, ToolSpec& tool) {
  const auto* undoings = fields.find_map("undone_by");
  if (undoings == nullptr) return;
  if (tool.idempotency_key.empty()) {
    fields.report().problem(fields.line_of("undone_by"), fields.path_of("undone_by"),
                            "is of acts, and without `idempotency_key` no two calls are one act");
  }
  for (const auto& member : undoings->members) {
    tool.undone_by.push_back({member.key, member.value.text});
    if (is_identifier(member.value.text)) continue;
    fields.report().problem(member.line, fields.path_of("undone_by." + member.key),
                            "expected the member of both answers that says what they are about, "
                            "found " +
                                shown(member.value.text));
  }
}

void read_behaviour(FieldReader& fields, ToolSpec& tool) {
  tool.on_interrupt = fields.word<OnInterrupt>("on_interrupt")
                          .value_or(tool.is_write() ? OnInterrupt::commit : OnInterrupt::abort);
  tool.delivery = fields.word<Delivery>("delivery").value_or(Delivery::when_idle);
  tool.terminal = fields.flag("terminal", false);
  tool.poll = fields.flag("poll", false);
  tool.untrusted = fields.flag("untrusted", false);
  if (const auto chain = fields.number("max_chain", kChain))
    tool.max_chain = static_cast<int>(*chain);
  tool.idempotency_key = fields.texts("idempotency_key", kName);
  read_undoings(fields, tool);
  tool.invalidates = fields.texts("invalidates", kName);
  tool.requires_tools = fields.texts("requires", kName);
  tool.phrases = fields.texts("phrases", kPhrase);
  tool.reply = fields.text("reply", Need::optional, kSpoken).value_or("");
  tool.reply_empty = fields.text("reply_empty", Need::optional, kSpoken).value_or("");
}

void read_bindings(FieldReader& fields, ToolSpec& tool) {
  const auto* bind = fields.find_map("bind");
  if (bind == nullptr) return;
  const auto& known = bind_sources();
  for (const auto& member : bind->members) {
    const auto field = fields.path_of("bind." + member.key);
    if (!is_identifier(member.key)) {
      fields.report().problem(member.line, field,
                              "expected a parameter of letters, digits and `_`");
    }
    const auto& source = member.value.text;
    if (std::find(known.begin(), known.end(), source) == known.end()) {
      fields.report().problem(
          member.line, field,
          "expected " + one_of(known) + ", found " + shown(source) + nearest_hint(source, known));
      continue;
    }
    tool.bind.push_back({member.key, source});
  }
}

void read_provenance(FieldReader& fields, ToolSpec& tool) {
  const auto* provenance = fields.find_map("provenance");
  if (provenance == nullptr) return;
  for (const auto& member : provenance->members) {
    if (member.value.text != "seen") {
      fields.report().problem(member.line, fields.path_of("provenance." + member.key),
                              "expected seen, found " + shown(member.value.text));
    }
    tool.provenance_seen.push_back(member.key);
  }
}

/// A list of names, which the logs hide, or a map of name to how.
void read_mask(FieldReader& fields, ToolSpec& tool) {
  const auto* node = fields.find("mask");
  if (node == nullptr || !node->is_map()) {
    for (auto& name : fields.texts("mask", kName)) tool.mask.push_back({std::move(name)});
    return;
  }
  const auto known = words_of<Mask>();
  for (const auto& member : node->members) {
    const auto how = parse_word<Mask>(member.value.text);
    if (how) {
      tool.mask.push_back({member.key, *how});
      continue;
    }
    fields.report().problem(member.line, fields.path_of("mask." + member.key),
                            "expected " + one_of(known) + ", found " + shown(member.value.text) +
                                nearest_hint(member.value.text, known));
  }
}

void read_run(FieldReader& fields, ToolSpec& tool) {
  const auto* run = fields.find_map("run", Need::required);
  if (run == nullptr) return;
  tool.run.config = to_json(*run);
  tool.run.place = {fields.report().file(), fields.line_of("run")};
  const YamlMember* chosen = nullptr;
  for (const auto kind : run_kinds()) {
    const auto* member = run->find(kind);
    if (member == nullptr) continue;
    if (chosen != nullptr) {
      fields.problem("run", "expected one of sql, http, mcp, process and builtin, found `" +
                                chosen->key + "` and `" + member->key + "`");
      return;
    }
    chosen = member;
  }
  if (chosen == nullptr) {
    const auto first = run->members.empty() ? std::string() : run->members.front().key;
    fields.problem(
        "run", "expected exactly one of " + one_of(run_kinds()) + nearest_hint(first, run_kinds()));
    return;
  }
  tool.run.kind = chosen->key;
  tool.run.place.line = chosen->line;
  // Statements by the value of an argument are a map.
  const bool is_text =
      (chosen->key == "sql" && !chosen->value.is_map()) || chosen->key == "builtin";
  const auto field = fields.path_of("run." + chosen->key);
  if (is_text) {
    read_text(chosen->value, chosen->line, field, {.max_characters = 65'536}, fields.report());
  } else if (chosen->value.kind == YamlNode::Kind::null) {
    fields.report().problem(chosen->line, field, "expected a value, found nothing");
  }
}

}  // namespace

ToolDraft read_tool(const YamlNode& node, std::string path, const Pack& pack, Report& report) {
  ToolDraft draft;
  draft.node = &node;
  if (const auto* name = node.find("name"); name != nullptr && is_tool_name(name->value.text)) {
    path = "tools." + name->value.text;
  }
  draft.path = path;
  FieldReader fields(node, std::move(path), report);
  ToolSpec& tool = draft.spec;
  tool.pack = pack.name;
  tool.place = {report.file(), node.line};
  tool.digest = sha256_hex(canonical_json(to_json(node)));
  read_identity(fields, tool);
  draft.style = fields.text("style", Need::optional, kName).value_or("");
  tool.id = pack.name + "." + tool.name;
  read_access(fields, tool);
  read_audience(fields, tool);
  read_times(fields, tool);
  read_behaviour(fields, tool);
  read_bindings(fields, tool);
  read_provenance(fields, tool);
  read_mask(fields, tool);
  auto input = read_input_schema(fields);
  tool.input_schema = std::move(input.written);
  constexpr std::size_t kFrame = 60;  // punctuation of its own entry
  tool.list_tokens =
      (tool.name.size() + tool.summary.size() + kFrame + canonical_json(tool.input_schema).size()) /
      4;
  tool.input = std::move(input.compiled);
  read_needs(fields, tool);
  const bool must_have_output = tool.category == Category::retrieval;
  auto output = read_output_schema(fields, must_have_output ? Need::required : Need::optional);
  tool.output_schema = std::move(output.written);
  tool.output = std::move(output.compiled);
  read_run(fields, tool);
  fields.finish();
  return draft;
}

}  // namespace callosum::registry
