#include "api/update_tools.hpp"

#include <boost/json/serialize.hpp>

#include "api/session_desk.hpp"
#include "api/status_error.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr std::size_t kMostTools = 256;

Error invalid(std::string message) { return fail(ErrorType::validation, std::move(message)); }

Result<void> read_ids(const json::object& fields, UpdateToolsWish& wish) {
  for (const auto* key : {"session_id", "openai_session_id"}) {
    const auto* value = fields.if_contains(key);
    if (!value || value->is_null()) continue;
    if (!value->is_string()) return invalid(std::string(key) + ": expected a string");
    if (!value->get_string().empty()) wish.ids.emplace_back(value->get_string());
  }
  if (wish.ids.empty()) {
    return invalid(
        "session_id or openai_session_id is required: the id of a live session of yours");
  }
  return {};
}

Result<void> read_change(const json::object& fields, UpdateToolsWish& wish) {
  const auto* mode = fields.if_contains("mode");
  const auto* tools = fields.if_contains("active_tools");
  if (!!mode == !!tools) return invalid("expected either mode or active_tools");
  if (mode) {
    if (!mode->is_string()) return invalid("mode: expected a string");
    wish.mode = std::string(mode->get_string());
    return {};
  }
  const auto* list = tools->if_array();
  if (!list || list->size() > kMostTools) {
    return invalid("active_tools: expected a list of at most " + std::to_string(kMostTools) +
                   " names");
  }
  wish.only.emplace();
  for (const auto& name : *list) {
    if (!name.is_string()) return invalid("active_tools: expected names");
    wish.only->emplace_back(name.get_string());
  }
  return {};
}

Result<UpdateToolsWish> read_body(std::string_view text) {
  const auto body = parse_strict(text, {.max_bytes = 64 * 1024, .max_depth = 4});
  if (!body) return body.error();
  const auto* fields = body->if_object();
  if (!fields) return invalid("the body must be a JSON object");
  for (const auto& member : *fields) {
    const std::string_view key = member.key();
    const bool is_known =
        key == "session_id" || key == "openai_session_id" || key == "mode" || key == "active_tools";
    if (!is_known) {
      return invalid(std::string(key) +
                     ": there is no such field; expected session_id or openai_session_id, and mode "
                     "or active_tools");
    }
  }
  UpdateToolsWish wish;
  const auto ids = read_ids(*fields, wish);
  if (!ids) return ids.error();
  const auto change = read_change(*fields, wish);
  if (!change) return change.error();
  return wish;
}

}  // namespace

asio::awaitable<net::HttpResponse> UpdateToolsResource::handle(const net::HttpRequest& request,
                                                               const std::vector<std::string>&) {
  const auto principal = parts_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  auto wish = read_body(request.body);
  if (!wish) co_return status_error(400, wish.error().message);
  auto updating = parts_.update(*principal, std::move(*wish));
  const auto updated = co_await std::move(updating);
  if (!updated) {
    const auto& error = updated.error();
    if (error.type == ErrorType::session_inactive) co_return status_error(404, error.message);
    if (error.type == ErrorType::not_loaded) co_return status_error(409, error.message);
    // Which of them, and why: the user's own affair.
    if (error.type == ErrorType::forbidden) co_return status_error(403, error.message);
    co_return status_error(error, parts_.random, parts_.log);
  }
  const json::object data{{"session_id", updated->session_id},     {"mode", updated->mode},
                          {"account", updated->account},           {"epoch", updated->epoch},
                          {"active_tools", updated->active_tools}, {"tools", updated->tools}};
  co_return net::HttpResponse::json(
      200, json::serialize(json::object{{"status", "success"}, {"data", data}}));
}

}  // namespace callosum::api
