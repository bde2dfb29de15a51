#include "sim/twilio/twiml.hpp"

#include <gmock/gmock.h>

namespace callosum::sim::twilio {
namespace {

using ::testing::HasSubstr;

TEST(TwilioTwiml, ReadsAStreamAndWhatFollowsIt) {
  const auto verbs = parse_twiml(R"(<?xml version="1.0" encoding="UTF-8"?>
    <!-- a call -->
    <Response><Connect action="/after"><Stream url="wss://h/media" name='n' statusCallback="/s">
      <Parameter name="token" value="a&amp;b&#x21;"/></Stream></Connect>
      <Pause length="2"/><Redirect method="POST">/voice?x=1&amp;y=2</Redirect>
      <Dial><Number>+315</Number></Dial><Say>Good <!-- no -->bye</Say></Response>)");

  ASSERT_TRUE(verbs) << verbs.error().message;
  ASSERT_EQ(verbs->size(), 5u);
  const auto& connect = verbs->at(0);
  EXPECT_EQ(connect.kind, VerbKind::connect);
  EXPECT_EQ(connect.action, "/after");
  EXPECT_EQ(connect.stream.url, "wss://h/media");
  EXPECT_EQ(connect.stream.name, "n");
  EXPECT_EQ(connect.stream.parameters, (FormFields{{"token", "a&b!"}}));
  EXPECT_EQ(verbs->at(1).length, std::chrono::seconds(2));
  EXPECT_EQ(verbs->at(2).text, "/voice?x=1&y=2");
  EXPECT_EQ(verbs->at(3).text, "+315");
  EXPECT_EQ(verbs->at(4).text, "Good bye");
}

TEST(TwilioTwiml, RefusesWhatTheCarrierDoes) {
  const auto stream = [](const std::string& inside) {
    return "<Response><Connect>" + inside + "</Connect></Response>";
  };
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "an element"},
      {"<Answer/>", "<Response>"},
      {"<Response>", "missing"},
      {"<Response></Reply>", "not the end"},
      {"<Response>&nbsp;</Response>", "entity"},
      {"<Response>a & b</Response>", "bare"},
      {"<Response/><Response/>", "more behind"},
      {"<Response><Connect/></Response>", "one <Stream>"},
      {"<Response><Fax/></Response>", "<Fax>"},
      {"<!DOCTYPE a><Response/>", "a name"},
      {stream(R"(<Stream url="/media"/>)"), "absolute"},
      {stream(R"(<Stream url="wss://h/m?token=1"/>)"), "query"},
      {stream(R"(<Stream url="wss://h/m"/><Stream url="wss://h/m"/>)"), "one <Stream>"},
      {stream(R"(<Stream url="wss://h/m"><Parameter value="v"/></Stream>)"), "without a name"},
      {stream(R"(<Stream url="wss://h/m"><Parameter name="n" value=")" + std::string(500, 'x') +
              R"("/></Stream>)"),
       "too long"}};
  for (const auto& [text, why] : bad) {
    const auto verbs = parse_twiml(text);
    ASSERT_FALSE(verbs) << text;
    EXPECT_THAT(verbs.error().message, HasSubstr(why)) << text;
  }
}

TEST(TwilioTwiml, IsNotMadeToRecurseWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<a>";

  EXPECT_FALSE(parse_twiml(deep));
}

}  // namespace
}  // namespace callosum::sim::twilio
