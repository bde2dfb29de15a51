#include "sim/google/mail_message.hpp"

#include <gtest/gtest.h>

#include "sim/google/mail_text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::string_view kMixed =
    "From: Ada <ada@work.example>\r\n"
    "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n =?UTF-8?Q?_aus_K=C3=B6ln?=\r\n"
    "Content-Type: multipart/mixed;\r\n boundary=\"out er\"\r\n"
    "\r\n"
    "what nobody reads\r\n"
    "--out er\r\n"
    "Content-Type: multipart/alternative; boundary=in\r\n"
    "\r\n"
    "--in\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Sch=F6ne Gr=FC=DFe=\r\n!\r\n"
    "--in\r\n"
    "Content-Type: text/html\r\n"
    "\r\n"
    "<p>Sch&ouml;ne &amp; Gr</p>\r\n"
    "--in--\r\n"
    "--out er\r\n"
    "Content-Type: application/pdf; name=\"old.pdf\"\r\n"
    "Content-Disposition: attachment; filename*=utf-8''Rechnung%20M%C3%A4rz.pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "JVBE\r\nRi0=\r\n"
    "--out er--\r\n";

TEST(SimMailMessage, HasThePartsOfAMailInTheirPlaces) {
  const auto mail = parse_mail(kMixed);

  ASSERT_TRUE(mail) << mail.error().message;
  EXPECT_EQ(mail->mime_type, "multipart/mixed");
  EXPECT_EQ(mail->header("subject"), "Gr\u00fc\u00dfe aus K\u00f6ln");
  ASSERT_EQ(mail->parts.size(), 2u);
  ASSERT_NE(mail->find("0.0"), nullptr);
  EXPECT_EQ(mail->find("0.0")->body, "Sch\u00f6ne Gr\u00fc\u00dfe!");
  EXPECT_EQ(mail->find("0.1")->mime_type, "text/html");
  EXPECT_EQ(mail->find("1")->filename, "Rechnung M\u00e4rz.pdf");
  EXPECT_EQ(mail->find("1")->body, "%PDF-");
  EXPECT_EQ(mail->find("2"), nullptr);
  EXPECT_EQ(readable_text(*mail), "Sch\u00f6ne Gr\u00fc\u00dfe!");
  EXPECT_TRUE(has_attachment(*mail));
}

TEST(SimMailMessage, TakesBareLineFeedsAndAMailWithoutABody) {
  const auto mail = parse_mail("To: a@b.example\nSubject: x\n\nHello\nyou");
  const auto empty = parse_mail("To: a@b.example\r\n");

  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->header("To"), "a@b.example");
  EXPECT_EQ(mail->body, "Hello\nyou");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->body, "");
}

TEST(SimMailMessage, RefusesWhatIsNoMailAndSaysWhy) {
  EXPECT_NE(parse_mail("just words").error().message.find("header"), std::string::npos);
  EXPECT_NE(parse_mail("").error().message.find("empty"), std::string::npos);
  EXPECT_NE(parse_mail("Content-Type: multipart/mixed\r\n\r\nx").error().message.find("boundary"),
            std::string::npos);
  EXPECT_FALSE(parse_mail("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx"));
}

TEST(SimMailMessage, BoundsDepthPartsAndHeaders) {
  std::string deep = "Content-Type: multipart/mixed; boundary=b0\r\n\r\n";
  for (int i = 0; i < 30; ++i) {
    deep += "--b" + std::to_string(i) + "\r\nContent-Type: multipart/mixed; boundary=b" +
            std::to_string(i + 1) + "\r\n\r\n";
  }
  for (int i = 30; i >= 0; --i) deep += "--b" + std::to_string(i) + "--\r\n";
  std::string wide = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 200; ++i) wide += "--b\r\n\r\nx\r\n";
  std::string headers;
  for (int i = 0; i < 300; ++i) headers += "X-A: b\r\n";

  EXPECT_FALSE(parse_mail(deep));
  EXPECT_FALSE(parse_mail(wide + "--b--\r\n"));
  EXPECT_FALSE(parse_mail(headers + "\r\nx"));
  EXPECT_FALSE(parse_mail("X-A: " + std::string(100'000, 'a') + "\r\n\r\nx"));
}

TEST(SimMailMessage, DropsOneFieldWithItsFoldedLines) {
  const auto out =
      without_header("A: 1\r\nBcc: x@y.example,\r\n z@y.example\r\nB: 2\r\n\r\nBcc: stays", "bcc");

  EXPECT_EQ(out, "A: 1\r\nB: 2\r\n\r\nBcc: stays");
}

TEST(SimMailText, FindsAddressesAmongNamesQuotesAndComments) {
  EXPECT_EQ(addresses_of("\"Doe, John\" <John@Work.example>, ada@b.example (her, really), <x@y.z>"),
            (std::vector<std::string>{"john@work.example", "ada@b.example", "x@y.z"}));
  EXPECT_TRUE(addresses_of(" , ").empty());
  EXPECT_TRUE(is_mail_address("a.b+c@d.example"));
  for (const auto* bad : {"", "a", "@b", "a@", "a b@c", "a@b@c", "a@b\r\n"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

TEST(SimMailText, DecodesHeadersAndLeavesBrokenOnesAsTheyAre) {
  EXPECT_EQ(decode_header("=?utf-8?q?a_b=2C?= c"), "a b, c");
  EXPECT_EQ(decode_header("=?iso-8859-1?Q?Ren=E9e?="), "Ren\u00e9e");
  EXPECT_EQ(decode_header("=?utf-8?B?YQ==?= =?utf-8?B?Yg==?="), "ab");
  EXPECT_EQ(decode_header("=?utf-8?X?abc?= and =?broken"), "=?utf-8?X?abc?= and =?broken");
  EXPECT_EQ(decode_header("a\xff"), "a\uFFFD");
  EXPECT_EQ(decode_header(encode_header("Gr\u00fc\u00dfe, \u4f60\u597d")),
            "Gr\u00fc\u00dfe, \u4f60\u597d");
}

TEST(SimMailText, ReadsParametersInAndWithoutQuotes) {
  EXPECT_EQ(header_parameter("text/plain; charset=utf-8; x=\"a;b\"", "charset"), "utf-8");
  EXPECT_EQ(header_parameter("text/plain; charset=utf-8; x=\"a;b\"", "x"), "a;b");
  EXPECT_EQ(header_parameter("text/plain; x=\"open", "x"), "open");
  EXPECT_EQ(header_parameter("text/plain; x", "x"), "");
  EXPECT_EQ(media_type_of("Text/HTML ; a=b"), "text/html");
  EXPECT_EQ(text_of_html("<p>a &lt; b</p>c"), " a < b c");
}

}  // namespace
}  // namespace callosum::sim::google
