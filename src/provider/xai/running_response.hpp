#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provider/xai/turns.hpp"

namespace callosum::provider::xai {

/// Under which of three names the words of an item come. xAI may use several at once; the first
/// counts.
enum class WordsAs : std::uint8_t { none, transcript, text, old_text };

/// An item of the running response.
struct OutputItem {
  std::string id;
  std::string call_id;  ///< empty: no call
  std::int64_t index = 0;
  json::object item;      ///< mended, as it was last seen
  std::string words;      ///< said or written so far
  std::string arguments;  ///< of a call
  WordsAs words_as = WordsAs::none;
  bool is_ended = false;
  bool has_arguments = false;  ///< all of them

  bool is_message() const { return call_id.empty() && item.contains("content"); }
};

/// The response that runs, as far as its events depend on each other: xAI numbers every item 0,
/// leaves out what an item or a part holds, and puts the counts elsewhere. Pure.
class RunningResponse {
 public:
  static constexpr std::size_t kMaxItems = 64;
  static constexpr std::size_t kMaxWords = 256 * 1024;  ///< of an item; what follows is not kept

  /// `settings`: what the response object repeats of the session.
  void begin(std::string id, Ask of, json::object settings);
  void end();
  bool is_running() const { return !id_.empty(); }
  const std::string& id() const { return id_; }
  bool is_outside() const { return of_.is_utterance; }  ///< GA's `conversation: none`
  bool is_text_only() const { return is_text_only_; }
  bool is_cancelled() const { return is_cancelled_; }  ///< the client has asked for that
  bool is_spoken_over() const { return is_spoken_over_; }
  void set_metadata(const json::value& metadata) { of_.metadata = metadata; }
  void cancel() { is_cancelled_ = is_running(); }
  void speak_over() { is_spoken_over_ = is_running(); }

  OutputItem* find(std::string_view item_id);
  OutputItem* newest() { return items_.empty() ? nullptr : &items_.back(); }
  /// `item` is mended. Null: there are too many.
  OutputItem* add(const json::object& item);
  std::vector<OutputItem>& items() { return items_; }
  void add_words(OutputItem& item, std::string_view words, WordsAs as);
  /// Whether words that come under this name are those that count.
  static bool claim(OutputItem& item, WordsAs as);
  bool is_written(const OutputItem& item) const;  ///< rather than spoken
  /// The item as it is at its end. `seen`: as xAI told it there, mended; empty: it did not.
  void finish(OutputItem& item, json::object seen, std::string_view status);

  /// The response object of GA §8.1. `conversation_id` is null for one outside the conversation.
  json::object created(std::string_view conversation_id) const;
  json::object done(std::string_view conversation_id, std::string_view status,
                    json::value details) const;

 private:
  json::object shape(std::string_view conversation_id, std::string_view status) const;

  std::string id_;
  Ask of_;
  json::object settings_;
  std::vector<OutputItem> items_;
  bool is_text_only_ = false;
  bool is_cancelled_ = false;
  bool is_spoken_over_ = false;
};

}  // namespace callosum::provider::xai
