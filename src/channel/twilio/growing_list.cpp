#include "channel/twilio/growing_list.hpp"

#include <boost/json/serialize.hpp>

namespace callosum::channel::twilio {

json::object& GrowingList::add(json::object entry, std::size_t before) {
  const auto place = newest_.begin() + static_cast<std::ptrdiff_t>(before);
  return newest_.insert(place, std::move(entry))->get_object();
}

void GrowingList::clear() {
  newest_.clear();
  settled_ = settled_bytes_ = 0;
}

GrowingList::Text GrowingList::take() {
  Text out{settled_bytes_, {}};
  const auto settling = settles_ && newest_.size() > kNewest ? newest_.size() - kNewest : 0;
  std::size_t written = 0;
  for (const auto& entry : newest_) {
    // Each has one character before it: the bracket or a comma.
    out.text += out.kept + out.text.size() == 0 ? '[' : ',';
    out.text += json::serialize(entry);
    if (++written == settling) settled_bytes_ = out.kept + out.text.size();
  }
  if (settling > 0) {
    const auto first = newest_.begin();
    newest_.erase(first, first + static_cast<std::ptrdiff_t>(settling));
    settled_ += settling;
  }
  if (out.kept + out.text.size() == 0) out.text = '[';
  out.text += ']';
  return out;
}

}  // namespace callosum::channel::twilio
