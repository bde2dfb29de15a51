#include "crash_world.hpp"

#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPack = R"yaml(pack: writes
version: 1.0.0
prompt: prompt.md
access_mode: propose_actions
schema: schema.sql
tenants: {entries: business_id}
tools:
  - name: note
    version: 1.0.0
    summary: Notes something.
    description: Notes something.
    category: action
    access: write
    channels: [voice, text]
    input: {type: object, properties: {ref: {type: string}}, required: [ref], additionalProperties: false}
    output: {type: object, properties: {affected: {type: integer}}, required: [affected]}
    say_on_failure: I cannot note that.
    run: {result: affected, sql: "INSERT INTO entries (ref) VALUES (:ref)"}
  - name: look
    version: 1.0.0
    summary: Looks something up.
    description: Looks something up.
    category: retrieval
    access: read
    channels: [voice, text]
    input: {type: object, properties: {ref: {type: string}}, required: [ref], additionalProperties: false}
    output: {type: object, properties: {entries: {type: integer}}, required: [entries]}
    say_on_failure: I cannot look.
    run: {result: one, sql: "SELECT count(*) AS entries FROM entries WHERE ref = :ref"}
)yaml";
constexpr std::string_view kHttpTool = R"yaml(  - name: NAME
    version: 1.0.0
    summary: Does something elsewhere.
    description: Does something elsewhere.
    category: action
    access: write
    channels: [voice, text]
    input: {type: object, properties: {ref: {type: string}}, required: [ref], additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot do that.
    run: {http: {method: POST, url: "URL", body: {ref: "{ref}"}, honours_key: HONOURS}}
)yaml";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

std::string http_tool(std::string_view name, const std::string& url, bool honours_key) {
  auto text = replaced(std::string(kHttpTool), "NAME", name);
  text = replaced(std::move(text), "URL", url);
  return replaced(std::move(text), "HONOURS", honours_key ? "true" : "false");
}

std::string field_of(const std::string& request, const std::string& name) {
  const auto at = request.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return request.substr(from, request.find("\r\n", from) - from);
}

std::string reference_of(const std::string& request) {
  const auto body = parse_strict(request.substr(request.find("\r\n\r\n") + 4));
  return body && body->is_object() ? std::string(text_at(body->get_object(), "ref")) : "?";
}

}  // namespace

CountingBackend::CountingBackend()
    : server_([this](HostileServer& server, HostileServer::Socket& socket) {
        return serve(server, socket);
      }) {}

boost::asio::awaitable<void> CountingBackend::serve(HostileServer& server,
                                                    HostileServer::Socket& socket) {
  const auto request = co_await server.read_request(socket);
  // A part of a request was never sent as far as a backend can tell.
  if (request.find("\"}") == std::string::npos) co_return;
  count(request);
  if (before_answers_) before_answers_();
  const auto body = R"({"done":")" + reference_of(request) + "\"}";
  co_await server.answer(socket, "200 OK", body, "Content-Type: application/json\r\n");
}

void CountingBackend::count(const std::string& request) {
  const std::lock_guard lock(mutex_);
  auto& seen = seen_[reference_of(request)];
  ++seen.arrivals;
  const bool keeps_keys = request.starts_with("POST /keyed");
  if (!keeps_keys || ++keys_[field_of(request, "Idempotency-Key")] == 1) ++seen.effects;
}

CountingBackend::Seen CountingBackend::seen(const std::string& reference) {
  const std::lock_guard lock(mutex_);
  return seen_[reference];
}

