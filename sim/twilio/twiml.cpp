#include "sim/twilio/twiml.hpp"

#include <algorithm>
#include <cctype>
#include <span>

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
constexpr Row kPlivoVerbs[] = {
    {"Stream", VerbKind::connect}, {"Redirect", VerbKind::redirect}, {"Wait", VerbKind::pause},
    {"Speak", VerbKind::say},      {"Play", VerbKind::play},         {"Dial", VerbKind::dial},
    {"Hangup", VerbKind::hang_up},
};
constexpr Row kVerbs[] = {
    {"Connect", VerbKind::connect}, {"Redirect", VerbKind::redirect}, {"Pause", VerbKind::pause},
    {"Say", VerbKind::say},         {"Play", VerbKind::play},         {"Dial", VerbKind::dial},
    {"Hangup", VerbKind::hang_up},  {"Reject", VerbKind::reject},
};

/// What an attribute has to be for a call to be heard and answered.
struct Needed {
  std::string_view name, value;
};
constexpr Needed kTelnyxStream[] = {{"bidirectionalMode", "rtp"},
                                    {"bidirectionalCodec", "PCMU"},
                                    {"codec", "PCMU"},
                                    {"enableReconnect", "false"}};
constexpr Needed kPlivoStream[] = {{"bidirectional", "true"},
                                   {"keepCallAlive", "true"},
                                   {"contentType", "audio/x-mulaw;rate=8000"}};

Result<void> check_needed(const XmlElement& element, std::span<const Needed> needed) {
  for (const auto& [name, value] : needed) {
    if (element.attribute(name) == value) continue;
    return bad("<Stream> without " + std::string(name) + "='" + std::string(value) + "'");
  }
  return {};
}

/// `a=1,b=2`: of letters and digits, at most 512 bytes.
Result<FormFields> read_headers(const std::string& text) {
  constexpr std::size_t kMostBytes = 512;
  if (text.size() > kMostBytes) return bad("extraHeaders too long");
  FormFields out;
  for (const auto pair : split(text, ',')) {
    const auto equals = pair.find('=');
    const auto is_plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    const auto name = pair.substr(0, equals);
    const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    const bool fits = !name.empty() && !value.empty() &&
                      std::all_of(name.begin(), name.end(), is_plain) &&
                      std::all_of(value.begin(), value.end(), is_plain);
    if (!fits) return bad("extraHeaders='" + text + "'");
    out.emplace_back(name, value);
  }
  return out;
}

Result<void> check_address(const std::string& url) {
  if (!url.starts_with("wss://") && !url.starts_with("ws://")) {
    return bad("<Stream> needs an absolute wss address, not '" + url + "'");
  }
  if (url.find('?') != std::string::npos) return bad("a query in the address of <Stream>");
  return {};
}

/// Plivo's: the address is its text.
Result<StreamNoun> read_bare_stream(const XmlElement& element) {
  StreamNoun stream{.url = std::string(trim(element.text)),
                    .name = {},
                    .status_callback = element.attribute("statusCallbackUrl"),
                    .parameters = {}};
  auto checked = check_address(stream.url);
  if (checked) checked = check_needed(element, kPlivoStream);
  if (!checked) return checked.error();
  const auto headers = element.attribute("extraHeaders");
  if (headers.empty()) return stream;
  auto read = read_headers(headers);
  if (!read) return read.error();
  stream.parameters = std::move(*read);
  return stream;
}

Result<StreamNoun> read_stream(const XmlElement& element) {
  StreamNoun stream{.url = element.attribute("url"),
                    .name = element.attribute("name"),
                    .status_callback = element.attribute("statusCallback"),
                    .parameters = {}};
  const auto checked = check_address(stream.url);
  if (!checked) return checked.error();
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

Result<Verb> read_connect(const XmlElement& element, Verb verb, CarrierKind carrier) {
  if (carrier == CarrierKind::plivo) {
    auto bare = read_bare_stream(element);
    if (!bare) return bare.error();
    verb.text.clear();
    verb.stream = std::move(*bare);
    return verb;
  }
  const bool is_one_stream =
      element.children.size() == 1 && element.children.front().name == "Stream";
  if (!is_one_stream) return bad("<Connect> needs one <Stream>");
  auto stream = read_stream(element.children.front());
  if (!stream) return stream.error();
  if (carrier == CarrierKind::telnyx) {
    const auto checked = check_needed(element.children.front(), kTelnyxStream);
    if (!checked) return checked.error();
  }
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

Result<Verb> read_verb(const XmlElement& element, CarrierKind carrier) {
  const auto rows = carrier == CarrierKind::plivo ? std::span<const Row>(kPlivoVerbs) : kVerbs;
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Row& one) { return one.name == element.name; });
  if (row == rows.end()) return bad("the simulator has no <" + element.name + ">");
  Verb verb{.kind = row->kind,
            .text = std::string(trim(element.text)),
            .action = element.attribute("action"),
            .stream = {},
            .length = std::chrono::seconds(1)};
  if (verb.kind == VerbKind::connect) {
    return read_connect(element, std::move(verb), carrier);
  }
  const bool is_refusal = verb.kind == VerbKind::hang_up && !element.attribute("reason").empty();
  if (is_refusal) verb.kind = VerbKind::reject;
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

Result<std::vector<Verb>> parse_twiml(std::string_view text, CarrierKind carrier) {
  const auto root = parse_xml(text);
  if (!root) return bad(root.error().message);
  if (root->name != "Response") return bad("the root must be <Response>, not " + root->name);
  std::vector<Verb> verbs;
  for (const auto& element : root->children) {
    auto verb = read_verb(element, carrier);
    if (!verb) return verb.error();
    verbs.push_back(std::move(*verb));
  }
  return verbs;
}

}  // namespace callosum::sim::twilio
