#pragma once

#include <chrono>

#include "base/random.hpp"
#include "policy/confirmation_store.hpp"
#include "policy/gate.hpp"
#include "policy/proposal_store.hpp"

namespace callosum::policy {

/// What the gate of consent stands on; references outlive it.
struct ConsentParts {
  async::TimeSource& time;
  Random& random;
  ProposalStore* proposals = nullptr;          ///< null: nothing can be proposed
  ConfirmationStore* confirmations = nullptr;  ///< null: nothing that words cannot confirm runs
  std::chrono::seconds question_ttl{300};      ///< for an answer
  AfterUntrusted after_untrusted = AfterUntrusted::turn;
};

/// Has the caller agreed to this very call, where the tool or the session asks for that? Where
/// changes are only proposed, the proposal is the answer. A person who runs a tool at the
/// operator's door has decided already.
class ConsentGate final : public Gate {
 public:
  explicit ConsentGate(ConsentParts parts) : parts_(parts) {}
  std::string_view name() const override { return "consent"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;

 private:
  registry::Confirmation tier_of(const PreparedCall& call) const;
  Verdict question(const PreparedCall& call, std::string message);
  Verdict redeem(const PreparedCall& call);
  boost::asio::awaitable<Verdict> propose(const PreparedCall& call);
  boost::asio::awaitable<Verdict> settle(const PreparedCall& call);
  std::int64_t expires_at_ms() const;

  ConsentParts parts_;
};

/// What a person is shown of a call before it runs.
std::string preview_of(const PreparedCall& call);

}  // namespace callosum::policy
