// What has changed from one version of the packs to another.
#include "registry/export/diff.hpp"

#include <algorithm>
#include <map>

#include "registry/json_text.hpp"
#include "registry/schema/keyword.hpp"

namespace callosum::registry {
namespace {

constexpr std::size_t kLongestShown = 120;

template <class Words>
json::array words_in(const Words& words) {
  json::array out;
  for (const auto& word : words) {
    if constexpr (requires { to_string(word); }) {
      out.emplace_back(to_string(word));
    } else {
      out.emplace_back(word);
    }
  }
  return out;
}

/// What no consumer is told and everybody who reviews a change wants to see.
json::object rules_of(const ToolSpec& tool) {
  json::array risk;
  for (const auto& rule : tool.risk) {
    json::object when;
    for (const auto& [argument, values] : rule.when) {
      when[argument] = json::array(values.begin(), values.end());
    }
    json::object said{{"when", std::move(when)}, {"access", to_string(rule.access)}};
    if (rule.confirmation) said["confirmation"] = to_string(*rule.confirmation);
    risk.push_back(std::move(said));
  }
  return {{"version", tool.version},
          {"access", to_string(tool.access)},
          {"risk", std::move(risk)},
          {"confirmation", to_string(tool.confirmation)},
          {"min_assurance", to_string(tool.min_assurance)},
          {"channels", words_in(tool.channels)},
          {"modes", words_in(tool.modes)},
          {"roles", words_in(tool.roles)},
          {"timeout_ms", tool.timeout.count()}};
}

/// The tool's own declaration, out of whatever the consumer gathers it into.
json::value declaration_of(const ToolSpec& tool, const ToolExport& target) {
  const ToolSpec* const one[] = {&tool};
  const auto exported = target.compile(one);
  if (!exported) return json::object{{"cannot_be_carried", exported.error().message}};
  const auto& first = exported->tools.at(0);
  const auto* gathered = first.as_object().if_contains("functionDeclarations");
  return gathered ? gathered->at(0) : first;
}

class Comparer {
 public:
  explicit Comparer(std::string tool) : tool_(std::move(tool)) {}

  void compare(const json::value& before, const json::value& after, const std::string& place) {
    const auto* a = before.if_object();
    const auto* b = after.if_object();
    if (!a || !b) {
      if (to_json_text(before) != to_json_text(after)) {
        add(place, Change::Kind::changed, &before, &after);
      }
      return;
    }
    for (const auto& member : *a) {
      const auto inside = place + "/" + schema::escape_pointer(member.key());
      const auto* now = b->if_contains(member.key());
      if (now) {
        compare(member.value(), *now, inside);
      } else {
        add(inside, Change::Kind::removed, &member.value(), nullptr);
      }
    }
    for (const auto& member : *b) {
      if (a->contains(member.key())) continue;
      add(place + "/" + schema::escape_pointer(member.key()), Change::Kind::added, nullptr,
          &member.value());
    }
  }

  void add(const std::string& place, Change::Kind kind, const json::value* before,
           const json::value* after) {
    changes_.push_back({tool_, place, kind, before ? to_json_text(*before) : "",
                        after ? to_json_text(*after) : ""});
  }

  std::vector<Change> changes_;

 private:
  std::string tool_;
};

std::vector<Change> compare_tools(const ToolSpec& before, const ToolSpec& after,
                                  const ToolExport& target) {
  Comparer comparer(after.name);
  comparer.compare(rules_of(before), rules_of(after), "");
  comparer.compare(declaration_of(before, target), declaration_of(after, target), "");
  if (comparer.changes_.empty() && before.digest != after.digest) {
    // What it runs, its answer's schema, its phrases: all there is to say is that they are others.
    const json::value was(before.digest.substr(0, 8)), is(after.digest.substr(0, 8));
    comparer.add("/digest", Change::Kind::changed, &was, &is);
  }
  return std::move(comparer.changes_);
}

std::string cut(const std::string& text) {
  if (text.size() <= kLongestShown) return text;
  auto end = kLongestShown;
  while ((text[end] & 0xc0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

std::string_view word_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::added:
      return "added";
    case Change::Kind::removed:
      return "removed";
    case Change::Kind::changed:
      break;
  }
  return "changed";
}

}  // namespace

std::vector<Change> compare_snapshots(const Snapshot& before, const Snapshot& after,
                                      const ToolExport& target) {
  std::map<std::string, std::pair<const ToolSpec*, const ToolSpec*>> tools;
  for (const auto& tool : before.tools()) tools[tool.name].first = &tool;
  for (const auto& tool : after.tools()) tools[tool.name].second = &tool;
  std::vector<Change> out;
  for (const auto& [name, pair] : tools) {
    const auto& [was, is] = pair;
    if (was == nullptr) {
      out.push_back({name, "", Change::Kind::added, "", to_json_text(declaration_of(*is, target))});
    } else if (is == nullptr) {
      out.push_back(
          {name, "", Change::Kind::removed, to_json_text(declaration_of(*was, target)), ""});
    } else {
      auto changes = compare_tools(*was, *is, target);
      std::move(changes.begin(), changes.end(), std::back_inserter(out));
    }
  }
  return out;
}

std::string render_changes(const std::vector<Change>& changes) {
  std::string out;
  for (const auto& change : changes) {
    out += change.tool + (change.place.empty() ? "" : " " + change.place) + ": " +
           std::string(word_of(change.kind));
    if (change.kind == Change::Kind::changed) {
      out += " from " + cut(change.before) + " to " + cut(change.after);
    } else if (!change.place.empty()) {
      out += " " + cut(change.before + change.after);
    }
    out += "\n";
  }
  return out.empty() ? "the same\n" : out;
}

json::object encode_change(const Change& change) {
  json::object out{{"tool", change.tool}, {"place", change.place}, {"kind", word_of(change.kind)}};
  if (!change.before.empty()) out["before"] = change.before;
  if (!change.after.empty()) out["after"] = change.after;
  return out;
}

}  // namespace callosum::registry
