#include "api/business_facts.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <set>

#include "api/query.hpp"
#include "api/status_error.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

using Query = std::function<Result<json::value>(storage::sqlite::Connection&)>;

constexpr std::array<std::string_view, 7> kDays{"monday", "tuesday",  "wednesday", "thursday",
                                                "friday", "saturday", "sunday"};
constexpr std::size_t kMostServices = 200;
constexpr std::size_t kMostNameBytes = 120;
constexpr double kMostPrice = 1e7;
constexpr std::int64_t kMostMinutes = 24 * 60;
constexpr const char* kTimes =
    R"(: expected null, or {"open": "09:00", "close": "18:00"}, the close later than the open)";

Error wrong(std::string message) { return fail(ErrorType::validation, std::move(message)); }

bool is_clock(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return false;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  return text.substr(0, 2) <= "23" && text[3] <= '5';
}

/// Only the members that are meant.
bool has_only(const json::object& object, std::initializer_list<std::string_view> names) {
  return std::all_of(object.begin(), object.end(), [&](const auto& member) {
    return std::find(names.begin(), names.end(), member.key()) != names.end();
  });
}

bool is_open_time(const json::value& value) {
  if (value.is_null()) return true;
  const auto* times = value.if_object();
  if (!times || times->size() != 2 || !has_only(*times, {"open", "close"})) return false;
  const auto open = text_at(*times, "open");
  const auto close = text_at(*times, "close");
  return is_clock(open) && is_clock(close) && open < close;
}

/// The one member of a body, or what is wrong with it.
Result<json::value> read_only(std::string_view body, std::string_view name) {
  auto parsed = parse_strict(body, {.max_bytes = 64 * 1024, .max_depth = 6});
  if (!parsed) return parsed.error();
  auto* object = parsed->if_object();
  auto* found = object && object->size() == 1 ? object->if_contains(name) : nullptr;
  if (!found) return wrong("the body must be a JSON object with " + std::string(name) + " alone");
  return std::move(*found);
}

/// What is wrong with one, or nothing; without what is null.
Result<json::object> read_service(const json::value& value) {
  const auto* given = value.if_object();
  if (!given || !has_only(*given, {"name", "price", "duration_minutes"})) {
    return wrong("expected {name, price?, duration_minutes?}");
  }
  json::object out;
  const auto name = std::string(trim(strip_invisible(text_at(*given, "name"))));
  const bool is_sayable = make_visible(name) == name;
  if (name.empty() || name.size() > kMostNameBytes || !is_sayable) {
    return wrong("name: expected 1 to 120 bytes, none of them a control character");
  }
  out["name"] = name;
  if (const auto* price = given->if_contains("price"); price && !price->is_null()) {
    const auto amount = price->is_number() ? price->to_number<double>() : -1.0;
    if (!std::isfinite(amount) || amount < 0 || amount > kMostPrice) {
      return wrong("price: expected a number, not negative");
    }
    out["price"] = *price;
  }
  const auto* minutes = given->if_contains("duration_minutes");
  if (minutes && !minutes->is_null()) {
    const auto length = minutes->is_int64() ? minutes->get_int64() : 0;
    if (length < 1 || length > kMostMinutes) {
      return wrong("duration_minutes: expected a whole number from 1 to 1440");
    }
    out["duration_minutes"] = length;
  }
  return out;
}

}  // namespace

Result<json::value> read_hours(std::string_view body) {
  auto hours = read_only(body, "hours");
  if (!hours) return hours.error();
  const auto* days = hours->if_object();
  if (!days || days->empty()) return wrong("hours: expected an object with days of the week");
  for (const auto& member : *days) {
    const std::string_view day = member.key();
    if (std::find(kDays.begin(), kDays.end(), day) == kDays.end()) {
      return wrong("hours: there is no day " + std::string(cut_utf8(day, 40)) +
                   "; they are monday to sunday");
    }
    if (!is_open_time(member.value())) return wrong("hours." + std::string(day) + kTimes);
  }
  return hours;
}

