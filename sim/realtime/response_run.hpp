#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/realtime/compose.hpp"
#include "sim/realtime/state.hpp"
#include "sim/realtime/wire.hpp"

namespace callosum::sim {

/// One response under way: sends its events and keeps what was really sent, so that a cut leaves
/// the items and the response.done that the wire would have.
class ResponseRun {
 public:
  ResponseRun(Wire& wire, State& state, Reply reply, ResponseFrame frame, json::object body);

  const std::string& id() const { return frame_.response_id; }
  bool is_in_conversation() const { return frame_.is_in_conversation; }
  bool is_started() const { return is_started_; }
  bool is_done() const { return is_done_; }
  Ms played() const { return played_; }

  void start();  ///< response.created
  /// Performs the steps that are due now; the delay before the next, or none when nothing is left.
  std::optional<Ms> advance();
  /// response.done of status "cancelled"; what was still to come is lost.
  void cancel(std::string_view reason);
  /// Nothing more is sent, not even response.done.
  void abandon();

 private:
  struct Sent {
    ItemSoFar so_far;
    bool is_ended = false;
    json::object ended;
  };

  void perform(Step& step);
  void send(json::object event);
  void observe(json::object& event);
  void observe_item(std::string_view type, json::object& event);
  void record_call(const json::object& item);
  Sent* find_sent(const json::object& event);
  void finish();
  void send_done(std::string_view status, json::value details);
  void add_rate_limits();

  Wire& wire_;
  State& state_;
  Reply reply_;
  ResponseFrame frame_;
  json::object body_;
  json::object done_;  ///< response.done as sent
  std::vector<Step> steps_;
  std::size_t next_ = 0;
  std::vector<Sent> sent_;
  Ms played_{0};
  std::size_t written_ = 0;
  bool is_started_ = false;
  bool is_silent_ = false;
  bool is_done_ = false;
  bool has_waited_ = false;
};

}  // namespace callosum::sim
