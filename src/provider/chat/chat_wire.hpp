#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "provider/chat/event_stream.hpp"
#include "provider/chat/inline_calls.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::provider::chat {

namespace json = boost::json;

/// How a model is told of tools, and says its calls.
enum class ToolStyle : std::uint8_t {
  native,    ///< as chat completions have them
  in_words,  ///< in its text: inline_calls.hpp
};

/// GA declares functions flat, chat completions one level deeper.
json::array encode_tools(const json::array& tools);

/// The body of a request for one streamed step.
std::string encode_request(const std::string& model, const realtime::ChatRequest& request,
                           ToolStyle style = ToolStyle::native);

/// The calls of a whole `message`. TRANSIENT for one without a function.
Result<std::vector<realtime::ChatCall>> decode_calls(const json::object& message);

/// Takes an answer out of a stream of server-sent events as its bytes come, by the rules of
/// protocols §3.1 and with the deviations of §3.2. What a model writes behind its first call was
/// written without the result: it is left out.
class StreamDecoder {
 public:
  /// `takes_calls`: of those in words none is one unless tools were offered.
  explicit StreamDecoder(std::function<void(std::string_view)> on_text,
                         ToolStyle style = ToolStyle::native, bool takes_calls = true);
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;
  /// TRANSIENT: what came is no such stream, or more than an answer may be.
  Result<void> feed(std::string_view bytes);
  /// The service has said that this was all: nothing that follows counts.
  bool is_done() const { return is_done_; }
  /// The answer; TRANSIENT where the stream ended before it was whole.
  Result<realtime::ChatAnswer> finish();

 private:
  Result<void> take_event(const StreamEvent& event);
  Result<void> take_chunk(std::string_view data);
  Result<void> take_choice(const json::object& choice);
  Result<void> take_text(std::string_view text);
  Result<void> take_call(const json::object& delta);
  Result<std::size_t> place_of(const json::object& delta);
  void pass(std::string_view text);

  std::function<void(std::string_view)> on_text_;
  std::optional<InlineCalls> inline_;  // where calls are in the text
  EventStream stream_;
  realtime::ChatAnswer answer_;
  std::map<std::int64_t, std::size_t> places_;  // of the calls, by the index on the wire
  std::size_t bytes_ = 0;                       // of the answer
  std::string finish_reason_;
  bool is_done_ = false;  // nothing more counts
};

}  // namespace callosum::provider::chat
