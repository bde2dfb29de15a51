#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "tool/http/body_template.hpp"
#include "tool/http/mail_message.hpp"
#include "tool/http/mail_parts.hpp"

namespace callosum::tool::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

json::value parse(std::string_view text) { return parse_strict(text).value(); }

std::string write(const json::object& fields) {
  const auto mail = write_mail(fields);
  return mail ? *mail : "! " + mail.error().message;
}

TEST(MailMessage, IsAHeadAndATextInBase64) {
  const auto mail = write({{"to", json::array{"anna@x.example", "Marek Dvorak <marek@y.example>"}},
                           {"cc", nullptr},
                           {"subject", "Lunch"},
                           {"text", "Hi,\nFriday?"}});

  EXPECT_EQ(mail,
            "To: anna@x.example,\r\n \"Marek Dvorak\" <marek@y.example>\r\nSubject: Lunch\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\nSGksCkZyaWRheT8=\r\n");
}

TEST(MailMessage, WritesOtherAlphabetsAsEncodedWords) {
  const auto mail = write({{"to", "Ren\u00e9e M\u00fcller <renee@x.example>"},
                           {"subject", std::string("R\u00fcckfrage ") + std::string(80, 'x')},
                           {"text", "x"}});

  EXPECT_THAT(mail, HasSubstr("To: =?UTF-8?B?UmVuw6llIE3DvGxsZXI=?= <renee@x.example>\r\n"));
  EXPECT_THAT(mail, HasSubstr("Subject: =?UTF-8?B?UsO8Y2tmcmFnZSB4"));
  for (const auto line : split(mail, '\n')) EXPECT_LE(line.size(), 79U) << line;
}

TEST(MailMessage, LetsNobodyAddAFieldOrARecipient) {
  const std::string text = "hello";
  for (const char* hostile :
       {"a@x.example\r\nBcc: e@evil.example", "a@x.example\nX: y", "a@x.example\r",
        "a@x.example\u0000b", "A\r\nBcc: e@evil.example <a@x.example>",
        "a@x.example> , <b@x.example", "a b@x.example", "a@b@c", "no address", "<>", "a@",
        "\"A\" <a@x.example>\r\n", "a@x.example;b@x.example", ""}) {
    const auto mail = write({{"to", json::array{hostile}}, {"subject", "x"}, {"text", text}});
    const bool is_harmless = mail.starts_with("! ") || (mail.find("evil") == std::string::npos &&
                                                        mail.find("\nX:") == std::string::npos);
    EXPECT_TRUE(is_harmless) << hostile << " became\n" << mail;
    EXPECT_THAT(mail, Not(HasSubstr("Bcc"))) << hostile;
  }
  EXPECT_THAT(
      write({{"to", "a@x.example"}, {"subject", "x\r\nBcc: e@evil.example"}, {"text", text}}),
      HasSubstr("! subject: expected one line"));
  EXPECT_THAT(
      write({{"to", "a@x.example"}, {"subject", "=?UTF-8?B?DQpCY2M6IHg=?="}, {"text", text}}),
      Not(HasSubstr("Subject: =?UTF-8?B?DQpCY2M6IHg=?=")));
  EXPECT_THAT(write({{"subject", "x"}, {"text", text}}), HasSubstr("! to: needed"));
  EXPECT_THAT(write({{"to", "a@x.example"}, {"subject", "x"}}), HasSubstr("! text: needed"));
}

TEST(MailMessage, StandsInABodyAsBase64Url) {
  const Names names{"args", "args.to", "args.text"};
  const auto body = BodyTemplate::parse(
      parse(R"({"raw":{"$mail":{"to":"{args.to}","subject":"Hi","text":"{args.text}"}}})"), names);
  ASSERT_TRUE(body);

  const auto filled =
      body->fill(parse(R"({"args":{"to":["a@x.example"],"text":"?"}})").as_object());

  ASSERT_TRUE(filled);
  const std::string raw(filled->as_object().at("raw").as_string());
  EXPECT_EQ(raw.find_first_of("+/="), std::string::npos);
  std::vector<std::uint8_t> bytes;
  ASSERT_TRUE(decode_base64url(raw, bytes));
  EXPECT_THAT(std::string(bytes.begin(), bytes.end()),
              HasSubstr("To: a@x.example\r\nSubject: Hi\r\n"));
  EXPECT_FALSE(body->fill(parse(R"({"args":{"to":["a\r\nb"],"text":"?"}})").as_object()));
  EXPECT_THAT(BodyTemplate::parse(parse(R"({"raw":{"$mail":{"two":"x"}}})"), names).error().message,
              HasSubstr("raw: $mail.two: unknown"));
}

json::object part(std::string_view type, std::string_view text, std::string_view file = {}) {
  const auto data =
      encode_base64url({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return {{"mimeType", type}, {"filename", file}, {"body", {{"data", data + "=="}}}};
}

TEST(MailParts, ReadsThePlainTextAmongNestedParts) {
  const json::object payload{
      {"mimeType", "multipart/mixed"},
      {"parts",
       json::array{
           json::object{{"mimeType", "multipart/alternative"},
                        {"parts", json::array{part("text/html", "<p>no</p>"),
                                              part("text/plain", "Hello,\r\n\r\n\r\n\r\nyes.")}}},
           part("text/plain", "an attached file", "notes.txt"),
           json::object{{"mimeType", "application/pdf"}, {"filename", "offer.pdf"}}}}};

  EXPECT_EQ(text_of_mail(payload, 1000), "Hello,\n\nyes.");
  EXPECT_THAT(files_of_mail(payload), ElementsAre("notes.txt", "offer.pdf"));
  EXPECT_EQ(text_of_mail(payload, 6), "Hello,…");
}

TEST(MailParts, MakesLinesOfHtml) {
  EXPECT_EQ(text_of_mail(
                part("text/html",
                     "<html><head><title>t</title></head><style>p{}</style><h1>Berth&nbsp;14</h1>"
                     "<!-- <p>hidden --><p>is <b>closed</b> &lt;now&gt;</p><script>x()</script>"),
                1000),
            "Berth 14\n\nis closed <now>");
  EXPECT_EQ(without_tags("a < b"), "a ") << "what never ends is left out";
}

TEST(MailParts, ReadsTheHtmlWhereThePlainTextSaysNothing) {
  for (const char* nothing : {"", " \r\n\r\n", "\u200b\n"}) {
    const json::object payload{
        {"mimeType", "multipart/alternative"},
        {"parts", json::array{part("text/plain", nothing), part("text/html", "<p>Hello</p>")}}};
    EXPECT_EQ(text_of_mail(payload, 1000), "Hello") << '"' << nothing << '"';
  }
}

TEST(MailParts, GivesValidTextWhateverComes) {
  EXPECT_EQ(text_of_mail(part("text/plain", "M\xfcller"), 1000), "M\u00fcller");
  EXPECT_EQ(text_of_mail(part("text/plain", "in\u200bvis\U000E0041ible"), 1000), "invisible");
  EXPECT_EQ(text_of_mail({{"mimeType", "text/plain"}, {"body", {{"data", "!!"}}}}, 1000), "");
  EXPECT_EQ(without_escapes("&#0;&#xD800;&#99999999;&unknown;&"),
            "&#0;&#xD800;&#99999999;&unknown;&");
  json::object deep = part("text/plain", "x");
  for (int i = 0; i < 30; ++i)
    deep = {{"mimeType", "multipart/mixed"}, {"parts", json::array{deep}}};
  EXPECT_EQ(text_of_mail(deep, 1000), "");
}

}  // namespace
}  // namespace callosum::tool::http
