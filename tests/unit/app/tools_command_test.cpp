// `callosum tools export | lint | diff`, whose words are those of the registry.
#include "app/commands/tools_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "app/commands/diff_command.hpp"
#include "base/json.hpp"
#include "registry/lock.hpp"

namespace callosum::app {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPack = R"(pack: shop
version: 1.0.0
tools:
  - name: get_price
    version: 1.0.0
    summary: The price of an article.
    description: The price of an article, in the shop's currency.
    category: retrieval
    access: read
    channels: [voice, text]
    input:
      type: object
      properties: {article: {type: string, description: Which one.}}
      required: [article]
      additionalProperties: false
    output: {type: object, properties: {price: {type: number}}, required: [price]}
    say_on_failure: I cannot see the price.
    run: {builtin: price}
)";

class Tools : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "callosum-app-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  Output collect() {
    return {[this](std::string_view text) { out += text; },
            [this](std::string_view text) { err += text; }};
  }
  /// 2 where the words are none.
  int run(std::vector<std::string> words) {
    out.clear();
    err.clear();
    ToolsCommand tools(collect());
    DiffCommand diff(collect());
    CLI::App app("callosum");
    tools.add_to(app);
    diff.add_to(app);
    std::reverse(words.begin(), words.end());
    try {
      app.parse(words);
    } catch (const CLI::ParseError& problem) {
      err += problem.what();
      return 2;
    }
    EXPECT_NE(tools.is_selected(), diff.is_selected());
    return diff.is_selected() ? diff.run() : tools.run();
  }
  void write(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories((folder / path).parent_path());
    std::ofstream(folder / path) << text;
  }

  std::filesystem::path folder;
  std::string out, err;
};

TEST_F(Tools, ToolsAreExportedForEveryConsumer) {
  write("packs/shop/pack.yaml", kPack);
  const auto exported = [&](const std::string& consumer) {
    EXPECT_EQ(run({"tools", "export", "--for", consumer, "--json", "--packs", folder / "packs"}), 0)
        << err;
    return *parse_strict(out);
  };

  EXPECT_EQ(exported("xai").at("tools").at(0).at("name"), "get_price");
  EXPECT_EQ(exported("chat").at("tools").at(0).at("function").at("name"), "get_price");
  EXPECT_TRUE(exported("mcp").at("tools").as_array().empty());  // it is for voice and text
  const auto gemini = exported("gemini:gemini-3.8-live");
  EXPECT_EQ(gemini.at("tools").at(0).at("functionDeclarations").at(0).at("name"), "get_price");
  EXPECT_EQ(gemini.at("losses").at(0).at("keyword"), "additionalProperties");
  EXPECT_EQ(gemini.at("costs").at(0).at("tool"), "get_price");
}

class DiffOfTools : public Tools {
 protected:
  void SetUp() override {
    Tools::SetUp();
    write("packs/shop/pack.yaml", kPack);
    packs = folder / "packs";
  }
  std::string other(std::string_view from, std::string_view to) {
    std::string text(kPack);
    write("other/shop/pack.yaml", text.replace(text.find(from), from.size(), to));
    return folder / "other";
  }
  int diff(std::vector<std::string> words) {
    words.insert(words.begin(), {"tools", "diff", "--packs", packs});
    return run(std::move(words));
  }
  std::string packs;
};

TEST_F(DiffOfTools, SaysWhatAModelIsShownOtherwiseThanBefore) {
  EXPECT_EQ(diff({packs}), 0);
  EXPECT_EQ(out, "the same\n");

  EXPECT_EQ(diff({other("Which one.", "Which.")}), 1);
  EXPECT_EQ(out,
            "get_price /parameters/properties/article/description: changed from \"Which.\" to "
            "\"Which one.\"\n");

  EXPECT_EQ(diff({other("channels: [voice, text]", "channels: [voice, text, mcp]")}), 1);
  EXPECT_EQ(out,
            "get_price /channels: changed from [\"voice\",\"text\",\"mcp\"] to "
            "[\"voice\",\"text\"]\n");

  EXPECT_EQ(diff({other("builtin: price", "builtin: cost")}), 1);
  EXPECT_THAT(out, HasSubstr("get_price /digest: changed"));

  EXPECT_EQ(diff({other("- name: get_price", "- name: get_cost"), "--for", "chat", "--json"}), 1);
  const auto all = parse_strict(out);
  ASSERT_TRUE(all) << out;
  EXPECT_EQ(all->at("changes").at(0).at("tool"), "get_cost");
  EXPECT_EQ(all->at("changes").at(0).at("kind"), "removed");
  EXPECT_EQ(all->at("changes").at(1).at("kind"), "added");
}

