#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"

namespace callosum::realtime {

namespace json = boost::json;

/// What a user message says in the place of words that were not understood, and before those that
/// the ears are not sure of.
inline constexpr std::string_view kInaudible = "(inaudible)";
inline constexpr std::string_view kUnclear = "(unclear) ";

/// One step of a conversation that a chat model is asked for.
struct ChatRequest {
  json::array messages;               ///< as chat completions have them
  json::array tools;                  ///< as a GA session has them: flat
  json::value tool_choice = nullptr;  ///< likewise; null: the model's own
  bool wants_object = false;          ///< the answer shall be one JSON object; a model may not obey
};

struct ChatCall {
  std::string id, name, arguments;
};

/// What it said, and what it wants called.
struct ChatAnswer {
  std::string text;
  std::vector<ChatCall> calls;
};

/// A language model that plans in text. Shared by sessions; holds nothing of them.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  /// `on_text` is called with every piece of text as it comes.
  virtual boost::asio::awaitable<Result<ChatAnswer>> ask(
      ChatRequest request, std::function<void(std::string_view)> on_text,
      async::Deadline deadline) = 0;
};

}  // namespace callosum::realtime
