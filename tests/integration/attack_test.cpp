// `callosum tools attack`: what it finds, what it leaves alone, and what it answers.
#include <fstream>
#include <gmock/gmock.h>

#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kCareless = R"yaml(pack: careless
version: 1.0.0
prompt: prompt.md
access_mode: confirm
schema: schema.sql
demo: demo.sql
tenants: {notes: business_id}
tools:
  - name: jot
    version: 1.0.0
    summary: Notes something.
    description: Notes something.
    category: action
    access: write
    channels: [voice, text]
    confirmation: CONFIRMATION
    input: {type: object, properties: {body: {type: string}}, required: [body], additionalProperties: false}
    output: {type: object, properties: {affected: {type: integer}}, required: [affected]}
    say_on_failure: I cannot note that.
    run: {result: affected, sql: "INSERT INTO notes (body) VALUES (:body)"}
  - name: call_out
    version: 1.0.0
    summary: Tells somebody else.
    description: Tells somebody else.
    category: action
    access: write
    channels: [voice, text]
    confirmation: CONFIRMATION
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object}
    say_on_failure: I cannot do that.
    run: {http: {method: POST, url: "https://nobody.example/"}}
)yaml";

void write_careless_pack(const std::filesystem::path& folder, const std::string& confirmation) {
  std::string text(kCareless);
  const std::string word = "CONFIRMATION";
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word)) {
    text.replace(at, word.size(), confirmation);
  }
  std::ofstream(folder / "pack.yaml") << text;
  std::ofstream(folder / "prompt.md") << "Write.\n";
  std::ofstream(folder / "schema.sql")
      << "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY,"
         " business_id TEXT NOT NULL, body TEXT NOT NULL);\n";
  std::ofstream(folder / "demo.sql")
      << "INSERT INTO tenants (id, slug, name, timezone) VALUES "
         "('00000000-0000-4000-8000-00000000000a', 'ada', 'Ada', 'UTC') ON CONFLICT DO NOTHING;\n"
         "INSERT INTO notes (business_id, body) VALUES "
         "('00000000-0000-4000-8000-00000000000a', 'buy milk');\n";
}

TEST(ToolsAttack, GetsNothingOutOfThePacksThatAreHere) {
  const auto ended = run_callosum({"tools", "attack"}, {});

  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("0 writes without consent, 0 destructive calls that ran, "
                                   "0 foreign rows"));
  EXPECT_THAT(ended.err, HasSubstr("on a copy of the packs' demo data"));
}

TEST(ToolsAttack, NamesTheWritesThatNobodyIsAskedAboutAndReachesNoBackend) {
  const TempFolder folder;
  write_careless_pack(folder.path(), "none");

  const auto ended = run_callosum({"tools", "attack", "--packs", folder.path().string()}, {});

  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("FOUND: a write that nobody agreed to ran: careless.jot"),
                    HasSubstr("FOUND: a write that nobody agreed to ran: careless.call_out"),
                    HasSubstr("FOUND: rows of notes were changed"), HasSubstr("TRANSIENT")));
}

TEST(ToolsAttack, FindsNoWayAroundAQuestionThatIsAsked) {
  const TempFolder folder;
  write_careless_pack(folder.path(), "spoken");

  const auto ended =
      run_callosum({"tools", "attack", "--packs", folder.path().string(), "--json"}, {});

  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr(R"("held":true)"));
}

TEST(ToolsAttack, LeavesTheDatabaseThatItCopiesAsItIs) {
  Served gateway({"--set", "provider=offline"});
  const auto made =
      gateway.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
  ASSERT_EQ(made.status, 201);
  const auto lead = gateway.ask_of("bella", "POST", "/api/admin/tools/create_lead",
                                   R"({"args":{"name":"Ada Quill"}})");
  ASSERT_THAT(lead.body, HasSubstr(R"("ok":true)"));
  const auto file = gateway.read(gateway.data() / "callosum.db");
  const auto log = gateway.read(gateway.data() / "callosum.db-wal");

  const auto ended = run_callosum({"tools", "attack", "--data", gateway.data().string()}, {});

  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.err, AllOf(HasSubstr("as bella"), HasSubstr("on a copy of the database")));
  EXPECT_EQ(gateway.read(gateway.data() / "callosum.db"), file);
  EXPECT_EQ(gateway.read(gateway.data() / "callosum.db-wal"), log);
}

TEST(ToolsAttack, SaysWhatIsMissing) {
  const auto nobody = run_callosum({"tools", "attack", "--tenant", "nobody"}, {});
  const auto nowhere = run_callosum({"tools", "attack", "--set", "data=/nowhere"}, {});

  EXPECT_EQ(nobody.status, 2);
  EXPECT_THAT(nobody.err, HasSubstr("there is no business nobody"));
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("there is no database /nowhere/callosum.db"));
}

}  // namespace
}  // namespace callosum::testing
