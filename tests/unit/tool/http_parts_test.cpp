#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>

#include "base/json.hpp"
#include "telemetry/log.hpp"
#include "tool/http/answer.hpp"
#include "tool/http/body_template.hpp"
#include "tool/http/breaker.hpp"
#include "tool/http/egress.hpp"
#include "tool/http/json_pointer.hpp"
#include "tool/http/result_map.hpp"
#include "tool/http/url_template.hpp"

namespace callosum::tool::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Names kNames{"id", "from", "to", "note"};

json::value parse(std::string_view text) { return parse_strict(text).value(); }
json::object args(std::string_view text) { return parse(text).as_object(); }

Result<std::string> fill(std::string_view url, std::string_view arguments) {
  const auto parsed = UrlTemplate::parse(url, kNames);
  if (!parsed) return parsed.error();
  return parsed->fill(args(arguments));
}

TEST(UrlTemplate, PutsArgumentsIntoPathAndQueryEncoded) {
  EXPECT_EQ(*fill("https://a.example/v1/{id}", R"({"id":"b 1"})"), "/v1/b%201");
  EXPECT_EQ(*fill("https://a.example", "{}"), "/");
  EXPECT_EQ(*fill("https://a.example/x/", "{}"), "/x/");
  EXPECT_EQ(*fill("https://a.example?from={from}", R"({"from":7})"), "/?from=7");
  EXPECT_EQ(*fill("https://a.example/s?a=1&from={from}&to={to}", R"({"to":"ü&=?#"})"),
            "/s?a=1&to=%C3%BC%26%3D%3F%23");
  EXPECT_EQ(
      *fill("https://a.example/{id}.json?r={from}..{to}", R"({"id":true,"from":1.5,"to":-2})"),
      "/true.json?r=1.5..-2");
}

TEST(UrlTemplate, KeepsAnArgumentInItsPlace) {
  for (const char* hostile :
       {"../admin", "a/b", "..", ".", "", "a\\\\b", "\\u0000", "//evil.example/"}) {
    const auto target =
        fill("https://a.example/v1/{id}/x", std::string(R"({"id":")") + hostile + "\"}");
    ASSERT_FALSE(target) << hostile << " became " << *target;
    EXPECT_EQ(target.error().type, ErrorType::validation);
    EXPECT_THAT(target.error().message, HasSubstr("id")) << hostile;
  }
  EXPECT_EQ(*fill("https://a.example/v1/{id}", R"({"id":"x?admin=1#y@evil.example:1%2f"})"),
            "/v1/x%3Fadmin%3D1%23y%40evil.example%3A1%252f");
  EXPECT_EQ(*fill("https://a.example/?note={note}", "{\"note\":\"a\\r\\nHost: b\"}"),
            "/?note=a%0D%0AHost%3A%20b");
  EXPECT_FALSE(fill("https://a.example/{id}{from}", R"({"id":".","from":"."})"));
}

TEST(UrlTemplate, AsksForWhatThePathNeedsAndForPlainValues) {
  EXPECT_EQ(fill("https://a.example/{id}", "{}").error().message, "id: needed, and empty");
  EXPECT_EQ(fill("https://a.example/?from={from}", R"({"from":[1]})").error().message,
            "from: expected text or a number");
  EXPECT_EQ(fill("https://a.example/?r={from}-{to}", R"({"from":1})").error().message,
            "to: needed beside the others");
  EXPECT_EQ(*fill("https://a.example/?r={from}-{to}", "{}"), "/");
  EXPECT_FALSE(
      fill("https://a.example/?note={note}", R"({"note":")" + std::string(9000, 'x') + "\"}"));
}

TEST(UrlTemplate, RefusesAHostThatACallerCouldChoose) {
  for (const char* url :
       {"https://{id}/x", "https://{id}.example/", "{id}://a.example/", "https://a.example:{id}/",
        "//a.example/x", "/x", "ftp://a.example/", "https://u:p@a.example/", "https://a.example/#x",
        "https://a.example/{nobody}", "https://a.example/{id", "https://a.example/a b",
        "https://a.example/../x", "ws://a.example/", "https:///x", "https://a.example/%2f"}) {
    EXPECT_FALSE(UrlTemplate::parse(url, kNames)) << url;
  }
}

TEST(UrlTemplate, NamesItsOriginInOneSpelling) {
  EXPECT_EQ(origin_of("HTTPS://A.Example/x")->to_string(), "https://a.example:443");
  EXPECT_EQ(origin_of("http://a.example:8080")->to_string(), "http://a.example:8080");
  EXPECT_EQ(origin_of("http://[::1]:80")->to_string(), "http://[::1]:80");
}

TEST(UrlTemplate, LeavesOutAnOptionalPartWithItsArgument) {
  constexpr auto kUrl = "https://a.example/?q=[in:{to}|in:inbox][%20from:({from})]";
  EXPECT_EQ(*fill(kUrl, "{}"), "/?q=in:inbox");
  EXPECT_EQ(*fill(kUrl, R"({"from":"a b"})"), "/?q=in:inbox%20from:(a%20b)");
  EXPECT_EQ(*fill(kUrl, R"({"to":"sent","from":"x"})"), "/?q=in:sent%20from:(x)");
  EXPECT_EQ(*fill("https://a.example/?a=1&q=[{from}]", "{}"), "/?a=1");
  EXPECT_EQ(*fill("https://a.example/?q=[{from}][-{to}]", R"({"to":"b"})"), "/?q=-b");
  EXPECT_FALSE(UrlTemplate::parse("https://a.example/?q=[{from}", kNames));
  EXPECT_FALSE(UrlTemplate::parse("https://a.example/?q={from}]", kNames));
  EXPECT_FALSE(UrlTemplate::parse("https://a.example/?q=[{nobody}]", kNames));
}

TEST(Arguments, AreReachedWithinOthersThreeDeep) {
  Names names;
  add_names(args(R"({"properties":{"a.b":{},"action":{},"args":{"type":"object","properties":
      {"from":{},"x":{"properties":{"y":{"properties":{"z":{}}}}}}}}})"),
            names);

  EXPECT_EQ(names, (Names{"action", "args", "args.from", "args.x", "args.x.y"}));
  const auto arguments = args(R"({"args":{"from":"j","x":7},"args.from":"forged"})");
  EXPECT_EQ(*find_argument(arguments, "args.from"), "j");
  EXPECT_EQ(find_argument(arguments, "args.x.y"), nullptr);
  EXPECT_EQ(find_argument(args(R"({"args.from":"forged"})"), "args.from"), nullptr);
  const auto url = UrlTemplate::parse("https://a.example/{args.from}", names);
  ASSERT_TRUE(url);
  EXPECT_EQ(*url->fill(arguments), "/j");
  EXPECT_FALSE(UrlTemplate::parse("https://a.example/{args}", names)) << "an object is no text";
}

