#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gemini_line.hpp"

namespace callosum::sim::gemini::testing {
namespace {

using ::testing::StartsWith;

struct Case {
  const char* name;
  const char* setup;  ///< members; null: none is sent
  const char* then;   ///< another message; empty: none
  const char* reason;
  const char* counter;
  const char* model = "models/gemini-3.8-live";
};

class SimGeminiRefusal : public ::testing::TestWithParam<Case> {};

TEST_P(SimGeminiRefusal, ClosesWithGooglesWords) {
  const auto& given = GetParam();
  GeminiLine line;
  if (given.setup) line.set_up(given.setup, given.model);
  if (*given.then) line.send(given.then);

  EXPECT_EQ(line.close_code(), 1007);
  EXPECT_THAT(line.close_reason(), StartsWith(given.reason));
  EXPECT_LE(line.close_reason().size(), 123u);
  EXPECT_EQ(line.count(given.counter), 1u);
  EXPECT_EQ(line.count("protocol_violations"), 1u);
}

constexpr const char* kInvalid = "Request contains an invalid argument.";
constexpr const char* kOld = "models/gemini-3.1-flash-live-preview";
constexpr const char* kNative = "models/gemini-2.5-flash-native-audio-preview-12-2025";

#define DECLARED(parameters) \
  R"("tools":[{"functionDeclarations":[{"name":"f","parameters":)" parameters "}]}]"

INSTANTIATE_TEST_SUITE_P(
    Messages, SimGeminiRefusal,
    ::testing::Values(
        Case{"NoJson", nullptr, "{", "Invalid JSON payload received. Unexpected token.",
             "unreadable_messages"},
        Case{"NoKind", nullptr, "{}", kInvalid, "unreadable_messages"},
        Case{"ABroadUnknownName", nullptr, R"({"config":{}})",
             "Invalid JSON payload received. Unknown name \"config\": Cannot find field.",
             "unknown_fields"},
        Case{"BeforeSetup", nullptr, R"({"realtimeInput":{"text":"hi"}})", kInvalid,
             "before_setup"},
        Case{"SecondSetup", "", R"({"setup":{"model":"models/gemini-3.8-live"}})", kInvalid,
             "second_setups"},
        Case{"TwoKinds", "", R"({"realtimeInput":{"text":"a"},"clientContent":{}})",
             "Invalid value (oneof), oneof field 'message_type' is already set. Cannot set "
             "'client_content'",
             "several_kinds"},
        Case{"TwoInputs", "", R"({"realtimeInput":{"text":"a","audioStreamEnd":true}})", kInvalid,
             "bad_inputs"},
        Case{"HalfASample", "",
             R"({"realtimeInput":{"audio":{"mimeType":"audio/pcm","data":"AAAA"}}})", kInvalid,
             "bad_inputs"},
        Case{"AnotherCodec", "",
             R"({"realtimeInput":{"audio":{"mimeType":"audio/opus","data":"AAA="}}})", kInvalid,
             "bad_inputs"},
        Case{"NoBase64", "", R"({"realtimeInput":{"audio":{"mimeType":"audio/pcm","data":"?"}}})",
             "Invalid value at 'realtime_input.audio.data' (TYPE_BYTES), Base64 decoding failed",
             "unknown_fields"},
        Case{"ActivityBesideDetection", "", R"({"realtimeInput":{"activityStart":{}}})",
             "Explicit activity control is not supported", "bad_inputs"},
        Case{"SystemRole", "",
             R"({"clientContent":{"turns":[{"role":"system","parts":[{"text":"a"}]}]}})",
             "Please use a valid role: user, model.", "bad_contents"},
        Case{"ContentInMidSession", "", R"({"clientContent":{"turnComplete":true}})", kInvalid,
             "bad_contents", kOld},
        Case{"ContextUpdateOfAnOldModel", "", R"({"contextUpdate":{}})", kInvalid,
             "bad_context_updates", kNative},
        Case{"UnknownCall", "",
             R"({"toolResponse":{"functionResponses":[{"id":"x","name":"a","response":{}}]}})",
             kInvalid, "unknown_responses"},
        Case{"ResponseOfText", "",
             R"({"toolResponse":{"functionResponses":[{"id":"x","name":"a","response":"b"}]}})",
             "Invalid value at 'tool_response.function_responses[0].response' "
             "(type.googleapis.com/google.protobuf.Struct), \"b\"",
             "unknown_fields"},
        Case{"ResponseWithoutId", "",
             R"({"toolResponse":{"functionResponses":[{"name":"a","response":{}}]}})", kInvalid,
             "bad_responses"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Setups, SimGeminiRefusal,
    ::testing::Values(
        Case{"MisplacedTranscription", R"("generationConfig":{"inputAudioTranscription":{}})", "",
             "Invalid JSON payload received. Unknown name \"inputAudioTranscription\" at "
             "'setup.generation_config': Cannot find field.",
             "unknown_fields"},
        Case{"WrongType", R"("generationConfig":{"temperature":"hot"})", "",
             "Invalid value at 'setup.generation_config.temperature' (TYPE_DOUBLE), \"hot\"",
             "unknown_fields"},
        Case{"TooLargeANumber", R"("generationConfig":{"maxOutputTokens":99999999999})", "",
             "Invalid value at 'setup.generation_config.max_output_tokens' (TYPE_INT32)",
             "unknown_fields"},
        Case{"FarTooLargeANumber",
             R"("realtimeInputConfig":{"automaticActivityDetection":{"silenceDurationMs":1e300}})",
             "", "Invalid value at 'setup.realtime_input_config.", "unknown_fields"},
        Case{"TextOfAVoice", R"("generationConfig":{"responseModalities":["TEXT"]})", "", kInvalid,
             "bad_setups"},
        Case{"ThinkingOnModelWithout", R"("generationConfig":{"thinkingConfig":{}})", "", kInvalid,
             "bad_setups"},
        Case{"ProactivityOff", R"("proactivity":{"proactiveAudio":false})", "", kInvalid,
             "bad_setups"},
        Case{"NullHandle", R"("sessionResumption":{"handle":null})", "", kInvalid, "bad_setups",
             kOld},
        Case{"Transparent", R"("sessionResumption":{"transparent":true})", "",
             "Invalid JSON payload received. Unknown name \"transparent\" at "
             "'setup.session_resumption'",
             "unknown_fields"},
        Case{"AffectionOutsideAlpha", R"("generationConfig":{"enableAffectiveDialog":true})", "",
             "Invalid JSON payload received. Unknown name \"enableAffectiveDialog\"", "bad_setups",
             kNative},
        Case{"NonBlockingOnOldModel",
             R"("tools":[{"functionDeclarations":[{"name":"f","behavior":"NON_BLOCKING"}]}])", "",
             kInvalid, "bad_tools", kOld},
        Case{"BlockingOnThinker",
             R"("tools":[{"functionDeclarations":[{"name":"f","behavior":"BLOCKING"}]}])", "",
             kInvalid, "bad_tools", "models/gemini-3.8-live-extended-thinking"},
        Case{"NameOfAFunction", R"("tools":[{"functionDeclarations":[{"name":"1f"}]}])", "",
             "* BidiGenerateContentRequest.setup.tools[0].function_declarations[0].name: Invalid "
             "function name.",
             "bad_tools"},
        Case{"SameFunctionTwice",
             R"("tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}])", "",
             "Duplicate function declaration found: f", "bad_tools"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Schemas, SimGeminiRefusal,
    ::testing::Values(
        Case{"UnknownKeyword",
             DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":"STRING","const":"x"}}})"), "",
             "Invalid JSON payload received. Unknown name \"const\" at "
             "'setup.tools[0].function_declarations[0].parameters.prope",
             "unknown_fields"},
        Case{"ListOfTypes",
             DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":["STRING","NULL"]}}})"), "",
             "Invalid JSON payload received. Unknown name \"type\" at "
             "'setup.tools[0].function_declarations[0].parameters.proper",
             "unknown_fields"},
        Case{"NoProperties", DECLARED(R"({"type":"OBJECT"})"), "",
             "* BidiGenerateContentRequest.setup.tools[0].function_declarations[0].parameters."
             "properties: should be non-empty",
             "bad_tools"},
        Case{"NoItems", DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":"ARRAY"}}})"), "",
             "* BidiGenerateContentRequest.setup.tools[0].function_declarations[0].parameters."
             "properties[0].value.items: missing",
             "bad_tools"},
        Case{"EnumOfNumbers",
             DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":"INTEGER","enum":["1"]}}})"),
             "", "* BidiGenerateContentRequest.setup.tools[0]", "bad_tools"},
        Case{"UnknownFormat",
             DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":"STRING","format":"email"}}})"),
             "", "* BidiGenerateContentRequest.setup.tools[0]", "bad_tools"},
        Case{"RequiredOfNothing",
             DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["b"]})"),
             "", "* BidiGenerateContentRequest.setup.tools[0]", "bad_tools"},
        Case{"TypeBesideAnyOf",
             DECLARED(R"({"type":"OBJECT","properties":{"a":{"type":"STRING","anyOf":[]}}})"), "",
             "* BidiGenerateContentRequest.setup.tools[0]", "bad_tools"},
        Case{"NoType", DECLARED(R"({"type":"OBJECT","properties":{"a":{}}})"), "",
             "* BidiGenerateContentRequest.setup.tools[0]", "bad_tools"},
        Case{"TwoSchemas",
             R"("tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{},
               "parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}}]}])",
             "", kInvalid, "bad_tools"}),
    [](const auto& info) { return info.param.name; });