KillPoint::KillPoint(const std::filesystem::path& file) : file_(file.string()) {
  const int handle = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (handle < 0 || ::ftruncate(handle, 2 * sizeof(std::int64_t)) != 0) {
    throw std::runtime_error("no file to share");
  }
  void* at =
      ::mmap(nullptr, 2 * sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
  ::close(handle);
  if (at == MAP_FAILED) throw std::runtime_error("no memory to share");
  left_ = static_cast<std::atomic<std::int64_t>*>(at);
}

KillPoint::~KillPoint() { ::munmap(left_, 2 * sizeof(std::int64_t)); }

Environment KillPoint::environment() const {
  auto preloaded = program("libkill_point.so");
#ifdef CALLOSUM_SANITIZER_RUNTIME
  preloaded = CALLOSUM_SANITIZER_RUNTIME " " + preloaded;
#endif
  return {{"LD_PRELOAD", preloaded}, {"CALLOSUM_KILL_POINT", file_}};
}

CrashWorld::CrashWorld() : kill_point_(folder_.path() / "kill_point") {
  write_pack();
  gateway_ = std::make_unique<Served>(
      std::vector<std::string>{"--config", (folder_.path() / "callosum.yaml").string(), "--set",
                               "packs=" + (folder_.path() / "pack").string(), "--set",
                               "limits.writes_per_minute=0", "--set", "provider=openai", "--set",
                               "providers.openai.url=ws://127.0.0.1:9/v1/realtime"},
      Environment{{"OPENAI_API_KEY", "anything"}});
  const auto made =
      gateway_->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
  if (made.status != 201) throw std::runtime_error("no tenant: " + made.body);
}

void CrashWorld::write_pack() {
  const auto pack = folder_.path() / "pack";
  std::filesystem::create_directory(pack);
  std::ofstream(pack / "prompt.md") << "Write.\n";
  std::ofstream(pack / "schema.sql")
      << "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY,"
         " business_id TEXT NOT NULL, ref TEXT NOT NULL);\n";
  std::ofstream(pack / "pack.yaml") << kPack << http_tool("book", backend_.url() + "/keyed", true)
                                    << http_tool("mail", backend_.url() + "/plain", false);
  std::ofstream(folder_.path() / "callosum.yaml")
      << "egress:\n  allow:\n    - {url: '" << backend_.url() << "', private: true}\n";
}

std::string CrashWorld::call(const AskedWrite& write) {
  const json::object body{{"call_id", write.id}, {"args", json::object{{"ref", write.id}}}};
  const auto answer =
      gateway_->ask_of("bella", "POST", "/api/admin/tools/" + write.tool, json::serialize(body));
  return answer.status == 200 ? answer.body : "";
}

void CrashWorld::write_as(int client, int most) {
  constexpr std::array kTools{"note", "book", "mail"};
  for (int i = 0; i < most; ++i) {
    AskedWrite write{kTools[static_cast<std::size_t>(i + client) % kTools.size()],
                     "write-" + std::to_string(client) + "-" + std::to_string(i)};
    write.answer = call(write);
    const bool is_over = write.answer.empty();
    const std::lock_guard lock(mutex_);
    writes_.push_back(std::move(write));
    if (is_over) return;
  }
}

void CrashWorld::write_until_dead(int most) {
  std::thread other([this, most] { write_as(1, most); });
  write_as(0, most);
  other.join();
}

std::chrono::milliseconds CrashWorld::start_again(bool with_kill_point) {
  const auto begin = std::chrono::steady_clock::now();
  gateway_->start_again(with_kill_point ? kill_point_.environment() : Environment{});
  while (gateway_->ask("GET", "/readyz").status != 200) {
    if (std::chrono::steady_clock::now() - begin > 20s) throw std::runtime_error("never ready");
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               begin);
}

std::vector<std::map<std::string, std::string>> CrashWorld::query(const std::string& sql) {
  const auto connection =
      storage::sqlite::Connection::open({.path = gateway_->data() / "callosum.db"});
  if (!connection) throw std::runtime_error(connection.error().detail);
  const auto rows = (*connection)->query(sql);
  if (!rows) throw std::runtime_error(rows.error().detail);
  std::vector<std::map<std::string, std::string>> out;
  for (const auto& row : *rows) {
    auto& fields = out.emplace_back();
    for (const auto& [name, value] : row.as_object()) {
      fields[name] = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    }
  }
  return out;
}

int CrashWorld::effects(const AskedWrite& write) {
  if (write.tool != "note") return backend_.seen(write.id).effects;
  const auto rows = query("SELECT count(*) AS n FROM entries WHERE ref = '" + write.id + "'");
  return std::stoi(rows.at(0).at("n"));
}

}  // namespace callosum::testing
