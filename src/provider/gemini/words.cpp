#include "provider/gemini/words.hpp"

namespace callosum::provider::gemini {

std::string_view Words::take(std::string_view told) {
  // A single word may well begin like what follows it; a piece begins with its space.
  const bool is_whole = !all_.empty() && told.size() > all_.size() && told.starts_with(all_);
  if (is_whole) told.remove_prefix(all_.size());
  if (all_.size() + told.size() > kMaxBytes) return {};
  const auto from = all_.size();
  all_ += told;
  return std::string_view(all_).substr(from);
}

}  // namespace callosum::provider::gemini