TEST(SimGeminiStrict, TakesASchemaWithEverythingThatGoogleKnowsInBothSpellings) {
  GeminiLine line;
  line.set_up(
      R"("generation_config":{"response_modalities":["AUDIO"],"max_output_tokens":100},
      "tools":[{"function_declarations":[{"name":"f","description":"d","behavior":"BLOCKING",
      "parameters":{"type":"object","required":["day"],"property_ordering":["day"],"properties":{
        "day":{"type":"STRING","format":"date-time","nullable":true,"description":"d","title":"t"},
        "n":{"type":"INTEGER","minimum":1,"maximum":9,"format":"int32","default":2},
        "tags":{"type":"ARRAY","minItems":"1","maxItems":3,"items":{"type":"STRING",
          "enum":["a"],"format":"enum"}},
        "either":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}],"description":"e"}}}}]},
      {"functionDeclarations":[{"name":"g","parametersJsonSchema":{"type":"object",
        "additionalProperties":false,"$schema":"x"}}]}])");

  EXPECT_EQ(kinds_of(line.take()), std::vector<std::string>{"setupComplete"});
  EXPECT_EQ(line.count("protocol_violations"), 0u);
}

TEST(SimGeminiStrict, LeavesTheKeysOfArgumentsAndResponsesAlone) {
  GeminiLine line;
  line.set_up(kBlocking);
  line.say(R"(call a {"snake_key":{"camelKey":1}})");
  const auto messages = line.take();
  line.send(R"({"tool_response":{"function_responses":[{"id":")" + call_ids(messages).at(0) +
            R"(","name":"a","response":{"snake_key":1}}]}})");

  const auto call = last_of(messages, "toolCall").at("functionCalls").at(0);
  EXPECT_EQ(json::serialize(call.at("args")), R"({"snake_key":{"camelKey":1}})");
  EXPECT_EQ(spoken(line.take()), R"(Tool said: {"snake_key":1})");
}

