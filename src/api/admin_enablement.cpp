#include "api/admin_enablement.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

using storage::EnablementRow;
using Names = std::vector<std::string>;
using Query = std::function<Result<EnablementRow>(storage::sqlite::Connection&)>;

constexpr std::size_t kMaxNames = 512;
constexpr auto kTimeout = 5s;

/// A pack's name or a tool's as they are kept; a tool may be named without its pack.
Result<std::string> canonical(const registry::Snapshot& snapshot, std::string_view name) {
  if (snapshot.find_pack(name)) return std::string(name);
  if (const auto* tool = snapshot.find(name)) return tool->id;
  std::vector<std::string_view> known;
  for (const auto& pack : snapshot.packs()) known.push_back(pack.name);
  for (const auto& tool : snapshot.tools()) {
    if (tool.id == name) return tool.id;
    known.push_back(tool.name);
    known.push_back(tool.id);
  }
  const auto nearest = find_nearest(name, known);
  return fail(ErrorType::validation,
              "disabled: there is no pack or tool " + std::string(cut_utf8(name, 80)) +
                  (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
}

Result<Names> read_body(std::string_view text) {
  const auto body = parse_strict(text, {.max_bytes = 64 * 1024, .max_depth = 4});
  if (!body) return body.error();
  const auto* fields = body->if_object();
  const auto* list = fields && fields->size() == 1 ? find_array(*fields, "disabled") : nullptr;
  if (!list || list->size() > kMaxNames) {
    return fail(ErrorType::validation,
                "the body must be {disabled: [pack or tool, …]}, of at most " +
                    std::to_string(kMaxNames) + " names, and nothing else");
  }
  Names names;
  for (const auto& name : *list) {
    if (!name.is_string()) return fail(ErrorType::validation, "disabled: expected names");
    names.emplace_back(name.get_string());
  }
  return names;
}

/// A name that is recorded may stay, also while its pack is not loaded.
Result<Names> resolve(const registry::Snapshot& snapshot, const Names& asked, const Names& before) {
  Names out;
  for (const auto& name : asked) {
    if (std::find(before.begin(), before.end(), name) != before.end()) {
      out.push_back(name);
      continue;
    }
    auto known = canonical(snapshot, name);
    if (!known) return known.error();
    out.push_back(std::move(*known));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

policy::SwitchedOff off_of(const EnablementRow& row) {
  return {row.disabled.begin(), row.disabled.end()};
}

json::object encode(const EnablementRow& row, const registry::Snapshot& snapshot) {
  const auto off = off_of(row);
  json::array packs;
  for (const auto& pack : snapshot.packs()) {
    json::array tools;
    for (const auto& tool : snapshot.tools()) {
      if (tool.pack != pack.name) continue;
      tools.push_back({{"tool", tool.name}, {"enabled", !policy::is_off(tool, off)}});
    }
    packs.push_back(
        {{"pack", pack.name}, {"enabled", !off.contains(pack.name)}, {"tools", std::move(tools)}});
  }
  return {{"tenant_id", row.tenant_id},
          {"disabled", json::array(row.disabled.begin(), row.disabled.end())},
          {"packs", std::move(packs)}};
}

}  // namespace

asio::awaitable<Result<EnablementRow>> AdminEnablementResource::find(std::string tenant_id) {
  Query query = [tenant_id = std::move(tenant_id)](auto& connection) {
    return storage::find_enablement(connection, tenant_id);
  };
  return parts_.database.read<EnablementRow>(async::Deadline::after(parts_.time, kTimeout),
                                             std::move(query));
}

asio::awaitable<Result<EnablementRow>> AdminEnablementResource::change(EnablementRow row) {
  // Names are resolved in the transaction that writes: between look and change nobody else comes.
  Query query = [row = std::move(row),
                 snapshot = parts_.snapshot()](auto& connection) -> Result<EnablementRow> {
    const auto before = storage::find_enablement(connection, row.tenant_id);
    if (!before) return before.error();
    auto names = resolve(*snapshot, row.disabled, before->disabled);
    if (!names) return names.error();
    auto next = row;
    next.disabled = std::move(*names);
    return storage::save_enablement(connection, std::move(next));
  };
  return parts_.database.write<EnablementRow>(async::Deadline::after(parts_.time, kTimeout),
                                              std::move(query));
}

asio::awaitable<Result<EnablementRow>> AdminEnablementResource::act(const net::HttpRequest& request,
                                                                    auth::Principal principal,
                                                                    std::string tenant) {
  EnablementRow row;
  row.changed_by = principal.subject;
  if (verb_ == Verb::change) {
    auto names = read_body(request.body);
    if (!names) co_return names.error();
    row.disabled = std::move(*names);
  }
  auto finding = parts_.find_tenant(std::move(principal), std::move(tenant));
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  row.tenant_id = found->id;
  auto pending = verb_ == Verb::change ? change(std::move(row)) : find(found->id);
  auto result = co_await std::move(pending);
  // Also where it was only asked for: a change whose end nobody saw is in force from here on.
  if (result) parts_.enablement.set(result->tenant_id, off_of(*result), result->revision);
  co_return result;
}

asio::awaitable<net::HttpResponse> AdminEnablementResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(parts_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  const auto row = co_await act(request, *principal, parts.front());
  if (!row) co_return error_response(row.error());
  if (verb_ == Verb::change) {
    parts_.log.info("enablement_changed", {{"tenant_id", row->tenant_id},
                                           {"disabled", join(row->disabled, ", ")},
                                           {"by", row->changed_by}});
  }
  co_return net::HttpResponse::json(200, json::serialize(encode(*row, *parts_.snapshot())));
}

}  // namespace callosum::api
