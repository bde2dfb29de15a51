#include "sim/gemini/brain.hpp"

#include "base/json.hpp"
#include "sim/realtime/brain.hpp"
#include "sim/realtime/worst_brain.hpp"

namespace callosum::sim::gemini {
namespace {

/// From the newest user entry on: what is older changes nothing.
std::size_t newest_user(const std::deque<Entry>& entries) {
  auto at = entries.size();
  while (at > 0) {
    if (entries[--at].who == Who::user) return at;
  }
  return 0;
}

std::string tool_of(const std::deque<Entry>& entries, std::string_view id) {
  for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
    if (at->who == Who::call && at->id == id) return at->name;
  }
  return {};
}

void copy_call(const sim::ReplyPart& part, Reply& into) {
  // Empty arguments are an object without members; whatever else is no object cannot be sent.
  const auto args = parse_arguments(part.call->arguments);
  if (!args || part.call->name.empty()) {
    into.is_malformed = true;
    return;
  }
  into.calls.push_back({part.call->name, *args, part.call->call_id});
}

Reply translate(const sim::Reply& from) {
  Reply reply;
  reply.delay = from.delay;
  for (const auto& part : from.parts) {
    if (part.call) {
      copy_call(part, reply);
    } else if (part.phase == "commentary") {
      reply.preamble = part.text;
    } else {
      reply.say = part.text;
    }
  }
  return reply;
}

}  // namespace

Turn make_turn(const History& history, const std::vector<Declared>& functions) {
  Turn turn;
  const auto& entries = history.entries();
  bool was_call = false;
  for (auto i = newest_user(entries); i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (entry.who == Who::response) {
      turn.is_user_newest = false;
      turn.outputs.push_back({entry.id, tool_of(entries, entry.id), entry.text});
    } else {
      turn.outputs.clear();
      turn.is_user_newest = entry.who == Who::user;
      if (entry.who == Who::user) turn.user_text = entry.text;
      if (entry.who == Who::call && !was_call) ++turn.call_rounds;
    }
    was_call = entry.who == Who::call;
  }
  for (const auto& entry : entries) {
    if (entry.who == Who::response) turn.results.push_back(entry.text);
  }
  for (const auto& function : functions) {
    turn.tools.push_back(function.name);
    turn.schemas.push_back(function.schema);
  }
  return turn;
}

Reply think(const Turn& turn) {
  auto reply = translate(sim::think(turn));
  // One call that it could not write spoils the turn.
  if (reply.is_malformed) reply.calls.clear();
  return reply;
}

Reply think_worst(const Turn& turn) {
  const auto worst = sim::think_worst(turn);
  auto reply = translate(worst);
  if (!reply.calls.empty()) reply.is_malformed = false;
  for (const auto& fault : worst.faults) {
    Fault copy;
    copy.kind = FaultKind::duplicate;
    copy.type = "toolCall";
    copy.count = fault.count;
    if (fault.kind == sim::FaultKind::duplicate_late) copy.kind = FaultKind::duplicate_late;
    if (fault.kind == sim::FaultKind::duplicate_call) copy.kind = FaultKind::duplicate_call;
    copy.is_late = fault.is_late;
    reply.faults.push_back(std::move(copy));
  }
  return reply;
}

}  // namespace callosum::sim::gemini
