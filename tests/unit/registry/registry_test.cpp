#include "registry/registry.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "manifest_text.hpp"
#include "registry/lock.hpp"
#include "registry/render.hpp"
#include "temp_folder.hpp"

namespace callosum::registry {
namespace {

std::shared_ptr<const Snapshot> snapshot_of(std::string_view text) {
  const auto outcome = load_pack_text(text, "shop/pack.yaml");
  EXPECT_NE(outcome.snapshot, nullptr) << render_problems(outcome.problems);
  return outcome.snapshot;
}

TEST(RegistryLock, AcceptsTheSnapshotItWasWrittenFor) {
  const TempFolder folder;
  const auto path = folder.path() / "registry.lock";

  ASSERT_TRUE(write_lock(path, *snapshot_of(kGoodManifest)));

  EXPECT_TRUE(check_lock(path, *snapshot_of(kGoodManifest)));
  EXPECT_TRUE(check_lock(path, *snapshot_of(changed("tools:\n", "# a comment\ntools:\n"))));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "registry.lock.new"));
}

TEST(RegistryLock, HasOneToolALine) {
  const TempFolder folder;
  const auto snapshot = snapshot_of(kGoodManifest);

  ASSERT_TRUE(write_lock(folder.path() / "registry.lock", *snapshot));

  EXPECT_EQ(folder.read("registry.lock"),
            "{\n  \"registry_version\": \"" + snapshot->version() +
                "\",\n  \"packs\": {\n    \"shop\": {\"version\":\"1.2.0\",\"sha256\":\"" +
                snapshot->packs()[0].digest +
                "\"}\n  },\n  \"tools\": {\n    \"change_booking\": "
                "{\"version\":\"2.0.1\",\"sha256\":\"" +
                snapshot->find("change_booking")->digest +
                "\"},\n    \"get_faqs\": {\"version\":\"1.0.0\",\"sha256\":\"" +
                snapshot->find("get_faqs")->digest + "\"}\n  }\n}\n");
}

TEST(RegistryLock, NamesTheToolsThatDiffer) {
  const TempFolder folder;
  const auto path = folder.path() / "registry.lock";
  ASSERT_TRUE(write_lock(path, *snapshot_of(kGoodManifest)));
  auto text = changed("by topic.", "by topics.");
  text.replace(text.find("version: 2.0.1"), 14, "version: 2.1.0");

  const auto checked = check_lock(path, *snapshot_of(text));

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().type, ErrorType::conflict);
  const auto& message = checked.error().message;
  EXPECT_NE(message.find("tool `get_faqs` changed and is still 1.0.0"), std::string::npos)
      << message;
  EXPECT_NE(message.find("tool `change_booking` changed from 2.0.1 to 2.1.0"), std::string::npos);
  EXPECT_NE(message.find("pack `shop` changed and is still 1.2.0"), std::string::npos);
}

TEST(RegistryLock, NamesToolsThatCameAndWent) {
  const TempFolder folder;
  const auto path = folder.path() / "registry.lock";
  ASSERT_TRUE(write_lock(path, *snapshot_of(kGoodManifest)));
  auto text = changed("name: change_booking", "name: move_booking");

  const auto checked = check_lock(path, *snapshot_of(text));

  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("tool `move_booking` is new"), std::string::npos);
  EXPECT_NE(checked.error().message.find("tool `change_booking` is gone"), std::string::npos);
}

TEST(RegistryLock, SaysWhetherItIsMissingBrokenOrCannotBeWritten) {
  const TempFolder folder;
  const auto snapshot = snapshot_of(kGoodManifest);
  folder.write("broken", "{\"packs\": 5}");
  folder.write("garbage", "}{");

  EXPECT_EQ(check_lock(folder.path() / "absent", *snapshot).error().type, ErrorType::not_found);
  EXPECT_EQ(check_lock(folder.path() / "broken", *snapshot).error().type, ErrorType::validation);
  EXPECT_EQ(check_lock(folder.path() / "garbage", *snapshot).error().type, ErrorType::validation);
  EXPECT_EQ(write_lock(folder.path() / "no/such/lock", *snapshot).error().type,
            ErrorType::permanent);
}

struct Shop {
  TempFolder folder;
  Shop() { folder.write("shop/pack.yaml", kGoodManifest); }
  RegistryOptions options() const { return {.folders = {folder.path()}}; }
  std::shared_ptr<const Snapshot> load() const { return load_packs({folder.path()}).snapshot; }
};

TEST(Registry, AReloadIsANewVersionAndSessionsKeepTheirs) {
  const Shop shop;
  Registry registry(shop.load(), shop.options());
  const auto pinned = registry.current();
  shop.folder.write("shop/pack.yaml", changed("by topic.", "by topics."));

  const auto reloaded = registry.reload();

  ASSERT_TRUE(reloaded);
  EXPECT_NE(pinned->version(), registry.current()->version());
  EXPECT_EQ(reloaded->snapshot, registry.current());
  EXPECT_EQ(pinned->find("get_faqs")->summary, "What customers ask, by topic.");
}

