#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Has this very call been made before? Same id, same arguments: the first answer again (waiting
/// for it where the first still runs), nothing runs and nothing is counted. Same id, other
/// arguments: CONFLICT.
class DuplicateGate final : public Gate {
 public:
  std::string_view name() const override { return "duplicate"; }
  bool minds_call_ids() const override { return true; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;
};

}  // namespace callosum::policy
