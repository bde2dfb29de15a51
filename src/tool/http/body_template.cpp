#include "tool/http/body_template.hpp"

#include <set>
#include <string>

#include "base/encoding.hpp"
#include "tool/http/mail_message.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::http {

struct BodyTemplate::Node {
  json::value kind;  ///< an empty object or array; else what stands here, where `text` is none
  std::optional<TextTemplate> text;
  std::vector<std::pair<std::string, NodePtr>> children;  ///< without names in an array
  bool is_mail = false;
};

namespace {

constexpr std::string_view kMail = "$mail";
const std::set<std::string, std::less<>>& mail_members() {
  static const std::set<std::string, std::less<>> kMembers{"to", "cc", "bcc", "subject", "text"};
  return kMembers;
}

/// Null where it is none.
const json::value* mail_in(const json::value& written) {
  const auto* map = written.if_object();
  return map != nullptr && map->size() == 1 ? map->if_contains(kMail) : nullptr;
}

json::value encode_mail(const std::string& text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return json::value(json::string(encode_base64url({bytes, text.size()})));
}

Error at_place(std::string_view member, const Error& error) {
  return fail(ErrorType::validation, std::string(member) + ": " + error.message);
}

}  // namespace

Result<BodyTemplate::NodePtr> BodyTemplate::parse_node(const json::value& written,
                                                       const Names& known) {
  auto node = std::make_shared<Node>();
  const auto add = [&](std::string name, const json::value& child) -> Result<void> {
    auto parsed = parse_node(child, known);
    if (!parsed) return parsed.error();
    node->children.emplace_back(std::move(name), std::move(*parsed));
    return {};
  };
  const auto* mail = mail_in(written);
  const auto* object = mail != nullptr ? mail->if_object() : written.if_object();
  node->is_mail = mail != nullptr;
  if (node->is_mail && object == nullptr) {
    return fail(ErrorType::validation, "$mail: expected a map of to, cc, bcc, subject and text");
  }
  if (object != nullptr) {
    node->kind = json::object();
    for (const auto& member : *object) {
      if (node->is_mail && !mail_members().contains(member.key())) {
        return fail(ErrorType::validation, "$mail." + std::string(member.key()) + ": unknown" +
                                               hint_of(member.key(), mail_members()));
      }
      const auto added = add(member.key(), member.value());
      if (!added) return at_place(member.key(), added.error());
    }
  } else if (const auto* array = written.if_array()) {
    node->kind = json::array();
    for (const auto& item : *array) {
      const auto added = add({}, item);
      if (!added) return added.error();
    }
  } else if (const auto* text = written.if_string()) {
    auto parsed = TextTemplate::parse(*text, known);
    if (!parsed) return parsed.error();
    node->text = std::move(*parsed);
  } else {
    node->kind = written;
  }
  return NodePtr(std::move(node));
}

Result<BodyTemplate> BodyTemplate::parse(const json::value& written, const Names& known) {
  auto root = parse_node(written, known);
  if (!root) return root.error();
  BodyTemplate out;
  out.root_ = std::move(*root);
  return out;
}

Result<std::optional<json::value>> BodyTemplate::fill_node(const Node& node,
                                                           const json::object& arguments) {
  if (node.text) {
    if (const auto name = node.text->only_argument(); !name.empty()) {
      const auto* value = find_argument(arguments, name);
      return value == nullptr ? std::optional<json::value>() : std::optional<json::value>(*value);
    }
    auto filled = node.text->fill(arguments);
    if (!filled) return filled.error();
    if (!*filled) return std::optional<json::value>();
    return std::optional<json::value>(json::value(json::string(**filled)));
  }
  json::value out = node.kind;
  for (const auto& [name, child] : node.children) {
    auto filled = fill_node(*child, arguments);
    if (!filled) return filled.error();
    if (!*filled) continue;
    if (auto* object = out.if_object()) {
      object->insert_or_assign(name, std::move(**filled));
    } else {
      out.get_array().push_back(std::move(**filled));
    }
  }
  if (!node.is_mail) return std::optional<json::value>(std::move(out));
  const auto message = write_mail(out);
  if (!message) return message.error();
  return std::optional<json::value>(encode_mail(*message));
}

Result<json::value> BodyTemplate::fill(const json::object& arguments) const {
  auto filled = fill_node(*root_, arguments);
  if (!filled) return filled.error();
  return *filled ? std::move(**filled) : json::value(nullptr);
}

}  // namespace callosum::tool::http