TEST(Registry, AReloadWithoutAChangeKeepsTheSnapshotAndAsksNobody) {
  const Shop shop;
  auto options = shop.options();
  int asked = 0;
  options.accept = [&](const auto&) {
    ++asked;
    return std::vector<LoadProblem>{};
  };
  Registry registry(shop.load(), options);
  const auto before = registry.current();

  const auto reloaded = registry.reload();

  ASSERT_TRUE(reloaded);
  EXPECT_EQ(reloaded->snapshot, before);
  EXPECT_EQ(registry.current(), before);
  EXPECT_EQ(asked, 0);
}

TEST(Registry, ALockedOneRefusesToReload) {
  const Shop shop;
  auto options = shop.options();
  options.is_locked = true;
  Registry registry(shop.load(), options);
  const auto before = registry.current();

  const auto reloaded = registry.reload();

  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().type, ErrorType::conflict);
  EXPECT_NE(reloaded.error().message.find("registry.lock"), std::string::npos);
  EXPECT_EQ(registry.current(), before);
}

/// The problems of a reload, which leaves the snapshot of before in force.
std::string refused_reload(const Shop& shop) {
  Registry registry(snapshot_of(kGoodManifest), shop.options());
  const auto before = registry.current();
  const auto reloaded = registry.reload();
  EXPECT_EQ(registry.current(), before);
  EXPECT_TRUE(reloaded);
  EXPECT_EQ(reloaded->snapshot, nullptr);
  return render_problems(reloaded->problems);
}

TEST(Registry, ServesOnWithTheOldSnapshotWhereTheNewHasProblems) {
  const Shop shop;
  shop.folder.write("shop/pack.yaml", changed("category: retrieval", "category: x"));

  EXPECT_NE(refused_reload(shop).find("pack.yaml:13: tools.get_faqs.category"), std::string::npos);
}

TEST(Registry, ServesOnWhereTheNewPackIsCutOffHugeOrGone) {
  const Shop shop;
  const auto path = (shop.folder.path() / "shop/pack.yaml").string();

  shop.folder.write("shop/pack.yaml", std::string(kGoodManifest.substr(0, 200)));
  EXPECT_NE(refused_reload(shop).find("pack.yaml"), std::string::npos);
  shop.folder.write("shop/pack.yaml", "");
  EXPECT_NE(refused_reload(shop).find("pack.yaml"), std::string::npos);
  shop.folder.write("shop/pack.yaml", "pack: shop # " + std::string(8 << 20, 'x'));
  EXPECT_NE(refused_reload(shop).find("pack.yaml:1: larger than"), std::string::npos);
  shop.folder.write("shop/pack.yaml", std::string("pack: \xff\xfe"));
  EXPECT_NE(refused_reload(shop).find("pack.yaml:1: not UTF-8"), std::string::npos);
  std::filesystem::remove(path);
  EXPECT_NE(refused_reload(shop).find("expected pack.yaml"), std::string::npos);
}

TEST(Registry, NeverTakesAPackThatCannotBeReadForOneThatIsNotThere) {
  const Shop shop;
  std::filesystem::create_directories(shop.folder.path() / "other");
  const auto link = shop.folder.path() / "other/pack.yaml";

  std::filesystem::create_symlink("away/pack.yaml", link);
  EXPECT_NE(refused_reload(shop).find("other/pack.yaml:1: no such file"), std::string::npos);
  std::filesystem::remove(link);
  std::filesystem::create_symlink("pack.yaml", link);  // a link to itself
  EXPECT_NE(refused_reload(shop).find("other/pack.yaml:1:"), std::string::npos);
  std::filesystem::remove_all(link.parent_path());
  std::filesystem::create_symlink("other", link.parent_path());
  EXPECT_NE(refused_reload(shop).find("/other"), std::string::npos);
}

TEST(Registry, ServesOnWithTheOldSnapshotWhereTheRootDoesNotAcceptTheNew) {
  const Shop shop;
  auto options = shop.options();
  options.accept = [](const std::shared_ptr<const Snapshot>& snapshot) {
    const auto& place = snapshot->find("get_faqs")->run.place;
    return std::vector<LoadProblem>{{place, "tools.get_faqs.run.sql", "no such table: faqs"}};
  };
  Registry registry(shop.load(), options);
  const auto before = registry.current();
  shop.folder.write("shop/pack.yaml", changed("by topic.", "by topics."));

  const auto reloaded = registry.reload();

  ASSERT_TRUE(reloaded);
  EXPECT_EQ(reloaded->snapshot, nullptr);
  ASSERT_EQ(reloaded->problems.size(), 1u);
  EXPECT_NE(reloaded->problems[0].message.find("no such table"), std::string::npos);
  EXPECT_EQ(registry.current(), before);
}

TEST(Registry, MayBeReadWhileItReloads) {
  const Shop shop;
  Registry registry(shop.load(), shop.options());

  std::thread reader([&] {
    for (int i = 0; i < 1000; ++i) EXPECT_NE(registry.current()->find("get_faqs"), nullptr);
  });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(registry.reload());
  reader.join();

  EXPECT_NE(registry.current(), nullptr);
}

}  // namespace
}  // namespace callosum::registry
