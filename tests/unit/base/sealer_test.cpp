#include "base/sealer.hpp"

#include <gmock/gmock.h>
#include <sodium.h>

#include "base/encoding.hpp"

namespace callosum {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Secret kKey("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const Secret kOther("f00102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f");

Sealer sealer(const Secret& key = kKey, const Secret& old_key = {}) {
  return Sealer::make(key, old_key).value();
}

TEST(Sealer, HasItsLibraryReadyBeforeFirstUse) {
  sealer();

  EXPECT_EQ(::sodium_init(), 1) << "it was not started";
}

TEST(Sealer, OpensWhatItSealed) {
  SeededRandom random(1);
  for (const std::string text : {"", "ya29.token", "line\nbreak"}) {
    const auto sealed = sealer().seal(Secret(text), "row 1", random);

    EXPECT_EQ(sealer().open(sealed, "row 1").value().reveal(), text);
    if (!text.empty()) {
      EXPECT_THAT(sealed, Not(HasSubstr(text)));
    }
  }
}

TEST(Sealer, NeverSealsTheSameTwice) {
  SeededRandom random(1);

  EXPECT_NE(sealer().seal(Secret("a"), "", random), sealer().seal(Secret("a"), "", random));
}

TEST(Sealer, StaysShutBesideAnotherRowAndUnderAnotherKey) {
  SeededRandom random(1);
  const auto sealed = sealer().seal(Secret("ya29.token"), "row 1", random);

  for (const auto* bound_to : {"row 2", "", "row 1 "}) {
    const auto opened = sealer().open(sealed, bound_to);
    ASSERT_FALSE(opened) << bound_to;
    EXPECT_EQ(opened.error().type, ErrorType::permanent);
  }
  EXPECT_FALSE(sealer(kOther).open(sealed, "row 1"));
}

TEST(Sealer, StaysShutWhereATextWasCutOrChanged) {
  SeededRandom random(1);
  const auto sealed = sealer().seal(Secret("ya29.token"), "row", random);
  std::vector<std::uint8_t> bytes;
  ASSERT_TRUE(decode_base64url(sealed, bytes));

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(sealer().open(encode_base64url(std::span(bytes).first(size)), "row")) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto changed = bytes;
    changed[at] ^= 1;
    EXPECT_FALSE(sealer().open(encode_base64url(changed), "row")) << at;
  }
  for (const auto* text : {"", "*", "ya29.token"}) EXPECT_FALSE(sealer().open(text, "row"));
}

TEST(Sealer, OpensWithTheOldKeyAndSealsWithTheNew) {
  SeededRandom random(1);
  const auto before = sealer(kKey).seal(Secret("ya29.token"), "row", random);
  const auto both = sealer(kOther, kKey);

  EXPECT_EQ(both.open(before, "row").value().reveal(), "ya29.token");
  const auto after = both.seal(Secret("ya29.token"), "row", random);
  EXPECT_TRUE(sealer(kOther).open(after, "row"));
  EXPECT_FALSE(sealer(kKey).open(after, "row"));
}

TEST(Sealer, TakesAKeyInHexOrBase64AndSaysWhatElseIsWrong) {
  const std::string base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  SeededRandom random(1);
  const auto sealed = sealer().seal(Secret("a"), "", random);
  EXPECT_TRUE(sealer(Secret(base64)).open(sealed, ""));
  EXPECT_TRUE(sealer(Secret(base64.substr(0, 43))).open(sealed, ""));

  for (const std::string& bad :
       {std::string(), std::string("secret"), kKey.reveal().substr(1), kKey.reveal() + "00",
        std::string(64, 'g'), std::string(64, '0'), base64.substr(4)}) {
    const auto made = Sealer::make(Secret(bad));
    ASSERT_FALSE(made) << bad;
    EXPECT_EQ(made.error().type, ErrorType::validation);
    EXPECT_THAT(made.error().message, HasSubstr("openssl rand -hex 32"));
    if (!bad.empty()) {
      EXPECT_THAT(made.error().message, Not(HasSubstr(bad)));
    }
  }
  EXPECT_FALSE(Sealer::make(kKey, Secret("short")));
}

}  // namespace
}  // namespace callosum
