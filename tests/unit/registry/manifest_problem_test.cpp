#include <gtest/gtest.h>

#include "manifest_text.hpp"
#include "registry/render.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {
namespace {

/// One mistake in the good manifest, and what must be said of it.
struct Mistake {
  std::string_view from;
  std::string_view to;
  int line;
  std::string_view field;
  std::string_view says;  ///< a part of the message
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.to; }

class ManifestMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ManifestMistake, IsNamedWithFileLineAndField) {
  const auto& mistake = GetParam();

  const auto outcome = load_pack_text(changed(mistake.from, mistake.to), "shop/pack.yaml");

  EXPECT_EQ(outcome.snapshot, nullptr);
  const auto all = render_problems(outcome.problems);
  const auto expected = "shop/pack.yaml:" + std::to_string(mistake.line) + ": " +
                        (mistake.field.empty() ? "" : std::string(mistake.field) + ": ");
  const auto at = all.find(expected);
  ASSERT_NE(at, std::string::npos) << expected << "\nis not in\n" << all;
  const auto line = all.substr(at, all.find('\n', at) - at);
  EXPECT_NE(line.find(mistake.says), std::string::npos) << mistake.says << "\nis not in\n" << line;
}

#define FAQS "tools.get_faqs"
#define CHANGE "tools.change_booking"

const Mistake kPackMistakes[] = {
    {"pack: shop\n", "", 1, "pack", "missing"},
    {"pack: shop", "pack: 12", 1, "pack", "expected text, found a number; quote it"},
    {"pack: shop", "pack: my shop", 1, "pack", "letters, digits"},
    {"pack: shop", "pack:", 1, "pack", "found nothing"},
    {"pack: shop", "pack: [shop]", 1, "pack", "found a list"},
    {"version: 1.2.0", "version: 1.2", 2, "version", "expected text"},
    {"version: 1.2.0", "version: '1.2'", 2, "version", "MAJOR.MINOR.PATCH"},
    {"version: 1.2.0", "version: 1.02.0", 2, "version", "MAJOR.MINOR.PATCH"},
    {"version: 1.2.0", "versoin: 1.2.0", 2, "versoin", "did you mean `version`?"},
    {"prompt_text: You", "prompt: ../secrets.txt #", 3, "prompt", "inside the pack's folder"},
    {"prompt_text: You", "prompt: /etc/passwd #", 3, "prompt", "inside the pack's folder"},
    {"prompt_text: You", "prompt: p.txt\nprompt_text: You", 4, "prompt_text", "found both"},
    {"access_mode: confirm", "access_mode: confrim", 4, "access_mode", "did you mean `confirm`?"},
    {"access_mode: confirm", "access_mode: apply_allowed", 4, "access_mode",
     "not for conversations: nothing is changed there without a person's word; expected read_only, "
     "propose_actions or confirm"},
    {"access_mode: confirm\n", "", 1, "access_mode", "missing"},
    {"tenants:\n  bookings: business_id", "tenants: bookings", 5, "tenants", "expected a map"},
    {"bookings: business_id", "bookings: business id", 6, "tenants.bookings", "a column's name"},
    {"bookings: business_id", "'book ings': business_id", 6, "tenants.book ings", "a table's name"},
    {"[cancellation, late arrival]", "[]", 8, "slots.topic", "at least one word"},
    {"[cancellation, late arrival]", "[1, two]", 8, "slots.topic[0]", "expected text"},
    {"tools:\n", "schema: ../x.sql\ntools:\n", 9, "schema", "inside the pack's folder"},
    {"tools:\n", "demo: {}\ntools:\n", 9, "demo", "expected text, found a map"},
    {"tools:\n", "tools:\n  - 5\n", 10, "tools[0]", "expected a map, found a number"},
    {"tools:\n", "tolls:\n", 9, "tolls", "did you mean `tools`?"},
    {"pack: shop\n", "pack: shop\npack: shop\n", 2, "pack", "twice"},
    {"pack: shop\n", "pack: *a\n", 1, "", "not YAML"},
    {"pack: shop\n", "pack: &a [*a]\n", 1, "", "inside of what it names"},
    {"pack: shop\n", "<<: {pack: shop}\n", 1, "<<", "unknown key"},
    {"pack: shop\n", "pack: !!str shop\n", 1, "", "tag"},
    {"pack: shop\n", "pack: [shop\n", 2, "", "not YAML"},
    {"pack: shop\n", "? [a]\n: b\npack: shop\n", 1, "", "a key must be text"},
    {"pack: shop\n", "pack: sh\xff\n", 1, "", "not UTF-8"},
};
INSTANTIATE_TEST_SUITE_P(Pack, ManifestMistake, ::testing::ValuesIn(kPackMistakes));

