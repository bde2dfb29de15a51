#include "sim/speech/text_buffer.hpp"

namespace callosum::sim::speech {

std::string TextBuffer::take_sentences() {
  for (auto at = text_.size(); at-- > 1;) {
    const bool is_end = std::string_view(".!?").find(text_[at - 1]) != std::string_view::npos;
    if (text_[at] != ' ' || !is_end) continue;
    auto out = text_.substr(0, at + 1);
    text_.erase(0, at + 1);
    return out;
  }
  return {};
}

}  // namespace callosum::sim::speech
