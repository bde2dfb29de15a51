#include "policy/same_act.hpp"

#include "base/short_key.hpp"

namespace callosum::policy {

std::optional<Verdict> SameActGate::judge(const PreparedCall& call) {
  if (call.act.empty() || !call.is_write()) return pass();
  const auto& context = call.context;
  // No act gets by this gate unheard, so one that is new here is in no ledger.
  if (filter_ &&
      filter_->add(short_key(context.tenant_id, context.session_id), short_key_of_act(call.act))) {
    return pass();
  }
  return std::nullopt;
}

boost::asio::awaitable<Verdict> SameActGate::ask(const PreparedCall& call) {
  auto looking = acts_.answer_of(call);
  auto earlier = co_await std::move(looking);
  if (!earlier) co_return pass();
  // Being done: that call's answer is still to come, so this one may be made again.
  if (!earlier->ok() && earlier->error->type == ErrorType::conflict) {
    co_return refuse(*earlier->error);
  }
  co_return answer(std::move(earlier));
}

}  // namespace callosum::policy