Result<json::value> read_services(std::string_view body) {
  const auto services = read_only(body, "services");
  if (!services) return services.error();
  const auto* list = services->if_array();
  if (!list || list->size() > kMostServices) {
    return wrong("services: expected a list of at most 200");
  }
  json::array out;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto place = "services[" + std::to_string(i) + "]";
    auto service = read_service((*list)[i]);
    if (!service) return wrong(place + ": " + service.error().message);
    if (!names.insert(fold_name(text_at(*service, "name"))).second) {
      return wrong(place + ": that name is there twice");
    }
    out.push_back(std::move(*service));
  }
  return json::value(std::move(out));
}

BusinessFactResource::BusinessFactResource(What what, Verb verb,
                                           std::shared_ptr<const KnowledgeParts> parts)
    : what_(what),
      verb_(verb),
      path_(std::string("/tts_admin/") + (what == What::hours ? "hours" : "services") +
            "/{business_id}"),
      parts_(std::move(parts)) {}

asio::awaitable<Result<json::value>> BusinessFactResource::act(const net::HttpRequest& request,
                                                               auth::Principal principal,
                                                               std::string business) {
  const auto known = check_query(request, {});
  if (!known) co_return known.error();
  json::value wanted;
  if (verb_ == Verb::change) {
    auto body = what_ == What::hours ? read_hours(request.body) : read_services(request.body);
    if (!body) co_return body.error();
    wanted = std::move(*body);
  }
  const auto by = principal.subject;
  auto finding = parts_->find_tenant(std::move(principal), std::move(business));
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return tenant.error();
  const auto& fact =
      what_ == What::hours ? storage::BusinessFact::hours() : storage::BusinessFact::services();
  const auto deadline = async::Deadline::after(parts_->time, 5s);
  if (verb_ == Verb::find) {
    Query query = [&fact, id = tenant->id](auto& connection) {
      return storage::find_business_fact(connection, fact, id);
    };
    auto reading = parts_->database.read<json::value>(deadline, std::move(query), tenant->id);
    co_return co_await std::move(reading);
  }
  Query query = [&fact, id = tenant->id, wanted = std::move(wanted)](auto& connection) {
    return storage::change_business_fact(connection, fact, id, wanted);
  };
  auto writing = parts_->database.write<json::value>(deadline, std::move(query), tenant->id);
  auto done = co_await std::move(writing);
  // Also after a failure: whether the change was made is then not known.
  parts_->forget_results(tenant->id, "businesses");
  if (done) {
    parts_->log.info("knowledge_changed", {{"table", "businesses"},
                                           {"tenant_id", tenant->id},
                                           {"id", fact.column},
                                           {"change", "changed"},
                                           {"by", by}});
  }
  co_return done;
}

asio::awaitable<net::HttpResponse> BusinessFactResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = parts_->authenticator.authenticate(request);
  if (!principal) co_return status_error(401, "Auth required");
  // A client secret is in a browser, whoever's it is.
  const bool may =
      principal->has_role("admin") && principal->kind != auth::CredentialKind::client_secret;
  if (!may) co_return status_error(403, "This needs the role admin of that business");
  auto acting = act(request, *principal, parts.front());
  const auto done = co_await std::move(acting);
  if (!done) co_return status_error(done.error(), parts_->random, parts_->log);
  const json::object body{{"status", "ok"}, {what_ == What::hours ? "hours" : "services", *done}};
  co_return net::HttpResponse::json(200, json::serialize(body));
}

std::vector<std::unique_ptr<Resource>> make_business_fact_resources(KnowledgeParts parts) {
  using What = BusinessFactResource::What;
  using Verb = BusinessFactResource::Verb;
  const auto shared = std::make_shared<const KnowledgeParts>(std::move(parts));
  std::vector<std::unique_ptr<Resource>> resources;
  for (const auto what : {What::hours, What::services}) {
    for (const auto verb : {Verb::find, Verb::change}) {
      resources.push_back(std::make_unique<BusinessFactResource>(what, verb, shared));
    }
  }
  return resources;
}

}  // namespace callosum::api
