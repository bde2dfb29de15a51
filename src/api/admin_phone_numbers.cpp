#include "api/admin_phone_numbers.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

using storage::PhoneNumber;

constexpr std::chrono::seconds kTimeout(5);

json::object encode(const PhoneNumber& number) {
  json::object transfers;
  for (const auto& [name, to] : number.transfers) transfers[name] = to;
  return {{"number", number.number},
          {"tenant_id", number.tenant_id},
          {"pack", number.pack},
          {"carrier", number.carrier},
          {"transfers", std::move(transfers)},
          {"created_at_ms", number.created_at_ms}};
}

Error no_number() { return fail(ErrorType::not_found, "there is no such number"); }

struct Wish {
  std::string tenant, pack, carrier;
  std::map<std::string, std::string, std::less<>> transfers;
};

constexpr std::size_t kMostTransfers = 20;
constexpr std::size_t kMostNameBytes = 60;

/// Names that a caller may say, with the numbers behind them.
Result<void> read_transfers(const json::value& value, Wish& wish) {
  const auto* object = value.if_object();
  if (!object || object->size() > kMostTransfers) {
    return fail(ErrorType::validation, "transfers: expected {NAME: NUMBER}, 20 at most");
  }
  for (const auto& [name, number] : *object) {
    const bool is_name = !trim(name).empty() && name.size() <= kMostNameBytes;
    if (!is_name) return fail(ErrorType::validation, "transfers: a name has 1 to 60 bytes");
    if (!number.is_string() || !is_e164(number.get_string())) {
      return fail(ErrorType::validation,
                  "transfers." + std::string(name) + ": expected E.164, such as +390612345678");
    }
    wish.transfers.emplace(name, number.get_string());
  }
  return {};
}

Error no_wish() {
  return fail(ErrorType::validation, "expected {tenant_id, pack?, carrier?, transfers?}");
}

Result<Wish> read_wish(std::string_view text, const std::vector<std::string>& carriers) {
  const auto body = parse_strict(text, {.max_bytes = 4 * 1024, .max_depth = 4});
  if (!body) return body.error();
  const auto* object = body->if_object();
  if (!object) return no_wish();
  Wish wish;
  wish.tenant = text_at(*object, "tenant_id");
  wish.pack = text_at(*object, "pack");
  wish.carrier = text_at(*object, "carrier");
  for (const auto& member : *object) {
    if (member.key() == "transfers") {
      const auto read = read_transfers(member.value(), wish);
      if (!read) return read.error();
      continue;
    }
    const bool is_known =
        member.key() == "tenant_id" || member.key() == "pack" || member.key() == "carrier";
    if (!is_known || !member.value().is_string()) return no_wish();
  }
  if (wish.tenant.empty()) return fail(ErrorType::validation, "tenant_id: is missing");
  const bool is_carrier = wish.carrier.empty() || std::find(carriers.begin(), carriers.end(),
                                                            wish.carrier) != carriers.end();
  if (!is_carrier) {
    return fail(ErrorType::validation, "carrier: expected one of " + join(carriers, ", "));
  }
  return wish;
}

}  // namespace

asio::awaitable<net::HttpResponse> AdminPhoneNumbersResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>&) {
  const auto principal = auth::authenticate_admin(ground_.authenticator, request, {"tenant_id"});
  if (!principal) co_return error_response(principal.error());
  auto finding = ground_.find_tenant(*principal, request.query("tenant_id"));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return error_response(tenant.error());
  using Numbers = std::vector<PhoneNumber>;
  std::function<Result<Numbers>(storage::sqlite::Connection&)> work =
      [id = tenant->id](storage::sqlite::Connection& c) {
        return storage::list_phone_numbers(c, id);
      };
  const auto deadline = async::Deadline::after(ground_.time, kTimeout);
  auto listing = ground_.database.read<Numbers>(deadline, std::move(work));
  const auto found = co_await std::move(listing);
  if (!found) co_return error_response(found.error());
  json::array list;
  for (const auto& number : *found) list.push_back(encode(number));
  co_return net::HttpResponse::json(200, json::serialize(json::object{{"phone_numbers", list}}));
}

asio::awaitable<net::HttpResponse> AdminPhoneNumberResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_operator(ground_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  if (verb_ == Verb::remove) co_return co_await remove(parts.front(), principal->subject);
  co_return co_await save(parts.front(), request.body, principal->subject);
}

asio::awaitable<net::HttpResponse> AdminPhoneNumberResource::save(std::string number,
                                                                  std::string body,
                                                                  std::string by) {
  const auto wish = read_wish(body, ground_.carriers);
  if (!wish) co_return error_response(wish.error());
  if (!is_e164(number)) {
    co_return error_response(
        fail(ErrorType::validation, "number: expected E.164, such as +390612345678"));
  }
  const auto deadline = async::Deadline::after(ground_.time, kTimeout);
  auto resolving = storage::resolve_canonical_tenant(ground_.database, wish->tenant, deadline);
  const auto tenant = co_await std::move(resolving);
  if (!tenant) co_return error_response(tenant.error());
  const PhoneNumber wanted{std::move(number), tenant->id,
                           wish->pack,        epoch_ms(ground_.time.wall_now()),
                           wish->transfers,   wish->carrier};
  std::function<Result<PhoneNumber>(storage::sqlite::Connection&)> work =
      [wanted](storage::sqlite::Connection& c) -> Result<PhoneNumber> {
    const auto saved = storage::save_phone_number(c, wanted);
    if (!saved) return saved.error();
    auto found = storage::find_phone_number(c, wanted.number);
    if (!found) return found.error();
    return found->value_or(wanted);
  };
  auto saving = ground_.database.write<PhoneNumber>(deadline, std::move(work));
  const auto saved = co_await std::move(saving);
  if (!saved) co_return error_response(saved.error());
  ground_.log.info("phone_number_saved",
                   {{"number", saved->number}, {"tenant_id", saved->tenant_id}, {"by", by}});
  co_return net::HttpResponse::json(200, json::serialize(encode(*saved)));
}

asio::awaitable<net::HttpResponse> AdminPhoneNumberResource::remove(std::string number,
                                                                    std::string by) {
  std::function<Result<bool>(storage::sqlite::Connection&)> work =
      [number](storage::sqlite::Connection& c) { return storage::remove_phone_number(c, number); };
  const auto deadline = async::Deadline::after(ground_.time, kTimeout);
  auto removing = ground_.database.write<bool>(deadline, std::move(work));
  const auto removed = co_await std::move(removing);
  if (!removed) co_return error_response(removed.error());
  if (!*removed) co_return error_response(no_number());
  ground_.log.info("phone_number_removed", {{"number", number}, {"by", by}});
  net::HttpResponse response;
  response.status = 204;
  co_return response;
}

}  // namespace callosum::api
