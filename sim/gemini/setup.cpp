#include "base/json.hpp"
#include "sim/gemini/dialogue.hpp"
#include "sim/gemini/talk.hpp"

namespace callosum::sim::gemini {
namespace {

Complaint stale_handle(std::string_view handle) {
  return {.counter = "stale_handles",
          .code = 1008,
          .reason = "Requested entity was not found.",
          .detail = std::string(handle)};
}

std::optional<ModelTraits> find_traits(const Script& script, std::string_view id) {
  const auto own = script.models.find(id);
  return own == script.models.end() ? find_model(id) : own->second;
}

bool has_null_handle(const Reading& reading) {
  for (const auto& path : reading.nulls) {
    if (path == "setup.session_resumption.handle") return true;
  }
  return false;
}

}  // namespace

void Dialogue::set_up(const json::object& given, const Reading& reading) {
  auto& world = wire_.world();
  world.stats.count("setups");
  world.stats.record_session(wire_.name(), "setup", given);
  auto setup = reading.value.at("setup").get_object();
  auto* token = admission_.token.empty() ? nullptr : world.tokens.find(admission_.token);
  if (token) {
    setup = token->lock(setup);
    world.stats.record_session(wire_.name(), "locked_setup", setup);
  }
  State state;
  state.api = admission_.api;
  if (auto refused = check(setup, reading, state)) return wire_.refuse(*refused);
  const bool is_resuming = state.session->history.moment() > 0 || !state.session->model.empty();
  if (token && !is_resuming) {
    if (!world.tokens.takes_session(*token)) {
      return wire_.refuse({.counter = "refused_connections",
                           .code = 1008,
                           .reason = "Auth token has no uses left or takes no new sessions."});
    }
    ++token->used;
  }
  state.session->model = text_at(setup, "model");
  talk_ = std::make_unique<Talk>(wire_, timeline_, std::move(state));
  is_seeding_ = talk_->state.settings.seeds_history;
  record_tools();
  const auto delay = wire_.script().setup_delay;
  if (delay.count() == 0) return complete_setup();
  timeline_.after(delay, [this] { complete_setup(); });
}

/// Fills in what the setup asks for.
Verdict Dialogue::check(const json::object& setup, const Reading& reading, State& state) {
  const auto path = text_at(setup, "model");
  const auto id = model_id(path, state.api.is_vertex());
  const auto traits = id.empty() ? std::nullopt : find_traits(wire_.script(), id);
  if (path.empty()) return Complaint{.counter = "bad_setups", .detail = "setup.model: required"};
  if (!traits) return unknown_model(path, state.api);
  if (has_null_handle(reading) && !traits->null_handle) {
    return Complaint{.counter = "bad_setups", .detail = "session_resumption.handle: null"};
  }
  if (auto verdict = check_setup(setup, *traits, state.api)) return verdict;
  state.model = *traits;
  state.settings = read_settings(setup);
  if (const auto* instruction = find_object(setup, "systemInstruction")) {
    state.instructions = text_of(*instruction);
  }
  if (const auto* tools = find_array(setup, "tools")) {
    state.functions = read_functions(*tools, *traits);
  }
  return resume(setup, state);
}

Verdict Dialogue::resume(const json::object& setup, State& state) {
  const auto* resumption = find_object(setup, "sessionResumption");
  const auto handle = resumption ? text_at(*resumption, "handle") : std::string_view();
  if (handle.empty()) return {};
  const auto found = wire_.world().handles.find(handle);
  if (!found) return stale_handle(handle);
  if (found->session->model != text_at(setup, "model")) {
    return Complaint{.counter = "model_changes", .detail = found->session->model};
  }
  if (found->session->is_open && !wire_.script().allows_double_resume) {
    return Complaint{.counter = "double_resumes",
                     .code = 1011,
                     .reason = "Internal error encountered.",
                     .detail = std::string(handle)};
  }
  state.session->model = found->session->model;
  state.session->history = found->session->history.at(found->moment);
  wire_.note("resumed_sessions", handle);
  auto& stats = wire_.world().stats;
  stats.record_session(wire_.name(), "resumed", state.session->history.newest());
  return {};
}

void Dialogue::complete_setup() {
  if (wire_.is_ending()) return;
  is_complete_ = true;
  json::object body;
  if (admission_.api.is_vertex()) body["sessionId"] = wire_.world().make_id("session-");
  wire_.send({{"setupComplete", std::move(body)}});
  talk_->speaker.tell_resumable();
  const auto early = std::exchange(early_, {});
  for (const auto& message : early) on_message(message);
}

}  // namespace callosum::sim::gemini
