#include "session/tool_offer.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"

namespace callosum::session {

ToolOffer::ToolOffer(json::array tools, std::vector<std::string> names) : names_(std::move(names)) {
  auto offered = std::make_shared<realtime::OfferedTools>();
  offered->text = json::serialize(tools);
  hash_ = sha256_hex(offered->text);
  offered->list = std::move(tools);
  tools_ = std::move(offered);
  std::sort(names_.begin(), names_.end());
}

bool ToolOffer::contains(std::string_view name) const {
  return std::binary_search(names_.begin(), names_.end(), name);
}

}  // namespace callosum::session
