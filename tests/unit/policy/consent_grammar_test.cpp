#include "policy/consent_grammar.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/text.hpp"

namespace callosum::policy {

void PrintTo(Assent assent, std::ostream* out) { *out << to_string(assent); }

namespace {

struct Labelled {
  std::string label;
  std::string utterance;
};

std::vector<Labelled> read_utterances() {
  std::ifstream file(CALLOSUM_SOURCE_DIR "/tests/fixtures/consent/utterances.tsv");
  std::vector<Labelled> out;
  for (std::string line; std::getline(file, line);) {
    const auto tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string::npos) continue;
    auto utterance = line.substr(tab + 1);
    if (const auto nul = utterance.find("\\0"); nul != std::string::npos) {
      utterance.replace(nul, 2, 1, '\0');
    }
    out.push_back({line.substr(0, tab), std::move(utterance)});
  }
  return out;
}

std::vector<std::string> all_taken_for_yes() {
  std::vector<std::string> out;
  for (const auto& [label, utterance] : read_utterances()) {
    if (judge_assent(utterance) == Assent::yes) out.push_back(utterance);
  }
  return out;
}

TEST(ConsentGrammar, TakesNoLabelledUtteranceForAYesThatIsNone) {
  const auto utterances = read_utterances();
  ASSERT_GE(utterances.size(), 320U);

  std::size_t false_yes = 0;
  for (const auto& [label, utterance] : utterances) {
    if (label == "yes" || judge_assent(utterance) != Assent::yes) continue;
    ++false_yes;
    ADD_FAILURE() << "taken for a yes, but " << label << ": " << utterance;
  }

  EXPECT_EQ(false_yes, 0U);
}

TEST(ConsentGrammar, MissesFewOfThoseWhoAgree) {
  std::size_t agree = 0;
  std::vector<std::string> missed;
  for (const auto& [label, utterance] : read_utterances()) {
    if (label != "yes") continue;
    ++agree;
    if (judge_assent(utterance) != Assent::yes) missed.push_back(utterance);
  }

  std::cout << "[ numbers  ] " << agree << " labelled yes, " << missed.size()
            << " of them asked again: " << join(missed, "; ") << '\n';
  EXPECT_GE(agree, 150U);
  EXPECT_LE(missed.size() * 100, agree * 3);
}

TEST(ConsentGrammar, TakesEveryLabelledDenialForANoAndNothingElse) {
  for (const auto& [label, utterance] : read_utterances()) {
    const bool is_no = judge_assent(utterance) == Assent::no;
    EXPECT_EQ(is_no, label == "no") << utterance;
  }
}

const std::string kDenials[]{"no",
                             "No!",
                             "nope",
                             "don't",
                             "do not",
                             "wait",
                             "stop",
                             "hold on",
                             "cancel",
                             "never mind",
                             "not yet",
                             "don t",
                             "don’t do that",
                             "n o",
                             "scratch that",
                             "I changed my mind",
                             "leave it",
                             "wrong",
                             "i can't",
                             "nooooo",
                             "ｎｏ"};

TEST(ConsentGrammar, ADenialBehindOrBeforeAnyYesIsANo) {
  for (const auto& agreed : all_taken_for_yes()) {
    for (const auto& denial : kDenials) {
      EXPECT_EQ(judge_assent(agreed + " " + denial), Assent::no) << agreed << ' ' << denial;
      EXPECT_EQ(judge_assent(agreed + ", " + denial), Assent::no) << agreed << ", " << denial;
      EXPECT_EQ(judge_assent(denial + ", " + agreed), Assent::no) << denial << ", " << agreed;
    }
  }
}

TEST(ConsentGrammar, AQuestionIsNeverAYes) {
  const std::string kAfter[]{"?",
                             " ?",
                             "？",
                             " or what",
                             "; what for",
                             " when",
                             " how much is it",
                             " is that so",
                             " but why",
                             "; who are you"};
  const std::string kBefore[]{"what if ", "should I say ", "did you say ", "is it ",
                              "why ",     "can you ",      "do you want "};
  for (const auto& agreed : all_taken_for_yes()) {
    for (const auto& after : kAfter) {
      EXPECT_NE(judge_assent(agreed + after), Assent::yes) << agreed << after;
    }
    for (const auto& before : kBefore) {
      EXPECT_NE(judge_assent(before + agreed), Assent::yes) << before << agreed;
    }
  }
}

TEST(ConsentGrammar, OneUnknownWordAnywhereTakesTheYesAway) {
  for (const auto& agreed : all_taken_for_yes()) {
    EXPECT_NE(judge_assent("banana " + agreed), Assent::yes) << agreed;
    EXPECT_NE(judge_assent(agreed + " banana"), Assent::yes) << agreed;
    EXPECT_NE(judge_assent(agreed + " tuesday"), Assent::yes) << agreed;
    EXPECT_NE(judge_assent("\"" + agreed + "\""), Assent::yes) << agreed;
    EXPECT_NE(judge_assent(agreed + " 5"), Assent::yes) << agreed;
  }
}

TEST(ConsentGrammar, NeitherCaseNorPunctuationDecides) {
  for (const auto& agreed : all_taken_for_yes()) {
    std::string upper;
    for (const char c : agreed) {
      upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    EXPECT_EQ(judge_assent(upper), Assent::yes) << upper;
    EXPECT_EQ(judge_assent("  " + agreed + " \n"), Assent::yes) << agreed;
  }
}

TEST(ConsentGrammar, WhatIsTooLongOrBrokenIsUnclear) {
  std::string long_yes = "yes";
  while (long_yes.size() < 5000) long_yes += " yes";

  EXPECT_EQ(judge_assent(long_yes), Assent::unclear);
  EXPECT_EQ(judge_assent(long_yes.substr(0, 399)), Assent::unclear);
  EXPECT_EQ(judge_assent("yes\xff"), Assent::unclear);
  EXPECT_EQ(judge_assent("\xc0\xae yes"), Assent::unclear);
  EXPECT_EQ(judge_assent(std::string("\0yes", 4)), Assent::unclear);
}

TEST(ConsentGrammar, NoShuffleOfItsWordsWithAForeignOneIsAYes) {
  const auto agreed = all_taken_for_yes();
  const std::vector<std::string> foreign{"maybe", "if",  "tuesday", "other", "what", "but",
                                         "said",  "oui", "7",       "?",     "else", "half"};
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = agreed[random.next_u64() % agreed.size()];
    const auto& word = foreign[random.next_u64() % foreign.size()];
    const auto blank = text.find(' ', random.next_u64() % text.size());
    text.insert(blank == std::string::npos ? text.size() : blank, " " + word);
    ASSERT_NE(judge_assent(text), Assent::yes) << text;
  }
}

}  // namespace
}  // namespace callosum::policy
