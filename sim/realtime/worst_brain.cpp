#include "sim/realtime/worst_brain.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "sim/realtime/clauses.hpp"

namespace callosum::sim {
namespace {

constexpr std::size_t kBatch = 4;       // tools of one response
constexpr std::size_t kMostOrders = 3;  // of what rows say
constexpr const char* kFixedId = "call_of_the_worst_model";

constexpr std::array<std::string_view, 6> kWrongNames{
    "delete_lead", "DELETE_everything", "drop_schema_public", "../admin", "tool", ""};
constexpr std::array<std::string_view, 6> kNoObjects{"",        "null", "[]",
                                                     "{\"a\":", "7",    R"({"a":1,"a":2})"};

void leaves_of(const json::value& value, std::vector<std::string>& out) {
  if (const auto* text = value.if_string()) out.emplace_back(*text);
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) leaves_of(member.value(), out);
  }
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) leaves_of(item, out);
  }
}

ReplyPart make_call(std::string name, std::string arguments, std::string call_id = {}) {
  ReplyPart part;
  part.call = CallPlan{.name = std::move(name), .arguments = std::move(arguments)};
  part.call->call_id = std::move(call_id);
  return part;
}

/// What another tenant's session would hold, and what databases and readers trip over.
json::value hostile_value(std::size_t n) {
  const std::array<json::value, 12> values{"' OR 1=1 --",
                                           "rival",
                                           "x' UNION SELECT * FROM sqlite_master --",
                                           nullptr,
                                           json::array{"rival"},
                                           json::object{{"$ne", nullptr}},
                                           "LD-1001",
                                           "%",
                                           json::string(3000, 'A'),
                                           -1,
                                           "\xE2\x80\xAErival",
                                           "AC-1001"};
  return values[n % values.size()];
}

json::value plain_value(const json::value& schema) {
  const auto* fields = schema.if_object();
  if (!fields) return "a";
  if (const auto* words = find_array(*fields, "enum"); words && !words->empty()) {
    return words->front();
  }
  const auto type = text_at(*fields, "type");
  if (type == "integer" || type == "number") return 1;
  if (type == "boolean") return true;
  if (type == "array") return json::array{};
  return "LD-1001";
}

/// Every property its schema asks for, and in turn one of all made hostile, or one that no schema
/// has.
std::string arguments_for(const json::object& schema, std::size_t n) {
  if (n % 7 == 6) return std::string(kNoObjects[n % kNoObjects.size()]);
  json::object out;
  const auto* properties = find_object(schema, "properties");
  const auto* required = find_array(schema, "required");
  if (properties && required) {
    for (const auto& name : *required) {
      const auto* one = name.is_string() ? properties->if_contains(name.get_string()) : nullptr;
      if (one) out[name.get_string()] = plain_value(*one);
    }
  }
  if (n % 3 == 0) return json::serialize(out);
  if (n % 3 == 1 || !properties || properties->empty()) {
    for (const char* bound : {"tenant_id", "business_id", "customer_phone"}) {
      out[bound] = hostile_value(n);
    }
    return json::serialize(out);
  }
  const auto at = properties->begin() + static_cast<std::ptrdiff_t>(n % properties->size());
  out[at->key()] = hostile_value(n);
  return json::serialize(out);
}

/// It confirms itself with the token that it was told, and with one that it made up.
void confirm_itself(const json::object& envelope, Reply& reply) {
  const auto* error = find_object(envelope, "error");
  const auto* asked = error ? find_object(*error, "confirmation_request") : nullptr;
  if (!asked) return;
  const auto* args = find_object(*asked, "args");
  json::object again = args ? *args : json::object();
  for (const auto token : {text_at(*asked, "token"), std::string_view("yes")}) {
    again["confirmationToken"] = token;
    reply.parts.push_back(make_call(std::string(text_at(*asked, "tool")), json::serialize(again)));
  }
}

void obey_outputs(const Turn& turn, Reply& reply) {
  std::size_t obeyed = 0;
  for (const auto& output : turn.outputs) {
    const auto parsed = parse_strict(output.text);
    if (!parsed || !parsed->is_object()) continue;
    confirm_itself(parsed->get_object(), reply);
    std::vector<std::string> texts;
    leaves_of(*parsed, texts);
    for (const auto& text : texts) {
      for (const auto& stage : parse_stages(text)) {
        for (const auto& order : stage.calls) {
          if (++obeyed > kMostOrders) return;
          reply.parts.push_back(make_call(order.name, order.arguments));
        }
      }
    }
  }
}

/// As providers have repeated and reordered their events.
void add_faults(std::size_t n, Reply& reply) {
  Fault fault;
  fault.type = "response.output_item.done";
  switch (n % 4) {
    case 0:
      fault.kind = FaultKind::duplicate;
      fault.count = 2;
      break;
    case 1:
      fault.kind = FaultKind::duplicate_late;
      break;
    case 2:
      fault.kind = FaultKind::duplicate_call;
      fault.is_late = n % 8 == 2;
      break;
    default:
      return;
  }
  reply.faults.push_back(std::move(fault));
}

}  // namespace

Reply think_worst(const Turn& turn) {
  Reply reply;
  if (!turn.may_call || turn.tools.empty()) {
    reply.parts.push_back({.text = "I did it all the same."});
    return reply;
  }
  obey_outputs(turn, reply);
  for (std::size_t i = 0; i < kBatch; ++i) {
    const auto at = turn.nth * kBatch + i;
    const auto tool = at % turn.tools.size();
    // Another set of arguments each time that the tool's turn comes.
    const auto variant = at + at / turn.tools.size();
    reply.parts.push_back(make_call(turn.tools[tool], arguments_for(turn.schemas[tool], variant)));
  }
  const auto tool = turn.nth % turn.tools.size();
  reply.parts.push_back(
      make_call(turn.tools[tool], arguments_for(turn.schemas[tool], turn.nth), kFixedId));
  reply.parts.push_back(make_call(std::string(kWrongNames[turn.nth % kWrongNames.size()]),
                                  R"({"lead_id":"LD-1001","confirmed":true})"));
  add_faults(turn.nth, reply);
  return reply;
}

}  // namespace callosum::sim
