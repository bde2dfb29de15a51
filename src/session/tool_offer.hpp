#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "realtime/model_port.hpp"

namespace callosum::session {

namespace json = boost::json;

/// Our tools as one audience is offered them. Made once, shared by all of its sessions.
class ToolOffer {
 public:
  /// `tools` is the export for the provider, `names` the names in it.
  ToolOffer(json::array tools, std::vector<std::string> names);

  const std::shared_ptr<const realtime::OfferedTools>& tools() const { return tools_; }
  bool contains(std::string_view name) const;
  const std::vector<std::string>& names() const { return names_; }
  /// SHA-256 of the list, in hex: what a model has been told and what it would be told again.
  const std::string& hash() const { return hash_; }

 private:
  std::shared_ptr<const realtime::OfferedTools> tools_;
  std::vector<std::string> names_;  ///< sorted
  std::string hash_;
};

}  // namespace callosum::session
