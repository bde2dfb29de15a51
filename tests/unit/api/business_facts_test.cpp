// What an admin writes of a business's hours and services, as it is kept.
#include "api/business_facts.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace callosum::api {
namespace {

std::string hours(const std::string& text) {
  const auto read = read_hours(text);
  return read ? json::serialize(*read) : read.error().message;
}
std::string services(const std::string& text) {
  const auto read = read_services(text);
  return read ? json::serialize(*read) : read.error().message;
}

TEST(HoursBody, IsOfDaysThatAreOpenOrClosed) {
  EXPECT_EQ(hours(R"({"hours":{"monday":{"open":"09:00","close":"18:30"},"sunday":null}})"),
            R"({"monday":{"open":"09:00","close":"18:30"},"sunday":null})");
}

TEST(HoursBody, IsRefusedWithTheDayThatIsWrong) {
  for (const std::string times :
       {R"("9-18")", R"({"open":"9:00","close":"18:00"})", R"({"open":"24:00","close":"25:00"})",
        R"({"open":"18:00","close":"09:00"})", R"({"open":"09:00","close":"09:00"})",
        R"({"open":"09:60","close":"18:00"})", R"({"open":"09:00"})",
        R"({"open":"09:00","close":"18:00","x":1})", "7", "[]"}) {
    const auto told = hours(R"({"hours":{"friday":)" + times + "}}");
    EXPECT_TRUE(told.starts_with("hours.friday: expected")) << told;
  }
  EXPECT_NE(hours(R"({"hours":{"funday":null}})").find("funday"), std::string::npos);
  EXPECT_NE(hours(R"({"hours":{}})").find("days"), std::string::npos);
  EXPECT_NE(hours(R"({"monday":null})").find("hours alone"), std::string::npos);
  EXPECT_NE(hours(R"({"hours":{"monday":null},"x":1})").find("hours alone"), std::string::npos);
}

TEST(ServicesBody, IsAListOfWhatIsOffered) {
  EXPECT_EQ(services(R"({"services":[{"name":" hair\u200bcut ","price":45.5},)"
                     R"({"name":"trim","price":null,"duration_minutes":30}]})"),
            R"([{"name":"haircut","price":4.55E1},{"name":"trim","duration_minutes":30}])");
  EXPECT_EQ(services(R"({"services":[]})"), "[]");
}

TEST(ServicesBody, IsRefusedWithThePlaceThatIsWrong) {
  for (const std::string one :
       {R"({})", R"({"name":""})", R"({"name":"a\u0007"})", R"({"name":"a","price":-1})",
        R"({"name":"a","price":"5"})", R"({"name":"a","duration_minutes":0})",
        R"({"name":"a","duration_minutes":1.5})", R"({"name":"a","x":1})", "7"}) {
    const auto told = services(R"({"services":[{"name":"ok"},)" + one + "]}");
    EXPECT_TRUE(told.starts_with("services[1]: ")) << told;
  }
  EXPECT_EQ(services(R"({"services":[{"name":"Trim"},{"name":"trim"}]})"),
            "services[1]: that name is there twice");
  EXPECT_EQ(services(R"({"services":7})"), "services: expected a list of at most 200");
}

}  // namespace
}  // namespace callosum::api
