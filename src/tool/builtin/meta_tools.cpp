#include "tool/builtin/meta_tools.hpp"

#include "base/json.hpp"

namespace callosum::tool::builtin {
namespace {

namespace asio = boost::asio;
using Outcome = Result<ToolOutput>;

constexpr std::size_t kMostFound = 5;

Error no_sessions() { return fail(ErrorType::session_inactive, "that is for a live conversation"); }

Outcome to_output(SessionTools::Answer answer) {
  if (!answer) return answer.error();
  ToolOutput output;
  output.data = std::move(*answer);
  return output;
}

std::string argument(const Invocation& invocation, std::string_view name) {
  return std::string(text_at(invocation.arguments, name));
}

asio::awaitable<Outcome> at_once(Outcome outcome) { co_return outcome; }

asio::awaitable<Outcome> search(SessionTools& sessions, const Invocation& invocation,
                                async::Deadline deadline) {
  const auto* limit = invocation.arguments.if_contains("limit");
  const auto most =
      limit && limit->is_int64() ? static_cast<std::size_t>(limit->get_int64()) : kMostFound;
  auto searching =
      sessions.search_tools(invocation.context, argument(invocation, "query"), most, deadline);
  auto found = co_await std::move(searching);
  co_return to_output(std::move(found));
}

Outcome say_goodbye() {
  ToolOutput output;
  output.data = json::object{{"ended", true}};
  output.intents.push_back(
      {registry::Intent::end_voice_session, std::string(registry::kWholeSession)});
  return output;
}

}  // namespace

void add_meta_tools(BuiltinKind& kind, SessionTools* sessions) {
  using registry::kDescribeTool;
  const auto add = [&](std::string_view name, const auto& ask) {
    kind.add(std::string(name), [sessions, ask](const Invocation& invocation, async::Deadline) {
      return at_once(sessions ? to_output(ask(*sessions, invocation)) : Outcome(no_sessions()));
    });
  };
  add(registry::kSetMode, [](SessionTools& to, const Invocation& invocation) {
    return to.set_mode(invocation.context, argument(invocation, "mode"));
  });
  add(registry::kSelectAccount, [](SessionTools& to, const Invocation& invocation) {
    return to.select_account(invocation.context, argument(invocation, "account"));
  });
  add(kDescribeTool, [](SessionTools& to, const Invocation& invocation) {
    return to.describe_tool(invocation.context, argument(invocation, "tool"));
  });
  // A conversation runs the tool itself that this names; only other doors come here.
  add(registry::kRunTool, [](SessionTools&, const Invocation&) -> SessionTools::Answer {
    return fail(ErrorType::validation, "there is no such tool here; search_tools finds some");
  });
  kind.add(std::string(registry::kSearchTools),
           [sessions](const Invocation& invocation, async::Deadline deadline) {
             return sessions ? search(*sessions, invocation, deadline) : at_once(no_sessions());
           });
  kind.add(std::string(registry::kEndSession),
           [](const Invocation&, async::Deadline) { return at_once(say_goodbye()); });
}

}  // namespace callosum::tool::builtin