const Mistake kToolMistakes[] = {
    {"name: get_faqs", "name: get faqs", 10, "tools[0].name", "letters, digits"},
    {"- name: get_faqs\n    version", "- version", 10, "tools[0].name", "missing"},
    {"name: get_faqs", "name: 7", 10, "tools.7.name", "quote it"},
    {"name: change_booking", "name: get_faqs", 34, FAQS ".name", "already at shop/pack.yaml:10"},
    {"name: change_booking", "name: Get_Faqs", 34, "tools.Get_Faqs.name", "already at"},
    {"version: 1.0.0", "version: one", 11, FAQS ".version", "MAJOR.MINOR.PATCH"},
    {"    version: 1.0.0\n", "", 10, FAQS ".version", "missing"},
    {"What customers ask, by topic.", "\"a\\nb\\nc\\nd\\ne\"", 12, FAQS ".summary",
     "at most 4 lines"},
    {"What customers ask, by topic.", "\"  \"", 12, FAQS ".summary", "found none"},
    {"What customers ask, by topic.", "\"a\\x07\"", 12, FAQS ".summary", "control"},
    {"summary: What", "sumary: What", 12, FAQS ".sumary", "did you mean `summary`?"},
    {"category: retrieval", "category: retreival", 13, FAQS ".category",
     "did you mean `retrieval`?"},
    {"category: retrieval", "category: [retrieval]", 13, FAQS ".category", "found a list"},
    {"category: retrieval", "category: retrieval\n    access: write", 14, FAQS ".access",
     "expected read"},
    {"    access: write\n", "", 34, CHANGE ".access", "missing"},
    {"access: write", "access: wrote", 38, CHANGE ".access", "did you mean `write`?"},
    {"timeout_ms: 400", "timeout_ms: 0", 14, FAQS ".timeout_ms", "from 1 to 60000"},
    {"timeout_ms: 400", "timeout_ms: 60001", 14, FAQS ".timeout_ms", "from 1 to 60000"},
    {"timeout_ms: 400", "timeout_ms: 4.5", 14, FAQS ".timeout_ms", "found 4.5"},
    {"timeout_ms: 400", "timeout_ms: '400'", 14, FAQS ".timeout_ms", "found text"},
    {"timeout_ms: 400", "timeout: 400", 14, FAQS ".timeout", "did you mean `timeout_ms`?"},
    {"latency_budget_ms: 200", "latency_budget_ms: 400", 15, FAQS ".latency_budget_ms",
     "less than timeout_ms (400)"},
    {"latency_budget_ms: 200", "filler_after_ms: 400", 15, FAQS ".filler_after_ms", "less than"},
    {"latency_budget_ms: 200", "cache_ttl_s: -1", 15, FAQS ".cache_ttl_s", "from 0 to 86400"},
    {"latency_budget_ms: 200", "stale_on_timeout_s: 5", 15, FAQS ".stale_on_timeout_s",
     "`cache_ttl_s`"},
    {"latency_budget_ms: 200", "cache_scope: world", 15, FAQS ".cache_scope", "session or tenant"},
    {"latency_budget_ms: 200", "channels: [voice, fax]", 15, FAQS ".channels",
     "voice, text, mcp or phone"},
    {"latency_budget_ms: 200", "channels: []", 15, FAQS ".channels", "at least one"},
    {"latency_budget_ms: 200", "channels: voice", 15, FAQS ".channels", "expected a list"},
    {"latency_budget_ms: 200", "modes: [a, a]", 15, FAQS ".modes[1]", "twice"},
    {"latency_budget_ms: 200", "roles: {a: b}", 15, FAQS ".roles", "found a map"},
    {"latency_budget_ms: 200", "on_interrupt: stop", 15, FAQS ".on_interrupt",
     "abort, finish or commit"},
    {"latency_budget_ms: 200", "delivery: silently", 15, FAQS ".delivery", "`silent`?"},
    {"latency_budget_ms: 200", "terminal: yes", 15, FAQS ".terminal", "true or false, found text"},
    {"latency_budget_ms: 200", "poll: 1", 15, FAQS ".poll", "true or false"},
    {"latency_budget_ms: 200", "max_chain: 0", 15, FAQS ".max_chain", "from 1 to 100"},
    {"latency_budget_ms: 200", "account: 5", 15, FAQS ".account", "expected text"},
    {"latency_budget_ms: 200", "description: [x]", 15, FAQS ".description", "found a list"},
    {"latency_budget_ms: 200", "say_on_failure: true", 15, FAQS ".say_on_failure", "expected text"},
    {"confirmation: spoken", "confirmation: shouted", 42, CHANGE ".confirmation",
     "none, spoken or strong"},
    {"min_assurance: carrier", "min_assurance: verfied", 43, CHANGE ".min_assurance",
     "did you mean `verified`?"},
    {"min_assurance: carrier", "cache_ttl_s: 5", 43, CHANGE ".cache_ttl_s", "may be cached"},
    {"min_assurance: carrier", "poll: true", 43, CHANGE ".poll", "access is read"},
};
INSTANTIATE_TEST_SUITE_P(Tool, ManifestMistake, ::testing::ValuesIn(kToolMistakes));

