#include <cmath>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum {
namespace {

std::string problem_of(std::string_view text, JsonLimits limits = {}) {
  const auto value = parse_strict(text, limits);
  return value ? "" : value.error().message;
}

TEST(StrictJson, RefusesADuplicateKeyAtAnyDepth) {
  EXPECT_NE(problem_of(R"({"a":1,"a":2})"), "");
  EXPECT_NE(problem_of(R"([{"b":{"x":1,"\u0078":2}}])"), "");
  EXPECT_EQ(problem_of(R"({"a":{"a":1},"b":{"a":1}})"), "");
}

TEST(StrictJson, RefusesNumbersWithoutAFiniteValue) {
  EXPECT_NE(problem_of("1e999"), "");
  EXPECT_NE(problem_of("-1e999"), "");
  EXPECT_EQ(problem_of("1e-999"), "");
}

TEST(StrictJson, RefusesIntegersBeyondWhatADoubleHoldsWhereAsked) {
  const JsonLimits safe{.safe_integers = true};

  EXPECT_EQ(problem_of("9007199254740992", safe), "");
  EXPECT_NE(problem_of("9007199254740993", safe), "");
  EXPECT_NE(problem_of("-9007199254740993", safe), "");
  EXPECT_NE(problem_of("123456789012345678901234567890", safe), "");
  EXPECT_EQ(problem_of("9007199254740993"), "");
}

TEST(StrictJson, LimitsDepthAndSize) {
  EXPECT_EQ(problem_of(std::string(32, '[') + std::string(32, ']')), "");
  EXPECT_NE(problem_of(std::string(33, '[') + std::string(33, ']')), "");
  EXPECT_NE(problem_of("[1,2,3]", {.max_bytes = 4}), "");
}

TEST(StrictJson, RefusesBadUtf8AndWhatFollowsTheValue) {
  EXPECT_NE(problem_of("\"\xff\""), "");
  EXPECT_NE(problem_of("{} x"), "");
  EXPECT_NE(problem_of(std::string_view("{}\0{}", 5)), "");
  EXPECT_NE(problem_of(""), "");
}

TEST(StrictJson, ReadsDoublesExactly) {
  const auto value = parse_strict("[0.1, 1.7976931348623157e308, 2.2250738585072014E-308]");

  ASSERT_TRUE(value);
  EXPECT_EQ(value->at(0).as_double(), 0.1);
  EXPECT_EQ(value->at(1).as_double(), 1.7976931348623157e308);
}

TEST(Arguments, MustBeAnObjectAndMayBeEmptyText) {
  EXPECT_TRUE(parse_arguments("  "));
  EXPECT_TRUE(parse_arguments(" {\"a\":1}\n"));
  EXPECT_FALSE(parse_arguments("[1]"));
  EXPECT_FALSE(parse_arguments("{\"a\":"));
}

std::string canonical(std::string_view text) { return canonical_json(parse_strict(text).value()); }

TEST(CanonicalJson, WritesNumbersAsEcmaScriptDoes) {
  // RFC 8785 section 3.2.2 and appendix B.
  EXPECT_EQ(canonical("[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]"),
            "[333333333.3333333,1e+30,4.5,0.002,1e-27]");
  EXPECT_EQ(canonical("[-0, 0.0, 1e21, 1e20, 123e-7, 1e-6, 1.0]"),
            "[0,0,1e+21,100000000000000000000,0.0000123,0.000001,1]");
  EXPECT_EQ(canonical("[9007199254740993, 5e-324]"), "[9007199254740992,5e-324]");
}

TEST(CanonicalJson, SortsKeysByUtf16AndEscapesAsLittleAsItCan) {
  EXPECT_EQ(canonical(R"({"b":1,"a":[true,null,"\u20ac$\u000f\n\u0022\\/"]})"),
            "{\"a\":[true,null,\"\xe2\x82\xac$\\u000f\\n\\\"\\\\/\"],\"b\":1}");
  // U+1F600 is D83D DE00 in UTF-16 and sorts before U+FB33, though its bytes sort after.
  EXPECT_EQ(canonical("{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x80\":2}"),
            "{\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}");
}

TEST(Encoding, KnowsTheStandardVectors) {
  const std::string text = "foobar";
  const auto bytes = std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  std::vector<std::uint8_t> back;

  EXPECT_EQ(encode_base64(bytes.first(1)), "Zg==");
  EXPECT_EQ(encode_base64(bytes.first(2)), "Zm8=");
  EXPECT_EQ(encode_base64(bytes), "Zm9vYmFy");
  EXPECT_TRUE(decode_base64("Zm8=", back));
  EXPECT_EQ(std::string(back.begin(), back.end()), "fo");
  EXPECT_FALSE(decode_base64("Zm8", back));
  EXPECT_FALSE(decode_base64("Zm 8=", back));
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Ids, CarryTheirTimeAndAreNeverTheSame) {
  SystemClock clock;
  SystemRandom random;
  const auto a = make_uuid7(clock, random);
  const auto b = make_uuid7(clock, random);

  EXPECT_TRUE(is_uuid(a));
  EXPECT_NE(a, b);
  EXPECT_EQ(a[14], '7');
  EXPECT_FALSE(is_uuid("not-a-uuid"));
  EXPECT_EQ(make_id("sess_", random).size(), 5u + 32u);
}

TEST(Names, AreDestructiveInEveryDisguise) {
  EXPECT_TRUE(is_destructive_name("delete_lead"));
  EXPECT_TRUE(is_destructive_name("DELETE_lead"));
  EXPECT_TRUE(
      is_destructive_name("\xef\xbd\x84"
                          "elete_lead"));                       // full-width d
  EXPECT_TRUE(is_destructive_name("de\xe2\x80\x8blete_lead"));  // zero-width space
  EXPECT_TRUE(is_destructive_name("my_Drop_Schema_tool"));
  EXPECT_FALSE(is_destructive_name("undelete_lead"));
}

TEST(Names, AreDestructiveInLettersThatOnlyLookLikeThem) {
  for (const auto* name : {
           "dеlеtе_lead",         // Cyrillic e
           "ԁеlеtе_lead",         // and Komi d
           "DΕLΕΤΕ_LEAD",         // Greek capitals
           "ＤＥＬＥＴＥ＿lead",  // full width
           "𝐝𝐞𝐥𝐞𝐭𝐞_lead",
           "𝒹𝑒𝓁𝑒𝓉𝑒_lead",
           "𝚍𝚎𝚕𝚎𝚝𝚎_lead",  // mathematical
           "ⓓⓔⓛⓔⓣⓔ_lead",
           "🅳🅴🅻🅴🆃🅴_lead",
           "ᴅᴇʟᴇᴛᴇ_lead",  // circled, squared, small capitals
           "ᎠᎬᏞᎬᎢᎬ_lead",  // Cherokee
           "d\u0301e\u0300lete_lead",
           "délété_lead",
           "đełete_lead",
           "de\u0338lete_lead",
           "de\u200dlete\u2060_lead",
           "\ufeffdelete_lead",
           "de\U000E0061lete_lead",
           "de\u034flete_lead",
           "\u202edelete_lead",
           "d\ufe0felete_lead",
           "x_drор_sсhеmа_y",
           "ＤＲＯＰ＿ＳＣＨＥＭＡ",
           "drop_sche\u0301ma",
       }) {
    EXPECT_TRUE(is_destructive_name(name)) << name;
  }
}

TEST(Names, InPlainOrForeignLettersAreWhatTheyAre) {
  for (const auto* name : {
           "de1ete_lead",
           "undelete_lead",
           "deleted_items",
           "get_deleted",
           "delete",
           "dele_te",
           "list_leads",
           "drop_off_times",
           "drop_scherna",
           "show_schema_drop",
           "suche_termine",
           "buscar_citas_en_español",
           "найти_запись",
           "удалить",
           "予約を探す",
           "ελεγχος",
           "créer_rendez_vous",
       }) {
    EXPECT_FALSE(is_destructive_name(name)) << name;
  }
}

TEST(Text, LosesWhatNobodySeesAndKeepsWhatWritesEmojiAndScripts) {
  EXPECT_EQ(strip_invisible("a\u200Bb\u202Ec\u2066d\uFEFFe\u00ADf\u200Dg\u2060h"), "abcdefgh");
  EXPECT_EQ(strip_invisible("hi\U000E0069\U000E0067\U000E007F there"), "hi there");
  EXPECT_EQ(strip_invisible("x\uFE0Fy\U000E0100z\uFE01 1\uFE0F"), "xyz 1");
  EXPECT_EQ(strip_invisible("❤\uFE0F\uFE0F 1\uFE0F\u20E3"), "❤\uFE0F 1\uFE0F\u20E3");
  for (const auto* kept : {"Zoë Müller, 東京\n\t😀", "👩\u200D👩\u200D👧", "🏳\uFE0F\u200D🌈",
                           "می\u200Cخواهم", "क्\u200Dष"}) {
    EXPECT_EQ(strip_invisible(kept), kept);
  }
}

TEST(Nearest, FindsASlipOfTheHandAndNothingElse) {
  EXPECT_EQ(find_nearest("listn", {"listen", "packs"}), "listen");
  EXPECT_EQ(find_nearest("zebra", {"listen", "packs"}), "");
}

TEST(Utf8, RefusesSurrogatesAndOverlongForms) {
  EXPECT_TRUE(is_valid_utf8("h\xc3\xa9"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xc0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
}

TEST(Text, IsNeverCutInsideACharacter) {
  EXPECT_EQ(cut_utf8("né", 3), "né");
  EXPECT_EQ(cut_utf8("né", 2), "n");
  EXPECT_EQ(cut_utf8("a𝄞b", 4), "a");
  EXPECT_EQ(cut_utf8("a𝄞b", 5), "a𝄞");
  EXPECT_EQ(cut_utf8("é", 1), "");
  EXPECT_EQ(cut_utf8("", 0), "");
}

TEST(Text, ShowsWhatCannotBeSeen) {
  EXPECT_EQ(make_visible("Zoë Müller, 東京 😀"), "Zoë Müller, 東京 😀");
  EXPECT_EQ(make_visible("a\nb\tc"), "a\\u{A}b\\u{9}c");
  EXPECT_EQ(make_visible("x\u202Ey"), "x\\u{202E}y");
  EXPECT_EQ(make_visible("x\u200By\uFE0F"), "x\\u{200B}y\\u{FE0F}");
  EXPECT_EQ(make_visible("x\U000E0041"), "x\\u{E0041}");
}

}  // namespace
}  // namespace callosum