TEST(TextTemplate, KnowsBracesFromArguments) {
  EXPECT_EQ(**TextTemplate::parse("{{{id}}} }}", kNames)->fill(args(R"({"id":"x"})")), "{x} }");
  EXPECT_FALSE(TextTemplate::parse("a}b", kNames));
  const auto slip = TextTemplate::parse("{form}", kNames);
  ASSERT_FALSE(slip);
  EXPECT_THAT(slip.error().message, HasSubstr("did you mean from?"));
}

TEST(BodyTemplate, TakesArgumentsAsTheyAre) {
  const auto body = BodyTemplate::parse(
      parse(
          R"({"id":"{id}","what":{"note":"for {note}","n":1,"none":"{to}"},"list":["{from}","{to}",null]})"),
      kNames);
  ASSERT_TRUE(body);

  const auto filled = body->fill(args(R"({"id":[1,{"a":2}],"note":"\"},{\"x\":1","from":5})"));

  EXPECT_EQ(
      *filled,
      parse(R"({"id":[1,{"a":2}],"what":{"note":"for \"},{\"x\":1","n":1},"list":[5,null]})"));
  EXPECT_FALSE(body->fill(args(R"({"note":{}})")));
}

TEST(BodyTemplate, SaysWhereItIsWrong) {
  const auto body = BodyTemplate::parse(parse(R"({"a":{"b":"{nobody}"}})"), kNames);

  ASSERT_FALSE(body);
  EXPECT_THAT(body.error().message, HasSubstr("a: b: {nobody} is no argument"));
}

