#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::gemini {

namespace json = boost::json;

/// The calls of one connection and what they are answered with. An answer is kept until all that
/// are open have one: then the model, which speaks to every answer by itself, speaks once. A call
/// that the model took back is never answered. Pure.
class Calls {
 public:
  static constexpr std::size_t kMaxOpen = 128;    ///< what is more is refused
  static constexpr std::size_t kMaxKept = 1024;   ///< with those that are refused
  static constexpr std::size_t kMaxKnown = 2048;  ///< whose ids are remembered

  /// `wire_id` is empty where the model gave none. False: the call is known, or one too many.
  bool open(const std::string& call_id, std::string_view wire_id, std::string_view name);
  enum class Answered : std::uint8_t { kept, again, withdrawn, unknown };
  Answered answer(std::string_view call_id, std::string_view output,
                  realtime::OutputDelivery delivery);
  /// The model takes calls back, by its own ids; those that were open, by ours.
  std::vector<std::string> withdraw(const json::array& wire_ids);

  bool has_too_many() const;  ///< open: the newest is to be refused
  bool knows(std::string_view call_id) const;
  bool has_open() const;     ///< waits for an answer
  bool has_answers() const;  ///< that were not sent yet
  bool is_due() const { return has_answers() && !has_open(); }
  bool is_urgent() const { return has_delivery(realtime::OutputDelivery::interrupt); }
  /// Whether the model will speak to what is kept.
  bool asks_for_words() const {
    return is_urgent() || has_delivery(realtime::OutputDelivery::when_idle);
  }
  void silence();  ///< nobody is to hear of what is kept
  /// One toolResponse of all answers that are kept, in the order of the calls. `with_scheduling`:
  /// for a model that goes on while a call runs.
  std::string take_answers(bool with_scheduling);
  void clear();

 private:
  struct Call {
    std::string id, wire_id, name;
    std::string output;
    realtime::OutputDelivery delivery = realtime::OutputDelivery::when_idle;
    bool is_answered = false;
  };
  bool has_delivery(realtime::OutputDelivery delivery) const;

  std::vector<Call> calls_;   ///< open, or answered and kept
  Deque<std::string> known_;  ///< by our ids, all that were ever opened
  Deque<std::string> withdrawn_;
};

/// The object that a response must be, nothing of an envelope lost: `{output}` or `{error}`.
json::object encode_output(std::string_view output);

}  // namespace callosum::provider::gemini
