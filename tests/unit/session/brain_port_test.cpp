// The port of our own brain by itself, read under virtual time while its speech service misbehaves.
#include "session/brain_port.hpp"

#include <gmock/gmock.h>

#include "fake_chat.hpp"
#include "fake_ears.hpp"
#include "fake_mouth.hpp"
#include "virtual_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Port {
  Port() {
    BrainParts parts{world.time(),
                     random,
                     nullptr,
                     std::make_shared<testing::FakeChat>(world.executor(), world.time()),
                     testing::make_fake_ears(ears),
                     "Caller"};
    parts.make_mouth = testing::make_fake_mouths(mouths);
    port = make_brain_port(std::move(parts));
    realtime::SessionOpening opening;
    opening.tools = std::make_shared<realtime::OfferedTools>();
    EXPECT_TRUE(world.run(port->open(std::move(opening), world.in(1s))));
  }
  /// What comes within so much time, and why nothing more does.
  Error read(std::chrono::seconds span) {
    const auto deadline = world.in(span);
    while (true) {
      const auto frame = world.run(port->next(deadline));
      if (!frame) return frame.error();
      frames.emplace_back(frame->text);
    }
  }

  testing::VirtualWorld world;
  SeededRandom random{1};
  std::shared_ptr<testing::EarsScripts> ears = std::make_shared<testing::EarsScripts>();
  std::shared_ptr<testing::MouthScripts> mouths = std::make_shared<testing::MouthScripts>();
  std::unique_ptr<realtime::ModelPort> port;
  std::vector<std::string> frames;
};

TEST(BrainPort, EndsWithAMouthThatStaysSilent) {
  Port p;
  ASSERT_TRUE(p.port->request_playback_utterance("Hello there. How are you?", "event_1"));

  const auto end = p.read(20s);

  EXPECT_EQ(end.type, ErrorType::transient);
  EXPECT_THAT(end.message, HasSubstr("silent"));
  EXPECT_THAT(p.mouths->back()->told,
              ElementsAre("Hello there.", "How are you?", "(flush)", "(cancel)", "Hello there.",
                          "How are you?", "(flush)"));
}

TEST(BrainPort, CallsAResponseIncompleteOfWhichNothingCouldBeHeard) {
  Port p;
  ASSERT_TRUE(p.port->request_playback_utterance("Shall I book it?", "event_1"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(p.read(1s).type, ErrorType::timeout);
    p.mouths->back()->spoken();
  }
  EXPECT_EQ(p.read(1s).type, ErrorType::timeout);

  ASSERT_FALSE(p.frames.empty());
  EXPECT_THAT(p.frames.back(), HasSubstr("response.done"));
  EXPECT_THAT(p.frames.back(), HasSubstr(R"("status":"incomplete")"));
}

}  // namespace
}  // namespace callosum::session