const Mistake kReferenceMistakes[] = {
    {"when: {action: [cancel]}", "when: {action: [erase]}", 39, CHANGE ".risk", "may have"},
    {"when: {action: [cancel]}", "when: {act: [cancel]}", 39, CHANGE ".risk",
     "did you mean `action`?"},
    {"when: {action: [cancel]}", "when: {action: []}", 40, CHANGE ".risk[0].when.action",
     "a value or a list"},
    {"when: {action: [cancel]}", "when: {}", 40, CHANGE ".risk[0].when", "at least one"},
    {"- when: {action: [cancel]}\n        access: destructive", "- cancel", 40, CHANGE ".risk[0]",
     "expected a map"},
    {"access: destructive", "access: read", 39, CHANGE ".risk", "a rule only raises"},
    {"access: destructive", "acess: destructive", 41, CHANGE ".risk[0].acess", "`access`?"},
    {"[booking_id, business_id]", "[booking]", 44, CHANGE ".idempotency_key", "`booking_id`?"},
    {"{booking_id: seen}", "{booking: seen}", 45, CHANGE ".provenance", "`booking_id`?"},
    {"{booking_id: seen}", "{booking_id: sen}", 45, CHANGE ".provenance.booking_id",
     "expected seen"},
    {"[customer_phone]", "[customer_fone]", 46, CHANGE ".mask", "`customer_phone`?"},
    {"[customer_phone]", "{customer_phone: last5}", 46, CHANGE ".mask.customer_phone",
     "did you mean `last4`?"},
    {"[customer_phone]", "{customer_fone: hidden}", 46, CHANGE ".mask", "`customer_phone`?"},
    {"mask: [customer_phone]", "mask: 7", 46, CHANGE ".mask", "expected a list"},
    {"[customer_phone]", "{customer_phone: hidden}", 46, CHANGE ".mask", "cannot be hidden"},
    {"invalidates: [get_faqs]", "invalidates: [get_faq]", 47, CHANGE ".invalidates", "`get_faqs`?"},
    {"requires: [get_faqs]", "requires: [nothing]", 48, CHANGE ".requires", "there is no tool"},
    {"requires: [get_faqs]", "requires: [get_faq]", 48, CHANGE ".requires", "did you mean"},
    {"requires: [get_faqs]", "requires: [change_booking]", 48, CHANGE ".requires", "never run"},
    {"{business_id: session.tenant_id}", "{business_id: session.tenant}", 16,
     FAQS ".bind.business_id", "did you mean `session.tenant_id`?"},
    {"{business_id: session.tenant_id}", "{topic: session.tenant_id}", 16, FAQS ".bind",
     "also in input.properties"},
    {"{business_id: session.tenant_id}", "{business-id: session.tenant_id}", 16,
     FAQS ".bind.business-id", "letters, digits and `_`"},
    {"{topic:cancellation}", "{topik:cancellation}", 18, FAQS ".phrases[0]", "`topic`?"},
    {"{topic:cancellation}", "{topic:}", 18, FAQS ".phrases[0]", "expected a value after"},
    {"tell me about {topic}", "tell me about {topic", 19, FAQS ".phrases[1]", "its `}`"},
    {"tell me about {topic}", "5", 19, FAQS ".phrases[1]", "quote it"},
    {"\"{answer}\"", "\"{anser}\"", 20, FAQS ".reply", "did you mean `answer`?"},
    {"\"{answer}\"", "\"{answer.0.txt|list:x}\"", 20, FAQS ".reply", "`txt` is no property"},
    {"\"{answer}\"", "\"answer}\"", 20, FAQS ".reply", "its `}`"},
    {"reply: \"{answer}\"", "reply_empty: \"{x}\"", 20, FAQS ".reply_empty", "no property"},
};
INSTANTIATE_TEST_SUITE_P(Reference, ManifestMistake, ::testing::ValuesIn(kReferenceMistakes));