TEST(JsonPointer, FindsAsTheStandardSays) {
  // RFC 6901 §5.
  const auto document = parse(
      R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})");
  const auto at = [&](std::string_view pointer) {
    const auto* found = JsonPointer::parse(pointer)->find(document);
    return found == nullptr ? std::string("nothing") : canonical_json(*found);
  };

  EXPECT_EQ(at("/foo"), R"(["bar","baz"])");
  EXPECT_EQ(at("/foo/0"), "\"bar\"");
  EXPECT_EQ(at("/"), "0");
  EXPECT_EQ(at("/a~1b"), "1");
  EXPECT_EQ(at("/k\"l"), "6");
  EXPECT_EQ(at("/ "), "7");
  EXPECT_EQ(at("/m~0n"), "8");
  for (const char* nothing : {"/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/foo/bar", "/foo/0/x",
                              "/foo/18446744073709551617", "/nope"}) {
    EXPECT_EQ(at(nothing), "nothing") << nothing;
  }
  for (const char* broken : {"foo", "/a~", "/a~2", "#/foo"}) {
    EXPECT_FALSE(JsonPointer::parse(broken)) << broken;
  }
}

TEST(ResultMap, MakesTheDataOutOfAnAnswer) {
  const auto document = parse(R"({"data":{"id":7,"when":null},"more":[1]})");
  const auto map = [&](const char* written) {
    const auto value = parse(written);
    return canonical_json(ResultMap::read(&value)->apply(document));
  };

  EXPECT_EQ(ResultMap::read(nullptr)->apply(document), document);
  EXPECT_EQ(map(R"("/data/id")"), "7");
  EXPECT_EQ(map(R"("/data/none")"), "null");
  EXPECT_EQ(map(R"({"id":"/data/id","when":"/data/when","none":"/x","first":"/more/0"})"),
            R"({"first":1,"id":7,"when":null})");
  for (const char* wrong : {"7", "[]", "{}", R"({"a":1})", R"({"a":"x"})", "\"x\""}) {
    const auto value = parse(wrong);
    EXPECT_FALSE(ResultMap::read(&value)) << wrong;
  }
}

