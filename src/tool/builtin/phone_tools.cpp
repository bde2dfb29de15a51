#include "tool/builtin/phone_tools.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::tool::builtin {
namespace {

namespace asio = boost::asio;
using Outcome = Result<ToolOutput>;
using registry::Intent;

constexpr std::size_t kMostDigits = 32;

asio::awaitable<Outcome> at_once(Outcome outcome) { co_return outcome; }

ToolOutput with_intent(json::object data, Intent intent, std::string argument) {
  ToolOutput output;
  output.data = std::move(data);
  output.intents.push_back({intent, std::move(argument)});
  return output;
}

Outcome hang_up(const Invocation&) {
  return with_intent({{"ended", true}}, Intent::end_voice_session,
                     std::string(registry::kWholeSession));
}

/// To a name that somebody has given a number; never to a number.
Outcome transfer(const Invocation& invocation) {
  const auto& known = invocation.context.transfers;
  if (!known || known->empty()) {
    return fail(ErrorType::not_found,
                "this call cannot be transferred to anybody; offer to take a message");
  }
  const auto wanted = fold_name(text_at(invocation.arguments, "to"));
  std::vector<std::string> names;
  for (const auto& [name, number] : *known) {
    if (fold_name(name) == wanted) {
      return with_intent({{"transferred_to", name}}, Intent::transfer_call, name);
    }
    names.push_back(name);
  }
  return fail(ErrorType::not_found,
              "there is nobody of that name; calls are transferred to " + join(names, " or "));
}

Outcome press(const Invocation& invocation) {
  const std::string digits(text_at(invocation.arguments, "digits"));
  const bool is_good = !digits.empty() && digits.size() <= kMostDigits &&
                       digits.find_first_not_of("0123456789*#") == std::string::npos;
  if (!is_good) return fail(ErrorType::validation, "digits: expected 0 to 9, * and #, 32 at most");
  return with_intent({{"pressed", digits.size()}}, Intent::send_digits, digits);
}

}  // namespace

void add_phone_tools(BuiltinKind& kind) {
  const auto add = [&kind](std::string name, Outcome (*act)(const Invocation&)) {
    kind.add(std::move(name), [act](const Invocation& invocation, async::Deadline) {
      const bool is_call = !invocation.context.call_sid.empty();
      return at_once(is_call ? act(invocation)
                             : fail(ErrorType::session_inactive, "that is for a phone call"));
    });
  };
  add("hang_up", hang_up);
  add("transfer_call", transfer);
  add("send_dtmf", press);
}

}  // namespace callosum::tool::builtin