TEST_F(DiffOfTools, HoldsThePacksAgainstALock) {
  const auto snapshot = registry::load_packs({packs}).snapshot;
  ASSERT_TRUE(registry::write_lock(folder / "registry.lock", *snapshot));
  EXPECT_EQ(diff({folder / "registry.lock"}), 0);
  EXPECT_EQ(out, "the same\n");

  packs = other("Which one.", "Which.");
  EXPECT_EQ(diff({folder / "registry.lock"}), 1);
  EXPECT_THAT(out, HasSubstr("tool `get_price` changed and is still 1.0.0\n"));
  EXPECT_EQ(diff({folder / "registry.lock", "--json"}), 1);
  EXPECT_EQ(parse_strict(out)->at("differences").as_array().size(), 2u);
}

TEST_F(DiffOfTools, SaysWhereTwoConsumersDiffer) {
  EXPECT_EQ(diff({"--for", "openai", "--for", "xai"}), 0);
  EXPECT_EQ(diff({"--for", "openai", "--for", "gemini"}), 1);
  EXPECT_THAT(out, HasSubstr("  /: `additionalProperties` dropped by gemini alone; the executor"));
  EXPECT_THAT(out, HasSubstr("1 tool, openai about"));
  EXPECT_EQ(diff({"--for", "openai", "--for", "gemini", "--json"}), 1);
  const auto tool = parse_strict(out)->at("tools").at(0);
  EXPECT_EQ(tool.at("gemini").at("lost_alone").at(0).at("keyword"), "additionalProperties");
  EXPECT_TRUE(tool.at("openai").at("lost_alone").as_array().empty());
}

TEST_F(DiffOfTools, EndsWithTwoWhereItCannotBeSaid) {
  write("note.txt", "no lock");
  for (const auto& [words, why] : std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{}, "expected BEFORE"},
           {{"--for", "openai"}, "--for twice"},
           {{packs, "--for", "openai", "--for", "xai"}, "one --for"},
           {{folder / "absent"}, "there is no"},
           {{folder / "note.txt"}, "expected a registry lock"},
           {{packs, "--for", "acme"}, "expected one of openai"},
           {{other("access: read", "access: raed")}, "raed"}}) {
    EXPECT_EQ(diff(words), 2) << why;
    EXPECT_THAT(err, HasSubstr(why));
  }
}

TEST_F(Tools, ShowsTheStyleThatItIsTold) {
  std::string text(kPack);
  text.replace(text.find("version: 1.0.0"), 14, "version: 1.0.0\nstyles: [plain, grand]");
  text.replace(text.find("    summary:"), 12, "    style: plain\n    summary:");
  write("packs/shop/pack.yaml", text);
  const auto list = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"tools", "list", "--packs", folder / "packs"});
    return run(std::move(words));
  };

  EXPECT_EQ(list({}), 0);
  EXPECT_THAT(out, HasSubstr("get_price"));
  EXPECT_EQ(list({"--style", "shop=grand"}), 0) << err;
  EXPECT_THAT(out, ::testing::Not(HasSubstr("get_price")));
  EXPECT_EQ(list({"--style", "shop=huge"}), 1);
  EXPECT_THAT(err, HasSubstr("the style `huge` was chosen"));
  EXPECT_EQ(list({"--style", "grand"}), 1);
  EXPECT_THAT(err, HasSubstr("--style: expected PACK=STYLE"));
}

TEST_F(Tools, LintAsksTheConsumersThatItIsTold) {
  std::string text(kPack);
  text.replace(text.find("article: {type"), 7, "on-sale");
  text.replace(text.find("required: [article]"), 19, "required: [on-sale]");
  write("packs/shop/pack.yaml", text);
  const auto lint = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"tools", "lint", folder / "packs"});
    return run(std::move(words));
  };

  EXPECT_EQ(lint({}), 0) << out;
  EXPECT_EQ(lint({"--for", "openai", "--for", "gemini"}), 1);
  EXPECT_THAT(out,
              HasSubstr("pack.yaml:13: tools.get_price.input.properties.on-sale: gemini cannot"));
  EXPECT_EQ(lint({"--for", "acme"}), 2);
  EXPECT_THAT(err, HasSubstr("expected one of openai"));
}

}  // namespace
}  // namespace callosum::app
