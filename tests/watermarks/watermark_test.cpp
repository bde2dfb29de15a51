// Random calls, also hostile ones, over a hundred businesses whose rows are marked, through every
// door there is: nobody ever comes by another one's mark.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "watermark_world.hpp"

namespace callosum::testing {
namespace {

int calls_wanted() {
  const char* wanted = std::getenv("CALLOSUM_FUZZED_CALLS");
  return wanted ? std::max(1, std::atoi(wanted)) : 100'000;
}

/// Marks in the text that are not this one: "WM017X".
std::string foreign_mark(const std::string& text, const std::string& own) {
  for (auto at = text.find("WM"); at != std::string::npos; at = text.find("WM", at + 1)) {
    const auto mark = text.substr(at, 6);
    const bool is_mark = mark.size() == 6 && mark[5] == 'X' && std::isdigit(mark[2]) &&
                         std::isdigit(mark[3]) && std::isdigit(mark[4]);
    if (is_mark && mark != own) return mark;
  }
  return {};
}

class Fuzzer {
  template <class Range>
  auto& pick(Range& range) {
    return range[random_() % range.size()];
  }

 public:
  Fuzzer(WatermarkWorld& world, std::uint64_t seed) : world_(world), random_(seed) {}

  void one_call() {
    auto& tenant = pick(world_.tenants());
    const auto& tool = pick(world_.tools());
    const registry::ToolCall call{call_id(), tool.name, arguments_for(tool, tenant)};
    // Now and then in another one's name.
    const auto& named = at_random(8) ? pick(world_.tenants()) : tenant;
    const auto& as_tenant = at_random(2) ? named.id : named.slug;
    const auto door = random_() % 40;
    const auto answer = door < 21   ? world_.realtime(tenant, call)
                        : door < 27 ? world_.execute(tenant, call, as_tenant)
                        : door < 32 ? world_.admin(tenant, call, as_tenant)
                        : door < 34 ? world_.talk(tenant, call)
                        : door < 36 ? in_session(tenant, named, call)
                                    : world_.ask(tenant, another_door(tenant, as_tenant));
    remember_ids(tenant, answer);
    ++made_;
    if (answer.find(tenant.mark) != std::string::npos) {
      ++own_;
      ++showed_own_[world_.last_door()];
    }
    if (answer.find(R"("cached":true)") != std::string::npos) ++cached_;
    const auto foreign = foreign_mark(answer, tenant.mark);
    if (foreign.empty()) return;
    ADD_FAILURE() << tenant.mark << " got " << foreign << " at " << world_.last_door() << ", "
                  << call.name << " " << call.arguments << ": " << answer.substr(0, 500);
  }

  int made() const { return made_; }
  int own() const { return own_; }
  /// How often somebody's own rows came out of each door.
  const std::map<std::string, int>& showed_own() const { return showed_own_; }
  int cached() const { return cached_; }

 private:
  /// At the doors that name a session: one's own, or another one's.
  std::string in_session(const MarkedTenant& tenant, const MarkedTenant& named,
                         const registry::ToolCall& call) {
    const auto arguments = parse_strict(call.arguments);
    auto body = arguments && arguments->is_object() ? arguments->as_object() : json::object();
    if (at_random(2)) {
      const auto& business = at_random(2) ? named : tenant;
      return world_.ask(tenant, {"POST /api/ai/realtime-tools/execute",
                                 {},
                                 "",
                                 {{"tenant_id", business.id},
                                  {"session_id", named.session_id},
                                  {"tool_name", call.name},
                                  {"tool_args", body}},
                                 random_()});
    }
    const bool is_theirs = at_random(3);
    body[is_theirs ? "openai_session_id" : "session_id"] =
        is_theirs ? "theirs_" + named.slug : named.session_id;
    return world_.ask(tenant, {"POST /api/tools/{tool}", {call.name}, "", body, random_()});
  }

