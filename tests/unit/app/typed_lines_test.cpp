#include "app/call/typed_lines.hpp"

#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

#include "real_world.hpp"

namespace callosum::app {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(int descriptor) {
  testing::RealWorld world;
  TypedLines lines(world.context().get_executor(), descriptor);
  std::vector<std::string> out;
  while (auto line = world.run(lines.next())) out.push_back(*line);
  return out;
}

std::vector<std::string> piped(const std::string& text) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  const auto out = lines_of(ends[0]);
  EXPECT_EQ(::fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);  // whoever reads next may wait
  EXPECT_EQ(::close(ends[0]), 0);                        // only a copy of it was read
  return out;
}

TEST(TypedLines, AreThoseWithWordsWithTheBlanksAroundThemGone) {
  EXPECT_THAT(piped("one\n\n  \n  two  \r\nthree"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(piped(""), ElementsAre());
  EXPECT_THAT(piped("\n"), ElementsAre());
}

TEST(TypedLines, OfAFileAreReadAsWell) {
  testing::TempFolder folder;
  const auto file = folder.path() / "lines";
  std::ofstream(file) << "one\ntwo\n";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);

  EXPECT_THAT(lines_of(descriptor), ElementsAre("one", "two"));

  ::close(descriptor);
}

TEST(TypedLines, ThatNeverEndAreCutAndNotKept) {
  testing::TempFolder folder;
  const auto file = folder.path() / "lines";
  std::ofstream(file) << std::string(1 << 20, 'a') << "\nnext\n";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);

  const auto lines = lines_of(descriptor);

  ::close(descriptor);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), 16u << 10);
  EXPECT_EQ(lines[1], "next");
}

}  // namespace
}  // namespace callosum::app
