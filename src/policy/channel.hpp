#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Is the tool for the channel this caller came in by?
class ChannelGate final : public Gate {
 public:
  std::string_view name() const override { return "channel"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