  /// One of those that run no tool.
  DoorCall another_door(const MarkedTenant& tenant, const std::string& as_tenant) {
    static const std::vector<std::string> kDoors{"GET /tts_admin/policies/{business_id}",
                                                 "POST /tts_admin/policies/{business_id}",
                                                 "GET /tts_admin/policies/{business_id}/{id}",
                                                 "PUT /tts_admin/policies/{business_id}/{id}",
                                                 "DELETE /tts_admin/policies/{business_id}/{id}",
                                                 "GET /tts_admin/faqs/{business_id}",
                                                 "POST /tts_admin/faqs/{business_id}",
                                                 "GET /tts_admin/faqs/{business_id}/{id}",
                                                 "PUT /tts_admin/faqs/{business_id}/{id}",
                                                 "DELETE /tts_admin/faqs/{business_id}/{id}",
                                                 "GET /tts_admin/hours/{business_id}",
                                                 "PUT /tts_admin/hours/{business_id}",
                                                 "GET /tts_admin/services/{business_id}",
                                                 "PUT /tts_admin/services/{business_id}",
                                                 "GET /api/admin/sessions",
                                                 "GET /api/admin/calls",
                                                 "GET /api/admin/calls/{id}",
                                                 "GET /api/admin/phone-numbers",
                                                 "POST /twilio/voice",
                                                 "POST /twilio/status",
                                                 "POST /telnyx/voice",
                                                 "POST /telnyx/status",
                                                 "POST /plivo/voice",
                                                 "POST /plivo/status",
                                                 "GET /api/admin/proposals",
                                                 "POST /api/admin/proposals/{id}/{decision}",
                                                 "GET /api/admin/audit",
                                                 "GET /api/admin/enablement/{tenant}",
                                                 "PUT /api/admin/enablement/{tenant}",
                                                 "GET /api/admin/rollout/{tenant_id}",
                                                 "PUT /api/admin/rollout/{tenant_id}",
                                                 "GET /api/admin/user-modes/{tenant}/{user}",
                                                 "PUT /api/admin/user-modes/{tenant}/{user}",
                                                 "GET /api/admin/tenants",
                                                 "GET /api/admin/registry",
                                                 "GET /api/admin/registry/exports/{consumer}",
                                                 "GET /api/ai/realtime-token",
                                                 "POST /api/realtime/session",
                                                 "POST /api/realtime/update-tools",
                                                 "POST /v1/realtime/client_secrets",
                                                 "GET /api/confirmations",
                                                 "POST /api/confirmations/{id}",
                                                 "GET /api/accounts",
                                                 "GET /api/accounts/{service}/start",
                                                 "GET /api/accounts/{service}/callback",
                                                 "POST /api/accounts/{service}/callback",
                                                 "DELETE /api/accounts/{service}/{email}",
                                                 "GET /metrics",
                                                 "GET /healthz",
                                                 "GET /readyz"};
    DoorCall call{pick(kDoors), {}, "", {}, 1};
    const auto has = [&](const char* part) { return call.door.find(part) != std::string::npos; };
    const bool knows_tenant = call.door == "GET /api/admin/sessions" ||
                              call.door == "GET /api/admin/proposals" || has("/api/admin/calls") ||
                              has("phone-numbers") || call.door == "GET /api/admin/audit" ||
                              has("realtime-token");
    if (knows_tenant || at_random(10)) call.query = "tenant_id=" + as_tenant;
    // An operator is shown all businesses; everybody else may be anybody.
    if (!has("/api/admin/tenants")) call.token = random_();
    if (has("{business_id}") || has("{tenant}") || has("{tenant_id}")) {
      call.parts.push_back(as_tenant);
    }
    if (has("rollout")) call.body = {{"mode", "on"}, {"say", tenant.mark}};
    if (has("{service}")) call.parts.emplace_back("google");
    if (has("{email}")) call.parts.emplace_back(at_random(2) ? "john@work.example" : tenant.mark);
    if (has("{user}")) call.parts.emplace_back("somebody");
    if (has("user-modes")) call.body = {{"modes", nullptr}};
    if (has("realtime/session")) call.body = {{"tenant_id", as_tenant}};
    if (has("update-tools")) {
      call.body = {{"session_id", "sess_of_" + as_tenant}, {"mode", "email"}};
    }
    if (has("{id}")) call.parts.push_back(some_id(tenant, kind_of(call.door)));
    if (has("{consumer}")) call.parts.emplace_back("openai");
    if (has("{decision}")) call.parts.emplace_back(at_random(3) ? "reject" : "apply");
    if (has("proposals")) call.body = {{"tenant_id", as_tenant}};
    if (has("confirmations")) call.body = {{"agree", true}};
    if (has("enablement")) call.body = {{"disabled", json::array()}};
    const auto words = tenant.mark + " says so";
    if (has("policies")) call.body = {{"topic", "parking"}, {"content", words}};
    if (has("hours")) call.body = {{"hours", {{"monday", nullptr}}}};
    if (has("services/")) {
      call.body = {{"services", json::array{json::object{{"name", tenant.mark}}}}};
    }
    if (has("faqs")) call.body = {{"topic", "cars"}, {"question", words}, {"answer", words}};
    return call;
  }

