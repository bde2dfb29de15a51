#include <gtest/gtest.h>

#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "realtime/event_type.hpp"
#include "realtime/server_event.hpp"

namespace callosum::realtime {
namespace {

TEST(EventType, NamesEveryEventBothWays) {
  int known = 0;
  for (int i = 1; i <= static_cast<int>(EventType::rate_limits_updated); ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_EQ(event_type_of(to_string(type)), type) << to_string(type);
    ++known;
  }

  EXPECT_EQ(known, 57);
  EXPECT_EQ(event_type_of("response.hologram.delta"), EventType::unknown);
}

TEST(PeekType, FindsTheTopLevelTypeWhereverItStands) {
  EXPECT_EQ(peek_type(R"({"type":"response.done"})"), EventType::response_done);
  EXPECT_EQ(peek_type(R"( { "event_id" : "e" , "type" : "response.done" } )"),
            EventType::response_done);
  EXPECT_EQ(
      peek_type(R"({"item":{"type":"message","x":"\"}"},"n":[1,{"type":"error"}],"type":"error"})"),
      EventType::error);
  EXPECT_EQ(peek_type(R"({"audio":"AAAA","type":"input_audio_buffer.append"})"),
            EventType::input_audio_buffer_append);
}

TEST(PeekType, SurvivesWhatIsNoEvent) {
  for (const char* text :
       {"", "{", "[]", "null", "{\"type\"", "{\"type\":", "{\"type\":\"", "{\"a\":\"\\",
        "{\"a\":{\"b\":", "{\"type\":7}", "{\"item\":{\"type\":\"error\"}}"}) {
    EXPECT_EQ(peek_type(text), EventType::unknown) << text;
  }
}

TEST(PeekType, NeedsOnlyTheBeginningOfAnEvent) {
  EXPECT_EQ(peek_type(R"({"type":"response.output_audio.delta","delta":"AAA)"),
            EventType::output_audio_delta);
}

TEST(ServerEvent, ReadsTheFieldsThatTheGatewayActsOn) {
  const ServerFrame frame{
      EventType::response_done,
      R"({"type":"response.done","response":{"id":"resp_1","status":"failed","conversation_id":null,
          "status_details":{"type":"failed","reason":"x","error":{"code":"rate_limit_exceeded"}}}})"};

  const auto event = decode_server_event(frame);

  ASSERT_TRUE(event);
  const auto info = read_response(event->body);
  EXPECT_EQ(info.id, "resp_1");
  EXPECT_EQ(info.status, "failed");
  EXPECT_EQ(info.error_code, "rate_limit_exceeded");
  EXPECT_TRUE(info.is_out_of_band);
}

TEST(ServerEvent, TellsHowMuchSoundAFrameCarriesWithoutReadingIt) {
  EXPECT_EQ(audio_chars(R"({"type":"response.output_audio.delta","delta":"AAAA"})"), 4u);
  EXPECT_EQ(audio_chars(R"({"delta" : "AAAAAAAA", "type":"response.output_audio.delta"})"), 8u);
  EXPECT_EQ(audio_chars(R"({"delta":""})"), 0u);
  // What says nothing of it may be all sound.
  for (const std::string_view text : {R"({"delta":5})", R"({"x":"AAAA"})", R"({"delta")", ""}) {
    EXPECT_EQ(audio_chars(text), text.size()) << text;
  }
}

TEST(ServerEvent, ReadsAnythingElseAsEmpty) {
  const auto event = decode_server_event({EventType::error, R"({"error":[1],"response":"x"})"});

  ASSERT_TRUE(event);
  EXPECT_EQ(read_error(event->body).code, "");
  EXPECT_EQ(read_response(event->body).id, "");
  EXPECT_FALSE(decode_server_event({EventType::error, "[1]"}));
  EXPECT_FALSE(decode_server_event({EventType::error, R"({"a":1,"a":2})"}));
}

TEST(ClientEvent, WritesWhatTheProtocolAsksFor) {
  EXPECT_EQ(
      encode_function_output("call_1", "{\"ok\":true,\"t\":\"\n\"}", "e1"),
      R"({"type":"conversation.item.create","event_id":"e1","item":{"type":"function_call_output",)"
      R"("call_id":"call_1","output":"{\"ok\":true,\"t\":\"\n\"}"}})");
  EXPECT_EQ(encode_session_update({{"type", "realtime"}}, "e0"),
            R"({"type":"session.update","event_id":"e0","session":{"type":"realtime"}})");
  EXPECT_EQ(encode_session_update({{"type", "realtime"}}, ""),
            R"({"type":"session.update","session":{"type":"realtime"}})");
  EXPECT_EQ(encode_response_create({}, "e2"), R"({"type":"response.create","event_id":"e2"})");
  EXPECT_EQ(encode_text_message("assistant", "hi", "e3"),
            R"({"type":"conversation.item.create","event_id":"e3","item":{"type":"message",)"
            R"("role":"assistant","content":[{"type":"output_text","text":"hi"}]}})");
  EXPECT_EQ(encode_error("invalid_request_error", "invalid_json", "no", "", "", "e4"),
            R"({"type":"error","event_id":"e4","error":{"type":"invalid_request_error",)"
            R"("code":"invalid_json","message":"no","param":null,"event_id":null}})");
}

}  // namespace
}  // namespace callosum::realtime
