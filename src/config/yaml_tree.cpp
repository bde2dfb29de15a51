#include "config/yaml_tree.hpp"

#include <set>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.hpp"

namespace callosum::config {
namespace {

/// Ends the parse; caught in parse_yaml, where yaml-cpp's own exceptions end too.
struct Refused {
  int line;
  std::string message;
};

int line_of(const YAML::Mark& mark) { return mark.line + 1; }

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlLimits& limits) : limits_(limits) {}
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (seen_document_) throw Refused{line_of(mark), "expected one YAML document, not several"};
    seen_document_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    put(make(YamlNode::Type::null, mark, "", anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{line_of(mark), "aliases (*name) are not allowed here"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(YamlNode::Type::scalar, mark, tag, anchor);
    const bool plain = tag == "?";
    const bool is_null = plain && (value == "~" || value == "null" || value.empty());
    if (is_null) node.type = YamlNode::Type::null;
    node.text = value;
    put(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(YamlNode::Type::list, mark, tag, anchor));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(YamlNode::Type::map, mark, tag, anchor));
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    std::set<std::string> keys;
    bool has_key = false;
    YamlNode key;
  };

  YamlNode make(YamlNode::Type type, const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{line_of(mark), "anchors (&name) are not allowed here"};
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{line_of(mark), "tags (!name) are not allowed here"};
    }
    if (++nodes_ > limits_.max_nodes) throw Refused{line_of(mark), "too many values"};
    YamlNode node;
    node.type = type;
    node.line = line_of(mark);
    return node;
  }

  void open(YamlNode node) {
    if (frames_.size() >= limits_.max_depth) {
      throw Refused{node.line,
                    "nested deeper than " + std::to_string(limits_.max_depth) + " levels"};
    }
    frames_.push_back({std::move(node), {}, false, {}});
  }

  void close() {
    YamlNode node = std::move(frames_.back().node);
    frames_.pop_back();
    put(std::move(node));
  }

  void put(YamlNode node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.type == YamlNode::Type::list) {
      frame.node.items.push_back(std::move(node));
    } else if (frame.has_key) {
      // yaml-cpp marks a missing value where the next thing stands.
      if (node.type == YamlNode::Type::null) node.line = frame.key.line;
      frame.node.members.emplace_back(std::move(frame.key), std::move(node));
      frame.has_key = false;
    } else {
      take_key(frame, std::move(node));
    }
  }

  static void take_key(Frame& frame, YamlNode key) {
    if (key.type != YamlNode::Type::scalar) throw Refused{key.line, "expected a name as key"};
    if (!frame.keys.insert(key.text).second) {
      throw Refused{key.line, "the key \"" + key.text.substr(0, 80) + "\" is there twice"};
    }
    frame.key = std::move(key);
    frame.has_key = true;
  }

  YamlLimits limits_;
  bool seen_document_ = false;
  std::size_t nodes_ = 0;
  std::vector<Frame> frames_;
  YamlNode root_;
};

Error refuse(int line, const std::string& message) {
  return fail(ErrorType::validation, std::to_string(line) + ": " + message);
}

}  // namespace

Result<YamlNode> parse_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return refuse(1, "larger than " + std::to_string(limits.max_bytes) + " bytes");
  }
  const auto odd = text.find('\0');
  if (!is_valid_utf8(text) || odd != std::string_view::npos) return refuse(1, "not a UTF-8 text");

  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(limits);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refused& refused) {
    return refuse(refused.line, refused.message);
  } catch (const YAML::Exception& e) {
    return refuse(e.mark.is_null() ? 1 : line_of(e.mark), "not valid YAML: " + e.msg);
  } catch (const std::exception& e) {
    return refuse(1, std::string("not valid YAML: ") + e.what());
  }
}

}  // namespace callosum::config
