#pragma once

#include "policy/act_store.hpp"
#include "policy/gate.hpp"

namespace callosum::policy {

/// Has this very act (the tool's `idempotency_key`) been done in this session under another call?
/// The first answer again: nothing is counted, and nobody is asked for a consent twice.
class SameActGate final : public Gate {
 public:
  explicit SameActGate(ActStore& acts) : acts_(acts) {}
  std::string_view name() const override { return "same_act"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;

 private:
  ActStore& acts_;
};

}  // namespace callosum::policy
