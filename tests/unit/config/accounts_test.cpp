// Whose accounts can be connected, and with which keys.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <unistd.h>

#include "config/load.hpp"
#include "config/private_file.hpp"
#include "config/render.hpp"

namespace callosum::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kClient = "accounts.google.client_id=client-7";

LoadOutcome load_sets(std::vector<std::string> sets) {
  const std::map<std::string, std::string> variables{
      {"GOOGLE_CLIENT_SECRET", "client-secret"}, {"KEY", "the-key"}, {"OLD", "the-old-key"}};
  return load_text("", {"", std::move(sets), [variables](std::string_view name) {
                          const auto found = variables.find(std::string(name));
                          return found == variables.end() ? std::nullopt
                                                          : std::optional(found->second);
                        }});
}

std::vector<std::string> problems_of(const std::vector<std::string>& sets) {
  std::vector<std::string> lines;
  for (const auto& problem : load_sets(sets).problems) lines.push_back(problem.to_string());
  return lines;
}

TEST(AccountsConfig, IsOffUntilThereIsAClient) {
  const auto outcome = load_sets({});

  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.config.accounts.google.client_id, "");
  EXPECT_EQ(outcome.config.accounts.google.token_url, "https://oauth2.googleapis.com/token");
}

TEST(AccountsConfig, FetchesKeysAndNeverPrintsThem) {
  const auto file =
      (std::filesystem::temp_directory_path() / ("callosum-key-" + std::to_string(::getpid())))
          .string();
  std::ofstream(file) << "from-file\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);

  const auto by_env = load_sets({kClient, "accounts.key_env=KEY", "accounts.old_key_env=OLD"});
  const auto by_file = load_sets({kClient, "accounts.key_file=" + file});
  std::filesystem::remove(file);

  ASSERT_TRUE(by_env.ok()) << by_env.problems.front().to_string();
  ASSERT_TRUE(by_file.ok());
  EXPECT_EQ(by_env.config.accounts.key.reveal(), "the-key");
  EXPECT_EQ(by_env.config.accounts.old_key.reveal(), "the-old-key");
  EXPECT_EQ(by_env.config.accounts.google.client_secret.reveal(), "client-secret");
  EXPECT_EQ(by_file.config.accounts.key.reveal(), "from-file");
  for (const auto* secret : {"the-key", "the-old-key", "client-secret"}) {
    EXPECT_THAT(render(by_env.config), Not(HasSubstr(secret)));
  }
}

TEST(AccountsConfig, AsksForOneKeyThatIsThere) {
  EXPECT_THAT(problems_of({kClient}), ElementsAre(HasSubstr("accounts.key_file: needed")));
  EXPECT_THAT(problems_of({kClient, "accounts.key_env=NOPE"}), ElementsAre(HasSubstr("no NOPE")));
  EXPECT_THAT(problems_of({kClient, "accounts.key_file=/nope"}), ElementsAre(HasSubstr("/nope")));
  EXPECT_THAT(problems_of({kClient, "accounts.key_file=/nope", "accounts.key_env=KEY"}),
              ElementsAre(HasSubstr("only one of")));
  EXPECT_THAT(
      problems_of({kClient, "accounts.key_env=KEY", "accounts.google.client_secret_env=NOPE"}),
      ElementsAre(HasSubstr("accounts.google.client_secret_env")));
  EXPECT_THAT(problems_of({"accounts.key_env=KEY"}), IsEmpty());
}

TEST(AccountsConfig, TakesNoKeyThatOthersCanRead) {
  namespace fs = std::filesystem;
  const auto file =
      (fs::temp_directory_path() / ("callosum-open-key-" + std::to_string(::getpid()))).string();
  std::ofstream(file) << "from-file\n";
  const auto problems = [&](fs::perms others) {
    fs::permissions(file, fs::perms::owner_read | others);
    auto found = problems_of({kClient, "accounts.key_file=" + file});
    const auto old =
        problems_of({kClient, "accounts.key_env=KEY", "accounts.old_key_file=" + file});
    found.insert(found.end(), old.begin(), old.end());
    return found;
  };

  const auto words = file + " can be read by others; chmod 600 " + file;
  for (const auto others : {fs::perms::group_write, fs::perms::others_read}) {
    EXPECT_THAT(problems(others), ElementsAre(HasSubstr("accounts.key_file: " + words),
                                              HasSubstr("accounts.old_key_file: " + words)));
  }
  EXPECT_THAT(problems(fs::perms::none), IsEmpty());
  fs::remove(file);
}

TEST(AccountsConfig, TakesAMountedSecretThatRootsGroupReadsAndNoOther) {
  constexpr uid_t kRoot = 0, kOurs = 1000, kStranger = 1001;
  EXPECT_TRUE(is_private(0100600, kOurs, kOurs));
  EXPECT_TRUE(is_private(0100400, kRoot, kOurs));
  EXPECT_TRUE(is_private(0100440, kRoot, kOurs));
  EXPECT_TRUE(is_private(0100640, kRoot, kOurs));
  EXPECT_FALSE(is_private(0100600, kStranger, kOurs));
  EXPECT_FALSE(is_private(0100600, kStranger, kRoot));
  EXPECT_FALSE(is_private(0100440, kOurs, kOurs));
  EXPECT_FALSE(is_private(0100444, kRoot, kOurs));
  EXPECT_FALSE(is_private(0100660, kRoot, kOurs));
  EXPECT_FALSE(is_private(0100604, kRoot, kOurs));
}

TEST(AccountsConfig, SendsTokensNowhereInPlainTextButOnThisMachine) {
  const auto with = [](const std::string& set) {
    return problems_of({kClient, "accounts.key_env=KEY", "accounts.google." + set});
  };
  for (const auto* name : {"auth_url", "token_url", "revoke_url", "redirect_url"}) {
    for (const auto* bad :
         {"http://oauth2.example/x", "http://127.0.0.1.example/x", "http://10.0.0.1:80/x",
          "ws://127.0.0.1/x", "http://localhost.example"}) {
      EXPECT_THAT(with(std::string(name) + "=" + bad), ElementsAre(HasSubstr("expected https")))
          << name << " " << bad;
    }
    for (const auto* good : {"https://oauth2.example/x", "http://127.0.0.1:8099/x",
                             "http://localhost/x", "http://[::1]:1/x", "http://[::1]/x"}) {
      EXPECT_THAT(with(std::string(name) + "=" + good), IsEmpty()) << name << " " << good;
    }
  }
  EXPECT_THAT(with("token_url="), ElementsAre(HasSubstr("accounts.google.token_url")));
}

TEST(AccountsConfig, AsksWhereTheBrowserComesBackToUnlessItIsHere) {
  const std::vector<std::string> open{kClient, "accounts.key_env=KEY", "listen=0.0.0.0:443"};
  auto told = open;
  told.push_back("accounts.google.redirect_url=https://voice.example/api/accounts/google/callback");

  EXPECT_THAT(problems_of(open), ElementsAre(HasSubstr("accounts.google.redirect_url: needed")));
  EXPECT_THAT(problems_of(told), IsEmpty());
  EXPECT_THAT(problems_of({kClient, "accounts.key_env=KEY", "accounts.google.scopes=openid"}),
              Contains(HasSubstr("email is needed")));
}

}  // namespace
}  // namespace callosum::config
