#include "storage/text_vectors.hpp"

#include <gmock/gmock.h>
#include <map>

#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class TextVectorsTest : public ::testing::Test {
 protected:
  TextVectorsTest()
      : database(std::move(*Database::open({.path = folder.path() / "d.db"}))),
        connection(std::move(*sqlite::Connection::open({.path = folder.path() / "d.db"}))) {}

  std::map<std::size_t, std::vector<float>> kept(const VectorPlace& place,
                                                 const std::vector<std::string>& hashes) {
    std::map<std::size_t, std::vector<float>> out;
    const auto visited =
        visit_vectors(*connection, place, hashes, [&](std::size_t at, std::span<const float> v) {
          out[at] = {v.begin(), v.end()};
        });
    EXPECT_TRUE(visited);
    return out;
  }
  void keep(const VectorPlace& place, const std::vector<TextVector>& vectors, std::int64_t now_ms) {
    const auto done = keep_vectors(*connection, place, vectors, now_ms);
    ASSERT_TRUE(done) << done.error().detail;
  }

  testing::TempFolder folder;
  std::unique_ptr<Database> database;
  std::unique_ptr<sqlite::Connection> connection;
};

TEST_F(TextVectorsTest, AreFoundByTheirTextAsTheyWereKept) {
  keep({"t1", "small"}, {{"aa", {0.6F, -0.8F}}, {"bb", {1, 0}}}, 1);
  keep({"t1", "small"}, {{"bb", {0, 1}}}, 2);

  EXPECT_THAT(kept({"t1", "small"}, {"bb", "cc", "aa"}),
              ElementsAre(Pair(0, ElementsAre(0, 1)), Pair(2, ElementsAre(0.6F, -0.8F))));
}

TEST_F(TextVectorsTest, AreOfOneTenantAndOneModel) {
  keep({"t1", "small"}, {{"aa", {1, 0}}}, 1);

  EXPECT_THAT(kept({"t2", "small"}, {"aa"}), IsEmpty());
  EXPECT_THAT(kept({"t1", "large"}, {"aa"}), IsEmpty());
  EXPECT_THAT(kept({"t1", "small"}, {"' OR 1=1 --"}), IsEmpty());
}

TEST_F(TextVectorsTest, OfATenantWithTooManyTheOldestGo) {
  std::vector<TextVector> many;
  for (std::int64_t i = 0; i < kMostVectors; ++i) many.push_back({"h" + std::to_string(i), {1}});
  ASSERT_TRUE(connection->execute("BEGIN"));
  keep({"t1", "small"}, {{"old", {1}}}, 1);
  keep({"t2", "small"}, {{"theirs", {1}}}, 1);
  keep({"t1", "small"}, many, 2);
  ASSERT_TRUE(connection->execute("COMMIT"));

  EXPECT_THAT(kept({"t1", "small"}, {"old"}), IsEmpty());
  EXPECT_EQ(kept({"t1", "small"}, {"h0"}).size(), 1u);
  EXPECT_EQ(kept({"t2", "small"}, {"theirs"}).size(), 1u);
}

}  // namespace
}  // namespace callosum::storage