const Mistake kSchemaMistakes[] = {
    {"type: object\n      properties:\n        topic",
     "type: array\n      properties:\n        topic", 22, FAQS ".input.type", "expected `object`"},
    {"required: [topic]", "required: [topics]", 25, FAQS ".input.required", "`topic`?"},
    {"      additionalProperties: false\n", "", 21, FAQS ".input.additionalProperties", "false"},
    {"additionalProperties: false", "additionalProperties: true", 26,
     FAQS ".input.additionalProperties", "expected `false`"},
    {"required: [topic]", "anyOf: [{required: [topic]}]", 25, FAQS ".input.anyOf",
     "not at the root"},
    {"required: [topic]", "$ref: '#/$defs/x'", 25, FAQS ".input.$ref", "not at the root"},
    {"topic: {type: string, minLength: 1}", "confirmationToken: {type: string}", 24,
     FAQS ".input.properties.confirmationToken", "reserved"},
    {"topic: {type: string, minLength: 1}", "'a b': {type: string}", 24,
     FAQS ".input.properties.a b", "letters, digits"},
    {"topic: {type: string, minLength: 1}", "topic: {type: strnig}", 24,
     FAQS ".input.properties.topic.type", ""},
    {"topic: {type: string, minLength: 1}", "topic: {pattern: '('}", 24,
     FAQS ".input.properties.topic.pattern", ""},
    {"answer: {type: string}", "answer: {minLength: -1}", 30,
     FAQS ".output.properties.answer.minLength", ""},
    {"    output:\n      type: object\n      properties:\n        answer: {type: string}\n", "", 10,
     FAQS ".output", "missing"},
    {"sql: SELECT", "sqll: SELECT", 31, FAQS ".run", "did you mean `sql`?"},
    {"result: one", "http: {}", 31, FAQS ".run", "found `sql` and `http`"},
    {"sql: SELECT answer FROM faqs WHERE topic = :topic", "sql: 5", 32, FAQS ".run.sql",
     "expected text"},
    {"builtin: change_booking", "http:", 65, CHANGE ".run.http", "found nothing"},
    {"    run:\n      builtin: change_booking\n", "", 34, CHANGE ".run", "missing"},
};
INSTANTIATE_TEST_SUITE_P(Schema, ManifestMistake, ::testing::ValuesIn(kSchemaMistakes));

#undef FAQS
#undef CHANGE

