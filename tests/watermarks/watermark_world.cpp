#include "watermark_world.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "api/auth/jwt.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "config/load.hpp"
#include "storage/phone_calls.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using storage::sqlite::Connection;

constexpr int kTenants = 100;
constexpr const char* kModel = "5b0c1d2e-0001-4a00-9000-000000000001";  // of the demo data
constexpr const char* kPhone = "+12125550199";
const std::string kKey = "0123456789abcdef0123456789abcdef";
const std::array<std::vector<std::string>, 3> kRoles{{{"sales"}, {"sales", "admin"}, {"operator"}}};

template <class T>
T get(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::string numbered(const char* before, int number, const char* after) {
  const auto digits = std::to_string(1000 + number).substr(1);
  return before + digits + after;
}

/// Columns that hold words of a form, which a mark would break.
bool has_form(const std::string& column) {
  for (const char* part : {"phone", "_at", "date", "time", "status", "stage", "kind", "type", "_id",
                           "topic", "day", "currency", "slug", "due", "assigned", "config"}) {
    if (column.find(part) != std::string::npos) return true;
  }
  return false;
}

/// The model business's rows of one table again, with this business's mark.
std::string copy_statement(Connection& connection, const std::string& table,
                           const std::string& tenant_column) {
  std::string names, values;
  const auto columns = get(connection.query(
      "SELECT name, upper(type) AS type, pk, (SELECT count(*) FROM pragma_table_info(:t) WHERE pk "
      "> 0) AS keys FROM pragma_table_info(:t)",
      {{"t", table}}));
  for (const auto& row : columns) {
    const auto& fields = row.as_object();
    const std::string name(text_at(fields, "name"));
    const bool is_only_key = fields.at("pk").to_number<int>() > 0 && fields.at("keys") == 1;
    const bool is_kept_key = fields.at("pk").to_number<int>() > 0 && !is_only_key;
    const bool is_text = text_at(fields, "type") == "TEXT";
    names += (names.empty() ? "" : ", ") + name;
    values += values.empty() ? "" : ", ";
    if (name == tenant_column) {
      values += ":tenant";
    } else if (is_text && !is_kept_key && (is_only_key || !has_form(name))) {
      values += "CASE WHEN substr(" + name + ", 1, 1) IN ('{', '[') THEN " + name +
                " ELSE :mark || " + name + " END";
    } else {
      values += name;
    }
  }
  return "INSERT INTO " + table + " (" + names + ") SELECT " + values + " FROM " + table +
         " WHERE " + tenant_column + " = :model";
}

config::Config make_config(const std::filesystem::path& folder) {
  config::LoadRequest request;
  request.sets = {"data=" + (folder / "data").string(),
                  "packs=" + std::string(CALLOSUM_SOURCE_DIR) + "/packs",
                  "auth.jwt.algorithm=HS256",
                  "auth.jwt.key=" + kKey,
                  "log.file=" + (folder / "log").string(),
                  "limits.reads_per_minute=0",
                  "limits.voice.calls=0",
                  "limits.voice.retrieval_calls=0",
                  "limits.writes_per_minute=0",
                  "registry.lock=false"};
  return get(config::config_or_error(config::load(request)));
}

}  // namespace

WatermarkWorld::WatermarkWorld() {
  parts_ = get(app::make_parts(
      {.config = make_config(folder_.path()), .is_demo = true, .with_provider = false}));
  parts_->is_ready = true;
  planner_ = std::make_unique<app::Planner>(*parts_);
  catalog_ = app::catalog_of(parts_->editions->current());
  executor_ = std::make_unique<pipeline::Executor>(world_.context().get_executor(),
                                                   parts_->executor_parts());
  auto plan_session = [this](api::auth::Principal principal, std::vector<std::string> ids) {
    return planner_->plan_session_call(std::move(principal), std::move(ids));
  };
  desk_ = std::make_unique<api::SessionDesk>(parts_->time, parts_->random,
                                             api::SessionDesk::Ways{plan_session, {}, {}});
  place_ = std::make_unique<api::SessionDesk::Place>(
      api::SessionDesk::Place{world_.context().get_executor(), *executor_});
  desk_->add(*place_);
  doors_ = std::make_unique<app::Doors>(
      app::Doors::Ground{*parts_, *planner_, *executor_, *desk_, false});
  host_ = std::make_unique<session::SessionHost>(parts_->time, parts_->random, *executor_,
                                                 *parts_->log, parts_->metrics);
  fill();
}

