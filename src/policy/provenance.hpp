#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Has each argument marked `provenance: seen` come up in this session: in an earlier result, among
/// the caller's own data, or in the user's words? A model may not make up an identifier, nor take
/// one from its instructions; what a person enters at the operator's door is his word. The refusal
/// names look-ups that would find it, and no other value. What the user has just said may be on its
/// way: words that are due are waited for before anything is refused.
class ProvenanceGate final : public Gate {
 public:
  std::string_view name() const override { return "provenance"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;
};

}  // namespace callosum::policy
