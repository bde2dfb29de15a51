#include "sim/twilio/twiml.hpp"

#include "base/text.hpp"
#include "sim/twilio/xml.hpp"

namespace callosum::sim::twilio {
namespace {

constexpr std::size_t kMostParameterBytes = 500;

Error bad(std::string message) {
  return fail(ErrorType::validation, "TwiML: " + std::move(message));
}

struct Row {
  std::string_view name;
  VerbKind kind;
};
constexpr Row kVerbs[] = {
    {"Connect", VerbKind::connect}, {"Redirect", VerbKind::redirect}, {"Pause", VerbKind::pause},
    {"Say", VerbKind::say},         {"Play", VerbKind::play},         {"Dial", VerbKind::dial},
    {"Hangup", VerbKind::hang_up},  {"Reject", VerbKind::reject},
};

Result<StreamNoun> read_stream(const XmlElement& element) {
  StreamNoun stream{.url = element.attribute("url"),
                    .name = element.attribute("name"),
                    .status_callback = element.attribute("statusCallback"),
                    .parameters = {}};
  if (!stream.url.starts_with("wss://") && !stream.url.starts_with("ws://")) {
    return bad("<Stream> needs an absolute wss address, not '" + stream.url + "'");
  }
  if (stream.url.find('?') != std::string::npos) return bad("a query in the address of <Stream>");
  for (const auto& child : element.children) {
    if (child.name != "Parameter") return bad("<" + child.name + "> in <Stream>");
    auto name = child.attribute("name");
    auto value = child.attribute("value");
    if (name.empty()) return bad("a <Parameter> without a name");
    if (name.size() + value.size() >= kMostParameterBytes) return bad("a <Parameter> too long");
    stream.parameters.emplace_back(std::move(name), std::move(value));
  }
  return stream;
}

Result<Verb> read_connect(const XmlElement& element, Verb verb) {
  const bool is_one_stream =
      element.children.size() == 1 && element.children.front().name == "Stream";
  if (!is_one_stream) return bad("<Connect> needs one <Stream>");
  auto stream = read_stream(element.children.front());
  if (!stream) return stream.error();
  verb.stream = std::move(*stream);
  return verb;
}

/// `<Dial>` has its number as text or in a noun.
std::string read_number(const XmlElement& element) {
  for (const auto& child : element.children) {
    if (!trim(child.text).empty()) return std::string(trim(child.text));
  }
  return std::string(trim(element.text));
}

Result<Verb> read_verb(const XmlElement& element) {
  const auto* row = std::begin(kVerbs);
  while (row != std::end(kVerbs) && row->name != element.name) ++row;
  if (row == std::end(kVerbs)) return bad("the simulator has no <" + element.name + ">");
  Verb verb{.kind = row->kind,
            .text = std::string(trim(element.text)),
            .action = element.attribute("action"),
            .stream = {},
            .length = std::chrono::seconds(1)};
  if (verb.kind == VerbKind::connect) return read_connect(element, std::move(verb));
  if (verb.kind == VerbKind::dial) verb.text = read_number(element);
  const auto length = element.attribute("length");
  if (verb.kind != VerbKind::pause || length.empty()) return verb;
  if (length.size() > 3 || length.find_first_not_of("0123456789") != std::string::npos) {
    return bad("length='" + length + "'");
  }
  verb.length = std::chrono::seconds(std::stoi(length));
  return verb;
}

}  // namespace

Result<std::vector<Verb>> parse_twiml(std::string_view text) {
  const auto root = parse_xml(text);
  if (!root) return bad(root.error().message);
  if (root->name != "Response") return bad("the root must be <Response>, not " + root->name);
  std::vector<Verb> verbs;
  for (const auto& element : root->children) {
    auto verb = read_verb(element);
    if (!verb) return verb.error();
    verbs.push_back(std::move(*verb));
  }
  return verbs;
}

}  // namespace callosum::sim::twilio
