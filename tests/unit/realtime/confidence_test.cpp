// How sure recognisers are of words: what they say of it is hostile until checked.
#include "realtime/confidence.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "base/json.hpp"

namespace callosum::realtime {
namespace {

json::object object(const std::string& text) { return parse_strict(text).value().as_object(); }

TEST(Confidence, IsTheMeanOverWords) {
  Confidence all;
  all.add(0.5);
  all.add(1.0, 3);
  Confidence more;
  more.add(0.25, 4);
  all.add(more);

  EXPECT_EQ(all.words(), 8);
  EXPECT_EQ(all.mean(), 0.5625);
}

TEST(Confidence, OfNothingIsNothing) {
  EXPECT_EQ(Confidence().mean(), std::nullopt);
  json::object event;
  put_confidence(event, {});
  EXPECT_TRUE(event.empty());
}

TEST(Confidence, TakesNoNumberThatIsNone) {
  Confidence all;
  for (const double each : {-0.01, 1.01, std::nan(""), std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity(), 1e308}) {
    all.add(each);
  }
  all.add(0.5, 0);
  all.add(0.5, -3);
  all.add(0.5, std::numeric_limits<std::int64_t>::max());

  EXPECT_EQ(all.words(), 0);
  EXPECT_EQ(all.mean(), std::nullopt);
}

TEST(Confidence, OfMoreWordsThanAnybodySaysDoesNotGrowBeyondBounds) {
  Confidence all;
  for (int i = 0; i < 1000; ++i) all.add(1, 1000);
  EXPECT_LE(all.words(), 100'000);
  EXPECT_EQ(all.mean(), 1);
}

TEST(Confidence, TravelsInATranscriptionEvent) {
  Confidence all;
  all.add(0.91, 2);
  all.add(0.8);
  json::object event{{"transcript", "two words more"}};
  put_confidence(event, all);
  const auto read = confidence_of(event);

  EXPECT_EQ(read.words(), 3);
  EXPECT_EQ(read.mean(), 0.8733);
}

TEST(Confidence, OfAnEventThatSaysSomethingElseIsNothing) {
  for (const auto* text : {R"({})", R"({"callosum":7})", R"({"callosum":{"confidence":0.9}})",
                           R"({"callosum":{"confidence":"0.9","words":2}})",
                           R"({"callosum":{"confidence":0.9,"words":2.5}})",
                           R"({"callosum":{"confidence":0.9,"words":-2}})",
                           R"({"callosum":{"confidence":1.5,"words":2}})",
                           R"({"callosum":{"confidence":0.9,"words":9000000000000000000}})",
                           R"({"confidence":0.9,"words":2})"}) {
    EXPECT_EQ(confidence_of(object(text)).mean(), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace callosum::realtime
