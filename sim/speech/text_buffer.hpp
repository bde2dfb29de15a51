#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace callosum::sim::speech {

/// Text that has come and is not said yet.
class TextBuffer {
 public:
  void append(std::string_view text) { text_ += text; }
  /// Whole sentences: up to the last end of one that a space follows.
  std::string take_sentences();
  std::string take_all() { return std::exchange(text_, {}); }
  std::size_t size() const { return text_.size(); }

 private:
  std::string text_;
};

}  // namespace callosum::sim::speech
