#include "phone_stand.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <fstream>

#include "audio/wav.hpp"
#include "base/ed25519.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "sanitized.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPublicUrl = "https://voice.example";
constexpr const char* kToken = "12345";
constexpr std::size_t kRateHz = 8000;
constexpr std::size_t kSpoken_ms = 400;
/// Calls are in real time: a machine that cannot keep up with them would hear other things.
constexpr std::size_t kAtOnce = kIsSanitized ? 6 : 12;

/// Of `desk`: what needs a yes, what another business has to be asked for, and what never comes.
constexpr const char* kDesk = R"yaml(pack: desk
version: 1.0.0
prompt_text: You mind the desk.
access_mode: confirm
schema: schema.sql
tenants: {desk_bookings: business_id}
tools:
  - name: book_time
    version: 1.0.0
    summary: Books a time for the caller.
    category: action
    access: write
    confirmation: spoken
    min_assurance: carrier
    channels: [voice]
    bind: {business_id: session.tenant_id, caller: session.caller_phone, call_sid: session.call_sid}
    input:
      type: object
      properties: {day: {type: string}, hour: {type: integer}}
      required: [day, hour]
      additionalProperties: false
    output: {type: object, properties: {affected: {type: integer}}, required: [affected]}
    say_on_failure: I cannot book that.
    run:
      result: affected
      sql: |
        INSERT INTO desk_bookings (id, caller, call_sid, day, hour)
        SELECT 1 + count(*), :caller, :call_sid, :day, :hour FROM desk_bookings
  - name: my_times
    version: 1.0.0
    summary: What the caller has booked.
    category: retrieval
    access: read
    min_assurance: carrier
    channels: [voice]
    bind: {business_id: session.tenant_id, caller: session.caller_phone}
    input: {type: object, properties: {}, additionalProperties: false}
    output:
      type: object
      properties: {items: {type: array, items: {type: object}}, count: {type: integer}, truncated: {type: boolean}}
      required: [items, count]
    say_on_failure: I cannot look.
    run:
      result: many
      max_rows: 10
      sql: SELECT day, hour FROM desk_bookings WHERE caller = :caller ORDER BY id
  - name: slow_look
    version: 1.0.0
    summary: Looks for long.
    category: retrieval
    access: read
    channels: [voice]
    timeout_ms: 8000
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot look.
    run: {http: {method: GET, url: "URL/slow"}}
  - name: patient_look
    version: 1.0.0
    summary: Looks for long, and says so.
    category: retrieval
    access: read
    channels: [voice]
    timeout_ms: 8000
    filler_after_ms: 200
    filler: One moment please while I am looking for what you want, which is not here but in the cellar.
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot look.
    run: {http: {method: GET, url: "URL/patient"}}
  - name: hanging_look
    version: 1.0.0
    summary: Looks for ever.
    category: retrieval
    access: read
    channels: [voice]
    timeout_ms: 400
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot look.
    run: {http: {method: GET, url: "URL/hang"}}
  - name: slow_order
    version: 1.0.0
    summary: Orders something, for long.
    category: action
    access: write
    channels: [voice]
    timeout_ms: 8000
    input: {type: object, properties: {what: {type: string}}, required: [what], additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot order that.
    run: {http: {method: POST, url: "URL/slow", body: {what: "{what}"}}}
)yaml";

constexpr const char* kDeskSchema =
    "CREATE TABLE IF NOT EXISTS desk_bookings (business_id TEXT NOT NULL, id INTEGER NOT NULL, "
    "caller TEXT, call_sid TEXT, day TEXT, hour INTEGER, PRIMARY KEY (business_id, id));\n";

