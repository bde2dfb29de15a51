// Every event of the wire as a file (tests/fixtures/realtime), what the gateway reads of it, and
// the text of every event that it writes itself.
#include "golden.hpp"

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>

#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "realtime/model_port.hpp"

namespace callosum::realtime {
namespace {

using testing::list_fixtures;
using testing::matches_golden;
using testing::read_fixture;

/// Keeps what it is asked to send.
class RecordingPort final : public ModelPort {
 public:
  const ProviderProfile& profile() const override { return profile_; }
  boost::asio::awaitable<Result<void>> open(SessionOpening, async::Deadline) override {
    co_return Result<void>{};
  }
  boost::asio::awaitable<Result<ServerFrame>> next(async::Deadline) override {
    co_return fail(ErrorType::transient, "says nothing");
  }
  bool send(std::string_view client_event, net::FrameKind kind) override {
    EXPECT_EQ(kind, net::FrameKind::control);
    sent = client_event;
    return true;
  }
  boost::asio::awaitable<void> close(async::Deadline) override { co_return; }

  std::string sent;

 private:
  ProviderProfile profile_;
};

/// "realtime/server/error-server.json" is "error-server": a type, and which of its examples.
std::string stem_of(const std::string& file) { return std::filesystem::path(file).stem().string(); }

std::string type_of(const std::string& file) {
  const auto stem = stem_of(file);
  return stem.substr(0, stem.find('-'));
}

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Under `key`, the fields that are not empty; nothing where all are.
void put(json::object& out, std::string_view key, const Fields& fields) {
  json::object filled;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) filled[name] = value;
  }
  if (!filled.empty()) out[key] = std::move(filled);
}

void put_item(json::object& out, const json::object& event) {
  const auto* object = find_object(event, "item");
  if (!object) return;
  const auto item = read_item(*object);
  put(out, "item",
      {{"id", item.id},
       {"type", item.type},
       {"status", item.status},
       {"role", item.role},
       {"call_id", item.call_id},
       {"name", item.name},
       {"arguments", item.arguments}});
  if (const auto text = item_text(*object); !text.empty()) out["text"] = text;
}

json::object read_server(const ServerEvent& event) {
  json::object out;
  put_item(out, event.body);
  if (const auto call = RecordingPort().handle_realtime_function_call_event(event)) {
    put(out, "call_to_run",
        {{"response_id", call->response_id},
         {"item_id", call->item_id},
         {"call_id", call->call_id},
         {"name", call->name},
         {"arguments", call->arguments}});
  }
  const auto response = read_response(event.body);
  put(out, "response",
      {{"id", response.id},
       {"status", response.status},
       {"reason", response.reason},
       {"error_code", response.error_code}});
  if (response.is_out_of_band) out["is_out_of_band"] = true;
  const auto error = read_error(event.body);
  put(out, "error",
      {{"type", error.type},
       {"code", error.code},
       {"message", error.message},
       {"param", error.param},
       {"event_id", error.event_id}});
  return out;
}

json::object read_client(const json::object& event) {
  json::object out;
  if (const auto id = text_at(event, "event_id"); !id.empty()) out["event_id"] = id;
  put_item(out, event);
  return out;
}

/// A JSON object with one line a file.
class Table {
 public:
  void add(const std::string& file, const json::object& read) {
    text_ += (text_.empty() ? "{\n" : ",\n") + json::serialize(json::value(stem_of(file))) + ": " +
             json::serialize(read);
  }
  std::string text() const { return text_ + "\n}\n"; }

 private:
  std::string text_;
};

TEST(GoldenEvents, AreThereForEveryTypeOfBothSides) {
  std::set<std::string> files;
  for (const char* folder : {"realtime/client", "realtime/server"}) {
    for (const auto& file : list_fixtures(folder)) {
      files.insert(std::filesystem::path(folder).filename().string() + " " + type_of(file));
    }
  }

  for (int i = 1; i <= static_cast<int>(EventType::rate_limits_updated); ++i) {
    const auto type = static_cast<EventType>(i);
    const std::string side = type < EventType::error ? "client " : "server ";
    const std::string wanted = side + std::string(to_string(type));
    EXPECT_EQ(files.erase(wanted), 1u) << "no file of " << wanted;
  }
  EXPECT_TRUE(files.empty()) << *files.begin() << " is no type of that side";
}

TEST(GoldenEvents, AreKnownByTheirTypeSpacedOutOrAsTheyComeOverTheWire) {
  for (const char* folder : {"realtime/client", "realtime/server"}) {
    for (const auto& file : list_fixtures(folder)) {
      const auto text = read_fixture(file);
      const auto wire = json::serialize(parse_strict(text).value());

      EXPECT_EQ(peek_type_text(text), type_of(file)) << file;
      EXPECT_EQ(to_string(peek_type(text)), type_of(file)) << file;
      EXPECT_EQ(peek_type(wire), peek_type(text)) << file;
    }
  }
}