  static std::string kind_of(const std::string& door) {
    for (const char* kind : {"policies", "faqs", "proposals", "calls"}) {
      if (door.find(kind) != std::string::npos) return kind;
    }
    return {};
  }
  /// One's own, or somebody's.
  std::string some_id(const MarkedTenant& tenant, const std::string& kind) {
    const auto& ids = ids_[{kind, at_random(2) ? tenant.mark : pick(world_.tenants()).mark}];
    return ids.empty() ? "none" : pick(ids);
  }
  /// Of rows that doors ask for by their id.
  void remember_ids(const MarkedTenant& tenant, const std::string& answer) {
    constexpr std::size_t kMost = 20;
    for (const std::string_view key : {R"("id":")", R"("proposal_id":")"}) {
      const auto at = answer.find(key);
      const auto kind = key.size() > 6 ? "proposals" : kind_of(world_.last_door());
      if (at == std::string::npos || kind.empty()) continue;
      const auto from = at + key.size();
      auto id = answer.substr(from, answer.find('"', from) - from);
      auto& ids = ids_[{kind, tenant.mark}];
      if (ids.size() < kMost) {
        ids.push_back(std::move(id));
      } else {
        pick(ids) = std::move(id);
      }
    }
  }

  bool at_random(unsigned one_in) { return random_() % one_in == 0; }

  /// Also short ones, and those that others use too.
  std::string call_id() {
    if (at_random(10)) return "c" + std::to_string(random_() % 5);
    if (at_random(10)) return "call_of_everybody_" + std::to_string(random_() % 50);
    return "call_" + std::to_string(random_());
  }

  json::value value_for(const json::value& schema, const MarkedTenant& tenant) {
    const auto* fields = schema.if_object();
    const auto* words = fields ? find_array(*fields, "enum") : nullptr;
    if (words && !at_random(6)) return pick(*words);
    const auto type = fields ? text_at(*fields, "type") : std::string_view();
    if (type == "integer" && !at_random(6)) return static_cast<int>(random_() % 50);
    if (type == "boolean" && !at_random(6)) return at_random(2);
    static const std::vector<json::value> kTexts{"a",
                                                 "e",
                                                 "LD-4107",
                                                 "AC-1042",
                                                 "CT-2207",
                                                 "OP-3310",
                                                 "CT-2214",
                                                 "LD-4108",
                                                 "2416",
                                                 "4107",
                                                 "current_user",
                                                 "me",
                                                 "Jordan Ellis",
                                                 "cancellation",
                                                 "parking",
                                                 "2026-11-21",
                                                 "2026-12-01",
                                                 "+12125550199",
                                                 "' OR 1=1 --",
                                                 "x' UNION SELECT body, 1 FROM crm_notes --",
                                                 "%",
                                                 "_",
                                                 "WM",
                                                 "'; DELETE FROM crm_leads; --",
                                                 "\xE2\x80\xAE"
                                                 "dael",
                                                 "\xEF\xBC\xA1",
                                                 "\xF0\x9F\x98\x80",
                                                 "",
                                                 nullptr,
                                                 -1,
                                                 1e30,
                                                 true};
    if (at_random(8)) return json::string(tenant.mark + " of mine");
    if (at_random(8)) return json::string(pick(world_.tenants()).id);
    if (at_random(12)) return json::string(pick(world_.tenants()).slug);
    if (at_random(20)) return json::string(5000, 'x');
    return pick(kTexts);
  }

