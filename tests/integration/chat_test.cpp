// `callosum chat` as a person or a script types into it.
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>

#include "served.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Chat : public ::testing::Test {
 protected:
  std::unique_ptr<Process> start(const std::string& typed, const std::string& options = "") const {
    const auto script = typed + " | '" + program("callosum") + "' chat " + options;
    return std::make_unique<Process>(std::vector<std::string>{"/bin/sh", "-c", script},
                                     gateway.environment());
  }
  Process::Ended run(const std::string& typed, const std::string& options = "") const {
    return start(typed, options)->wait(60s).value_or(Process::Ended{});
  }
  Gateway gateway;
};

TEST_F(Chat, AnswersLineByLineAndShowsTheCallsAndTheTools) {
  const auto ended =
      run(R"(printf 'what is your cancellation policy\n\n  \n/tools\n/what\nwhen are you open')");

  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("[14 tools] > "));
  EXPECT_THAT(ended.out, HasSubstr("get_faqs, get_latest_booking"));
  EXPECT_THAT(ended.out, HasSubstr("called   get_policies"));
  EXPECT_THAT(ended.out, HasSubstr("called   get_working_hours"));
  EXPECT_LT(ended.out.find("You can cancel"), ended.out.find("We are open"));
  EXPECT_THAT(ended.err, HasSubstr("there is no /what; there are /tools, /confirm, /deny"));
}

TEST_F(Chat, TakesItsLinesFromAFileAndStopsWhereItSays) {
  TempFolder folder;
  const auto file = folder.path() / "lines";
  std::ofstream(file) << "/confirm\nwhen are you open\n/quit\nwhat is your cancellation policy\n";

  const auto ended = run("true", "--json < '" + file.string() + "'");

  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("nothing is waiting to be confirmed"));
  EXPECT_THAT(ended.out, HasSubstr("We are open"));
  EXPECT_THAT(ended.out, Not(HasSubstr("You can cancel")));
  EXPECT_THAT(ended.out, Not(HasSubstr("> ")));
}

TEST_F(Chat, EndsWithTheGatewayAndSaysSo) {
  const auto chat = start("(printf 'when are you open\\n'; sleep 60)");
  std::string seen;
  while (seen.find("We are open") == std::string::npos) {
    const auto line = chat->read_line(20s);
    ASSERT_FALSE(line.empty()) << seen;
    seen += line;
  }
  gateway.process().send_signal(SIGTERM);

  const auto error = [&] {
    return chat->errors().find("ended by the other side") != std::string::npos;
  };
  EXPECT_TRUE(eventually(error, 20s)) << chat->errors();
}

TEST_F(Chat, WithNobodyThereSaysWhere) {
  const auto ended = run("printf hello", "--to ws://127.0.0.1:1/v1/realtime");

  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.err, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace callosum::testing
