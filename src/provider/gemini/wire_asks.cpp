// Responses as the gateway asks for them and cancels them: this wire has a word for neither.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "provider/gemini/wire.hpp"

namespace callosum::provider::gemini {
namespace {

constexpr const char* kActive = "conversation_already_has_active_response";
constexpr const char* kActiveMessage =
    "Conversation already has an active response in progress. Wait until the response is finished "
    "before creating a new one.";

/// The member of a response.create that asks for what is not done here, and why; empty: none.
struct Unserved {
  std::string_view param;
  std::string_view message;
};
Unserved find_unserved(const json::object& response) {
  if (text_at(response, "conversation") == "none") {
    return {"response.conversation",
            "This voice model has no responses outside the conversation; leave 'conversation' "
            "out."};
  }
  const auto* input = response.if_contains("input");
  if (input && !input->is_null()) {
    return {"response.input",
            "This voice model answers from its conversation alone; add items with "
            "conversation.item.create and leave 'input' out."};
  }
  return {};
}

}  // namespace

/// Of a response's instructions what the session's do not say: those the model has.
std::string Wire::own_instructions(std::string_view whole) const {
  const auto known = session_.instructions();
  const auto least = std::min(whole.size(), known.size());
  auto same = static_cast<std::size_t>(
      std::mismatch(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(least),
                    known.begin())
          .first -
      whole.begin());
  if (same == whole.size()) return {};
  if (same < known.size()) {
    const auto paragraph = whole.rfind("\n\n", same);
    same = paragraph == std::string_view::npos ? 0 : paragraph;
  }
  const auto from = whole.find_first_not_of('\n', same);
  if (from == std::string_view::npos) return {};
  return "(Instructions for your next answer, not said by the user:) " +
         std::string(whole.substr(from));
}

void Wire::create_response(const json::object& event, SteadyTime now) {
  const auto event_id = text_at(event, "event_id");
  const auto* found = find_object(event, "response");
  const auto asked = found ? *found : json::object{};
  if (const auto unserved = find_unserved(asked); !unserved.param.empty()) {
    return conversation_.say_error("unsupported_value", unserved.message, unserved.param, event_id);
  }
  Ask ask;
  ask.event_id = event_id;
  ask.until = now + kAskPatience;
  ask.text = own_instructions(text_at(asked, "instructions"));
  if (const auto* metadata = asked.if_contains("metadata")) ask.metadata = *metadata;
  const auto* modalities = find_array(asked, "output_modalities");
  ask.is_text_only = modalities && !modalities->empty() && modalities->front() == "text";
  if (reply_.is_running()) {
    if (!std::exchange(is_unclaimed_, false)) {
      return conversation_.say_error(kActive, kActiveMessage, "", event_id);
    }
    owes_answer_ = !turns_.empty();
    return reply_.set_metadata(ask.metadata);
  }
  // The model was given outputs, and is about to speak to them: it is too late to instruct it.
  if (turn_.is_open && turn_.is_answering && !turn_.is_dropped) {
    owes_answer_ = !turns_.empty();
    return begin_reply(std::move(ask));
  }
  // A newer one takes the place of one that waits.
  const auto older =
      std::find_if(asks_.begin(), asks_.end(), [](const Ask& each) { return !each.is_utterance; });
  if (older != asks_.end()) asks_.erase(older);
  asks_.push_front(std::move(ask));
}

void Wire::speak(std::string_view text, std::string_view event_id, SteadyTime now) {
  const auto refuse = [&](std::string_view why) {
    conversation_.say_error("server_error", why, "", event_id);
  };
  if (!is_ready_ || asks_.size() >= kMaxAsks)
    return refuse("The voice model is not free to speak.");
  if (turn_.awaits_outputs) {
    return refuse("This voice model cannot speak while a call of its own is open.");
  }
  Ask ask;
  ask.event_id = event_id;
  ask.until = now + kAskPatience;
  ask.text = "Say exactly the following words and nothing else: " + std::string(text);
  ask.is_utterance = true;
  asks_.push_back(std::move(ask));
  look(now);
}

/// The wire has no such word: what still comes of that turn is dropped, and what is asked for next
/// interrupts it.
void Wire::cancel_response(const json::object& event) {
  const auto named = text_at(event, "response_id");
  const bool is_meant = reply_.is_running() && (named.empty() || named == reply_.id());
  if (!is_meant) {
    return conversation_.say_error("response_cancel_not_active",
                                   "Cancellation failed: no active response found", "",
                                   text_at(event, "event_id"));
  }
  end_reply("cancelled", json::object{{"type", "cancelled"}, {"reason", "client_cancelled"}},
            nullptr);
  turn_.is_dropped = turn_.is_open;
}

}  // namespace callosum::provider::gemini
