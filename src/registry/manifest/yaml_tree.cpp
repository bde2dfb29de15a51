#include "registry/manifest/yaml_tree.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "base/text.hpp"

namespace callosum::registry {
namespace {

/// Ends the reading of a document that is beyond what a manifest may hold.
struct Stop {
  int line;
  std::string message;
};

int line_of(const YAML::Mark& mark) { return mark.line < 0 ? 0 : mark.line + 1; }

/// What a node costs when it is copied: nodes and bytes, with everything inside.
std::size_t weight_of(const YamlNode& node) {
  std::size_t weight = 1 + node.text.size();
  for (const auto& item : node.items) weight += weight_of(item);
  for (const auto& member : node.members) weight += member.key.size() + weight_of(member.value);
  return weight;
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t deepest = 0;
  for (const auto& item : node.items) deepest = std::max(deepest, depth_of(item));
  for (const auto& member : node.members) deepest = std::max(deepest, depth_of(member.value));
  return deepest + (node.is_map() || node.is_sequence() ? 1 : 0);
}

/// Builds the tree from yaml-cpp's events; an alias becomes a copy of what it names. The library's
/// own node graph would lose the key's line, let the last of two equal keys win, and grow without
/// bound when walked.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode take_root() { return std::move(root_); }
  bool has_root() const { return has_root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    put({.kind = YamlNode::Kind::null, .is_plain = true, .line = line_of(mark)}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto named = anchors_.find(anchor);
    if (named == anchors_.end()) throw Stop{line_of(mark), "an alias inside of what it names"};
    const auto& [node, weight] = named->second;
    copied_ += weight;
    if (copied_ > kMaxCopied) {
      throw Stop{line_of(mark),
                 "aliases that grow beyond " + std::to_string(kMaxCopied) + " bytes"};
    }
    check_depth(open_.size() + depth_of(node), line_of(mark));
    put(node, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    put({.kind = YamlNode::Kind::scalar,
         .text = value,
         .is_plain = tag == "?",
         .line = line_of(mark)},
        anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  static constexpr std::size_t kMaxCopied = 1 << 20;

  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<YamlMember> member;  // of a map: its key has come, its value not yet
  };
  struct Named {
    YamlNode node;
    std::size_t weight;
  };

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag == "?" || tag == "!" || tag.empty()) return;
    throw Stop{line_of(mark), "a tag (!type) is not read; quote what is text"};
  }

  static void check_depth(std::size_t depth, int line) {
    if (depth <= kMaxManifestDepth) return;
    throw Stop{line, "nested deeper than " + std::to_string(kMaxManifestDepth) + " levels"};
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    check_depth(open_.size() + 1, line_of(mark));
    open_.push_back({{.kind = kind, .line = line_of(mark)}, anchor, std::nullopt});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    const auto anchor = open_.back().anchor;
    open_.pop_back();
    put(std::move(node), anchor);
  }

  void put(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      const auto weight = weight_of(node);
      copied_ += weight;  // anchors within anchors are copied at each level
      anchors_.insert_or_assign(anchor, Named{node, weight});
    }
    if (open_.empty()) {
      root_ = std::move(node);
      has_root_ = true;
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.member) {
      if (node.kind != YamlNode::Kind::scalar) {
        throw Stop{node.line, "a key must be text; quote it"};
      }
      parent.member = YamlMember{std::move(node.text), node.line, {}};
    } else {
      parent.member->value = std::move(node);
      parent.node.members.push_back(std::move(*parent.member));
      parent.member.reset();
    }
  }

  std::vector<Open> open_;
  std::map<YAML::anchor_t, Named> anchors_;
  std::size_t copied_ = 0;
  YamlNode root_;
  bool has_root_ = false;
};

/// Reports each key that a map has twice and keeps its first value.
void drop_duplicate_keys(YamlNode& node, const std::string& path, Report& report) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    drop_duplicate_keys(node.items[i], path + "[" + std::to_string(i) + "]", report);
  }
  std::set<std::string> seen;
  std::vector<YamlMember> kept;
  kept.reserve(node.members.size());
  for (auto& member : node.members) {
    const std::string field = path.empty() ? member.key : path + "." + member.key;
    if (!seen.insert(member.key).second) {
      report.problem(member.line, field, "this key is here twice; expected it once");
      continue;
    }
    drop_duplicate_keys(member.value, field, report);
    kept.push_back(std::move(member));
  }
  node.members = std::move(kept);
}

bool is_readable(std::string_view text, Report& report) {
  if (text.size() > kMaxManifestBytes) {
    report.problem(1, "", "larger than " + std::to_string(kMaxManifestBytes) + " bytes");
    return false;
  }
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
    report.problem(1, "", "not UTF-8 text");
    return false;
  }
  return true;
}

}  // namespace

const YamlMember* YamlNode::find(std::string_view key) const {
  for (const auto& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

std::optional<YamlNode> parse_yaml(std::string_view text, Report& report) {
  if (!is_readable(text, report)) return std::nullopt;
  TreeBuilder builder;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      report.problem(1, "", "more than one YAML document; expected one");
      return std::nullopt;
    }
  } catch (const Stop& stop) {
    report.problem(stop.line, "", stop.message);
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    report.problem(line_of(error.mark), "", "not YAML: " + error.msg);
    return std::nullopt;
  }
  if (!builder.has_root()) {
    report.problem(1, "", "empty; expected a map with `pack`, `version` and `tools`");
    return std::nullopt;
  }
  YamlNode root = builder.take_root();
  drop_duplicate_keys(root, "", report);
  return root;
}

}  // namespace callosum::registry