TEST(SimGeminiStrict, TakesNullForWhatIsNotThere) {
  GeminiLine line;
  line.send(R"({"clientContent":null,"setup":{"model":"models/gemini-3.8-live","tools":null,
    "sessionResumption":{"handle":null}}})");

  EXPECT_EQ(kinds_of(line.take()).front(), "setupComplete");
}

TEST(SimGeminiStrict, NamesAModelThatItDoesNotKnow) {
  GeminiLine line;
  line.set_up("", "models/gemini-9-live");

  EXPECT_EQ(line.close_code(), 1008);
  EXPECT_THAT(line.close_reason(),
              StartsWith("models/gemini-9-live is not found for API version v1beta, or is not "
                         "supported for bidiGenerateContent"));
}

TEST(SimGeminiStrict, CountsWhatComesBeforeSetupCompleteAndTakesItBehind) {
  GeminiLine line("setup_delay_ms: 50\n");
  line.set_up(kTranscripts);
  line.say("hi");
  const auto before = line.take();
  line.pass(std::chrono::milliseconds(50));

  EXPECT_TRUE(before.empty());
  EXPECT_EQ(line.count("before_setup_complete"), 1u);
  EXPECT_EQ(spoken(line.take()), "You said: hi");
}

TEST(SimGeminiStrict, CountsASecondResponseAndGoesOn) {
  GeminiLine line;
  line.set_up(kBlocking);
  line.say("call a");
  const auto id = call_ids(line.take()).at(0);
  line.answer(id, "a", {{"output", 1}});
  line.answer(id, "a", {{"output", 2}});

  EXPECT_EQ(line.count("duplicate_responses"), 1u);
  EXPECT_EQ(line.close_code(), 0);
}

}  // namespace
}  // namespace callosum::sim::gemini::testing
