#include <algorithm>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sstream>

#include "provider/offline/speech/grammar.hpp"
#include "provider/offline/speech/language.hpp"
#include "provider/offline/speech/trigram.hpp"
#include "speech_folder.hpp"
#include "speech_sample.hpp"

namespace callosum::provider::offline::speech {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string refusal_of(const PhraseSet& set) {
  const sample::Folder folder;
  const auto language = build_language(set, folder.path());
  return language ? "built" : language.error().message;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(SpeechLanguage, APhraseBecomesARuleWithItsSlots) {
  const PhraseSet set{.phrases = {"What's your {topic} policy?", "Refunds at {topic:2 PM}"},
                      .slots = {{"topic", {"late arrival", "Refunds"}}}};
  std::vector<PhraseParts> phrases;
  for (const auto& phrase : set.phrases) phrases.push_back(parse_phrase(phrase, set).value());

  const auto text = write_jsgf(phrases, set, {});

  EXPECT_EQ(text,
            "#JSGF V1.0;\ngrammar callosum;\n"
            "<slot_topic> = late arrival | refunds;\n"
            "<phrase> = refunds at two p m\n  | what's your <slot_topic> policy;\n"
            "public <utterance> = <phrase> ;\n");
}

TEST(SpeechLanguage, AWrongPhraseIsRefusedWithItsText) {
  EXPECT_TRUE(contains(refusal_of({.phrases = {"what {topic"}}), "\"what {topic\": a { without"));
  EXPECT_TRUE(contains(refusal_of({.phrases = {"what {topic}"}}), "unknown slot {topic}"));
  EXPECT_TRUE(
      contains(refusal_of({.phrases = {"a {x}"}, .slots = {{"x", {"", "!"}}}}), "no values"));
  EXPECT_TRUE(contains(refusal_of({.phrases = {"?!"}}), "no word"));
  EXPECT_TRUE(contains(refusal_of({}), "no phrases"));
}

TEST(SpeechLanguage, SlotsAreFilledInEveryWayOrSpreadWhereThereAreTooMany) {
  const PhraseSet set{.phrases = {"{a} or {b}"},
                      .slots = {{"a", {"one", "two", "three"}}, {"b", {"x", "y"}}}};
  const auto parts = parse_phrase(set.phrases[0], set).value();

  auto all = expand(parts, set, 100);
  const auto few = expand(parts, set, 2);

  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 6U);
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  ASSERT_EQ(few.size(), 3U);
  EXPECT_EQ(few[2], "three or x");
}

TEST(SpeechLanguage, TheTrigramsProbabilitiesAddUpToOne) {
  const auto text = write_trigram({"when are you open", "when is it", "are you open"});
  std::map<std::string, double> probability;
  std::map<std::string, double> back_off;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number, gram, weight;
    std::getline(fields, number, '\t');
    if (!std::getline(fields, gram, '\t')) continue;
    std::getline(fields, weight, '\t');
    probability[gram] = std::pow(10, std::stod(number));
    if (!weight.empty()) back_off[gram] = std::pow(10, std::stod(weight));
  }
  const std::vector<std::string> words = {"when", "are", "you", "open", "is", "it", "</s>"};

  double unigrams = 0;
  double after_when = 0;
  for (const auto& word : words) {
    unigrams += probability.at(word);
    const auto seen = probability.find("when " + word);
    after_when +=
        seen != probability.end() ? seen->second : back_off.at("when") * probability.at(word);
  }

  EXPECT_NEAR(unigrams, 1, 0.01);
  EXPECT_NEAR(after_when, 1, 0.01);
  EXPECT_TRUE(contains(text, "\\3-grams:\n"));
  EXPECT_TRUE(contains(text, "when are you\n"));
}

TEST(SpeechLanguage, TheSamePhrasesGiveTheSameFilesAndASecondBuildWritesNothing) {
  const sample::Folder folder;

  const auto first = build_language(sample::phrases(), folder.path());
  ASSERT_TRUE(first);
  const auto written = fs::last_write_time(first->grammar);
  const auto second = build_language(sample::phrases(), folder.path());

  ASSERT_TRUE(second);
  EXPECT_EQ(first->trigram, second->trigram);
  EXPECT_EQ(fs::last_write_time(second->grammar), written);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  EXPECT_EQ(std::distance(fs::directory_iterator(first->grammar.parent_path()), {}), 3);
}

TEST(SpeechLanguage, AWordTheModelDoesNotKnowIsGuessedAndTold) {
  const sample::Folder folder;
  const PhraseSet set{.phrases = {"do you do a zylophorage"}, .slots = {}};

  const auto language = build_language(set, folder.path());

  ASSERT_TRUE(language);
  ASSERT_EQ(language->warnings.size(), 1U);
  EXPECT_TRUE(contains(language->warnings[0], "\"zylophorage\""));
  EXPECT_TRUE(contains(text_of(language->dictionary), "zylophorage Z "));
  EXPECT_TRUE(contains(text_of(language->dictionary), "you Y UW\n"));
}

TEST(SpeechLanguage, AMissingModelNamesThePackage) {
  const sample::Folder folder;

  const auto language = build_language(sample::phrases(), folder.path(), folder.path() / "none");

  ASSERT_FALSE(language);
  EXPECT_EQ(language.error().type, ErrorType::not_found);
  EXPECT_TRUE(contains(language.error().message, "pocketsphinx-en-us"));
}

TEST(SpeechLanguage, AFolderThatCannotBeWrittenIsAnError) {
  const auto language = build_language(sample::phrases(), "/proc/callosum");

  ASSERT_FALSE(language);
  EXPECT_TRUE(contains(language.error().message, "/proc/callosum"));
}

}  // namespace
}  // namespace callosum::provider::offline::speech
