#pragma once

#include <functional>
#include <memory>

#include "sim/realtime/response_run.hpp"
#include "sim/realtime/script.hpp"
#include "sim/timeline.hpp"

namespace callosum::sim {

/// response.create, response.cancel and the rule between them: one response at a time may write to
/// the conversation; others (`conversation: "none"`) run beside it.
class Responder {
 public:
  Responder(Wire& wire, State& state, Timeline& timeline);

  void create(const json::object& event);
  /// As the voice detector does at the end of a turn. Nothing when a response is active.
  void create_by_voice();
  void cancel(const json::object& event);
  /// Says `reply` as a response of its own; refused while another runs.
  void speak(Reply reply, const json::object& event);
  /// The user spoke: ends the active response, if there is one, and says so on the wire or not.
  void interrupt(bool is_told = true);
  bool is_active() const { return active_ != nullptr; }
  std::size_t created() const { return count_; }
  /// Called when the conversation is free again, with the length of what was said.
  std::function<void(Ms played)> on_free;

 private:
  bool refuse_create(const json::object& event, const json::object& params);
  void refuse_busy(const json::object& event);
  void begin(const json::object& params);
  void begin(const json::object& params, Reply reply);
  void run(const std::shared_ptr<ResponseRun>& run);
  void release(const std::shared_ptr<ResponseRun>& run);
  ResponseFrame make_frame(const json::object& params);
  Reply make_reply(const json::object& params);
  void count_open_calls();

  Wire& wire_;
  State& state_;
  Timeline& timeline_;
  RuleBook rules_;
  std::size_t count_ = 0;
  std::shared_ptr<ResponseRun> active_;
  std::vector<std::shared_ptr<ResponseRun>> beside_;  ///< out-of-band ones under way
};

}  // namespace callosum::sim
