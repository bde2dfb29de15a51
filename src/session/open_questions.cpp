#include "session/open_questions.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::session {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostBytes = 16 * 1024;  // of one question's arguments

std::int64_t number_at(const json::object& fields, std::string_view key) {
  const auto* value = fields.if_contains(key);
  return value && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

std::string encode_questions(const OpenQuestions& heard) {
  json::array list;
  for (const auto& each : heard) {
    if (each.arguments.size() > kMostBytes) continue;
    list.push_back(json::object{{"token", each.token},
                                {"tool_id", each.tool},
                                {"tool", each.name},
                                {"arguments_hash", each.arguments_hash},
                                {"arguments", each.arguments},
                                {"raised", each.is_raised},
                                {"asked_at_ms", each.asked_at_ms},
                                {"expires_at_ms", each.expires_at_ms}});
  }
  return list.empty() ? std::string() : json::serialize(list);
}

OpenQuestions decode_questions(std::string_view text, std::int64_t now_ms) {
  OpenQuestions out;
  if (text.empty()) return out;
  const auto parsed = parse_strict(text);
  const auto* list = parsed ? parsed->if_array() : nullptr;
  if (!list) return out;
  for (const auto& item : *list) {
    const auto* fields = item.if_object();
    if (!fields) continue;
    policy::Questions::Question question;
    question.token = text_at(*fields, "token");
    question.tool = text_at(*fields, "tool_id");
    question.name = text_at(*fields, "tool");
    question.arguments_hash = text_at(*fields, "arguments_hash");
    question.arguments = text_at(*fields, "arguments");
    const auto* raised = fields->if_contains("raised");
    question.is_raised = raised && raised->is_bool() && raised->get_bool();
    question.asked_at_ms = number_at(*fields, "asked_at_ms");
    question.expires_at_ms = number_at(*fields, "expires_at_ms");
    if (!question.token.empty() && question.expires_at_ms > now_ms) {
      out.push_back(std::move(question));
    }
  }
  return out;
}

std::string encode_untrusted(const policy::UntrustedText& text) {
  if (!text.has_come()) return {};
  json::array swayed;
  for (const auto& act : text.swayed()) swayed.emplace_back(act);
  return json::serialize(json::object{{"has_come", true}, {"swayed", std::move(swayed)}});
}

void restore_untrusted(std::string_view row, policy::UntrustedText& text) {
  if (row.empty()) return;
  std::vector<std::string> acts;
  const auto parsed = parse_strict(row);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  const auto* swayed = fields ? find_array(*fields, "swayed") : nullptr;
  if (swayed) {
    for (const auto& act : *swayed) {
      if (act.is_string()) acts.emplace_back(act.get_string());
    }
  }
  text.restore(acts);
}

std::string encode_answered(const policy::AnsweredCalls& calls) {
  json::array list;
  for (const auto& made : calls.all()) {
    json::object arguments;
    for (const auto& [name, hash] : made.arguments) arguments[name] = hash;
    list.push_back(json::object{{"tool", made.tool}, {"arguments", std::move(arguments)}});
  }
  return list.empty() ? std::string() : json::serialize(list);
}

void restore_answered(std::string_view row, policy::AnsweredCalls& calls) {
  if (row.empty()) return;
  const auto parsed = parse_strict(row);
  const auto* list = parsed ? parsed->if_array() : nullptr;
  if (!list) return;
  for (const auto& item : *list) {
    const auto* fields = item.if_object();
    const auto* arguments = fields ? find_object(*fields, "arguments") : nullptr;
    if (!arguments) continue;
    policy::AnsweredCalls::Made made{std::string(text_at(*fields, "tool")), {}};
    for (const auto& [name, hash] : *arguments) {
      if (hash.is_string()) made.arguments.emplace(name, hash.get_string());
    }
    calls.restore(std::move(made));
  }
}

}  // namespace callosum::session
