#include "provider/offline/phrase_brain.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/offline/phrase_matcher.hpp"
#include "provider/offline/reply_writer.hpp"

namespace callosum::provider::offline {
namespace {

constexpr std::string_view kAskBack =
    "I did not catch that. What would you like to know? You can ask about bookings, services, "
    "opening hours or our policies.";
constexpr std::string_view kAboutItself =
    "I am the offline demo voice. I understand the phrases of the loaded tools and nothing else.";

bool asks_what_it_is(std::string_view sentence) {
  // At its end: "what are your hours" begins like the question, and is another.
  const auto lower = to_lower_ascii(sentence);
  const auto end = lower.find_last_not_of(" .?!\t\n");
  const auto words = std::string_view(lower).substr(0, end == std::string::npos ? 0 : end + 1);
  for (const std::string_view phrase :
       {"who are you", "what are you", "are you a robot", "are you real"}) {
    if (words.ends_with(phrase)) return true;
  }
  return false;
}

constexpr std::string_view kTakesUpNothing =
    "I am the offline demo voice: I understand whole requests, but a yes to what was offered takes "
    "a language model. What else would you like to know?";

/// "Yes please", "I'll take it": to an offer, which phrases alone cannot take up.
bool takes_up(std::string_view sentence) {
  using Words = std::set<std::string, std::less<>>;
  static const Words kSaysSo{"yes", "yeah", "yep", "sure", "book", "take"};
  static const Words kBeside{"please", "thanks", "thank", "you", "i'll", "i",    "will", "that",
                             "this",   "it",     "one",   "the", "ok",   "okay", "me",   "for"};
  const auto words = words_of(sentence);
  const auto is_known = [](const auto& word) {
    return kSaysSo.contains(word) || kBeside.contains(word);
  };
  return std::all_of(words.begin(), words.end(), is_known) &&
         std::any_of(words.begin(), words.end(),
                     [](const auto& word) { return kSaysSo.contains(word); });
}

class PhraseBrain final : public Brain {
 public:
  explicit PhraseBrain(std::shared_ptr<const registry::Snapshot> snapshot)
      : snapshot_(std::move(snapshot)), matcher_(*snapshot_) {}

  boost::asio::awaitable<Result<Plan>> plan(const std::vector<Turn>& turns,
                                            const json::array& tools, const std::string&,
                                            async::Deadline) override {
    // Outputs since the last thing the user said are what is to be spoken about.
    Plan plan;
    std::size_t at = turns.size();
    while (at > 0 && turns[at - 1].kind != Turn::Kind::user &&
           turns[at - 1].kind != Turn::Kind::assistant) {
      --at;
    }
    // With the tools of another mode at hand, what was asked can be understood.
    if (at > 0 && turns[at - 1].kind == Turn::Kind::user && has_only_entered(turns, at)) {
      plan = answer(turns[at - 1], tools);
      const bool asks_again = !plan.calls.empty() && plan.calls.front().name == registry::kSetMode;
      if (!plan.calls.empty() && !asks_again) co_return plan;
      plan = {};
    }
    for (std::size_t i = at; i < turns.size(); ++i) {
      if (turns[i].kind != Turn::Kind::output) continue;
      if (!plan.text.empty()) plan.text += ' ';
      plan.text += write_reply(tool_of(turns, turns[i].call_id), turns[i].text);
    }
    if (plan.text.empty() && at > 0 && turns[at - 1].kind == Turn::Kind::user) {
      plan = answer(turns[at - 1], tools);
    }
    if (plan.text.empty() && plan.calls.empty()) plan.text = std::string(kAskBack);
    co_return plan;
  }

 private:
  const registry::ToolSpec* tool_of(const std::vector<Turn>& turns,
                                    const std::string& call_id) const {
    for (const auto& turn : turns) {
      if (turn.kind == Turn::Kind::call && turn.call_id == call_id)
        return snapshot_->find(turn.name);
    }
    return nullptr;
  }

  /// Whether all that was done since is that a mode was entered.
  bool has_only_entered(const std::vector<Turn>& turns, std::size_t from) const {
    bool has_entered = false;
    for (std::size_t i = from; i < turns.size(); ++i) {
      if (turns[i].kind != Turn::Kind::output) continue;
      const auto* tool = tool_of(turns, turns[i].call_id);
      const auto output = parse_strict(turns[i].text);
      const auto* envelope = output ? output->if_object() : nullptr;
      const auto* ok = envelope ? envelope->if_contains("ok") : nullptr;
      const bool is_done = ok && ok->is_bool() && ok->get_bool();
      if (!tool || tool->name != registry::kSetMode || !is_done) return false;
      has_entered = true;
    }
    return has_entered;
  }

  /// What the user asks for is another mode's: that mode is to be entered first.
  std::optional<PlannedCall> find_mode_for(std::string_view sentence,
                                           const json::array& tools) const {
    std::set<std::string, std::less<>> declared;
    for (const auto& tool : tools) {
      if (const auto* object = tool.if_object()) declared.emplace(text_at(*object, "name"));
    }
    if (!declared.contains(registry::kSetMode)) return std::nullopt;
    json::array all = tools;
    for (const auto& tool : snapshot_->tools()) {
      const bool is_elsewhere = !declared.contains(tool.name) && !tool.phrases.empty();
      if (is_elsewhere) all.push_back(json::object{{"name", tool.name}});
    }
    const auto matches = matcher_.find_all(sentence, all);
    for (const auto& match : matches) {
      const auto* tool = snapshot_->find(match.tool);
      if (!tool || declared.contains(match.tool)) continue;
      const auto* pack = snapshot_->find_pack(tool->pack);
      if (!pack || pack->modes.empty()) continue;
      const auto& mode = tool->modes.empty() ? pack->modes.front().name : tool->modes.front();
      return PlannedCall{std::string(registry::kSetMode),
                         json::serialize(json::object{{"mode", mode}})};
    }
    return std::nullopt;
  }

  Plan answer(const Turn& user, const json::array& tools) const {
    Plan plan;
    if (asks_what_it_is(user.text)) {
      plan.text = std::string(kAboutItself);
      return plan;
    }
    if (!user.was_understood) {
      plan.text = std::string(kAskBack);
      return plan;
    }
    const auto matches = matcher_.find_all(user.text, tools);
    // What is at hand comes first; what changes that is asked for by who asks for something else.
    const bool is_at_hand = std::any_of(matches.begin(), matches.end(), [&](const Match& match) {
      const auto* tool = snapshot_->find(match.tool);
      return !match.tool.empty() && !(tool && tool->pack == registry::kMetaPack);
    });
    if (auto call = is_at_hand ? std::nullopt : find_mode_for(user.text, tools)) {
      plan.calls.push_back(std::move(*call));
      return plan;
    }
    for (const auto& match : matches) {
      if (match.tool.empty()) continue;
      plan.calls.push_back({match.tool, json::serialize(match.arguments)});
    }
    if (plan.calls.empty() && takes_up(user.text)) plan.text = std::string(kTakesUpNothing);
    return plan;
  }

  std::shared_ptr<const registry::Snapshot> snapshot_;
  PhraseMatcher matcher_;
};

}  // namespace

std::unique_ptr<Brain> make_phrase_brain(std::shared_ptr<const registry::Snapshot> snapshot) {
  return std::make_unique<PhraseBrain>(std::move(snapshot));
}

}  // namespace callosum::provider::offline
