#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Has the caller agreed to this very call, where the tool or the session asks for that? This
/// version can neither take a confirmation nor keep a proposal: what would need one is refused. A
/// person who runs a tool at the operator's door has decided already.
class ConsentGate final : public Gate {
 public:
  std::string_view name() const override { return "consent"; }
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;
};

}  // namespace callosum::policy