TEST(ManifestProblems, NameTheArgumentThatANamedProviderCannotCarry) {
  const auto text = changed("        topic: {type: string, minLength: 1}\n",
                            "        topic: {type: string, minLength: 1}\n"
                            "        who:\n"
                            "          type: object\n"
                            "          properties:\n"
                            "            reply-to: {type: string}\n");

  const auto with_it = load_pack_text(text, "shop/pack.yaml", {"openai", "gemini"});
  const auto without_it = load_pack_text(text, "shop/pack.yaml", {"openai", "xai"});

  EXPECT_TRUE(without_it.snapshot) << render_problems(without_it.problems);
  ASSERT_EQ(with_it.problems.size(), 1u) << render_problems(with_it.problems);
  EXPECT_EQ(
      with_it.problems[0].to_string(),
      "shop/pack.yaml:28: tools.get_faqs.input.properties.who.properties.reply-to: gemini "
      "cannot carry it (its limits of 2026-11): the argument's name `reply-to` is not 1 to 64 "
      "letters, digits and `_`, a letter or `_` first");
}

TEST(ManifestProblems, AreAllReportedAtOnceInTheOrderOfTheFile) {
  auto text = changed("version: 1.2.0", "version: x");
  text.replace(text.find("category: retrieval"), 19, "category: x");

  const auto outcome = load_pack_text(text, "p");

  ASSERT_EQ(outcome.problems.size(), 2u) << render_problems(outcome.problems);
  EXPECT_EQ(outcome.problems[0].place.line, 2);
  EXPECT_EQ(outcome.problems[1].place.line, 13);
}

TEST(ManifestProblems, AFileBeyondOneMebibyteIsNotRead) {
  const auto outcome = load_pack_text(std::string((1 << 20) + 1, ' '), "p");

  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_NE(outcome.problems[0].message.find("1048576 bytes"), std::string::npos);
}

TEST(ManifestProblems, NestingBeyond32LevelsIsRefusedWhateverItsDepth) {
  for (const std::size_t depth : {33u, 100'000u}) {
    const auto outcome = load_pack_text(std::string(depth, '['), "p");

    ASSERT_EQ(outcome.problems.size(), 1u);
    EXPECT_NE(outcome.problems[0].message.find("deeper than 32"), std::string::npos)
        << outcome.problems[0].message;
  }
}

TEST(ManifestProblems, AliasesThatGrowWithoutBoundAreRefused) {
  std::string doubling = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 100; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    doubling += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " +
                before + "]\n";
  }
  std::string wide = "a: &a " + std::string(100'000, 'x') + "\nb: [";
  for (int i = 0; i < 10'000; ++i) wide += "*a, ";
  wide += "]\n";

  const auto deep_outcome = load_pack_text(doubling, "p");
  const auto wide_outcome = load_pack_text(wide, "p");

  ASSERT_EQ(deep_outcome.problems.size(), 1u);
  ASSERT_EQ(wide_outcome.problems.size(), 1u);
  EXPECT_NE(deep_outcome.problems[0].message.find("aliases that grow"), std::string::npos);
  EXPECT_NE(wide_outcome.problems[0].message.find("aliases that grow"), std::string::npos);
}

TEST(ManifestProblems, AnAliasCountsWithItsOwnDepth) {
  const auto text = "a: &a " + std::string(20, '[') + std::string(20, ']') +
                    "\nb: " + std::string(20, '[') + "*a" + std::string(20, ']') + "\n";

  const auto outcome = load_pack_text(text, "p");

  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_NE(outcome.problems[0].message.find("deeper than 32"), std::string::npos);
}

TEST(ManifestProblems, ASecondDocumentIsRefused) {
  const auto outcome = load_pack_text(std::string(kGoodManifest) + "---\npack: other\n", "p");

  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_NE(outcome.problems[0].message.find("more than one"), std::string::npos);
}

TEST(ManifestProblems, TextThatIsNoMapIsRefused) {
  for (const auto* text : {"", "   ", "# nothing", "- a", "plain", "null", "\t", "%", "---"}) {
    const auto outcome = load_pack_text(text, "p");

    EXPECT_EQ(outcome.problems.size(), 1u) << "'" << text << "'";
    EXPECT_EQ(outcome.snapshot, nullptr);
  }
}

TEST(ManifestProblems, AreCountedUpToALimit) {
  std::string text(kGoodManifest);
  for (int i = 0; i < 5000; ++i) text += "x" + std::to_string(i) + ": 1\n";

  const auto outcome = load_pack_text(text, "p");

  EXPECT_EQ(outcome.problems.size(), 201u);
}

}  // namespace
}  // namespace callosum::registry