std::string replaced(std::string text, std::string_view from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string host_of(const Cloud& cloud, std::string_view scheme) {
  const auto host = cloud.url().find("://") + 3;
  const auto end = std::min(cloud.url().find('/', host), cloud.url().size());
  return std::string(scheme) + "://" + cloud.url().substr(host, end - host);
}

/// Noise that its name alone decides: no two recordings have a frame in common.
void write_recording(const std::filesystem::path& path, const std::string& name) {
  SeededRandom random(std::hash<std::string>()(name));
  audio::Pcm pcm{{}, kRateHz};
  for (std::size_t i = 0; i < kSpoken_ms * kRateHz / 1000; ++i) {
    pcm.samples.push_back(
        static_cast<std::int16_t>(static_cast<int>(random.next_u64() % 18'000) - 9'000));
  }
  const auto written = audio::write_wav(path, pcm);
  if (!written) throw std::runtime_error(written.error().message);
}

std::string plain_steps(const PhoneCase& each) {
  std::string steps = "  - {wait_silence_ms: 300, timeout_ms: 9000}\n";
  for (std::size_t i = 0; i < each.says.size(); ++i) {
    steps += "  - say: '{" + std::to_string(i) + "}'\n";
    steps += "  - {wait_silence_ms: 900, timeout_ms: 9000}\n";
  }
  return steps + "  - hang_up: true\n";
}

std::vector<json::object> lines_of(const std::string& text) {
  std::vector<json::object> out;
  for (const auto line : split(text, '\n')) {
    auto parsed = parse_strict(line, {.max_bytes = 1 << 20});
    if (parsed && parsed->is_object()) out.push_back(std::move(parsed->get_object()));
  }
  return out;
}

std::vector<std::string> kinds_of(const json::object& row) {
  std::vector<std::string> out;
  const auto timeline = parse_strict(text_at(row, "timeline"), {.max_bytes = 1 << 20});
  if (!timeline || !timeline->is_array()) return out;
  for (const auto& entry : timeline->get_array()) {
    out.emplace_back(text_at(entry.get_object(), "kind"));
  }
  return out;
}

std::vector<std::string> heard_in(const json::object& row) {
  std::vector<std::string> out;
  const auto turns = parse_strict(text_at(row, "transcript"), {.max_bytes = 1 << 20});
  if (!turns || !turns->is_array()) return out;
  for (const auto& turn : turns->get_array()) {
    const auto& object = turn.get_object();
    if (text_at(object, "role") == "user") out.emplace_back(text_at(object, "text"));
  }
  return out;
}

std::vector<std::string> audited_in(const std::vector<json::object>& audit) {
  std::vector<std::string> out;
  for (const auto& record : audit) {
    const auto id = text_at(record, "tool_id");
    out.push_back(std::string(id.substr(id.find('.') + 1)) + " " +
                  std::string(text_at(record, "outcome")));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::string CallRows::call_sid() const {
  for (const auto& line : timeline) {
    const auto sid = text_at(line.as_object(), "call");
    if (!sid.empty()) return std::string(sid);
  }
  return {};
}

std::string CallRows::told() const {
  std::string out = "\nrow: " + json::serialize(row);
  for (const auto& record : audit) out += "\naudit: " + json::serialize(record);
  for (const auto& line : timeline) out += "\n" + json::serialize(line);
  return out + "\n" + trouble;
}

DeskBackend::DeskBackend()
    : server_([](HostileServer& server,
                 HostileServer::Socket& socket) -> boost::asio::awaitable<void> {
        auto reading = server.read_request(socket);
        const auto request = co_await std::move(reading);
        const auto line = request.substr(0, request.find("\r\n"));
        if (line.find("/hang") != std::string::npos) {
          auto stalling = server.stall(socket);
          co_await std::move(stalling);
          co_return;
        }
        const bool is_slow = line.find("/slow") != std::string::npos;
        const bool is_patient = line.find("/patient") != std::string::npos;
        if (is_slow || is_patient) {
          auto pausing = server.pause(is_slow ? 1500ms : 5000ms);
          co_await std::move(pausing);
        }
        auto answering = server.answer(socket, "200 OK", R"({"done":"yes"})",
                                       "Content-Type: application/json\r\nConnection: close\r\n");
        co_await std::move(answering);
      }) {}

std::size_t DeskBackend::requests(std::string_view words) {
  const auto all = server_.requests();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const std::string& request) {
        return request.substr(0, request.find("\r\n")).find(words) != std::string::npos;
      }));
}

PhoneStand::PhoneStand(const std::string& ears, const std::string& mouth,
                       const std::vector<std::string>& sets)
    : ears_(std::make_unique<Cloud>("deepgram")),
      chat_(std::make_unique<Cloud>("chat")),
      mouth_(std::make_unique<Cloud>(mouth == "deepgram" ? "deepgram" : "speech")) {
  // The mouth has a name of its own: whoever also hears does that elsewhere.
  const bool is_http = mouth == "openai";
  const auto voice = mouth == "deepgram" ? "aura-2-thalia-en" : "voice1";
  std::vector<std::string> all{
      "provider=cascade",
      "providers.cascade.ears=deepgram",
      "providers.cascade.mouth=voice",
      "providers.cascade.brain_url=" + chat_->url(),
      "providers.cascade.brain_model=sim",
      "speech.deepgram.url=" + host_of(*ears_, "ws"),
      "speech.deepgram.model=" + ears,
      "speech.voice.kind=" + mouth,
      "speech.voice.key_env=VOICE_API_KEY",
      "speech.voice.url=" + host_of(*mouth_, is_http ? "http" : "ws") + (is_http ? "/v1" : ""),
      std::string("speech.voice.model=any"),
      std::string("speech.voice.voice=") + voice};
  all.insert(all.end(), sets.begin(), sets.end());
  start(std::move(all));
}

PhoneStand::PhoneStand(const std::string& provider) : provider_(std::make_unique<Cloud>(provider)) {
  start({"provider=" + provider, "providers." + provider + ".url=" + provider_->url()});
}

PhoneStand::~PhoneStand() = default;

void PhoneStand::start(std::vector<std::string> sets) {
  write_desk();
  for (const auto& set :
       {std::string("phone.public_url=") + kPublicUrl,
        std::string("phone.twilio.auth_token_env=PHONE_TOKEN"),
        std::string("phone.plivo.auth_token_env=PHONE_TOKEN"),
        // As `callosum-sim twilio --carrier telnyx` makes its key.
        "phone.telnyx.public_key=" + encode_base64(Ed25519Pair::from_seed(sha256(kToken)).key),
        std::string("phone.greeting=Hello there."),
        std::string("phone.caps.caller_calls_per_hour=0"), std::string("audit.sync=always"),
        // A turn has a second for its tools, and one tool 400 ms: here some last.
        std::string("limits.phone.tool_ms=0"), std::string("limits.phone.turn_ms=0"),
        "egress.allow=[{url: '" + backend_.url() + "', private: true}]"}) {
    sets.push_back(set);
  }
  std::vector<std::string> options{"--packs", (folder_.path() / "packs").string()};
  for (const auto& set : sets) options.insert(options.end(), {"--set", set});
  Environment keys{{"PHONE_TOKEN", kToken}};
  for (const auto* vendor : {"OPENAI", "XAI", "GEMINI", "DEEPGRAM", "VOICE"}) {
    keys[std::string(vendor) + "_API_KEY"] = "anything";
  }
  gateway_ = std::make_unique<Gateway>(options, keys);
  for (const auto& [number, tenant] :
       {std::pair{"+12125550111", "willow-hair"}, std::pair{"+12125550112", "cedar-dental"}}) {
    net::HttpRequest request;
    request.method = "PUT";
    request.body = R"({"tenant_id":")" + std::string(tenant) + R"(","pack":"desk"})";
    request.headers.set("Authorization", "Bearer " + gateway_->token());
    const auto set =
        fetch(gateway_->http("/api/admin/phone-numbers/" + std::string(number)), request);
    if (set.status != 200) throw std::runtime_error(set.body);
  }
  // One business greets for long enough to be spoken over.
  run("UPDATE businesses SET ai_config = json_set(ai_config, '$.greeting', 'Welcome to Harbor Bike"
      " Works, where every bike is mended by people who have come here on their own from the other"
      " side of the bay.') WHERE name = 'Harbor Bike Works'");
}

void PhoneStand::write_desk() const {
  const auto packs = folder_.path() / "packs";
  std::filesystem::create_directories(packs / "desk");
  std::filesystem::copy(std::string(CALLOSUM_SOURCE_DIR) + "/packs/receptionist",
                        packs / "receptionist", std::filesystem::copy_options::recursive);
  std::ofstream(packs / "desk/pack.yaml") << replaced(kDesk, "URL", backend_.url());
  std::ofstream(packs / "desk/schema.sql") << kDeskSchema;
}

std::string PhoneStand::recording(const PhoneCase& each, std::size_t index) const {
  return (folder_.path() / (each.name + "-" + std::to_string(index) + ".wav")).string();
}

void PhoneStand::follow(const std::vector<PhoneCase>& cases, const Scripts& scripts) {
  std::string utterances = "utterances:\n";
  std::string rules = "rules:\n";
  for (const auto& each : cases) {
    for (std::size_t i = 0; i < each.says.size(); ++i) {
      const auto path = recording(each, i);
      write_recording(path, each.name + std::to_string(i));
      const auto& said = each.says[i];
      utterances += "  - {text: '" + said.text + "', wav: " + path +
                    (said.more.empty() ? "" : ", " + said.more) + "}\n";
    }
    rules += each.rules;
  }
  rules += scripts.rules;
  if (ears_) ears_->follow(utterances + "end_ms: 200\neager_ms: 100\n" + scripts.ears);
  if (chat_) chat_->follow(rules + "  - {when: {tool_output: any}, say: Here you are.}\n");
  if (mouth_) mouth_->follow(scripts.mouths.empty() ? "{}" : scripts.mouths);
}

std::unique_ptr<Process> PhoneStand::dial(const PhoneCase& each) const {
  auto steps = each.steps.empty() ? plain_steps(each) : each.steps;
  for (std::size_t i = 0; i < each.says.size(); ++i) {
    steps = replaced(steps, "{" + std::to_string(i) + "}", recording(each, i));
  }
  const auto script = folder_.path() / (each.name + ".yaml");
  std::ofstream(script) << each.line << "\nsteps:\n" << steps;
  const auto place = "/" + each.carrier;
  const std::vector<std::string> command{program("callosum-sim"),
                                         "twilio",
                                         "--carrier",
                                         each.carrier,
                                         "--to",
                                         gateway_->http(place + "/voice"),
                                         "--public-url",
                                         kPublicUrl + place + "/voice",
                                         "--auth-token",
                                         kToken,
                                         "--called",
                                         each.called,
                                         "--from",
                                         each.from,
                                         "--stir",
                                         each.attestation,
                                         "--status-callback",
                                         kPublicUrl + place + "/status",
                                         "--retry",
                                         "60",
                                         "--script",
                                         script.string(),
                                         "--json"};
  return std::make_unique<Process>(command, Environment{});
}

std::vector<CallRows> PhoneStand::place(const std::vector<PhoneCase>& cases,
                                        const Scripts& scripts) {
  follow(cases, scripts);
  std::vector<std::unique_ptr<Process>> callers;
  std::vector<CallRows> out(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    while (callers.size() < std::min(cases.size(), i + kAtOnce)) {
      callers.push_back(dial(cases[callers.size()]));
    }
    const auto ended = callers[i]->wait(120s);
    if (!ended) {
      out[i].trouble = "the call of " + cases[i].name + " never ended";
      continue;
    }
    out[i].status = ended->status;
    out[i].trouble = ended->err;
    for (auto& line : lines_of(ended->out)) out[i].timeline.push_back(std::move(line));
  }
  for (auto& rows : out) read_rows(rows);
  const auto exported =
      run_callosum({"audit", "export", "--data", gateway_->data().string()}, {}).out;
  for (const auto& record : lines_of(exported)) {
    for (auto& rows : out) {
      const auto session = text_at(rows.row, "session_id");
      if (!session.empty() && text_at(record, "session_id") == session) {
        rows.audit.push_back(record);
      }
    }
  }
  return out;
}

/// The row of a call that is over; of one that never is, as far as it came.
void PhoneStand::read_rows(CallRows& rows) {
  const auto sid = rows.call_sid();
  if (sid.empty()) return;
  const auto is_over = [&] {
    const auto found = run("SELECT * FROM phone_calls WHERE call_sid = '" + sid + "'");
    if (found.empty()) return false;
    rows.row = found.front().as_object();
    return !text_at(rows.row, "outcome").empty();
  };
  eventually(is_over, kIsSanitized ? 60s : 15s);
}

json::array PhoneStand::run(const std::string& sql) {
  auto connection =
      storage::sqlite::Connection::open({.path = gateway_->data() / "callosum.db"}).value();
  auto rows = connection->query(sql, {});
  if (!rows) throw std::runtime_error(rows.error().message + ": " + sql);
  return std::move(*rows);
}

void PhoneStand::judge(const PhoneCase& expected, const CallRows& rows) {
  SCOPED_TRACE(expected.name + rows.told());
  EXPECT_EQ(rows.status, 0);
  ASSERT_FALSE(rows.row.empty());
  judge_rows(expected, rows);
  EXPECT_EQ(audited_in(rows.audit), expected.audited);
  if (expected.query.empty()) return;
  const auto query =
      replaced(replaced(expected.query, "{session}", std::string(text_at(rows.row, "session_id"))),
               "{call}", rows.call_sid());
  const auto found = run(query);
  ASSERT_EQ(found.size(), 1u) << query;
  const auto& value = found.front().as_object().begin()->value();
  EXPECT_EQ(value.is_string() ? std::string(value.get_string()) : json::serialize(value),
            expected.value)
      << query;
}

void PhoneStand::judge_rows(const PhoneCase& expected, const CallRows& rows) {
  const auto& row = rows.row;
  EXPECT_EQ(text_at(row, "outcome"), expected.outcome);
  EXPECT_EQ(text_at(row, "intent"), expected.intent);
  EXPECT_EQ(text_at(row, "status"), "completed");  // the carrier's own word
  const auto kinds = kinds_of(row);
  for (const auto& kind : expected.kinds) {
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), kind), kinds.end()) << kind;
  }
  if (!expected.heard.empty()) {
    EXPECT_EQ(heard_in(row), expected.heard);
  }
  const auto transcript = text_at(row, "transcript");
  if (!expected.never_said.empty()) {
    EXPECT_EQ(transcript.find(expected.never_said), std::string::npos);
  }
  EXPECT_NE(transcript.find(expected.has_said), std::string::npos) << expected.has_said;
}

}  // namespace callosum::testing
