// The dated facts of each provider, and that the page for operators says the same.
#include "provider/gemini/profile.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/offline/profile.hpp"
#include "provider/openai/profile.hpp"
#include "provider/xai/profile.hpp"
#include "registry/export/export.hpp"

namespace callosum::provider {
namespace {

using realtime::AudioFormat;
using realtime::ProviderProfile;

std::string yes(bool is_so) { return is_so ? "yes" : "no"; }

std::string formats(std::span<const AudioFormat> all) {
  std::string out, last;
  for (const auto& format : all) {
    const std::string name(format.type.substr(format.type.find('/') + 1));
    out += (out.empty()    ? ""
            : name == last ? "/"
                           : ", ") +
           (name == last ? "" : name + " ") + std::to_string(format.rate_hz);
    last = name;
  }
  return out;
}

std::string resumption(const ProviderProfile& profile) {
  switch (profile.resumption) {
    case realtime::Resumption::none:
      return "none";
    case realtime::Resumption::conversation:
      return "conversation, " + std::to_string(profile.resumption_kept.count() / 60) + " min";
    case realtime::Resumption::handle:
      break;
  }
  return "handle, " + std::to_string(profile.resumption_kept.count() / 60) + " min";
}

/// A row of the table in docs/providers.md.
std::string row(const std::string& what, const std::vector<ProviderProfile>& all,
                const std::function<std::string(const ProviderProfile&)>& say) {
  std::string out = "| " + what + " |";
  for (const auto& profile : all) out += " " + say(profile) + " |";
  return out + "\n";
}

std::vector<ProviderProfile> everybody() {
  return {openai::profile_of("gpt-realtime-2.1"), xai::profile_of("grok-voice-latest"),
          gemini::profile_of("gemini-3.8-live"), offline::profile_of("callosum-offline")};
}

TEST(ProviderProfiles, AreWhatTheOperatorsPageSays) {
  using P = const ProviderProfile&;
  const auto all = everybody();
  std::string table = row("fact", all, [](P p) { return "`" + p.provider + "`"; });
  table += row("---", all, [](P) { return std::string("---"); });
  table += row("known as of", all, [](P p) { return p.as_of; });
  table += row("export of tools", all, [](P p) { return "`" + p.tool_export + "`"; });
  table += row("tools change in a session", all, [](P p) { return yes(p.can_change_tools); });
  table += row("several calls in a response", all, [](P p) { return yes(p.calls_in_parallel); });
  table += row("talk goes on while a call is open", all, [](P p) { return yes(p.calls_go_on); });
  table +=
      row("a tool may be declared to hold it up", all, [](P p) { return yes(p.can_block_calls); });
  table += row("speaks to an output by itself", all, [](P p) { return yes(p.speaks_to_outputs); });
  table +=
      row("an output while it speaks", all, [](P p) { return yes(p.can_answer_while_speaking); });
  table += row("withdraws calls", all, [](P p) { return yes(p.withdraws_calls); });
  table += row("`tool_choice` is obeyed", all, [](P p) { return yes(p.obeys_tool_choice); });
  table += row("a session lasts, minutes", all,
               [](P p) { return std::to_string(p.session_cap.count() / 60); });
  table += row("resumption", all, resumption);
  table += row("sessions at once", all, [](P p) {
    return p.max_sessions == 0 ? std::string("–") : std::to_string(p.max_sessions);
  });
  table += row("hears", all, [](P p) { return formats(p.hears); });
  table += row("speaks", all, [](P p) { return formats(p.speaks); });

  std::ifstream file(std::string(CALLOSUM_SOURCE_DIR) + "/docs/providers.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});

  EXPECT_THAT(page, ::testing::HasSubstr(table));
}

TEST(ProviderProfiles, NameAnExportThatThereIs) {
  for (const auto& profile : everybody()) {
    EXPECT_NE(registry::find_export(profile.tool_export), nullptr) << profile.provider;
    EXPECT_EQ(profile.as_of.size(), 10u) << profile.provider;
    EXPECT_FALSE(profile.hears.empty() || profile.speaks.empty()) << profile.provider;
    EXPECT_EQ(profile.resumption == realtime::Resumption::none,
              profile.resumption_kept.count() == 0)
        << profile.provider;
  }
}

TEST(ProviderProfiles, KnowWhichModelsAreSwitchedOff) {
  EXPECT_EQ(openai::profile_of("gpt-realtime").retires, "2027-01-20");
  EXPECT_EQ(openai::profile_of("gpt-realtime-2.1").retires, "");
  EXPECT_EQ(openai::profile_of("gpt-realtime-9").provider, "openai");
}

}  // namespace
}  // namespace callosum::provider
