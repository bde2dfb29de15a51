#pragma once

#include <memory>

#include "policy/act_filter.hpp"
#include "policy/act_store.hpp"
#include "policy/gate.hpp"

namespace callosum::policy {

/// Has this very act (the tool's `idempotency_key`) been done in this session under another call?
/// The first answer again: nothing is counted, and nobody is asked for a consent twice.
class SameActGate final : public Gate {
 public:
  /// `filter` has heard of every act that `acts` knows; null: `acts` is asked about each.
  explicit SameActGate(ActStore& acts, std::unique_ptr<ActFilter> filter = nullptr)
      : acts_(acts), filter_(std::move(filter)) {}
  std::string_view name() const override { return "same_act"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
  boost::asio::awaitable<Verdict> ask(const PreparedCall& call) override;

 private:
  ActStore& acts_;
  const std::unique_ptr<ActFilter> filter_;
};

}  // namespace callosum::policy
