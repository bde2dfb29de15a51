#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Does the principal belong to the tenant, with a role and an assurance that the tool asks for?
class MembershipGate final : public Gate {
 public:
  std::string_view name() const override { return "membership"; }
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;
};

}  // namespace callosum::policy
