// What xAI says and what the gateway says, as files (tests/fixtures/provider/xai): a file is what
// happens, `.expected` beside it what each side is told of it, in that order.
//
//   < FRAME   xAI says       > EVENT   the gateway says
//   + MS      time passes    " WORDS   the gateway has these words spoken
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "golden.hpp"
#include "provider/xai/wire.hpp"

namespace callosum::provider::xai {
namespace {

using testing::list_fixtures;
using testing::matches_golden;
using testing::read_fixture;

constexpr std::string_view kSuffix = ".expected";

/// Plays a file and writes down what becomes of each line.
class Play {
 public:
  std::string of(const std::string& script) {
    open();
    for (const auto line : split(script, '\n')) {
      if (line.empty() || line.starts_with('#')) continue;
      told_ += "\n" + std::string(line.substr(0, 2)) + name_of(line) + "\n";
      act(line.substr(0, 1), line.substr(2));
    }
    return told_.substr(1);
  }

 private:
  /// As a session begins: our settings, and xAI's answer.
  void open() {
    auto tools = std::make_shared<realtime::OfferedTools>();
    tools->list = parse_strict(kTools).value().as_array();
    tools->text = kTools;
    wire_.open({parse_strict(kSession).value().as_object(), tools}, "evt_open");
    for (const auto* frame : kOpening) wire_.from_model({realtime::peek_type(frame), frame}, now_);
    wire_.to_model().clear();
    wire_.to_gateway().clear();
  }

  static std::string name_of(std::string_view line) {
    const auto rest = line.substr(2);
    return std::string(line[0] == '<' || line[0] == '>' ? realtime::peek_type_text(rest) : rest);
  }

  void act(std::string_view kind, std::string_view what) {
    if (kind == "<") {
      const realtime::ServerFrame frame{realtime::peek_type(what), what};
      if (wire_.from_model(frame, now_)) told_ += "  to the gateway, as it came\n";
    } else if (kind == ">") {
      if (wire_.from_gateway(what, now_)) told_ += "  to xAI, as it came\n";
    } else if (kind == "+") {
      now_ += std::chrono::milliseconds(std::stoi(std::string(what)));
      wire_.look(now_);
    } else {
      wire_.speak(what, "evt_speak", now_);
    }
    for (const auto& frame : wire_.to_model()) told_ += "  to xAI " + frame + "\n";
    for (const auto& frame : wire_.to_gateway()) told_ += "  to the gateway " + frame + "\n";
    wire_.to_model().clear();
    wire_.to_gateway().clear();
  }

  static constexpr const char* kTools =
      R"([{"type":"function","name":"get_policies","description":"What the business allows.","parameters":{"type":"object","properties":{},"additionalProperties":false}}])";
  static constexpr const char* kSession =
      R"({"type":"realtime","instructions":"Be brief.","tool_choice":"auto","audio":{"input":{"transcription":{"model":"grok-transcribe"}},"output":{"voice":"eve"}}})";
  static constexpr const char* kOpening[] = {
      R"({"type":"session.created","event_id":"c0","session":{"id":"9643cdf3","object":"realtime.session","instructions":"","voice":"ara","modalities":["audio"],"turn_detection":{"type":null},"tools":[],"model":"grok-voice-think-fast-2.0"}})",
      R"({"type":"conversation.created","event_id":"c1","conversation":{"id":"2459cb40","object":"realtime.conversation"},"previous_item_id":null})",
      R"({"type":"session.updated","event_id":"c2","session":{"model":"grok-voice-think-fast-2.0"},"previous_item_id":null})",
  };

  Wire wire_{"grok-voice-latest"};
  SteadyTime now_{std::chrono::hours(1)};
  std::string told_;
};

std::vector<std::string> scripts() {
  std::vector<std::string> out;
  for (const char* folder : {"provider/xai/from_model", "provider/xai/from_gateway"}) {
    for (const auto& file : list_fixtures(folder)) {
      if (!file.ends_with(kSuffix)) out.push_back(file);
    }
  }
  return out;
}

TEST(XaiGolden, EventsBecomeTheOtherSidesAsTheFilesSay) {
  ASSERT_FALSE(scripts().empty());
  for (const auto& file : scripts()) {
    const auto told = Play().of(read_fixture(file));

    EXPECT_TRUE(matches_golden(told, file + std::string(kSuffix))) << file;
  }
}

TEST(XaiGolden, WhatAGatewayIsToldIsGaAndCanBeRead) {
  for (const auto& file : scripts()) {
    const auto told = Play().of(read_fixture(file));
    for (const auto line : split(told, '\n')) {
      constexpr std::string_view kTold = "  to the gateway {";
      if (!line.starts_with(kTold)) continue;
      const auto event = line.substr(kTold.size() - 1);

      EXPECT_TRUE(parse_strict(event)) << file << ": " << event;
      EXPECT_NE(realtime::peek_type(event), realtime::EventType::unknown) << file << ": " << event;
    }
  }
}

}  // namespace
}  // namespace callosum::provider::xai
