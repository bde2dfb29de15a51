// What Gemini says and what the gateway says, as files (tests/fixtures/provider/gemini): a file is
// what happens, `.expected` beside it what each side is told of it, in that order.
//
//   < MESSAGE  Gemini says    > EVENT  the gateway says     = ID OUTPUT  a tool has put out
//   + MS       time passes    " WORDS  the gateway has these words spoken
//   ! MODEL    the conversation is with this model, from its beginning
//   ~ WORD     another connection takes the place of this one, where one is wanted
#include <gtest/gtest.h>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "golden.hpp"
#include "provider/gemini/wire.hpp"

namespace callosum::provider::gemini {
namespace {

using testing::list_fixtures;
using testing::matches_golden;
using testing::read_fixture;

constexpr std::string_view kSuffix = ".expected";
constexpr const char* kTools =
    R"([{"type":"function","name":"get_policies","description":"What the business allows.","parameters":{"type":"object","properties":{"topic":{"type":"string","enum":["parking","pets"]}},"required":["topic"],"additionalProperties":false}}])";
constexpr const char* kSession =
    R"({"type":"realtime","instructions":"Be brief.","tool_choice":"auto","audio":{"output":{"voice":"Kore"}}})";

/// Plays a file and writes down what becomes of each line.
class Play {
 public:
  explicit Play(bool shows_opening = false) : shows_opening_(shows_opening) {}

  std::string of(const std::string& script) {
    for (const auto line : split(script, '\n')) {
      if (line.empty() || line.starts_with('#')) continue;
      if (line.starts_with('!')) {
        begin(std::string(line.substr(2)));
        continue;
      }
      if (!wire_) begin("gemini-3.8-live");
      told_ += "\n" + std::string(cut_utf8(line, 100)) + "\n";
      act(line[0], line.substr(2));
    }
    return told_.substr(std::min<std::size_t>(1, told_.size()));
  }

 private:
  void begin(const std::string& model) {
    wire_ = std::make_unique<Wire>(model, random_);
    auto tools = std::make_shared<realtime::OfferedTools>();
    tools->list = parse_strict(kTools).value().as_array();
    tools->text = kTools;
    wire_->open({parse_strict(kSession).value().as_object(), tools, ""}, "evt_open");
    if (shows_opening_) told_ += "\n(the beginning)\n";
    tell();
    wire_->from_model(R"({"setupComplete":{}})", now_);
    tell();
  }

  void act(char kind, std::string_view what) {
    if (kind == '<') {
      wire_->from_model(what, now_);
    } else if (kind == '>') {
      const bool is_sound =
          realtime::peek_type(what) == realtime::EventType::input_audio_buffer_append;
      if (is_sound && wire_->hear(what, now_)) sound_ = wire_->sound();
      if (!is_sound) wire_->from_gateway(what, now_);
    } else if (kind == '=') {
      const auto at = what.find(' ');
      wire_->answer_call(what.substr(0, at), what.substr(at + 1), "evt_output",
                         realtime::OutputDelivery::when_idle, now_);
    } else if (kind == '~') {
      replace();
    } else if (kind == '+') {
      now_ += std::chrono::milliseconds(std::stoi(std::string(what)));
      wire_->look(now_);
    } else {
      wire_->speak(what, "evt_speak", now_);
    }
    shows_opening_ = true;
    tell();
  }

  void replace() {
    const auto how = wire_->wants_connection(now_);
    if (how == Wire::Replace::no) return;
    wire_->leave();
    wire_->reconnect(how == Wire::Replace::resumed);
    tell();
    wire_->from_model(R"({"setupComplete":{}})", now_);
  }

  void tell() {
    auto& to_model = wire_->to_model();
    if (!sound_.empty()) to_model.push_back(std::exchange(sound_, {}));
    for (const auto& frame : to_model)
      if (shows_opening_) told_ += "  to Gemini " + frame + "\n";
    for (const auto& event : wire_->to_gateway()) {
      if (shows_opening_) told_ += "  to the gateway " + event + "\n";
    }
    to_model.clear();
    wire_->to_gateway().clear();
  }

  SeededRandom random_{7};
  std::unique_ptr<Wire> wire_;
  SteadyTime now_{std::chrono::hours(1)};
  std::string told_;
  std::string sound_;
  bool shows_opening_;
};

bool shows_opening(const std::string& file) { return file.find("setup") != std::string::npos; }

std::vector<std::string> scripts() {
  std::vector<std::string> out;
  for (const char* folder : {"provider/gemini/from_model", "provider/gemini/from_gateway"}) {
    for (const auto& file : list_fixtures(folder)) {
      if (!file.ends_with(kSuffix)) out.push_back(file);
    }
  }
  return out;
}

TEST(GeminiGolden, EventsBecomeTheOtherSidesAsTheFilesSay) {
  ASSERT_FALSE(scripts().empty());
  for (const auto& file : scripts()) {
    const auto told = Play(shows_opening(file)).of(read_fixture(file));

    EXPECT_TRUE(matches_golden(told, file + std::string(kSuffix))) << file;
  }
}

TEST(GeminiGolden, WhatAGatewayIsToldIsGaAndCanBeRead) {
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

TEST(GeminiGolden, AGeminiIsToldOneKindOfMessageAtATime) {
  const std::set<std::string, std::less<>> kinds{"setup", "clientContent", "realtimeInput",
                                                 "toolResponse", "contextUpdate"};
  for (const auto& file : scripts()) {
    const auto told = Play(true).of(read_fixture(file));
    for (const auto line : split(told, '\n')) {
      constexpr std::string_view kTold = "  to Gemini {";
      if (!line.starts_with(kTold)) continue;
      const auto message = parse_strict(line.substr(kTold.size() - 1)).value().as_object();

      ASSERT_EQ(message.size(), 1u) << file;
      EXPECT_TRUE(kinds.contains(std::string(message.begin()->key()))) << file;
    }
  }
}

}  // namespace
}  // namespace callosum::provider::gemini
