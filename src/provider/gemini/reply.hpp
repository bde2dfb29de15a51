#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "provider/gemini/conversation.hpp"
#include "provider/gemini/words.hpp"

namespace callosum::provider::gemini {

/// What a response repeats of who asked for it, and of the session.
struct ReplyStart {
  json::value metadata = nullptr;
  json::object settings;    ///< SessionBook::response_settings
  bool is_outside = false;  ///< GA's `conversation: none`
  bool is_text_only = false;
};

/// The GA response that runs, told event by event (GA §8.1, §11.1) of a turn that has no such
/// thing: items begin with their first sound or word. Pure.
class Reply {
 public:
  static constexpr std::size_t kMaxItems = 128;

  explicit Reply(Conversation& conversation) : conversation_(conversation) {}

  bool is_running() const { return !id_.empty(); }
  const std::string& id() const { return id_; }
  bool is_outside() const { return start_.is_outside; }
  bool is_text_only() const { return start_.is_text_only; }
  bool is_full() const { return output_.size() >= kMaxItems; }  ///< it should end
  bool has_output() const { return message_.has_value() || !output_.empty(); }

  void begin(ReplyStart start);
  /// Known too late for response.created, and in time for response.done.
  void set_metadata(const json::value& metadata) { start_.metadata = metadata; }
  /// `base64` is whole samples of the output's format.
  void add_audio(std::string_view base64);
  void add_words(std::string_view told);
  void end_audio();  ///< no more sound is coming; words may
  void add_call(const std::string& call_id, std::string_view name, const std::string& arguments);
  void end(std::string_view status, json::value details, json::value usage);

 private:
  struct Message {
    std::string id;
    std::int64_t index = 0;
    Words words;
    bool is_audio_ended = false;
  };
  Message& message();
  void end_message(std::string_view status);
  json::object message_item(const Message& message, std::string_view status) const;
  json::object part(std::string_view words) const;
  json::object place(const Message& message) const;
  void say_item(std::string_view type, std::int64_t index, const json::object& item);
  json::object response(std::string_view status) const;

  Conversation& conversation_;
  std::string id_;
  ReplyStart start_;
  json::array output_;
  std::optional<Message> message_;
};

}  // namespace callosum::provider::gemini
