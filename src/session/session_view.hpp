#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "registry/snapshot.hpp"
#include "session/model_source.hpp"

namespace callosum::session {

namespace json = boost::json;

/// The two faces of one session object: what the model is given (the tenant's prompt, our tools and
/// the caller's) and what the caller's program believes it has set. Pure.
class SessionView {
 public:
  SessionView(std::string instructions, const ModelSource& source);

  /// Another provider: its tools, its voice, what writes down the words there. What the caller set
  /// of these was in the last one's words.
  void move_to(const ModelSource& source);

  /// Our tools are these now.
  void load(std::shared_ptr<const ToolOffer> offer) { offer_ = std::move(offer); }
  /// These names are ours as well, now or later.
  void reserve(std::shared_ptr<const registry::Snapshot> names) { reserved_ = std::move(names); }
  /// Ours and the caller's.
  json::array tools() const;
  /// What to send to the model for a caller's `session` of session.update (sparse, as GA merges
  /// it). VALIDATION with the GA code in `detail` and the parameter in `say` where it may not.
  Result<json::object> admit(const json::object& caller_session) const;
  /// The model has accepted it: only then is it part of the session.
  void commit(const json::object& caller_session);
  /// Back to our own part alone, which a model that refuses the caller's must still be given.
  void forget_caller();
  /// The whole session for a new connection.
  realtime::SessionOpening opening() const;
  /// Rewrites the model's session object into what the caller set.
  void hide(json::object& session) const;
  /// Our part put into a caller's `response` of response.create: prompt and tools are never
  /// replaced. Out of the conversation our tools are not offered, as no output could follow there.
  /// Gives the names of the tools that the caller declares in it.
  std::vector<std::string> complete_response(json::object& response, bool out_of_band) const;
  /// Where a caller's `response` declares a tool by a name that is ours, now or later: its
  /// parameter.
  std::optional<std::string> find_reserved(const json::object& response) const;
  bool is_callers_tool(std::string_view name) const;  ///< of the session
  /// The caller says itself when it has spoken, instead of the model hearing it.
  bool is_push_to_talk() const;
  /// Of the audio that the model speaks: PCM16 at 24 kHz, or G.711.
  std::size_t output_bytes_per_ms() const;
  /// The caller is to see the transcripts of what it says: it asked for them, or nobody did.
  bool shows_transcripts() const;
  /// Whether the provider is asked to tell what the user says.
  bool is_transcribed() const;
  /// A response follows by itself when the user has spoken.
  bool answers_speech() const;
  /// The session's tool_choice leaves a response nothing but a call.
  bool forces_calls() const;

 private:
  const json::value* of_input(std::string_view key) const;
  bool asks_for_transcripts() const;
  json::array all_tools(const json::array& callers) const;
  json::array without_ours(const json::array& callers) const;
  std::string all_instructions(std::string_view callers) const;
  bool is_reserved(std::string_view name) const;
  Result<void> check_tools(const json::object& session) const;

  std::string instructions_;
  std::shared_ptr<const ToolOffer> offer_;
  std::shared_ptr<const registry::Snapshot> reserved_;  // null: only what is offered
  json::object caller_;                                 // as the caller set it, merged
  json::object first_;                                  // what it begins with
  std::vector<std::string> caller_tools_;
  std::string transcription_model_;
};

}  // namespace callosum::session
