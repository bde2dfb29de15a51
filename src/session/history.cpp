#include "session/history.hpp"

namespace callosum::session {

void History::add(std::string_view role, std::string_view text) {
  if (text.empty()) return;
  auto cut = text.substr(0, kMaxLineBytes);
  // Never in the middle of a character.
  while (cut.size() < text.size() && !cut.empty() &&
         (static_cast<unsigned char>(text[cut.size()]) & 0xc0) == 0x80) {
    cut.remove_suffix(1);
  }
  ++added_since_mark_;
  lines_.push_back({std::string(role), std::string(cut)});
  if (lines_.size() > kMaxLines) lines_.pop_front();
}

}  // namespace callosum::session
