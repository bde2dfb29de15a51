#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::provider::chat {

namespace json = boost::json;

/// GA declares functions flat, chat completions one level deeper.
json::array encode_tools(const json::array& tools);

/// The body of a request for one streamed step.
std::string encode_request(const std::string& model, const realtime::ChatRequest& request);

/// The calls of a whole `message`. TRANSIENT for one without a function.
Result<std::vector<realtime::ChatCall>> decode_calls(const json::object& message);

/// Takes an answer out of a stream of server-sent events as its bytes come.
class StreamDecoder {
 public:
  explicit StreamDecoder(std::function<void(std::string_view)> on_text)
      : on_text_(std::move(on_text)) {}
  /// TRANSIENT: what came is no such stream, or more than an answer may be.
  Result<void> feed(std::string_view bytes);
  /// The answer; TRANSIENT where the stream ended before it was whole.
  Result<realtime::ChatAnswer> finish();

 private:
  Result<void> take_line(std::string_view line);
  Result<void> take_chunk(std::string_view data);
  Result<void> take_call(const json::object& delta);

  std::function<void(std::string_view)> on_text_;
  std::string line_;  // not yet whole
  realtime::ChatAnswer answer_;
  std::size_t bytes_ = 0;  // of the answer
  bool is_finished_ = false;
};

}  // namespace callosum::provider::chat
