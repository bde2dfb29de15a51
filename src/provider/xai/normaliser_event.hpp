#pragma once

#include "provider/xai/normaliser.hpp"

namespace callosum::provider::xai {

struct Normaliser::Event {
  std::string_view type;  ///< the wire's own word
  json::object body;
  SteadyTime now;
  Frames& out;
};

}  // namespace callosum::provider::xai
