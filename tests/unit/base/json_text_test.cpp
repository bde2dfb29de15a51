#include "base/json_text.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/random.hpp"

namespace callosum {
namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonText, EscapesWhatJsonMayNotHoldAndNothingElse) {
  EXPECT_EQ(written("plain words, eight and more"), R"("plain words, eight and more")");
  EXPECT_EQ(written("a\"b\\c\nd\te\x01\x1f\x7f"), "\"a\\\"b\\\\c\\nd\\te\\u0001\\u001f\x7f\"");
  EXPECT_EQ(written(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(written("\xc3\xa9\xf0\x9f\x98\x80"), "\"\xc3\xa9\xf0\x9f\x98\x80\"");
  EXPECT_EQ(written(""), "\"\"");
}

TEST(JsonText, OfAnyMixtureReadsBackAsItWas) {
  SeededRandom random(3);
  constexpr std::string_view kLetters = "ab cd!#[]^\x20\x7f\"\\\x1f\x01\n\t";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random.next_u64() % 40, ' ');
    // Mostly plain, so that long runs are met too.
    for (auto& c : text) {
      const auto among = random.next_u64() % 8 == 0 ? kLetters.size() : std::size_t{10};
      c = kLetters[random.next_u64() % among];
    }
    const auto out = written(text);
    ASSERT_EQ(boost::json::parse(out).as_string(), text) << out;
  }
}

}  // namespace
}  // namespace callosum
