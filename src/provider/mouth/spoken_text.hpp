#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::provider::mouth {

/// The words of an utterance, and how far a service says that it has spoken them: it names them
/// one after the other, in its own spelling now and then.
class SpokenText {
 public:
  void clear();
  void add(std::string_view piece);
  bool is_empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }
  /// Bytes of the words up to the end of this one; nothing: it is not there.
  std::optional<std::size_t> take_word(std::string_view word);
  /// The same for a character; only where it ends a word.
  std::optional<std::size_t> take_character(std::string_view character);

 private:
  std::string text_;
  std::size_t spoken_ = 0;
};

}  // namespace callosum::provider::mouth
