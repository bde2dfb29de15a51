#include "provider/xai/item_names.hpp"

namespace callosum::provider::xai {

void ItemNames::add(std::string_view theirs, std::string_view known_as) {
  if (theirs.empty() || known_as.empty() || theirs == known_as) return;
  if (names_.size() >= kMaxNames) names_.pop_front();
  names_.push_back({std::string(theirs), std::string(known_as)});
}

std::string_view ItemNames::theirs(std::string_view known_as) const {
  for (const auto& name : names_) {
    if (name.known_as == known_as) return name.theirs;
  }
  return known_as;
}

std::string_view ItemNames::known_as(std::string_view theirs) const {
  for (const auto& name : names_) {
    if (name.theirs == theirs) return name.known_as;
  }
  return theirs;
}

}  // namespace callosum::provider::xai