WatermarkWorld::~WatermarkWorld() { end_talks(); }

void WatermarkWorld::run_until(const std::function<bool()>& is_so) {
  while (!is_so()) {
    world_.context().restart();
    if (world_.context().run_one_for(60s) == 0) throw std::runtime_error("nothing happens");
  }
}

void WatermarkWorld::fill() {
  const auto connection = get(Connection::open({.path = parts_->database->options().path}));
  get(connection->execute("PRAGMA foreign_keys=OFF; BEGIN"));
  for (int i = 0; i < kTenants; ++i) {
    MarkedTenant tenant{numbered("aaaaaaaa-0000-4000-8000-000000000", i, ""),
                        numbered("shop-", i, ""),
                        numbered("WM", i, "X"),
                        {},
                        {},
                        "sess_of_" + numbered("", i, ""),
                        nullptr};
    get(connection->change(
        "INSERT INTO tenants (id, slug, name, timezone) VALUES (:id, :slug, :mark, 'UTC')",
        {{"id", tenant.id}, {"slug", tenant.slug}, {"mark", tenant.mark}}));
    for (const auto& pack : catalog_->snapshot()->packs()) {
      for (const auto& [table, column] : pack.tenant_columns) {
        get(connection->change(copy_statement(*connection, table, column),
                               {{"tenant", tenant.id}, {"mark", tenant.mark}, {"model", kModel}}));
      }
    }
    storage::PhoneCall call;
    call.record.call_sid = "CA_of_" + tenant.slug;
    call.record.transcript = R"([{"role":"user","text":")" + tenant.mark + R"(","item_id":""}])";
    call.tenant_id = tenant.id;
    call.status = "completed";
    get(storage::add_call(*connection, call));
    const auto kept = storage::save_call_record(*connection, call.record);
    if (!kept) throw std::runtime_error(kept.error().message);
    tenants_.push_back(std::move(tenant));
  }
  get(connection->execute("COMMIT"));
  for (auto& tenant : tenants_) open_lines(tenant);
}

void WatermarkWorld::open_lines(MarkedTenant& tenant) {
  for (const auto& roles : kRoles) {
    const json::object claims{{"sub", "somebody"},
                              {"tenants", json::array{json::string(tenant.slug)}},
                              {"roles", json::array(roles.begin(), roles.end())},
                              {"phone", kPhone},
                              {"assurance", "carrier"},
                              {"exp", epoch_s(std::chrono::system_clock::now() + 2h)}};
    tenant.tokens.push_back(
        get(api::auth::mint_token(claims, Secret(kKey), api::auth::JwtAlgorithm::hs256)));
    api::auth::Principal principal;
    principal.subject = "somebody";  // the same in each business
    principal.tenants = {tenant.id};
    principal.roles = roles;
    principal.phone = kPhone;
    principal.assurance = registry::Assurance::carrier;
    auto planned = get(run(planner_->plan_call(principal, tenant.id)));
    tenant.lines.push_back({nullptr, planned.context});
    begin_anew(tenant.lines.back());
  }
  storage::RealtimeSession row;
  row.id = tenant.session_id;
  row.provider_session_id = "theirs_" + tenant.slug;
  row.tenant_id = tenant.id;
  row.subject = "somebody";
  row.channel = "voice";
  row.provider = "test";
  row.registry_version = catalog_->snapshot()->version();
  row.created_at_ms = epoch_ms(parts_->time.wall_now());
  parts_->sessions->note(std::move(row));
}

