#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "real_world.hpp"
#include "registry/snapshot.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"
#include "tool/sql/install.hpp"
#include "tool/sql/sql_kind.hpp"

namespace callosum::tool::sql {
namespace {

using namespace std::chrono_literals;

/// The pack as it is shipped, its demo data, and the real kind. Each test has a database of its
/// own.
class Crm : public ::testing::Test {
 protected:
  Crm() {
    database_ = std::move(*storage::Database::open({.path = folder_.path() / "x.db"}));
    loaded_ = registry::load_packs({std::string(CALLOSUM_SOURCE_DIR) + "/packs/crm"});
    for (const auto& problem : loaded_.problems) ADD_FAILURE() << problem.to_string();
    for (int start = 0; start < 2; ++start) {
      const auto schema = install_pack_schema(*database_, pack());
      if (!schema) ADD_FAILURE() << schema.error().message;
      const auto demo = install_demo_data(*database_, pack());
      if (!demo) ADD_FAILURE() << demo.error().message;
    }
    kind_ = make_sql_kind(*database_, {.readers = 1});
    for (const auto& tool : loaded_.snapshot->tools()) {
      auto handler = kind_->make(tool, pack());
      if (!handler) ADD_FAILURE() << tool.name << ": " << handler.error().message;
      if (handler) handlers_[tool.name] = std::move(*handler);
    }
  }

  const registry::Pack& pack() const { return loaded_.snapshot->packs().front(); }

  /// As the executor would: bound, run, and held against the output schema.
  json::object ask(const std::string& name, const std::string& slug, json::object arguments = {}) {
    const auto* tool = loaded_.snapshot->find(name);
    registry::CallContext context;
    context.tenant_id =
        real_.run(storage::resolve_canonical_tenant(*database_, slug, real_.in(5s)))->id;
    EXPECT_TRUE(tool->input->is_valid(arguments)) << json::serialize(arguments);
    for (const auto& binding : tool->bind) {
      const bool is_tenant = binding.source == "session.tenant_id";
      arguments[binding.parameter] = is_tenant ? json::value(context.tenant_id) : user_;
    }
    const std::string key;
    const Invocation invocation{*tool, arguments, context, key};
    const auto output = real_.run(handlers_.at(name)->run(invocation, real_.in(5s)));
    EXPECT_TRUE(output) << name << ": " << output.error().message << output.error().detail;
    if (!output) return {};
    for (const auto& hint : tool->output->explain(output->data)) {
      ADD_FAILURE() << name << " " << hint.path << ": " << hint.message;
    }
    return output->data.is_object() ? output->data.as_object() : json::object();
  }

  /// The field of every item, in order, with blanks between.
  std::string listed(const std::string& name, const std::string& slug, json::object arguments,
                     const std::string& field) {
    const auto found = ask(name, slug, std::move(arguments));
    std::vector<std::string> out;
    for (const auto& item : found.at("items").as_array()) {
      out.emplace_back(item.as_object().at(field).as_string());
    }
    return join(out, " ");
  }

