#include "sim/gemini/dialogue.hpp"

#include <array>
#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/gemini/shapes.hpp"
#include "sim/gemini/talk.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 24u << 20, .max_depth = 100};
constexpr std::size_t kMostEarly = 1000;

Complaint unreadable(std::string detail) {
  return {.counter = "unreadable_messages",
          .reason = "Invalid JSON payload received. Unexpected token.",
          .detail = std::move(detail)};
}

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

}  // namespace

Dialogue::Dialogue(Wire& wire, Timeline& timeline, Admission admission)
    : wire_(wire), timeline_(timeline), admission_(std::move(admission)) {}

Dialogue::~Dialogue() = default;

void Dialogue::on_frame(std::string_view frame) {
  wire_.world().stats.count("messages_in");
  const auto parsed = parse_strict(frame, kLimits);
  const auto* message = parsed ? parsed->if_object() : nullptr;
  if (!message) return wire_.refuse(unreadable(parsed ? "no object" : parsed.error().message));
  wire_.received(*message);
  if (is_token_spent()) return;
  if (talk_ && !is_complete_) {
    wire_.violate("before_setup_complete");
    if (early_.size() < kMostEarly) early_.push_back(*message);
    return;
  }
  on_message(*message);
}

bool Dialogue::is_token_spent() {
  if (admission_.token.empty()) return false;
  const auto& tokens = wire_.world().tokens;
  const auto* token = wire_.world().tokens.find(admission_.token);
  if (token && !tokens.is_expired(*token)) return false;
  wire_.note("expired_tokens");
  wire_.end({.manner = Manner::close, .code = 1008, .reason = "Auth token has expired."});
  return true;
}

void Dialogue::on_message(const json::object& message) {
  const auto reading = read_message(message, kClientMessage, admission_.api);
  if (!reading.problems.empty()) {
    return wire_.refuse({.counter = "unknown_fields", .reason = join(reading.problems, "\n")});
  }
  if (reading.value.empty()) {
    return wire_.refuse({.counter = "unreadable_messages", .detail = "none of the kinds"});
  }
  if (reading.value.size() > 1) {
    const auto second = to_snake((reading.value.begin() + 1)->key());
    return wire_.refuse({.counter = "several_kinds",
                         .reason = "Invalid value (oneof), oneof field 'message_type' is already "
                                   "set. Cannot set '" +
                                   second + "'"});
  }
  const auto& only = *reading.value.begin();
  if (only.key() == "setup") {
    if (talk_) return wire_.refuse({.counter = "second_setups"});
    return set_up(*find_object(message, "setup"), reading);
  }
  if (!talk_) return wire_.refuse({.counter = "before_setup", .detail = std::string(only.key())});
  dispatch(only.key(), only.value().get_object());
}

Dialogue::Handler Dialogue::find_handler(std::string_view kind) {
  struct Row {
    std::string_view kind;
    Handler handler;
  };
  static constexpr std::array<Row, 4> kRows{{{"realtimeInput", &Dialogue::take_input},
                                             {"clientContent", &Dialogue::take_content},
                                             {"toolResponse", &Dialogue::take_responses},
                                             {"contextUpdate", &Dialogue::update_context}}};
  for (const auto& row : kRows) {
    if (row.kind == kind) return row.handler;
  }
  return nullptr;
}

void Dialogue::dispatch(std::string_view kind, const json::object& body) {
  if (const auto handler = find_handler(kind)) (this->*handler)(body);
}

void Dialogue::take_input(const json::object& input) { talk_->listener.take(input); }

void Dialogue::take_content(const json::object& content) {
  if (!is_seeding_ && !talk_->state.model.content_any_time) {
    return wire_.refuse(
        {.counter = "bad_contents", .detail = "this model takes clientContent as history alone"});
  }
  static const json::array kNone;
  const auto* turns = find_array(content, "turns");
  if (auto refused = check_contents(turns ? *turns : kNone, admission_.api)) {
    return wire_.refuse(*refused);
  }
  const bool is_complete = is_true(content, "turnComplete");
  if (is_seeding_) {
    if (turns) add_turns(*turns);
    is_seeding_ = !is_complete;
    return;
  }
  auto& speaker = talk_->speaker;
  if (speaker.is_busy()) wire_.note("turns_while_busy");
  speaker.stop_for_user();
  if (turns) add_turns(*turns);
  if (is_complete) speaker.answer_user();
}

void Dialogue::add_turns(const json::array& turns) {
  for (const auto& turn : turns) {
    const auto& content = turn.get_object();
    const auto role = text_at(content, "role", "user");
    if (role == "system") {
      talk_->state.instructions = text_of(content);
    } else {
      const auto who = role == "model" ? Who::model : Who::user;
      talk_->state.history().add({who, text_of(content), {}, {}});
    }
  }
}

void Dialogue::take_responses(const json::object& response) {
  const auto* responses = find_array(response, "functionResponses");
  if (!responses || responses->empty()) {
    return wire_.refuse({.counter = "bad_responses", .detail = "no functionResponses"});
  }
  talk_->speaker.take_responses(*responses);
}

void Dialogue::update_context(const json::object& update) {
  auto& state = talk_->state;
  if (wire_.script().refuses_context_update) {
    return wire_.refuse({.counter = "bad_context_updates",
                         .reason = "Invalid JSON payload received. Unknown name "
                                   "\"contextUpdate\": Cannot find field."});
  }
  if (!state.model.context_update) {
    return wire_.refuse({.counter = "bad_context_updates", .detail = "not with this model"});
  }
  static const json::array kNone;
  if (const auto* wrapper = find_object(update, "tools")) {
    const auto* tools = find_array(*wrapper, "tools");
    const auto& list = tools ? *tools : kNone;
    if (auto refused = check_tools(list, state.model, "context_update.tools.tools")) {
      return wire_.refuse(*refused);
    }
    state.functions = read_functions(list, state.model);
  }
  if (const auto* instruction = find_object(update, "systemInstruction")) {
    state.instructions = text_of(*instruction);
  }
  wire_.note("context_updates");
  record_tools();
}

/// What is in force now, for statistics.
void Dialogue::record_tools() {
  json::array names;
  for (const auto& function : talk_->state.functions) names.emplace_back(function.name);
  auto& stats = wire_.world().stats;
  stats.record_session(wire_.name(), "tools", std::move(names));
  stats.record_session(wire_.name(), "instructions", json::value(talk_->state.instructions));
}

void Dialogue::end() {
  if (!talk_) return;
  for (const auto& id : talk_->state.calls.open_ids()) wire_.note("unanswered_calls", id);
  auto& session = *talk_->state.session;
  session.is_open = false;
  session.ended = wire_.world().time.now();
}

}  // namespace callosum::sim::gemini