void WatermarkWorld::begin_anew(MarkedTenant::Line& line) {
  auto context = std::make_shared<registry::CallContext>(*line.context);
  context->session_id = make_id("sess_", parts_->random);
  context->is_realtime = true;
  context->is_provider_planned = true;
  context->provider = "test";
  line = {std::make_shared<policy::SessionCalls>(), std::move(context)};
  // Whatever the rows hold may be asked for.
  for (const char* words : {"LD-4107", "AC-1042", "CT-2207", "OP-3310", "2416"}) {
    line.calls->facts().seen.add_words(words);
  }
}

std::string WatermarkWorld::realtime(MarkedTenant& tenant, const registry::ToolCall& call) {
  last_door_ = "the executor";
  auto& line = tenant.lines[asked_ % tenant.lines.size()];
  if (asked_ % 20 == 0) begin_anew(line);
  auto context = std::make_shared<registry::CallContext>(*line.context);
  context->turn = ++asked_;
  context->channel = asked_ % 3 == 0 ? registry::Channel::text : registry::Channel::voice;
  pipeline::CallRequest request{call, std::move(context), line.calls, catalog_};
  return registry::encode_text(run(executor_->run(std::move(request))));
}

void WatermarkWorld::begin_talk(MarkedTenant& tenant) {
  if (tenant.talk) tenant.talk->caller->says.close();
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/v1/realtime";
  request.headers.set("Authorization", "Bearer " + tenant.tokens[++asked_ % tenant.tokens.size()]);
  auto plan = std::make_shared<session::SessionPlan>(get(run(planner_->plan_session(request))));
  auto talk = std::make_shared<MarkedTenant::Talk>();
  talk->model = std::make_shared<ModelScript>(world_.context().get_executor(), parts_->time);
  talk->caller = std::make_shared<CallerScript>(world_.context().get_executor());
  auto& source = plan->start.models.front();
  source.make = [model = talk->model] { return std::make_unique<FakeModel>(model); };
  json::array list;
  std::vector<std::string> names;
  for (const auto& tool : tools()) {
    list.push_back(json::object{{"type", "function"}, {"name", tool.name}});
    names.push_back(tool.name);
  }
  source.offer = std::make_shared<session::ToolOffer>(list, names);
  boost::asio::co_spawn(world_.context(),
                        host_->serve(std::move(plan), std::make_unique<FakeCaller>(talk->caller)),
                        [talk](const std::exception_ptr&) { talk->has_ended = true; });
  run_until([&] { return !talk->model->opened_with.empty() || talk->has_ended; });
  tenant.talk = talk;
  talks_.push_back(std::move(talk));
}

void WatermarkWorld::end_talks() {
  for (const auto& talk : talks_) talk->caller->says.close();
  run_until([this] {
    return std::all_of(talks_.begin(), talks_.end(),
                       [](const auto& talk) { return talk->has_ended; });
  });
}

std::string WatermarkWorld::talk(MarkedTenant& tenant, const registry::ToolCall& call) {
  std::string out;
  if (!tenant.talk || tenant.talk->has_ended || tenant.talk->calls >= 20) {
    begin_talk(tenant);
    out += json::serialize(tenant.talk->model->opened_with);
  }
  note_door("GET /v1/realtime");
  auto& talk = *tenant.talk;
  const auto number = std::to_string(++talk.calls);
  const auto call_id = call.call_id + "_" + number;  // a session takes each id once
  const json::object item{{"id", "item_" + number}, {"type", "function_call"},
                          {"status", "completed"},  {"call_id", call_id},
                          {"name", call.name},      {"arguments", call.arguments}};
  const auto say = [&](const json::object& event) {
    const bool is_taken = talk.model->says.push(json::serialize(event));
    if (!is_taken) throw std::runtime_error("the session does not listen");
  };
  const auto response = [&](const char* status) {
    return json::object{{"id", "resp_" + number},
                        {"status", status},
                        {"status_details", nullptr},
                        {"conversation_id", "conv_1"},
                        {"output", json::array()}};
  };
  say({{"type", "response.created"}, {"response", response("in_progress")}});
  say({{"type", "response.output_item.done"}, {"response_id", "resp_" + number}, {"item", item}});
  say({{"type", "response.done"}, {"response", response("completed")}});
  const auto& sent = talk.model->sent;
  run_until([&] {
    const auto is_output = [&](const std::string& event) {
      return event.find("function_call_output") != std::string::npos &&
             event.find(json::serialize(json::string(call_id))) != std::string::npos;
    };
    return talk.has_ended || std::any_of(sent.begin(), sent.end(), is_output);
  });
  for (auto* events : {&talk.model->sent, &talk.caller->got}) {
    for (const auto& event : *events) out += event + "\n";
    events->clear();
  }
  return out;
}

