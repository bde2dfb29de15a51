#include "net/admission.hpp"

#include <boost/asio/ip/address.hpp>
#include <gmock/gmock.h>

#include "net_world.hpp"

namespace callosum::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Verdict = AdmissionVerdict;

std::shared_ptr<Admission> admission_of(const AdmissionLimits& limits) {
  auto admission = std::make_shared<Admission>();
  admission->limit(limits);
  return admission;
}

Admission::Ticket enter(Admission& admission, const std::string& from) {
  return admission.enter(asio::ip::make_address(from));
}

TEST(Admission, CountsAllThatAreInAndForgetsThoseThatHaveLeft) {
  const auto admission = admission_of({.connections = 2});
  const auto first = enter(*admission, "203.0.113.1");
  {
    const auto second = enter(*admission, "203.0.113.2");
    const auto third = enter(*admission, "203.0.113.3");

    EXPECT_EQ(second.verdict(), Verdict::welcome);
    EXPECT_EQ(third.verdict(), Verdict::too_many);
    EXPECT_EQ(admission->connections(), 2u);
  }
  EXPECT_EQ(admission->connections(), 1u);
  EXPECT_EQ(enter(*admission, "203.0.113.3").verdict(), Verdict::welcome);
}

TEST(Admission, LetsOneAddressHaveItsShareAndOthersTheirs) {
  const auto admission = admission_of({.per_address = 1});
  std::vector<std::string> refused_for;
  admission->on_refusal([&](std::string_view why) { refused_for.emplace_back(why); });
  const auto first = enter(*admission, "203.0.113.1");
  const auto again = enter(*admission, "203.0.113.1");
  const auto mapped = enter(*admission, "::ffff:203.0.113.1");
  const auto other = enter(*admission, "203.0.113.2");

  EXPECT_EQ(again.verdict(), Verdict::too_many_from_there);
  EXPECT_EQ(mapped.verdict(), Verdict::too_many_from_there);
  EXPECT_EQ(other.verdict(), Verdict::welcome);
  EXPECT_THAT(refused_for, ElementsAre("address", "address"));
}

TEST(Admission, TakesAllOfAnIpv6NetworkForOneAddress) {
  const auto admission = admission_of({.per_address = 1});
  const auto first = enter(*admission, "2001:db8:0:1::1");

  EXPECT_EQ(enter(*admission, "2001:db8:0:1:ffff::2").verdict(), Verdict::too_many_from_there);
  EXPECT_EQ(enter(*admission, "2001:db8:0:2::1").verdict(), Verdict::welcome);
}

TEST(Admission, CountsNeighboursOnlyWhereToldTo) {
  for (const std::string address : {"127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.7.7",
                                    "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1"}) {
    const auto lenient = admission_of({.per_address = 1});
    const auto strict = admission_of({.per_address = 1, .counts_neighbours = true});
    const auto first = enter(*lenient, address);
    const auto first_strict = enter(*strict, address);

    EXPECT_EQ(enter(*lenient, address).verdict(), Verdict::welcome) << address;
    EXPECT_EQ(enter(*strict, address).verdict(), Verdict::too_many_from_there) << address;
  }
  for (const std::string address : {"172.32.0.1", "100.128.0.1", "11.0.0.1", "192.169.0.1"}) {
    const auto lenient = admission_of({.per_address = 1});
    const auto first = enter(*lenient, address);
    EXPECT_EQ(enter(*lenient, address).verdict(), Verdict::too_many_from_there) << address;
  }
}

TEST(Admission, ExplainsItselfToSoManyAtATimeOnly) {
  const auto admission = admission_of({.connections = 0, .refusals = 1});
  {
    const auto told = enter(*admission, "203.0.113.1");
    const auto untold = enter(*admission, "203.0.113.2");
    EXPECT_EQ(told.verdict(), Verdict::too_many);
    EXPECT_EQ(untold.verdict(), Verdict::no_answer);
  }
  EXPECT_EQ(enter(*admission, "203.0.113.3").verdict(), Verdict::too_many);
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST(Server, RefusesAnAddressThatHasItsShare) {
  ServerOptions options;
  options.admission = admission_of({.per_address = 2, .counts_neighbours = true});
  NetWorld world(options);
  auto first = world.run(connect_to(world));
  const auto second = world.run(connect_to(world));
  ASSERT_TRUE(first && second);

  const auto refused = world.run(send_raw(world.server->port(), kGet));
  first = fail(ErrorType::transient, "hung up");
  world.run_until([&] { return options.admission->connections() == 1; });
  const auto welcome = world.run(send_raw(world.server->port(), kGet));

  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 5"));
  EXPECT_THAT(refused, HasSubstr("too many connections from this address"));
  EXPECT_THAT(welcome, StartsWith("HTTP/1.1 200"));
}

TEST(Server, SharesTheLimitOfAllWithOtherListeners) {
  ServerOptions options;
  options.admission = admission_of({.connections = 1});
  NetWorld one(options);
  NetWorld other(options);
  const auto held = one.run(connect_to(one));
  ASSERT_TRUE(held);

  const auto refused = other.run(send_raw(other.server->port(), kGet));

  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: 5"));
}

}  // namespace
}  // namespace callosum::net
