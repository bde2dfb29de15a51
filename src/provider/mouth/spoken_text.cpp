#include "provider/mouth/spoken_text.hpp"

namespace callosum::provider::mouth {
namespace {

constexpr std::size_t kFurthest = 60;  // bytes that a service may pass over in silence

bool is_blank(std::string_view character) {
  return character.find_first_not_of(" \n\t\r") == std::string_view::npos;
}

}  // namespace

void SpokenText::clear() {
  text_.clear();
  spoken_ = 0;
}

void SpokenText::add(std::string_view piece) {
  if (!text_.empty()) text_ += ' ';
  text_ += piece;
}

std::optional<std::size_t> SpokenText::take_word(std::string_view word) {
  if (word.empty()) return std::nullopt;
  const auto near = std::string_view(text_).substr(spoken_, word.size() + kFurthest);
  const auto at = near.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  spoken_ += at + word.size();
  return spoken_;
}

std::optional<std::size_t> SpokenText::take_character(std::string_view character) {
  if (character.empty() || is_blank(character)) return std::nullopt;
  const auto rest = std::string_view(text_).substr(spoken_);
  const auto skipped = rest.find_first_not_of(" \n\t\r");
  if (skipped == std::string_view::npos) return std::nullopt;
  if (!rest.substr(skipped).starts_with(character)) return std::nullopt;
  spoken_ += skipped + character.size();
  const bool ends_word =
      spoken_ == text_.size() || is_blank(std::string_view(text_).substr(spoken_, 1));
  if (!ends_word) return std::nullopt;
  return spoken_;
}

}  // namespace callosum::provider::mouth