  json::value user_ = "demo";
  testing::TempFolder folder_;
  testing::RealWorld real_;
  std::unique_ptr<storage::Database> database_;
  registry::LoadOutcome loaded_;
  std::unique_ptr<ToolKind> kind_;
  std::map<std::string, std::unique_ptr<ToolHandler>> handlers_;
};

constexpr auto kWillow = "willow-hair";
constexpr auto kCedar = "cedar-dental";

TEST_F(Crm, ProposesItsWritesKeepsDeletionOutOfVoiceAndHasNoWarnings) {
  EXPECT_EQ(pack().access_mode, "propose_actions");
  for (const auto& warning : loaded_.warnings) ADD_FAILURE() << warning.to_string();
  int writes = 0;
  for (const auto& tool : loaded_.snapshot->tools()) {
    EXPECT_FALSE(tool.roles.empty()) << tool.name << " is not for callers";
    const auto input = json::serialize(tool.input_schema);
    for (const auto& binding : tool.bind) {
      EXPECT_EQ(input.find('"' + binding.parameter + '"'), std::string::npos) << tool.name;
    }
    if (tool.access == registry::Access::read) continue;
    ++writes;
    const bool is_deletion = tool.name == "delete_lead";
    EXPECT_EQ(tool.access, is_deletion ? registry::Access::destructive : registry::Access::write);
    EXPECT_FALSE(tool.invalidates.empty()) << tool.name;
  }
  EXPECT_EQ(writes, 13);
  EXPECT_EQ(loaded_.snapshot->find("delete_lead")->channels, std::vector{registry::Channel::text});
}

TEST_F(Crm, EveryIdentifierThatIsAskedForMustHaveBeenSeen) {
  for (const auto& tool : loaded_.snapshot->tools()) {
    const auto* properties = find_object(tool.input_schema, "properties");
    for (const auto& property : *properties) {
      const std::string name(property.key());
      if (!name.ends_with("_id")) continue;
      EXPECT_NE(std::find(tool.provenance_seen.begin(), tool.provenance_seen.end(), name),
                tool.provenance_seen.end())
          << tool.name << ' ' << name;
    }
  }
}

TEST_F(Crm, ListsTheSpeakersOwnOpenActivitiesSoonestFirst) {
  const json::object mine{{"status", "open"}, {"assigned_to", "current_user"}};

  EXPECT_EQ(listed("list_activities", kWillow, mine, "activity_id"), "TK-5123 TK-5101 TK-5109");
  EXPECT_EQ(listed("list_activities", kCedar, mine, "activity_id"), "TK-5124 TK-5102 TK-5110");
  user_ = "maya";
  EXPECT_EQ(listed("list_activities", kWillow, mine, "activity_id"), "TK-5117");
  EXPECT_EQ(listed("list_activities", kCedar, mine, "activity_id"), "");
  EXPECT_EQ(listed("list_activities", kCedar, {{"assigned_to", "oliver"}, {"kind", "meeting"}},
                   "activity_id"),
            "TK-5118");
}

TEST_F(Crm, NobodySpeaksForNobody) {
  user_ = nullptr;

  EXPECT_EQ(listed("list_activities", kWillow, {{"assigned_to", "current_user"}}, "activity_id"),
            "");
}

TEST_F(Crm, KeepsTwinsOfTwoBusinessesApart) {
  const auto ours = ask("get_lead", kWillow, {{"lead_id", "LD-4107"}});
  EXPECT_EQ(ours.at("company"), json::value("Ellis & Sons"));
  EXPECT_EQ(ask("get_lead", kWillow, {{"lead_id", "LD-4108"}}), json::object());
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "LD-4108"}}).at("company"),
            json::value("Ellis Family Dentistry"));
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "ld-4107"}}), json::object());
  EXPECT_EQ(ask("get_lead", kWillow, {{"lead_id", "LD-4120"}}).at("name"),
            json::value("Nadia Haddad"));
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "4120"}}).at("name"),
            json::value("Victor Lindqvist"));
}

TEST_F(Crm, NoReadOfOneBusinessShowsARowOfAnother) {
  // What only the other one has.
  const std::map<std::string, std::vector<std::string>> foreign{
      {kWillow, {"LD-4108", "AC-1043", "+1312", "oliver", "Lindqvist", "NT-6002"}},
      {kCedar, {"LD-4107", "AC-1042", "+1212", "maya", "Haddad", "NT-6001"}}};
  for (const auto& [slug, marks] : foreign) {
    std::string all;
    for (const auto& tool : loaded_.snapshot->tools()) {
      if (tool.access != registry::Access::read) continue;
      for (const char* id : {"LD-4107", "LD-4108", "AC-1042", "AC-1043", "OP-3310", "OP-3311"}) {
        json::object arguments;
        if (const auto* required = find_array(tool.input_schema, "required")) {
          for (const auto& name : *required) arguments[name.as_string()] = id;
        }
        all += json::serialize(ask(tool.name, slug, std::move(arguments)));
      }
    }
    for (const auto& mark : marks) EXPECT_EQ(all.find(mark), std::string::npos) << slug << mark;
    EXPECT_GT(all.size(), 5000U);
  }
}

