#include "api/admin_rollout.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/phone_numbers.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

using storage::Rollout;
using Query = std::function<Result<Rollout>(storage::sqlite::Connection&)>;

constexpr auto kTimeout = 5s;
constexpr std::size_t kMostSaid = 1000;  // bytes
constexpr std::array<std::string_view, 3> kModes{"off", "percentage", "on"};
constexpr std::array<std::string_view, 4> kFields{"mode", "percentage", "forward_to", "say"};

Error wrong(std::string message) { return fail(ErrorType::validation, std::move(message)); }

/// A text that is not there is empty.
Result<std::string> read_text(const json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  if (!value || value->is_null()) return std::string();
  if (!value->is_string()) return wrong(std::string(field) + ": expected a text");
  return std::string(value->get_string());
}

Result<void> read_percentage(const json::object& body, Rollout& out) {
  const auto* value = body.if_contains("percentage");
  const bool is_share =
      value && value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= 100;
  if (is_share) out.percentage = static_cast<int>(value->get_int64());
  if (is_share || (!value && out.mode != "percentage")) return {};
  return wrong("percentage: expected a whole number from 0 to 100, with the mode percentage");
}

Result<Rollout> read_body(std::string_view text) {
  const auto parsed = parse_strict(text, {.max_bytes = 8 * 1024, .max_depth = 4});
  if (!parsed) return parsed.error();
  const auto* body = parsed->if_object();
  if (!body) return wrong("the body must be {mode, percentage?, forward_to?, say?}");
  for (const auto& member : *body) {
    if (std::find(kFields.begin(), kFields.end(), member.key()) == kFields.end()) {
      return wrong(std::string(cut_utf8(member.key(), 80)) +
                   ": there is no such field; there are mode, percentage, forward_to, say");
    }
  }
  Rollout out;
  out.mode = text_at(*body, "mode");
  if (std::find(kModes.begin(), kModes.end(), out.mode) == kModes.end()) {
    return wrong("mode: expected off, percentage or on");
  }
  const auto share = read_percentage(*body, out);
  if (!share) return share.error();
  auto forward = read_text(*body, "forward_to");
  if (!forward) return forward.error();
  auto say = read_text(*body, "say");
  if (!say) return say.error();
  out.forward_to = std::move(*forward);
  out.say = std::string(trim(strip_invisible(*say)));
  if (!out.forward_to.empty() && !is_e164(out.forward_to)) {
    return wrong("forward_to: expected E.164, such as +390612345678");
  }
  if (out.say.size() > kMostSaid) return wrong("say: expected at most 1000 bytes");
  return out;
}

json::object encode(const Rollout& rollout) {
  return {{"tenant_id", rollout.tenant_id},
          {"mode", rollout.mode},
          {"percentage", rollout.percentage},
          {"forward_to", rollout.forward_to},
          {"say", rollout.say},
          {"changed_by", rollout.changed_by},
          {"changed_at_ms", rollout.changed_at_ms}};
}

/// Whether callers may be sent there.
Result<void> check_forward(storage::sqlite::Connection& connection, const Rollout& wanted,
                           bool may_forward) {
  if (wanted.forward_to.empty()) return {};
  const auto before = storage::find_rollout(connection, wanted.tenant_id);
  if (!before) return before.error();
  if (wanted.forward_to != before->forward_to && !may_forward) {
    return fail(ErrorType::forbidden,
                "forward_to: to put callers through to another number needs the role operator, "
                "who pays for it");
  }
  const auto ours = storage::find_phone_number(connection, wanted.forward_to);
  if (!ours) return ours.error();
  if (*ours) return wrong("forward_to: that number is answered here, so callers would go round");
  return {};
}

}  // namespace

asio::awaitable<Result<Rollout>> AdminRolloutResource::find(std::string tenant_id) {
  Query query = [tenant_id = std::move(tenant_id)](auto& connection) {
    return storage::find_rollout(connection, tenant_id);
  };
  return parts_.database.read<Rollout>(async::Deadline::after(parts_.time, kTimeout),
                                       std::move(query));
}

asio::awaitable<Result<Rollout>> AdminRolloutResource::change(Rollout wanted, bool may_forward) {
  Query query = [wanted = std::move(wanted), may_forward](auto& connection) -> Result<Rollout> {
    const auto may = check_forward(connection, wanted, may_forward);
    if (!may) return may.error();
    const auto saved = storage::save_rollout(connection, wanted);
    if (!saved) return saved.error();
    return wanted;
  };
  return parts_.database.write<Rollout>(async::Deadline::after(parts_.time, kTimeout),
                                        std::move(query));
}

asio::awaitable<Result<Rollout>> AdminRolloutResource::act(const net::HttpRequest& request,
                                                           auth::Principal principal,
                                                           std::string tenant) {
  Rollout wanted;
  if (verb_ == Verb::change) {
    auto body = read_body(request.body);
    if (!body) co_return body.error();
    wanted = std::move(*body);
  }
  wanted.changed_by = principal.subject;
  wanted.changed_at_ms = epoch_ms(parts_.time.wall_now());
  const bool may_forward = principal.has_role("operator");
  auto finding = parts_.find_tenant(std::move(principal), std::move(tenant));
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  wanted.tenant_id = found->id;
  auto pending = verb_ == Verb::change ? change(std::move(wanted), may_forward) : find(found->id);
  co_return co_await std::move(pending);
}

asio::awaitable<net::HttpResponse> AdminRolloutResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(parts_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  auto acting = act(request, *principal, parts.front());
  const auto rollout = co_await std::move(acting);
  if (!rollout) co_return error_response(rollout.error());
  if (verb_ == Verb::change) {
    parts_.log.info("rollout_changed", {{"tenant_id", rollout->tenant_id},
                                        {"mode", rollout->mode},
                                        {"percentage", rollout->percentage},
                                        {"forward_to", rollout->forward_to},
                                        {"by", rollout->changed_by}});
  }
  co_return net::HttpResponse::json(200, json::serialize(encode(*rollout)));
}

}  // namespace callosum::api
