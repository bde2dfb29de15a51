#include "net/http_request_decoder.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "smuggling_cases.hpp"

namespace callosum::net {
namespace {

using Step = HttpRequestDecoder::Step;

/// "GET / body" of each request found, or the status of a fault, or "more".
std::vector<std::string> decode(std::string bytes, HttpLimits limits = {}) {
  std::vector<std::string> out;
  while (!bytes.empty()) {
    HttpRequestDecoder decoder(limits);
    const Step step = decoder.feed(bytes);
    if (step == Step::fault) {
      out.push_back(std::to_string(decoder.fault().status));
      return out;
    }
    if (step != Step::done) {
      out.emplace_back("more");
      return out;
    }
    const auto& request = decoder.request();
    out.push_back(request.method + " " + request.target + " " + request.body);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST(HttpRequestDecoder, TakesPipelinedRequestsInOrder) {
  const std::string bytes =
      "GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz"
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2;name=value\r\nab\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
      "HEAD /d HTTP/1.0\r\n\r\n";

  EXPECT_EQ(decode(bytes),
            (Words{"GET /a?x=1 ", "POST /b xyz", "POST /c ab0123456789", "HEAD /d "}));
}

TEST(HttpRequestDecoder, FindsTheSameAtEveryPointWhereTheBytesMayBeCut) {
  const std::string bytes =
      "POST /c?d HTTP/1.1\r\nHost: h:80\r\nTransfer-Encoding: chunked\r\nX: y z\r\n\r\n"
      "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    HttpRequestDecoder decoder({});
    std::string input = bytes.substr(0, cut);
    const Step first = decoder.feed(input);
    input += bytes.substr(cut);
    const Step second = decoder.feed(input);

    EXPECT_TRUE(first == Step::need_head || first == Step::need_body) << cut;
    EXPECT_EQ(second, Step::done) << cut;
    EXPECT_EQ(decoder.request().body, "abcde") << cut;
    EXPECT_EQ(decoder.request().headers.get("x"), "y z") << cut;
  }
}

TEST(HttpRequestDecoder, RefusesWhateverTwoReadersCouldReadInTwoWays) {
  for (const auto& item : smuggling_cases()) {
    EXPECT_EQ(decode(item.bytes), Words{std::to_string(item.status)}) << item.name;
  }
}

TEST(HttpRequestDecoder, KnowsWhetherTheConnectionStays) {
  const auto keeps = [](std::string bytes) {
    HttpRequestDecoder decoder({});
    EXPECT_EQ(decoder.feed(bytes), Step::done);
    return decoder.keeps_alive();
  };

  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: foo, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(HttpRequestDecoder, KeepsToItsSizes) {
  HttpLimits limits;
  limits.max_header_bytes = 400;
  limits.max_headers = 3;
  limits.max_body_bytes = 10;
  const std::string host = " HTTP/1.1\r\nHost: h\r\n";

  EXPECT_EQ(decode("GET /" + std::string(9000, 'a')), Words{"414"});
  EXPECT_EQ(decode("GET /" + host + "X: " + std::string(500, 'a'), limits), Words{"431"});
  EXPECT_EQ(decode("GET /" + host + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits), Words{"431"});
  EXPECT_EQ(decode("PUT /" + host + "Content-Length: 11\r\n\r\n", limits), Words{"413"});
  EXPECT_EQ(decode("PUT /" + host + "Content-Length: 99999999999999999\r\n\r\n", limits),
            Words{"413"});
  EXPECT_EQ(decode("PUT /" + host + "Transfer-Encoding: chunked\r\n\r\nb\r\n", limits),
            Words{"413"});
  EXPECT_EQ(
      decode("PUT /" + host + "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n3\r\n", limits),
      Words{"413"});
}

TEST(HttpRequest, DecodesItsQuery) {
  HttpRequest request;
  request.target = "/a/b?model=gpt%20x&empty=&plus=a+b&model=second&bare&odd=%zz";

  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query("model"), "gpt x");
  EXPECT_EQ(request.query("plus"), "a b");
  EXPECT_EQ(request.query("odd"), "%zz");
  EXPECT_EQ(request.query("missing"), "");
  EXPECT_EQ(request.query_all().size(), 6u);
}

TEST(HttpFields, CompareNamesWithoutCase) {
  HttpFields fields;
  fields.add("X-One", "1");
  fields.add("x-ONE", "2");

  EXPECT_EQ(fields.get("x-one"), "1");

  fields.set("X-ONE", "3");

  EXPECT_EQ(fields.get("x-one"), "3");
  EXPECT_EQ(fields.all().size(), 1u);
  EXPECT_FALSE(fields.has("y"));
}

}  // namespace
}  // namespace callosum::net