TEST_F(Crm, SearchesAcrossAllKindsOfRecords) {
  EXPECT_EQ(listed("search_crm", kWillow, {{"text", "jordan"}}, "id"), "LD-4107 TK-5101");
  EXPECT_EQ(listed("search_crm", kCedar, {{"text", "priya"}}, "kind"), "contact activity note");
  EXPECT_EQ(listed("search_crm", kWillow, {{"text", "lakeside"}}, "id"), "AC-1051 CT-2223");
  EXPECT_EQ(listed("search_crm", kWillow, {{"text", "' OR 1=1 --"}}, "id"), "");
}

TEST_F(Crm, FiltersItsLists) {
  EXPECT_EQ(listed("list_leads", kWillow, {{"status", "new"}, {"assigned_to", "me"}}, "lead_id"),
            "LD-4107");
  EXPECT_EQ(listed("list_accounts", kCedar, {{"text", "bluebird"}}, "account_id"), "AC-1067");
  EXPECT_EQ(listed("list_contacts", kWillow, {{"account_id", "ac-1042"}}, "contact_id"),
            "CT-2214 CT-2207");
  EXPECT_EQ(listed("list_opportunities", kCedar, {{"stage", "negotiation"}}, "opportunity_id"),
            "OP-3326");
  EXPECT_EQ(listed("list_activities", kWillow, {{"due", "overdue"}}, "activity_id"), "TK-5123");
  EXPECT_EQ(listed("list_notes", kWillow, {{"about_id", "LD-4107"}}, "note_id"), "NT-6001");
}

TEST_F(Crm, GetsOneNoteOfItsOwnBusiness) {
  const auto note = ask("get_note", kWillow, {{"note_id", "nt-6001"}});
  EXPECT_EQ(note.at("about_id"), json::value("LD-4107"));
  EXPECT_EQ(note.at("author"), json::value("demo"));
  EXPECT_EQ(ask("get_note", kWillow, {{"note_id", "6001"}}), note);
  EXPECT_EQ(ask("get_note", kWillow, {{"note_id", "NT-6002"}}), json::object());
  EXPECT_EQ(ask("get_note", kCedar, {{"note_id", "NT-6002"}}).at("about_id"),
            json::value("LD-4108"));
}

TEST_F(Crm, EachKindOfRecordIsListedAndGotByItsIdAndReadAnewAfterAChange) {
  for (const auto& [kind, list] :
       std::map<std::string, std::string>{{"account", "list_accounts"},
                                          {"contact", "list_contacts"},
                                          {"lead", "list_leads"},
                                          {"opportunity", "list_opportunities"},
                                          {"activity", "list_activities"},
                                          {"note", "list_notes"}}) {
    const auto get = "get_" + kind;
    EXPECT_NE(loaded_.snapshot->find(list), nullptr) << list;
    ASSERT_NE(loaded_.snapshot->find(get), nullptr) << get;
    EXPECT_EQ(loaded_.snapshot->find(get)->provenance_seen, std::vector<std::string>{kind + "_id"});
    EXPECT_NE(pack().prompt.find(get), std::string::npos) << "the prompt does not name " << get;
    for (const auto& change : {"create_" + kind, "update_" + kind}) {
      EXPECT_EQ(loaded_.snapshot->find(change)->invalidates,
                (std::vector<std::string>{list, get, "search_crm"}))
          << change;
    }
  }
}