TEST(ResultMap, TakesTheFirstPlaceThatHasSomethingAndEveryEntryOfAList) {
  const auto document = parse(
      R"({"list":[{"a":"1","h":[{"name":"from","value":"J <j@x>"}],"t":"1763715600000","l":["UNREAD"]},{"b":"2","s":"a &amp; b &#39;c&#x27;"},{"c":3}]})");
  const auto map = [&](const char* written) {
    const auto value = parse(written);
    const auto read = ResultMap::read(&value);
    return read ? canonical_json(read->apply(document)) : read.error().message;
  };

  EXPECT_EQ(map(R"({"x":["/list/0/b","/list/0/a"],"y":["/no","/nope"]})"), R"({"x":"1"})");
  EXPECT_EQ(
      map(R"({"items":{"each":"/list","most":2,"give":{"id":["/a","/b"],"who":{"at":"/h","as":"mail_name","name":"From"},)"
          R"("from":{"at":"/h","as":"header","name":"FROM"},"at":{"at":"/t","as":"time"},"new":{"at":"/l","as":"has","value":"UNREAD"},)"
          R"("text":{"at":"/s","as":"words"}}}})"),
      R"({"items":[{"at":"2025-11-21T09:00:00Z","from":"J <j@x>","id":"1","new":true,"who":"J"},{"id":"2","text":"a & b 'c'"}]})");
  EXPECT_EQ(map(R"({"none":{"each":"/nothing","give":"/x"},"done":{"always":"yes"}})"),
            R"({"done":"yes","none":[]})");
  EXPECT_THAT(map(R"({"x":{"at":"/a","as":"word"}})"),
              HasSubstr("x: as: there is no filter word; did you mean words?"));
  EXPECT_THAT(map(R"({"x":{"at":"/a","as":"words","max":3}})"), HasSubstr("max: unknown key"));
  EXPECT_THAT(map(R"({"x":{"each":"/a","give":"/x","most":0}})"),
              HasSubstr("most: expected a whole number"));
}

TEST(EgressList, PutsSomethingElseInAPlaceWhereTheConfigurationSaysSo) {
  const auto list = EgressList::make({{"https://a.example", true, "http://127.0.0.1:9000"},
                                      {"https://b.example", false, "http://127.0.0.1:9000"}});
  ASSERT_TRUE(list);

  EXPECT_EQ(list->find(*origin_of("https://a.example"))->where().to_string(),
            "http://127.0.0.1:9000");
  EXPECT_FALSE(list->find(*origin_of("https://b.example"))) << "a private address, and not meant";
  EXPECT_EQ(list->find_known(*origin_of("https://c.example"))->where().to_string(),
            "https://c.example:443");
  EXPECT_FALSE(list->find_known(*origin_of("https://c.example"))->is_private);
}

TEST(EgressList, LetsNothingPassThatIsNotWritten) {
  const auto list = EgressList::make({{"https://api.example.com", false, {}},
                                      {"http://127.0.0.1:9000", false, {}},
                                      {"http://10.0.0.1:9000", true, {}}});
  ASSERT_TRUE(list);
  const auto find = [&](const char* url) { return list->find(*origin_of(url)); };

  EXPECT_TRUE(find("https://API.example.com:443/x"));
  EXPECT_TRUE(find("http://10.0.0.1:9000")->is_private);
  for (const char* other :
       {"http://api.example.com", "https://api.example.com:8443", "https://api.example.com.",
        "https://x.api.example.com", "https://example.com", "http://10.0.0.1"}) {
    const auto found = find(other);
    ASSERT_FALSE(found) << other;
    EXPECT_THAT(found.error().message, HasSubstr("egress.allow")) << other;
  }
  EXPECT_THAT(find("http://127.0.0.1:9000").error().message, HasSubstr("private: true"));
  EXPECT_FALSE(EgressList::make({{"nonsense", false, {}}}));
}

TEST(Breaker, OpensAfterFailuresInARowAndTriesAgainLater) {
  Breaker breaker({.failures = 3, .open_for = 5s, .longest = 20s});
  SteadyTime now{1h};
  const auto fails = [&] { breaker.ask("a b", now)->failed(now); };

  fails();
  fails();
  breaker.ask("a b", now)->succeeded();
  fails();
  fails();
  EXPECT_TRUE(breaker.ask("a b", now));
  fails();

  EXPECT_FALSE(breaker.ask("a b", now));
  EXPECT_TRUE(breaker.ask("other b", now)) << "another tenant has its own";
  EXPECT_TRUE(breaker.ask("a c", now));
  now += 5s;
  {
    auto trial = breaker.ask("a b", now);
    ASSERT_TRUE(trial);
    EXPECT_FALSE(breaker.ask("a b", now)) << "one tries, the others wait";
    trial->failed(now);
  }
  now += 9s;
  EXPECT_FALSE(breaker.ask("a b", now)) << "twice as long now";
  now += 1s;
  breaker.ask("a b", now)->succeeded();
  EXPECT_TRUE(breaker.ask("a b", now));
  EXPECT_EQ(breaker.size(), 0U);
}

TEST(Breaker, LetsAnotherTryWhereATrialWasCut) {
  Breaker breaker({.failures = 1, .open_for = 5s});
  SteadyTime now{1h};
  breaker.ask("k", now)->failed(now);
  now += 5s;

  { const auto cut = breaker.ask("k", now); }

  EXPECT_TRUE(breaker.ask("k", now));
}

TEST(Breaker, HoldsNoMoreThanItMay) {
  Breaker breaker({.failures = 1, .open_for = 1s, .longest = 1s, .max_entries = 10});
  SteadyTime now{1h};
  const auto fail_many = [&](int from) {
    for (int i = from; i < from + 100; ++i) {
      breaker.ask(std::to_string(i), now)->failed(now);
    }
  };

  fail_many(0);
  EXPECT_EQ(breaker.size(), 10U);
  now += 10s;
  fail_many(1000);

  EXPECT_EQ(breaker.size(), 10U);
  EXPECT_FALSE(breaker.ask("1000", now)) << "the old ones made room";
}

TEST(Answer, GivesEachStatusItsError) {
  const std::vector<std::pair<int, ErrorType>> rows{
      {400, ErrorType::permanent},  {401, ErrorType::auth},      {403, ErrorType::auth},
      {404, ErrorType::not_found},  {408, ErrorType::transient}, {409, ErrorType::conflict},
      {410, ErrorType::not_found},  {412, ErrorType::conflict},  {422, ErrorType::permanent},
      {429, ErrorType::rate_limit}, {500, ErrorType::transient}, {503, ErrorType::transient},
      {304, ErrorType::permanent},  {101, ErrorType::permanent}};
  for (const auto& [status, type] : rows) {
    EXPECT_EQ(error_of_status(status, "b").type, type) << status;
  }
  EXPECT_TRUE(is_retryable(error_of_status(429, "b").type));
}

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(Secret, CannotBePrintedNorLogged) {
  static_assert(!Printable<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
  static_assert(!std::is_constructible_v<telemetry::LogField, std::string_view, Secret>);
  static_assert(!std::is_constructible_v<json::value, Secret>);
}

}  // namespace
}  // namespace callosum::tool::http