TEST(GoldenEvents, OfTheServerAreReadAsTheTableSays) {
  Table table;
  for (const auto& file : list_fixtures("realtime/server")) {
    const auto text = read_fixture(file);
    EventArena arena;

    const auto event = decode_server_event({peek_type(text), text}, arena.storage());

    ASSERT_TRUE(event) << file << ": " << event.error().detail;
    EXPECT_EQ(event->type, peek_type(text));
    table.add(file, read_server(*event));
  }
  EXPECT_TRUE(matches_golden(table.text(), "realtime/server.expected.json"));
}

TEST(GoldenEvents, OfTheClientAreReadAsTheTableSays) {
  Table table;
  for (const auto& file : list_fixtures("realtime/client")) {
    const auto text = read_fixture(file);

    const auto event = decode_client_event({peek_type(text), text});

    ASSERT_TRUE(event) << file << ": " << event.error().message;
    table.add(file, read_client(*event));
  }
  EXPECT_TRUE(matches_golden(table.text(), "realtime/client.expected.json"));
}

/// The text is an event of this type, and what the file holds.
void expect_written(std::string_view text, EventType type, const std::string& name) {
  EXPECT_TRUE(parse_strict(text)) << text;
  EXPECT_EQ(peek_type(text), type);
  EXPECT_TRUE(matches_golden(text, "realtime/encoded/" + name + ".json"));
}

/// Quotes, an escape, a control character, letters of two to four bytes.
constexpr std::string_view kAwkward = "He said \"no\\yes\"\n\tat 9 \x01– für 5 €, 𝄞 </script>";

json::object some_session() {
  return {
      {"type", "realtime"},
      {"instructions", "Be brief."},
      {"audio", json::object{{"output", json::object{{"voice", "marin"}}}}},
  };
}

json::array some_tools() {
  json::array tools;
  tools.push_back(json::object{{"type", "function"},
                               {"name", "get_hours"},
                               {"description", "When we are open."},
                               {"parameters", json::object{{"type", "object"}}}});
  return tools;
}

TEST(GoldenWriting, OfASessionUpdate) {
  const auto type = EventType::session_update;
  const auto tools = json::serialize(some_tools());

  expect_written(encode_session_update(some_session(), "evt_callosum_1"), type, "session_update");
  expect_written(encode_session_update(some_session(), ""), type, "session_update-no_id");
  expect_written(encode_session_update(some_session(), tools, "evt_callosum_1"), type,
                 "session_update-tools");
  expect_written(encode_session_update({}, "[]", "evt_callosum_1"), type,
                 "session_update-tools_alone");
}

TEST(GoldenWriting, OfAFunctionsOutput) {
  const auto type = EventType::conversation_item_create;

  expect_written(encode_function_output("call_1", R"({"ok":true,"data":"nine to five"})", "e_1"),
                 type, "function_output");
  expect_written(encode_function_output("call \"1\"", kAwkward, "e_1"), type,
                 "function_output-awkward");
}

TEST(GoldenWriting, OfAResponsesBeginningAndEnd) {
  const json::object response{{"conversation", "none"},
                              {"metadata", json::object{{"purpose", "summary"}}}};

  expect_written(encode_response_create({}, "e_2"), EventType::response_create, "response_create");
  expect_written(encode_response_create(response, "e_2"), EventType::response_create,
                 "response_create-settings");
  expect_written(encode_response_cancel("e_3"), EventType::response_cancel, "response_cancel");
}

TEST(GoldenWriting, OfAMessageInText) {
  const auto type = EventType::conversation_item_create;
  for (const std::string role : {"system", "user", "assistant"}) {
    expect_written(encode_text_message(role, "Good morning.", "e_4"), type, "text_message-" + role);
  }
  expect_written(encode_text_message("user", kAwkward, "e_4", "item_9"), type,
                 "text_message-with_id");
}

TEST(GoldenWriting, OfAnError) {
  const auto type = EventType::error;

  expect_written(
      encode_error("invalid_request_error", "unknown_parameter",
                   "Unknown parameter: 'session.meta'.", "session.meta", "evt_caller_1", "event_1"),
      type, "error");
  expect_written(encode_error("server_error", "", kAwkward, "", "", "event_2"), type,
                 "error-unnamed");
}

TEST(GoldenWriting, OfTheActsOfAPort) {
  RecordingPort port;

  EXPECT_TRUE(port.refresh_realtime_tools(some_tools(), "e_5"));
  expect_written(port.sent, EventType::session_update, "act-refresh_tools");
  EXPECT_TRUE(
      port.send_function_call_output("call_1", R"({"ok":true})", "e_6", OutputDelivery::when_idle));
  expect_written(port.sent, EventType::conversation_item_create, "act-function_output");
  EXPECT_TRUE(port.schedule_realtime_tool_followup_response({}, "e_7"));
  expect_written(port.sent, EventType::response_create, "act-followup");
  EXPECT_TRUE(port.request_playback_utterance("One moment, \"please\".", "e_8"));
  expect_written(port.sent, EventType::response_create, "act-playback_utterance");
}

}  // namespace
}  // namespace callosum::realtime
