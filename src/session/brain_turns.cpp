#include "session/brain_turns.hpp"

#include <algorithm>

#include "realtime/chat_model.hpp"

namespace callosum::session {

using provider::conversation::Turn;

namespace {

/// A model that is asked meanwhile must not make up a result.
constexpr const char* kStillRuns = R"({"ok":null,"note":"this call has not ended yet"})";

Moment said(std::string role, const Turn& turn, const SpeakersOfItems& speakers) {
  Moment moment;
  moment.role = std::move(role);
  moment.text = turn.text;
  const bool is_users = turn.kind == Turn::Kind::user;
  if (is_users && moment.text.empty()) moment.text = realtime::kInaudible;
  if (is_users && !turn.text.empty() && !turn.was_understood) {
    moment.text.insert(0, realtime::kUnclear);
  }
  const auto speaker = speakers.find(turn.item_id);
  if (speaker != speakers.end()) moment.speaker = speaker->second;
  return moment;
}

void take_output(std::vector<Moment>& moments, const Turn& turn) {
  const auto call = std::find_if(moments.rbegin(), moments.rend(), [&](const Moment& moment) {
    return moment.is_done() && moment.call_id == turn.call_id;
  });
  if (call != moments.rend()) call->text = turn.text;
}

}  // namespace

std::vector<Moment> continuity_of(const std::vector<Turn>& turns, const SpeakersOfItems& speakers) {
  std::vector<Moment> out;
  auto before = Turn::Kind::user;
  for (const auto& turn : turns) {
    switch (turn.kind) {
      case Turn::Kind::system:
        out.push_back(said("system", turn, speakers));
        break;
      case Turn::Kind::user:
        out.push_back(said("user", turn, speakers));
        break;
      case Turn::Kind::assistant:
        out.push_back(said("assistant", turn, speakers));
        break;
      case Turn::Kind::call:
        out.push_back({"tool", kStillRuns, "", turn.name, turn.call_id, turn.text});
        out.back().is_later_step = before == Turn::Kind::output;
        break;
      case Turn::Kind::output:
        take_output(out, turn);
        break;
    }
    before = turn.kind;
  }
  return out;
}

}  // namespace callosum::session
