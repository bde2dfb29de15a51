#include "app/descriptors.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

namespace callosum::app {
namespace {

using ::testing::HasSubstr;

TEST(Descriptors, AreSharedSoThatAllTakenTogetherStayWithinTheLimit) {
  for (const std::size_t limit : {64u, 100u, 256u, 1024u, 20'000u, 1'048'576u}) {
    const auto shares = share_descriptors({limit, 20}, 0);

    ASSERT_TRUE(shares) << limit;
    EXPECT_GE(shares->sessions, 1u) << limit;
    // Every session's model, and every connection there may be beside it.
    EXPECT_LE(20 + shares->reserve + shares->sessions + shares->connections, limit);
    EXPECT_GE(shares->connections, shares->sessions + 8) << limit;
  }
  EXPECT_GE(share_descriptors({1024, 40}, 0)->sessions, 400u);
}

TEST(Descriptors, GiveNoMoreSessionsThanWantedNorThanThereIsRoomFor) {
  EXPECT_EQ(share_descriptors({1024, 40}, 10)->sessions, 10u);
  EXPECT_EQ(share_descriptors({1024, 40}, 100'000)->sessions,
            share_descriptors({1024, 40}, 0)->sessions);
}

TEST(Descriptors, ThatAreTooFewAreAnErrorThatSaysWhatToDo) {
  const auto shares = share_descriptors({48, 40}, 0);

  ASSERT_FALSE(shares);
  EXPECT_THAT(shares.error().message, HasSubstr("48"));
  EXPECT_THAT(shares.error().message, HasSubstr("ulimit -n"));
}

TEST(Descriptors, AreCountedAsTheyAreOpened) {
  const auto before = count_descriptors();
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto after = count_descriptors();
  ::close(file);

  EXPECT_EQ(after.in_use, before.in_use + 1);
  EXPECT_GT(after.limit, after.in_use);
}

}  // namespace
}  // namespace callosum::app
