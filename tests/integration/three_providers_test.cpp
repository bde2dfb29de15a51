// One conversation with each provider behind the same gateway, which is told by one line of its
// configuration who it is: its calls, its records and what the caller's program is left with are
// the same.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <stdexcept>

#include "base/json.hpp"
#include "base/text.hpp"
#include "slow_write.hpp"
#include "sound_event.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kSmallTalk = 8;

/// In the words that all simulators share.
std::string script() {
  std::string story = "Once upon a time there was a barber";
  for (int i = 0; i < 100; ++i) story += " who met a barber";
  return R"yaml(
transcripts: [oh never mind]
transcription_delay_ms: 0
rules:
  - {when: {tool_output: get_working_hours}, say: We are open and you can park behind the shop.}
  - {when: {tool_output: no_such_tool}, say: I cannot do that.}
  - {when: {tool_output: reserve}, say: It is reserved.}
  - {when: {text: oh never mind}, say: All right then.}
  - when: {text: parking and hours}
    calls: [{name: get_policies, arguments: {topic: parking}}, {name: get_working_hours}]
  - when: {text: a pizza}
    calls: [{name: no_such_tool, arguments: {size: xl}}]
  - when: {text: reserve it}
    calls: [{name: reserve, arguments: {ref: R1}}]
  - when: {text: a story}
    delay_ms: 20
    say: )yaml" +
         story + "\n  - when: {text: whole story}\n    say: " + story + "\n";
}

/// What a caller's program keeps of a conversation: its items in their order, each with its words.
class Transcript {
 public:
  void take(std::string_view event_text) {
    const auto parsed = parse_strict(event_text, {.max_bytes = 1u << 20, .max_depth = 32});
    if (!parsed || !parsed->is_object()) return;
    const auto& event = parsed->as_object();
    const auto type = text_at(event, "type");
    const auto* item = find_object(event, "item");
    if (type == "conversation.item.added" && item) add(*item);
    if (type == "response.output_item.done" && text_at(*item, "status") == "incomplete") {
      find(text_at(*item, "id")).is_cut = true;
    }
    if (type == "conversation.item.truncated") find(text_at(event, "item_id")).is_cut = true;
    if (type == "conversation.item.input_audio_transcription.completed") {
      find(text_at(event, "item_id")).text = text_at(event, "transcript");
    }
    if (type == "response.output_audio_transcript.delta") {
      find(text_at(event, "item_id")).text += text_at(event, "delta");
    }
  }
  /// How far one was heard that was cut off is the moment's: its beginning stands for it.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& each : items_) {
      const auto words = each.is_cut ? each.text.substr(0, 16) + "..." : each.text;
      out.push_back(each.role + ": " + words);
    }
    return out;
  }
  const std::string& last_id() const { return items_.back().id; }

 private:
  struct Item {
    std::string id, role, text;
    bool is_cut = false;
  };
  void add(const json::object& item) {
    Item added{std::string(text_at(item, "id")), std::string(text_at(item, "role")), {}, false};
    const auto* content = find_array(item, "content");
    if (content && !content->empty()) added.text = text_at(content->front().as_object(), "text");
    items_.push_back(std::move(added));
  }
  Item& find(std::string_view id) {
    for (auto& each : items_) {
      if (each.id == id) return each;
    }
    ADD_FAILURE() << "an event of an item that was never added: " << id;
    items_.push_back({std::string(id), "nobody", {}, false});
    return items_.back();
  }
  std::vector<Item> items_;
};

/// What is left of one conversation.
struct Remains {
  std::vector<std::string> transcript;
  std::vector<std::string> timeline;  ///< what became of each call, as the caller was told
  std::vector<std::string> ledger;
  std::vector<std::string> audit;
};

class ThreeProviders : public ::testing::Test {
 protected:
  ThreeProviders() {
    configure("openai");
    std::vector<std::string> options{"--config", config().string(), "--set", "audit.sync=always"};
    for (const auto& [name, cloud] : clouds) {
      for (const auto& option : played_by(name, *cloud)) options.push_back(option);
    }
    world = std::make_unique<SlowWrite>(options, any_keys());
  }

