#include "slow_write.hpp"

#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <thread>

#include "base/text.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kReserve = R"yaml(tools:
  - name: reserve
    version: 1.0.0
    summary: Reserves something.
    description: Reserves something.
    category: action
    access: write
    channels: [voice, text]
    timeout_ms: 25000
    input: {type: object, properties: {ref: {type: string}}, required: [ref], additionalProperties: false}
    output: {type: object, properties: {done: {type: string}}, required: [done]}
    say_on_failure: I cannot reserve that.
    run: {http: {method: POST, url: "URL/reserve", body: {ref: "{ref}"}}}
)yaml";

}  // namespace

SlowBackend::SlowBackend()
    : server_([this](HostileServer& server, HostileServer::Socket& socket) {
        return serve(*this, server, socket);
      }) {}

boost::asio::awaitable<void> SlowBackend::serve(SlowBackend& self, HostileServer& server,
                                                HostileServer::Socket& socket) {
  const auto request = co_await server.read_request(socket);
  while (self.is_held_) co_await server.pause(5ms);
  co_await server.answer(socket, "200 OK", R"({"done":"yes"})",
                         "Content-Type: application/json\r\nConnection: close\r\n");
}

SlowWrite::SlowWrite(const std::vector<std::string>& options, const Environment& keys) {
  auto all = options;
  for (const auto& set : {std::string("limits.voice.calls=100"),
                          "egress.allow=[{url: '" + backend.url() + "', private: true}]"}) {
    all.insert(all.end(), {"--set", set});
  }
  gateway = std::make_unique<Served>(all, keys);
  const auto made =
      gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
  if (made.status != 201) throw std::runtime_error(made.body);
  std::string tool(kReserve);
  gateway->edit("tools:\n", tool.replace(tool.find("URL"), 3, backend.url()));
  const auto loaded = gateway->ask("POST", "/api/admin/registry/reload");
  if (loaded.status != 200) throw std::runtime_error(loaded.body);
}

bool SlowWrite::call() {
  caller_ = std::make_unique<RawClient>(gateway->port());
  const auto status = caller_->upgrade(
      "/v1/realtime",
      {"Authorization: Bearer " + Served::token("bella", {}), "X-Callosum-Timeline: 1"});
  if (status != 101) return false;
  const auto created = caller_->find_frame(1, "session.created");
  session = created ? created->payload : "";
  return created.has_value();
}

void SlowWrite::send(const std::string& event) { caller_->send(client_frame(1, event)); }

void SlowWrite::ask_for(const std::string& text) {
  const json::object part{{"type", "input_text"}, {"text", text}};
  const json::object item{{"type", "message"}, {"role", "user"}, {"content", json::array{part}}};
  send(json::serialize(json::object{{"type", "conversation.item.create"}, {"item", item}}));
  send(R"({"type":"response.create"})");
}

std::string SlowWrite::hear(std::string_view what) {
  std::string heard;
  while (auto frame = caller_->next_frame()) {
    if (frame->payload.find("response.output_audio.delta") != std::string::npos) continue;
    heard += frame->payload + "\n";
    if (frame->payload.find(what) != std::string::npos) return heard;
  }
  return heard + "(the end)";
}

std::size_t SlowWrite::open_files() {
  std::size_t count = 0;
  const auto folder = "/proc/" + std::to_string(gateway->process().pid()) + "/fd";
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

bool SlowWrite::is_at_rest(std::size_t files) {
  // Asking for a metric opens a connection of its own.
  const auto until = std::chrono::steady_clock::now() + 2s;
  const bool has_ended = eventually([&] { return gateway->metric("sessions ") == 0; }, 2s);
  while (open_files() > files && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  return has_ended && open_files() <= files;
}

std::size_t times_said(const std::string& heard, std::string_view what) {
  std::size_t times = 0;
  for (const auto line : split(heard, '\n')) {
    const bool is_said = line.find("response.output_audio_transcript.done") != line.npos ||
                         line.find("response.output_text.done") != line.npos;
    if (is_said && line.find(what) != line.npos) ++times;
  }
  return times;
}

std::vector<std::string> played_by(const std::string& provider, const Cloud& cloud) {
  return {"--set", "providers." + provider + ".url=" + cloud.url()};
}

const Environment& any_keys() {
  static const Environment kKeys{
      {"OPENAI_API_KEY", "anything"}, {"XAI_API_KEY", "anything"}, {"GEMINI_API_KEY", "anything"}};
  return kKeys;
}

}  // namespace callosum::testing
