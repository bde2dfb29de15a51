#include "sim/google/mail_query.hpp"

#include <gtest/gtest.h>

namespace callosum::sim::google {
namespace {

constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;
constexpr std::int64_t kNowMs = 1'795'000'000'000;  // in November 2026

struct SomeMail {
  SomeMail() {
    facts.from = fold_words("Anna Visser <anna.visser@northquay.example>");
    facts.to = fold_words("john@work.example");
    facts.cc = fold_words("Marek <marek@work.example>");
    facts.subject = fold_words("Offer for the spring order");
    facts.text = facts.subject + facts.from + fold_words("It holds until Friday. Gr\u00fc\u00dfe!");
    facts.filenames = fold_words("offer-spring.pdf");
    facts.message_id = "abc.1@mail.example";
    facts.time_ms = kNowMs - 3 * kDayMs;
    facts.bytes = 20 * 1024;
    facts.has_attachment = true;
  }
  bool is_found(std::string_view query) const {
    return MailQuery::parse(query, {"Europe/Amsterdam", "john@work.example"})
        .matches({facts, labels, kNowMs});
  }

  MailFacts facts;
  std::vector<std::string> labels{"INBOX", "UNREAD", "CATEGORY_UPDATES", "Label_1"};
};

TEST(SimMailQuery, FindsPeopleByNameAddressOrAPartOfIt) {
  const SomeMail mail;

  EXPECT_TRUE(mail.is_found("from:anna"));
  EXPECT_TRUE(mail.is_found("from:anna.visser@northquay.example"));
  EXPECT_TRUE(mail.is_found("FROM:northquay.example"));
  EXPECT_FALSE(mail.is_found("from:ann"));
  EXPECT_TRUE(mail.is_found("to:john@work.example"));
  EXPECT_TRUE(mail.is_found("to:marek"));  // a copy counts
  EXPECT_FALSE(mail.is_found("cc:john"));
  EXPECT_TRUE(mail.is_found("to:me"));
  EXPECT_FALSE(mail.is_found("from:me"));
}

TEST(SimMailQuery, WantsEveryWordAndAPhraseInItsOrder) {
  const SomeMail mail;

  EXPECT_TRUE(mail.is_found("friday spring"));
  EXPECT_FALSE(mail.is_found("friday summer"));
  EXPECT_TRUE(mail.is_found("\"spring order\""));
  EXPECT_FALSE(mail.is_found("\"order spring\""));
  EXPECT_TRUE(mail.is_found("GR\u00dcSSE"));
  EXPECT_TRUE(mail.is_found("subject:\"the spring\""));
  EXPECT_TRUE(mail.is_found(""));
}

TEST(SimMailQuery, CombinesWithOrNotAndBrackets) {
  const SomeMail mail;

  EXPECT_TRUE(mail.is_found("summer OR spring"));
  EXPECT_TRUE(mail.is_found("summer OR winter OR spring friday"));
  EXPECT_FALSE(mail.is_found("summer OR winter friday"));
  EXPECT_TRUE(mail.is_found("{summer spring}"));
  EXPECT_TRUE(mail.is_found("-summer"));
  EXPECT_FALSE(mail.is_found("friday -from:anna"));
  EXPECT_FALSE(mail.is_found("-(friday spring)"));
  EXPECT_TRUE(mail.is_found("subject:(spring order) from:(bob OR anna)"));
  EXPECT_FALSE(mail.is_found("subject:(spring friday)"));
}

TEST(SimMailQuery, KnowsPlacesAndStates) {
  const SomeMail mail;

  EXPECT_TRUE(mail.is_found("in:inbox is:unread has:attachment category:updates"));
  EXPECT_FALSE(mail.is_found("category:promotions"));
  EXPECT_TRUE(mail.is_found("label:label_1"));
  EXPECT_FALSE(mail.is_found("is:read"));
  EXPECT_FALSE(mail.is_found("is:starred"));
  EXPECT_TRUE(mail.is_found("filename:pdf"));
  EXPECT_TRUE(MailQuery::parse("x in:trash", {"UTC", ""}).names_trash());
  EXPECT_FALSE(MailQuery::parse("trash", {"UTC", ""}).names_trash());
}

TEST(SimMailQuery, CountsTimeFromNowAndDaysInTheZone) {
  SomeMail mail;

  EXPECT_TRUE(mail.is_found("newer_than:4d older_than:2d"));
  EXPECT_FALSE(mail.is_found("newer_than:2d"));
  EXPECT_TRUE(mail.is_found("newer_than:1m newer_than:1y"));
  // Midnight of the 15th in Amsterdam is 23:00 of the 14th in UTC.
  mail.facts.time_ms = 1'794'697'200'000;
  EXPECT_TRUE(mail.is_found("after:2026/11/15"));
  EXPECT_FALSE(mail.is_found("before:2026/11/15"));
  EXPECT_FALSE(mail.is_found("after:2026-11-16"));
  EXPECT_TRUE(mail.is_found("after:1794697200"));
}

TEST(SimMailQuery, ComparesSizesAndMessageIds) {
  const SomeMail mail;

  EXPECT_TRUE(mail.is_found("larger:10K smaller:1M"));
  EXPECT_FALSE(mail.is_found("larger:20480"));
  EXPECT_TRUE(mail.is_found("rfc822msgid:<abc.1@mail.example>"));
  EXPECT_TRUE(mail.is_found("rfc822msgid:abc.1@mail.example"));
  EXPECT_FALSE(mail.is_found("rfc822msgid:abc.2@mail.example"));
}

TEST(SimMailQuery, TakesWhatIsNoOperatorForAWord) {
  const SomeMail mail;

  EXPECT_FALSE(mail.is_found("colour:spring"));
  EXPECT_FALSE(mail.is_found("newer_than:soon"));
  EXPECT_TRUE(mail.is_found("after:friday"));  // no date, so the word
}

TEST(SimMailQuery, EndsWhateverItIsGiven) {
  const SomeMail mail;
  const std::string deep(4000, '(');
  const std::string minus(4000, '-');
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a OR ";

  for (const auto& text : {deep, minus, many, std::string(")}\"{("), std::string("from:"),
                           std::string("\"open"), std::string("OR"), std::string("- -")}) {
    mail.is_found(text);
    mail.is_found(text + " spring");
  }
  EXPECT_FALSE(mail.is_found("summer )"));
  EXPECT_TRUE(mail.is_found("OR spring"));
}

}  // namespace
}  // namespace callosum::sim::google