  std::filesystem::path config() const { return folder.path() / "callosum.yaml"; }
  void configure(const std::string& provider) const {
    std::ofstream(config()) << "provider: " << provider << "\n";
  }
  Remains talk_with(const std::string& provider) {
    configure(provider);
    world->gateway->start_again();
    clouds.at(provider)->follow(script());
    heard.clear();
    if (!world->call()) throw std::runtime_error("no conversation with " + provider);
    converse();
    world->hang_up();
    return remains_of(provider);
  }
  void converse() {
    world->send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":)"
                R"({"transcription":{"model":"whisper-1"}}}}})");
    hear("session.updated");
    say("parking and hours");
    interrupt();
    say("a pizza");
    reserve_slowly();
    for (int i = 0; i < kSmallTalk; ++i) say("small talk " + std::to_string(i));
    say("the whole story");
  }
  /// By the voice, in the middle of what is said.
  void interrupt() {
    world->ask_for("a story");
    for (int i = 0; i < 6; ++i) hear("response.output_audio_transcript.delta");
    Transcript so_far;
    for (const auto line : split(heard, '\n')) so_far.take(line);
    speak();
    hear("input_audio_buffer.speech_started");
    // As OpenAI's own clients do.
    world->send(R"({"type":"conversation.item.truncate","content_index":0,"audio_end_ms":100,)"
                R"("item_id":")" +
                so_far.last_id() + "\"}");
    hear("All right then.");
    hear(R"("type":"response.done")");
  }
  /// So that there is time to speak meanwhile.
  void reserve_slowly() {
    const auto before = world->backend.requests();
    world->backend.hold();
    world->ask_for("please reserve it");
    EXPECT_TRUE(eventually([&] { return world->backend.requests() == before + 1; }, 10s));
    speak();
    hear("All right then.");
    hear(R"("type":"response.done")");
    world->backend.release();
    hear("It is reserved.");
    hear(R"("type":"response.done")");
    EXPECT_EQ(world->backend.requests(), before + 1);
  }
  void speak() {
    world->send(sound_event(400, true));
    for (int i = 0; i < 4; ++i) world->send(sound_event(250, false));
  }
  void say(const std::string& text) {
    world->ask_for(text);
    hear(R"("type":"response.done")");
  }
  void hear(std::string_view what) { heard += world->hear(what); }

  Remains remains_of(const std::string& provider) const {
    EXPECT_THAT(heard, Not(HasSubstr("(the end)"))) << provider;
    Remains remains;
    Transcript transcript;
    for (const auto line : split(heard, '\n')) {
      transcript.take(line);
      const auto event = parse_strict(line);
      if (!event || text_at(event->as_object(), "type") != "callosum.timeline") continue;
      json::object entry;
      for (const char* key : {"kind", "tool", "args", "error_type"}) entry[key] = event->at(key);
      remains.timeline.push_back(json::serialize(entry));
    }
    std::sort(remains.timeline.begin(), remains.timeline.end());  // of parallel calls any is first
    remains.transcript = transcript.lines();
    remains.ledger = ledger_of(provider);
    remains.audit = audit_of(provider);
    return remains;
  }
  std::vector<std::string> ledger_of(const std::string& provider) const {
    auto connection =
        storage::sqlite::Connection::open({.path = world->gateway->data() / "callosum.db"});
    const auto rows = (*connection)
                          ->query(
                              "SELECT tenant_id, arguments_hash, act, tool_id, "
                              "tool_version, registry_version, subject, turn, arguments, "
                              "state, answer FROM tool_calls WHERE provider = '" +
                              provider + "'");
    std::vector<std::string> out;
    for (const auto& row : *rows) {
      auto kept = row.as_object();
      auto answer = parse_strict(text_at(kept, "answer")).value().as_object();
      for (const char* key : {"call_id", "idempotency_key", "duration_ms"}) {
        answer.at("meta").as_object().erase(key);
      }
      kept["answer"] = std::move(answer);
      out.push_back(json::serialize(kept));
    }
    return out;
  }
  std::vector<std::string> audit_of(const std::string& provider) const {
    std::vector<std::string> out;
    const auto all = world->gateway->audit();
    for (const auto line : split(trim(all), '\n')) {
      auto record = parse_strict(line);
      if (!record || text_at(record->as_object(), "provider") != provider) continue;
      auto& fields = record->as_object();
      for (const char* key :
           {"provider", "seq", "at_ms", "session_id", "call_id", "key", "duration_ms"}) {
        fields.erase(key);
      }
      out.push_back(json::serialize(fields));
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  TempFolder folder;
  std::map<std::string, std::unique_ptr<Cloud>> clouds = [] {
    std::map<std::string, std::unique_ptr<Cloud>> all;
    for (const char* name : {"openai", "xai", "gemini"}) all[name] = std::make_unique<Cloud>(name);
    return all;
  }();
  std::unique_ptr<SlowWrite> world;
  std::string heard;
};

TEST_F(ThreeProviders, HoldTheSameConversationAndLeaveTheSameRecords) {
  const auto first = talk_with("openai");
  const auto xai = talk_with("xai");
  const auto gemini = talk_with("gemini");

  const std::vector<std::string> beginning(first.transcript.begin(), first.transcript.begin() + 12);
  EXPECT_THAT(beginning, ElementsAre("user: parking and hours",
                                     "assistant: We are open and you can park behind the shop.",
                                     "user: a story", "assistant: Once upon a time...",
                                     "user: oh never mind", "assistant: All right then.",
                                     "user: a pizza", "assistant: I cannot do that.",
                                     "user: please reserve it", "user: oh never mind",
                                     "assistant: All right then.", "assistant: It is reserved."));
  EXPECT_THAT(first.transcript, SizeIs(12 + 2 * kSmallTalk + 2));
  EXPECT_THAT(first.timeline, SizeIs(8));
  EXPECT_THAT(first.ledger, ElementsAre(HasSubstr(R"("state":"done")")));
  EXPECT_THAT(first.audit, SizeIs(4));
  for (const auto* other : {&xai, &gemini}) {
    EXPECT_EQ(other->transcript, first.transcript);
    EXPECT_EQ(other->timeline, first.timeline);
    EXPECT_EQ(other->ledger, first.ledger);
    EXPECT_EQ(other->audit, first.audit);
  }
}

}  // namespace
}  // namespace callosum::testing
