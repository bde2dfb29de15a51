// A new connection that goes on where the provider has kept the conversation: what it knows
// already, and what becomes of the calls that are open there.
#include <algorithm>

#include "registry/envelope.hpp"
#include "session/session.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kNewestCalls = 64;  // as many as are told apart from those never seen

/// Of the newest calls, those without an output.
std::vector<std::string> find_open(const std::vector<realtime::KeptItem>& kept) {
  std::vector<std::string> open;
  std::size_t calls = 0;
  for (auto item = kept.rbegin(); item != kept.rend() && calls < kNewestCalls; ++item) {
    if (item->call_id.empty() || item->is_output) continue;
    ++calls;
    const bool is_answered = std::any_of(kept.begin(), kept.end(), [&](const auto& other) {
      return other.is_output && other.call_id == item->call_id;
    });
    const bool is_again = std::find(open.begin(), open.end(), item->call_id) != open.end();
    if (!is_answered && !is_again) open.push_back(item->call_id);
  }
  std::reverse(open.begin(), open.end());
  return open;
}

}  // namespace

/// What was said until the provider gave it is no news to a connection that goes on from it. A
/// conversation that it keeps has no such moment: it shows itself what it has.
void Session::note_resumption() {
  auto now = model_->resumption();
  if (now == resumption_) return;
  resumption_ = std::move(now);
  const bool is_a_moment = model_->profile().resumption != realtime::Resumption::conversation;
  if (is_a_moment) history_.keep();
}

/// It cannot be taken up: the next connection begins anew. False: there was none.
bool Session::forget_resumption(const Error& why) {
  if (resumption_.empty()) return false;
  resumption_.clear();
  parts_.log.warn("provider_not_resumed", {{"session_id", id()},
                                           {"provider", context_->provider},
                                           {"message", why.message},
                                           {"detail", why.detail}});
  return true;
}

void Session::take_up_conversation() {
  parts_.log.info("provider_resumed", {{"session_id", id()}, {"provider", context_->provider}});
  const auto kept = model_->take_kept();
  if (kept.empty()) return;
  const auto names = history_.find_kept(kept);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!names[i].empty()) model_->name_kept(kept[i], names[i]);
  }
  for (const auto& call_id : find_open(kept)) take_up_call(call_id);
}

/// No call runs for being found. One that runs yet is answered here when it has ended; one that is
/// neither known to have run nor to run is left alone.
void Session::take_up_call(const std::string& call_id) {
  const auto pending = pending_.find(key_of(call_id));
  if (pending != pending_.end()) {
    pending->second.connection = connection_;
    return;
  }
  const auto callers = std::find(lost_calls_.begin(), lost_calls_.end(), call_id);
  if (callers != lost_calls_.end()) {
    lost_calls_.erase(callers);
    return sequencer_.on_call("", call_id, false);
  }
  if (auto* done = history_.find_done(call_id)) {
    done->is_kept = true;
    return answer_kept(call_id, done->text);  // told in words as well where that waits
  }
  const bool is_unseen = is_seen_first(call_id);
  if (!is_unseen && !never_ran_.contains(call_id)) return;
  never_ran_.insert(call_id);
  registry::Envelope envelope;
  envelope.error = fail(ErrorType::transient,
                        "the connection was lost before the call ran, and nothing was done: make "
                        "it again if it is still wanted");
  envelope.meta.call_id = call_id;
  answer_kept(call_id, registry::encode_text(envelope));
}

void Session::answer_kept(const std::string& call_id, std::string_view output) {
  veil_.hide_call(call_id);
  model_->send_function_call_output(call_id, output, next_event_id(),
                                    realtime::OutputDelivery::silent);
}

}  // namespace callosum::session