  std::string arguments_for(const registry::ToolSpec& tool, const MarkedTenant& tenant) {
    json::object out;
    const auto* properties = find_object(tool.input_schema, "properties");
    const auto* required = find_array(tool.input_schema, "required");
    for (const auto& property : properties ? *properties : json::object()) {
      const bool is_needed = required && std::find(required->begin(), required->end(),
                                                   json::value(property.key())) != required->end();
      if (is_needed ? at_random(15) : !at_random(5)) continue;
      out[property.key()] = value_for(property.value(), tenant);
    }
    if (at_random(15)) out["business_id"] = json::string(pick(world_.tenants()).id);
    if (at_random(30)) out["customer_phone"] = "+13125550199";
    if (at_random(40)) return json::serialize(out).substr(1);
    return json::serialize(out);
  }

  WatermarkWorld& world_;
  std::mt19937_64 random_;
  int made_ = 0, own_ = 0, cached_ = 0;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> ids_;  // by kind and mark
  std::map<std::string, int> showed_own_;
};

constexpr int kEnoughForEveryDoor = 50'000;

void expect_every_door(WatermarkWorld& world, const Fuzzer& fuzzer) {
  auto left_out = world.doors();
  for (const auto& door : world.asked_doors()) left_out.erase(door);
  // For operators, who have all businesses anyway.
  for (const char* door :
       {"POST /api/admin/tenants", "POST /api/admin/registry/reload",
        "PUT /api/admin/phone-numbers/{number}", "DELETE /api/admin/phone-numbers/{number}"}) {
    left_out.erase(door);
  }
  EXPECT_EQ(left_out, std::set<std::string>());
  for (const auto& [door, count] : fuzzer.showed_own()) {
    std::printf("[ numbers  ] own rows %d times from %s\n", count, door.c_str());
  }
  // Where nothing of one's own comes out either, nothing was tried.
  for (const char* door :
       {"the executor", "GET /v1/realtime", "POST /api/tools/{tool}",
        "POST /api/ai/realtime-tools/execute", "POST /api/admin/tools/{tool}",
        "GET /api/ai/realtime-token", "GET /api/admin/proposals", "GET /api/admin/tenants",
        "POST /api/admin/proposals/{id}/{decision}", "GET /tts_admin/policies/{business_id}",
        "PUT /tts_admin/policies/{business_id}/{id}", "GET /tts_admin/faqs/{business_id}",
        "PUT /tts_admin/faqs/{business_id}/{id}"}) {
    EXPECT_EQ(fuzzer.showed_own().count(door), 1u) << door;
  }
}

TEST(Watermarks, OfOtherBusinessesNeverComeOutOfAnyDoorNorIntoWhatIsKept) {
  WatermarkWorld world;
  Fuzzer fuzzer(world, 20261121);
  const auto calls = calls_wanted();
  for (int i = 0; i < calls && !HasFailure(); ++i) fuzzer.one_call();

  if (calls >= kEnoughForEveryDoor) expect_every_door(world, fuzzer);
  std::map<std::string, std::string> marks;
  for (const auto& tenant : world.tenants()) marks[tenant.id] = tenant.mark;
  std::size_t kept_marks = 0;
  for (const auto& [tenant_id, text] : world.kept()) {
    const auto own = marks.find(tenant_id);
    const auto mark = own == marks.end() ? "" : own->second;
    EXPECT_EQ(foreign_mark(text, mark), "") << tenant_id << " " << text.substr(0, 500);
    if (!mark.empty() && text.find(mark) != std::string::npos) ++kept_marks;
  }
  std::size_t lines = 0;
  for (const auto& line : world.log_lines()) {
    // The log tells of calls, never of what is in rows; of a row that a person changes its id.
    const auto fields = parse_strict(line)->as_object();
    const bool names_a_row = fields.at("event") == "knowledge_changed";
    const auto mark = names_a_row ? marks[std::string(text_at(fields, "tenant_id"))] : "";
    EXPECT_EQ(foreign_mark(line, mark), "") << line.substr(0, 500);
    ++lines;
  }
  std::printf(
      "%d calls: %d with rows of their own, %d of these from the cache; %zu lines of the log\n",
      fuzzer.made(), fuzzer.own(), fuzzer.cached(), lines);
  EXPECT_GT(fuzzer.own(), calls / 20);
  EXPECT_GT(fuzzer.cached(), 0);
  EXPECT_GE(lines, static_cast<std::size_t>(calls) / 2);
  EXPECT_GT(kept_marks, 0u);
}

}  // namespace
}  // namespace callosum::testing