std::string WatermarkWorld::ask(const MarkedTenant& tenant, const DoorCall& call) {
  note_door(call.door);
  const auto space = call.door.find(' ');
  net::HttpRequest request;
  request.method = call.door.substr(0, space);
  request.target = call.door.substr(space + 1);
  for (const auto& part : call.parts) {
    const auto from = request.target.find('{');
    request.target.replace(from, request.target.find('}') + 1 - from, part);
  }
  if (!call.query.empty()) request.target += "?" + call.query;
  if (request.method == "POST" || request.method == "PUT")
    request.body = json::serialize(call.body);
  const auto& token = tenant.tokens[call.token % tenant.tokens.size()];
  request.headers.set("Authorization", "Bearer " + token);
  const bool is_main = call.door.find(" /api/admin") == std::string::npos &&
                       call.door.find(" /metrics") == std::string::npos;
  auto& router = is_main ? doors_->main() : doors_->admin();
  return run(router.handle(request)).body;
}

std::string WatermarkWorld::execute(const MarkedTenant& tenant, const registry::ToolCall& call,
                                    const std::string& as_tenant) {
  const auto arguments = parse_strict(call.arguments);
  return ask(tenant, {"POST /api/ai/realtime-tools/execute",
                      {},
                      "",
                      {{"tenant_id", as_tenant},
                       {"tool_name", call.name},
                       {"tool_args", arguments ? *arguments : json::value()},
                       {"call_id", call.call_id}},
                      ++asked_});
}

std::string WatermarkWorld::admin(const MarkedTenant& tenant, const registry::ToolCall& call,
                                  const std::string& as_tenant) {
  const auto arguments = parse_strict(call.arguments);
  return ask(tenant, {"POST /api/admin/tools/{tool}",
                      {call.name},
                      "",
                      {{"tenant_id", as_tenant},
                       {"args", arguments ? *arguments : json::value()},
                       {"call_id", call.call_id}},
                      ++asked_});
}

std::set<std::string> WatermarkWorld::doors() {
  std::set<std::string> out{"GET /v1/realtime"};
  for (auto* router : {&doors_->main(), &doors_->admin()}) {
    for (const auto& route : router->routes()) out.insert(route.method + " " + route.path);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> WatermarkWorld::kept() {
  end_talks();
  parts_->audit_store.reset();  // everything is written by then
  const auto connection = get(Connection::open({.path = parts_->database->options().path}));
  std::vector<std::pair<std::string, std::string>> out;
  for (const char* sql : {"SELECT tenant_id, body AS text FROM audit",
                          "SELECT tenant_id, arguments || answer AS text FROM tool_calls",
                          "SELECT tenant_id, arguments || preview AS text FROM proposals"}) {
    for (const auto& row : get(connection->query(sql))) {
      const auto& fields = row.as_object();
      out.emplace_back(text_at(fields, "tenant_id"), text_at(fields, "text"));
    }
  }
  for (const auto& pack : catalog_->snapshot()->packs()) {
    for (const auto& [table, column] : pack.tenant_columns) {
      for (const auto& row : get(connection->query("SELECT * FROM " + table))) {
        out.emplace_back(text_at(row.as_object(), column), json::serialize(row));
      }
    }
  }
  return out;
}

std::vector<std::string> WatermarkWorld::log_lines() {
  std::ifstream in(folder_.path() / "log");
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(std::move(line));
  return out;
}

}  // namespace callosum::testing
