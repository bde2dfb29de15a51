#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/deque.hpp"

namespace callosum::provider::xai {

namespace json = boost::json;

/// The session as a GA client is to see it, made of what was asked and granted: what xAI echoes is
/// another shape (protocols: xAI voice §3).
class SessionBook {
 public:
  explicit SessionBook(std::string model);

  /// A session.update is on its way; `settled` as settle_session gives it.
  void on_sent(std::string_view event_id, json::object settled);
  /// It was refused; one without an id: the oldest.
  void on_refused(std::string_view event_id);
  /// session.created: the whole session as it is before our first update.
  json::object on_created(const json::object& echo);
  /// session.updated: the whole session with the oldest update that was on its way.
  json::object on_updated(const json::object& echo);
  /// Our first update has not been answered yet.
  bool is_opening() const { return !has_been_updated_; }

  bool is_text_only() const;
  bool hears_by_itself() const { return detects("type"); }  ///< else the client commits
  bool answers_speech() const { return detects("create_response"); }
  bool yields_to_speech() const { return detects("interrupt_response"); }
  /// What a response object repeats of it: output_modalities, max_output_tokens, audio.
  json::object response_settings() const;

 private:
  struct Sent {
    std::string event_id;
    json::object patch;
  };
  bool detects(std::string_view what) const;
  const json::object* side(std::string_view name) const;
  void take_names(const json::object& echo);

  json::object session_;
  Deque<Sent> sent_;
  bool has_been_updated_ = false;
};

}  // namespace callosum::provider::xai
