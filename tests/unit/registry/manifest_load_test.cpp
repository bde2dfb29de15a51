#include <filesystem>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "manifest_text.hpp"
#include "registry/render.hpp"
#include "registry/snapshot.hpp"
#include "temp_folder.hpp"

namespace callosum::registry {
namespace {

using std::chrono::milliseconds;

std::shared_ptr<const Snapshot> load(std::string_view text) {
  const auto outcome = load_pack_text(text, "shop/pack.yaml");
  EXPECT_EQ(render_problems(outcome.problems), "");
  return outcome.snapshot;
}

std::string version_of(std::string_view text) {
  const auto snapshot = load(text);
  return snapshot ? snapshot->version() : "none";
}

TEST(Manifest, LoadsWithoutAWord) {
  const auto outcome = load_pack_text(kGoodManifest, "shop/pack.yaml");

  ASSERT_NE(outcome.snapshot, nullptr) << render_problems(outcome.problems);
  EXPECT_EQ(render_problems(outcome.warnings), "");
  EXPECT_EQ(outcome.snapshot->tools().size(), 2u);
}

std::string names_in(const LoadOutcome& outcome) {
  if (!outcome.snapshot) return render_problems(outcome.problems);
  std::string out;
  for (const auto& tool : outcome.snapshot->tools()) out += tool.name + " ";
  return out;
}

TEST(Manifest, OffersTheToolsOfOneStyle) {
  auto text = changed("version: 1.2.0", "version: 1.2.0\nstyles: [small, large]");
  const auto replace = [&text](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("    summary: What customers ask", "    style: small\n    summary: What customers ask");
  replace("    summary: Moves or", "    style: large\n    summary: Moves or");
  replace("    invalidates: [get_faqs]\n    requires: [get_faqs]\n", "");
  const auto with = [&](const Styles& styles) {
    return load_pack_text(text, "shop/pack.yaml", {"openai"}, styles);
  };

  EXPECT_EQ(names_in(with({})), "get_faqs ");
  EXPECT_EQ(names_in(with({{"shop", "large"}})), "change_booking ");
  EXPECT_NE(with({}).snapshot->version(), with({{"shop", "large"}}).snapshot->version());
  EXPECT_EQ(names_in(with({{"shop", "huge"}})),
            "shop/pack.yaml:3: styles: the style `huge` was chosen; there are small or large\n");
  EXPECT_EQ(
      names_in(with({{"stop", "large"}})),
      "shop/pack.yaml:1: pack: a style was chosen for the pack `stop`, which is not loaded\n");
  replace("style: large", "style: larg");
  EXPECT_NE(
      names_in(with({})).find("tools.change_booking.style: `larg` is none of the pack's `styles`"),
      std::string::npos);
}

TEST(Manifest, AsksForArgumentsByTheValueOfAnother) {
  const auto load_with = [](const std::string& needs) {
    return load_pack_text(changed("    confirmation: spoken", needs + "    confirmation: spoken"),
                          "shop/pack.yaml");
  };
  auto text = changed("        booking_id: {type: string}",
                      "        booking_id: {type: string}\n        to: {type: object, properties: "
                      "{day: {type: string}}}");
  text.insert(text.find("    confirmation: spoken"),
              "    needs: [{when: {action: move}, arguments: [to.day]}]\n");
  const auto snapshot = load(text);
  const auto& input = *snapshot->find("change_booking")->input;

  EXPECT_TRUE(input.is_valid(parse_strict(R"({"booking_id":"1","action":"cancel"})").value()));
  EXPECT_TRUE(input.is_valid(
      parse_strict(R"({"booking_id":"1","action":"move","to":{"day":"x"}})").value()));
  EXPECT_FALSE(
      input.is_valid(parse_strict(R"({"booking_id":"1","action":"move","to":{}})").value()));
  const auto hints = input.explain(parse_strict(R"({"booking_id":"1","action":"move"})").value());
  ASSERT_FALSE(hints.empty());
  EXPECT_NE((hints[0].path + hints[0].message).find("to"), std::string::npos)
      << hints[0].path << hints[0].message;
  EXPECT_FALSE(snapshot->find("change_booking")->input_schema.contains("allOf"))
      << "a provider would refuse it";
  EXPECT_NE(render_problems(
                load_with("    needs: [{when: {action: fly}, arguments: [booking_id]}]\n").problems)
                .find("needs[0].when.action: expected an argument with an `enum`"),
            std::string::npos);
  EXPECT_NE(
      render_problems(load_with("    needs: [{when: {action: move}, arguments: [day]}]\n").problems)
          .find("needs[0].arguments: `day` is no argument"),
      std::string::npos);
}

TEST(Manifest, LetsARuleAskForLessThanItsTool) {
  const auto rule = [](const char* more) {
    return load_pack_text(
        changed("access: destructive", std::string("access: destructive\n        ") + more),
        "shop/pack.yaml");
  };
  EXPECT_EQ(rule("confirmation: none").snapshot->find("change_booking")->risk[0].confirmation,
            Confirmation::none);
  EXPECT_NE(render_problems(rule("confirmation: strong").problems).find("a rule asks for no more"),
            std::string::npos);
}

TEST(Manifest, FillsEveryFieldOfATool) {
  const auto snapshot = load(kGoodManifest);
  const auto* tool = snapshot->find("change_booking");

  ASSERT_NE(tool, nullptr);
  EXPECT_EQ(tool->id, "shop.change_booking");
  EXPECT_EQ(tool->version, "2.0.1");
  EXPECT_EQ(tool->access, Access::write);
  ASSERT_EQ(tool->risk.size(), 1u);
  EXPECT_EQ(tool->risk[0].access, Access::destructive);
  EXPECT_EQ(tool->confirmation, Confirmation::spoken);
  EXPECT_EQ(tool->min_assurance, Assurance::carrier);
  EXPECT_EQ(tool->idempotency_key, (std::vector<std::string>{"booking_id", "business_id"}));
  EXPECT_EQ(tool->provenance_seen, std::vector<std::string>{"booking_id"});
  ASSERT_EQ(tool->mask.size(), 1u);
  EXPECT_EQ(tool->mask[0].field, "customer_phone");
  EXPECT_EQ(tool->mask[0].how, Mask::log);
  EXPECT_EQ(tool->invalidates, std::vector<std::string>{"get_faqs"});
  ASSERT_EQ(tool->bind.size(), 2u);
  EXPECT_EQ(tool->bind[1].source, "session.caller_phone");
  EXPECT_EQ(tool->run.kind, "builtin");
  EXPECT_EQ(tool->place.to_string(), "shop/pack.yaml:34");
  EXPECT_EQ(tool->digest.size(), 64u);
  EXPECT_NE(tool->input, nullptr);
}

TEST(Manifest, FillsThePackBesideItsTools) {
  const auto snapshot = load(kGoodManifest);
  const auto* pack = snapshot->find_pack("shop");

  ASSERT_NE(pack, nullptr);
  EXPECT_EQ(pack->prompt, "You answer for {business_name}.");
  EXPECT_EQ(pack->access_mode, "confirm");
  EXPECT_EQ(pack->tenant_columns.at("bookings"), "business_id");
  EXPECT_EQ(pack->slots.at("topic"), (std::vector<std::string>{"cancellation", "late arrival"}));
  EXPECT_EQ(snapshot->find_pack("other"), nullptr);
}

TEST(Manifest, KeepsTheWholeRunMapForItsKind) {
  const auto snapshot = load(kGoodManifest);
  const auto& config = snapshot->find("get_faqs")->run.config.as_object();

  EXPECT_EQ(config.at("sql").as_string(), "SELECT answer FROM faqs WHERE topic = :topic");
  EXPECT_EQ(config.at("result").as_string(), "one");
}

TEST(Manifest, GivesReadsAndWritesTheirOwnDefaults) {
  auto text = changed("    timeout_ms: 400\n    latency_budget_ms: 200\n", "");

  const auto snapshot = load(text);
  const auto* read = snapshot->find("get_faqs");
  const auto* write = snapshot->find("change_booking");

  EXPECT_EQ(read->timeout, milliseconds(2'000));
  EXPECT_EQ(read->latency_budget, milliseconds(800));
  EXPECT_EQ(read->on_interrupt, OnInterrupt::abort);
  EXPECT_EQ(read->access, Access::read);
  EXPECT_EQ(read->channels.size(), 3u);
  EXPECT_EQ(read->delivery, Delivery::when_idle);
  EXPECT_EQ(read->cache_scope, CacheScope::session);
  EXPECT_EQ(read->min_assurance, Assurance::none);
  EXPECT_EQ(write->timeout, milliseconds(10'000));
  EXPECT_EQ(write->latency_budget, milliseconds(3'000));
  EXPECT_EQ(write->on_interrupt, OnInterrupt::commit);
}

TEST(Manifest, TakesHalfTheHardDeadlineAsSoftWhereThatIsLess) {
  const auto snapshot = load(changed("    latency_budget_ms: 200\n", ""));

  EXPECT_EQ(snapshot->find("get_faqs")->latency_budget, milliseconds(200));
}

TEST(Manifest, ReadsScalarsByTheCoreSchema) {
  const auto text =
      changed("result: one",
              "values: [1, -2, 0x1f, 0o17, 1.5, 1e3, true, False, ~, yes, 'true', "
              "\"1\", 2024-01-31, 1.2.3, +5, .5, 1_000, 18446744073709551615, 1e999]");

  const auto snapshot = load(text);
  const auto& values = snapshot->find("get_faqs")->run.config.at("values");

  EXPECT_EQ(canonical_json(values),
            R"([1,-2,31,15,1.5,1000,true,false,null,"yes","true","1","2024-01-31","1.2.3",5,0.5,)"
            R"("1_000",18446744073709552000,"1e999"])");
}

TEST(Manifest, AnAliasIsACopyOfWhatItNames) {
  auto text = changed("topic: [cancellation, late arrival]",
                      "topic: &topics [cancellation, late arrival]\n  other: *topics");

  const auto snapshot = load(text);

  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->packs()[0].slots.at("other"), snapshot->packs()[0].slots.at("topic"));
}

TEST(Manifest, WarnsOfWhatIsAllowedAndUnwise) {
  const auto warnings_of = [](std::string_view from, std::string_view to) {
    const auto outcome = load_pack_text(changed(from, to), "p");
    EXPECT_EQ(render_problems(outcome.problems), "");
    return render_problems(outcome.warnings);
  };

  EXPECT_NE(warnings_of("min_assurance: carrier", "min_assurance: none").find("caller's number"),
            std::string::npos);
  EXPECT_NE(warnings_of("min_assurance: carrier", "on_interrupt: abort").find("half done"),
            std::string::npos);
  EXPECT_NE(warnings_of("name: change_booking", "name: delete_booking").find("by its name"),
            std::string::npos);
  EXPECT_NE(warnings_of("slots:\n  topic:", "slots:\n  other:").find("which words"),
            std::string::npos);
}

TEST(Manifest, ADestructiveToolOnTheVoiceChannelIsWarnedOf) {
  auto text = changed("access: write\n", "access: destructive\n");
  const auto from = text.find("    risk:");
  text.erase(from, text.find("    confirmation:") - from);

  const auto outcome = load_pack_text(text, "p");

  ASSERT_EQ(outcome.warnings.size(), 1u) << render_problems(outcome.problems);
  EXPECT_EQ(outcome.warnings[0].field, "tools.change_booking.channels");
}

TEST(RegistryVersion, IsThePacksAndEightDigitsOfAHash) {
  const auto version = version_of(kGoodManifest);

  EXPECT_EQ(version.size(), 12u);
  EXPECT_TRUE(version.starts_with("1.2.")) << version;
}

TEST(RegistryVersion, DoesNotMindCommentsAndTheOrderOfKeys) {
  const auto commented = changed("tools:\n", "# the tools\ntools:   # here\n\n");
  const auto reordered = changed("pack: shop\nversion: 1.2.0\n", "version: 1.2.0\npack: shop\n");
  const auto quoted = changed("pack: shop", "pack: \"shop\"");

  EXPECT_EQ(version_of(commented), version_of(kGoodManifest));
  EXPECT_EQ(version_of(reordered), version_of(kGoodManifest));
  EXPECT_EQ(version_of(quoted), version_of(kGoodManifest));
}

TEST(RegistryVersion, ChangesWithASingleWord) {
  EXPECT_NE(version_of(changed("by topic.", "by topics.")), version_of(kGoodManifest));
  EXPECT_NE(version_of(changed("You answer", "You speak")), version_of(kGoodManifest));
  EXPECT_NE(version_of(changed("late arrival", "late")), version_of(kGoodManifest));
}

TEST(RegistryVersion, ChangesWithAFileThatThePackNames) {
  const TempFolder folder;
  folder.write("shop/pack.yaml",
               changed("prompt_text: You answer for {business_name}.", "prompt: p.txt"));
  folder.write("shop/p.txt", "Be kind.");
  const auto before = load_packs({folder.path()});
  folder.write("shop/p.txt", "Be brief.");
  const auto after = load_packs({folder.path()});

  ASSERT_NE(before.snapshot, nullptr) << render_problems(before.problems);
  ASSERT_NE(after.snapshot, nullptr);
  EXPECT_EQ(after.snapshot->packs()[0].prompt, "Be brief.");
  EXPECT_NE(before.snapshot->version(), after.snapshot->version());
}

TEST(LoadPacks, TakesTheHighestPackVersionAndAllTools) {
  const TempFolder folder;
  folder.write("shop/pack.yaml", kGoodManifest);
  auto other = changed("pack: shop\nversion: 1.2.0", "pack: other\nversion: 1.10.3");
  for (const auto* name : {"get_faqs", "change_booking"}) {
    for (auto at = other.find(name); at != std::string::npos; at = other.find(name, at + 9)) {
      other.insert(at, "other_");
      at += 6;
    }
  }
  folder.write("other/pack.yaml", other);

  const auto outcome = load_packs({folder.path()});

  ASSERT_NE(outcome.snapshot, nullptr) << render_problems(outcome.problems);
  EXPECT_EQ(outcome.snapshot->tools().size(), 4u);
  EXPECT_TRUE(outcome.snapshot->version().starts_with("1.10.")) << outcome.snapshot->version();
}

TEST(LoadPacks, TakesAFolderThatIsAPackItself) {
  const TempFolder folder;
  folder.write("shop/pack.yaml", kGoodManifest);

  const auto outcome = load_packs({folder.path() / "shop"});

  ASSERT_NE(outcome.snapshot, nullptr) << render_problems(outcome.problems);
  EXPECT_EQ(outcome.snapshot->find_pack("shop")->folder, folder.path() / "shop");
}

TEST(LoadPacks, TwoPacksMayNotShareAName) {
  const TempFolder folder;
  folder.write("a/pack.yaml", kGoodManifest);
  folder.write("b/pack.yaml", kGoodManifest);

  const auto outcome = load_packs({folder.path()});

  EXPECT_EQ(outcome.snapshot, nullptr);
  const auto all = render_problems(outcome.problems);
  EXPECT_NE(all.find("b/pack.yaml:1: pack: the pack `shop` is already at"), std::string::npos)
      << all;
  EXPECT_NE(all.find("b/pack.yaml:10: tools.get_faqs.name"), std::string::npos) << all;
}

TEST(LoadPacks, NamesWhatCannotBeRead) {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path() / "dir/pack.yaml");
  folder.write("shop/pack.yaml", changed("tools:\n", "schema: s.sql\ndemo: sub\ntools:\n"));
  std::filesystem::create_directories(folder.path() / "shop/sub");

  const auto all = render_problems(
      load_packs({folder.path(), folder.path() / "absent", folder.path() / "shop/sub"}).problems);

  EXPECT_NE(all.find("dir/pack.yaml:1: not a plain file"), std::string::npos) << all;
  EXPECT_NE(all.find("shop/pack.yaml:9: schema: `s.sql`: no such file"), std::string::npos) << all;
  EXPECT_NE(all.find("shop/pack.yaml:10: demo: `sub`: not a plain file"), std::string::npos) << all;
  EXPECT_NE(all.find("absent: packs: expected pack.yaml"), std::string::npos) << all;
  EXPECT_NE(all.find("sub: packs: expected pack.yaml"), std::string::npos) << all;
}

TEST(LoadPacks, ALinkOutOfThePackIsNotFollowed) {
  const TempFolder folder;
  folder.write("secret.sql", "x");
  folder.write("shop/pack.yaml", changed("tools:\n", "schema: s.sql\ntools:\n"));
  std::filesystem::create_symlink("../secret.sql", folder.path() / "shop/s.sql");

  const auto all = render_problems(load_packs({folder.path()}).problems);

  EXPECT_NE(all.find("schema: expected a file inside the pack's folder"), std::string::npos) << all;
}

TEST(LoadPacks, TheReceptionistLoads) {
  const auto folder = std::filesystem::path(CALLOSUM_SOURCE_DIR) / "packs/receptionist";

  const auto outcome = load_packs({folder});

  ASSERT_NE(outcome.snapshot, nullptr) << render_problems(outcome.problems);
  EXPECT_EQ(render_problems(outcome.warnings), "");
  EXPECT_GE(outcome.snapshot->tools().size(), 7u);
}

}  // namespace
}  // namespace callosum::registry