TEST_F(Crm, AddsARecordUnderTheNextIdAndSaysWhich) {
  const auto lead = ask("create_lead", kWillow,
                        {{"name", " Ida Holm "}, {"company", "Holm"}, {"assigned_to", "me"}});
  EXPECT_EQ(lead.at("lead_id"), json::value("LD-4132"));
  EXPECT_EQ(lead.at("status"), json::value("new"));
  const auto found = ask("get_lead", kWillow, {{"lead_id", "LD-4132"}});
  EXPECT_EQ(found.at("name"), json::value("Ida Holm"));
  EXPECT_EQ(found.at("assigned_to"), json::value("demo"));
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "LD-4132"}}).at("name"),
            json::value("Gloria Mensah"))
      << "the other business has had this id all along";

  const auto note =
      ask("create_note", kWillow, {{"about_id", "ld-4132"}, {"body", "Call in May."}});
  EXPECT_EQ(note.at("about_id"), json::value("LD-4132"));
  EXPECT_EQ(listed("list_notes", kWillow, {{"about_id", "LD-4132"}}, "author"), "demo");
}

TEST_F(Crm, TheFirstRecordOfABusinessGetsAnIdToo) {
  ASSERT_TRUE(database_->change_at_start([](storage::sqlite::Connection& connection) {
    return connection.execute("DELETE FROM crm_activities");
  }));

  const auto made = ask("create_activity", kCedar, {{"subject", "Say hello"}});

  EXPECT_EQ(made.at("activity_id"), json::value("TK-5001"));
  EXPECT_EQ(made.at("status"), json::value("open"));
}

TEST_F(Crm, ChangesWhatIsSaidAndLeavesTheRest) {
  const auto changed = ask("update_lead", kWillow, {{"lead_id", "4120"}, {"status", "lost"}});
  EXPECT_EQ(changed.at("status"), json::value("lost"));
  EXPECT_EQ(changed.at("name"), json::value("Nadia Haddad"));
  EXPECT_EQ(ask("get_lead", kWillow, {{"lead_id", "LD-4120"}}).at("company"),
            json::value("Haddad Events"));
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "LD-4120"}}).at("status"), json::value("new"));
  EXPECT_EQ(ask("update_lead", kWillow, {{"lead_id", "LD-4108"}, {"status", "lost"}}),
            json::object());
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "LD-4108"}}).at("status"), json::value("new"));
}

TEST_F(Crm, EachKindOfRecordCanBeAddedAndChanged) {
  const std::map<std::string, json::object> records{
      {"account", {{"name", "Orchard Inn"}}},
      {"contact", {{"name", "Lena Fox"}, {"account_id", "AC-1042"}}},
      {"lead", {{"name", "Omar Reyes"}}},
      {"opportunity", {{"name", "Summer party"}, {"amount", 1200.5}, {"close_date", "2027-06-01"}}},
      {"activity", {{"subject", "Call Omar"}, {"kind", "call"}, {"about_id", "LD-4107"}}},
      {"note", {{"about_id", "AC-1042"}, {"body", "Likes brevity."}}}};
  for (const auto& [kind, fields] : records) {
    const auto id = kind + "_id";
    const auto made = ask("create_" + kind, kWillow, fields);
    ASSERT_TRUE(made.contains(id)) << kind;
    auto change = fields;
    if (kind == "note") change.erase("about_id");
    change[id] = made.at(id);
    EXPECT_EQ(ask("update_" + kind, kWillow, change), made) << kind;

    for (auto& field : change) {
      if (field.key() == "name" || field.key() == "subject") field.value() = "theirs";
    }
    ask("update_" + kind, kCedar, change);  // a record of theirs may have the same id
    EXPECT_EQ(ask("update_" + kind, kWillow, {{id, made.at(id)}}), made) << kind;
  }
}

TEST_F(Crm, RemovesALeadOfItsOwnBusinessAlone) {
  EXPECT_EQ(ask("delete_lead", kWillow, {{"lead_id", "LD-4120"}}).at("affected"), json::value(1));
  EXPECT_EQ(ask("delete_lead", kWillow, {{"lead_id", "LD-4120"}}).at("affected"), json::value(0));
  EXPECT_EQ(ask("get_lead", kCedar, {{"lead_id", "LD-4120"}}).at("name"),
            json::value("Victor Lindqvist"));
}

}  // namespace
}  // namespace callosum::tool::sql
