#pragma once

#include <boost/json/array.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::provider::chat {

namespace json = boost::json;

/// Tools for a chat model that has none of its own: it writes calls into its text, as
/// {"type":"tool_call","tool_name":…,"arguments":{…}}, and is told what became of them as
/// {"type":"tool_result","tool_name":…,"result":…}.

/// The same conversation and tools in words alone. What others have said has no braces in it: only
/// ours are JSON.
json::array write_inline(const realtime::ChatRequest& request);

/// Whether a request offers tools that may be called.
bool may_call(const realtime::ChatRequest& request);

/// Takes the calls out of a text that comes in any pieces: what is left is passed on. Nothing that
/// looks like JSON is, and nothing behind the first call: it was written without its result. A call
/// begins its line, or it is a quotation.
class InlineCalls {
 public:
  /// `takes_calls`: tools were offered.
  explicit InlineCalls(std::function<void(std::string_view)> on_text, bool takes_calls = true)
      : on_text_(std::move(on_text)), takes_calls_(takes_calls) {}
  /// TRANSIENT: a call that is none, or too long.
  Result<void> feed(std::string_view text);
  /// TRANSIENT where it ends in the middle of one.
  Result<void> finish();
  std::vector<realtime::ChatCall>& calls() { return calls_; }

 private:
  Result<void> take(char c);
  Result<void> take_object();
  Result<void> take_call(const json::object& call);
  void pass(std::string_view text);

  std::function<void(std::string_view)> on_text_;
  bool takes_calls_;
  std::string plain_;   // to be passed on together
  std::string object_;  // what began with a brace; empty: none did
  std::size_t depth_ = 0;
  std::size_t ticks_ = 0;  // of a fence of code, in a row
  bool in_fence_word_ = false;
  bool begins_line_ = true;  // nothing but blanks, a fence, or calls yet
  bool in_text_ = false;     // within the object
  bool is_escaped_ = false;
  std::vector<realtime::ChatCall> calls_;
};

}  // namespace callosum::provider::chat
