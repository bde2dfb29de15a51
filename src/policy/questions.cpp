#include "policy/questions.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "policy/consent_grammar.hpp"

namespace callosum::policy {

const Questions::Question& Questions::ask(const Act& act, std::uint64_t turn,
                                          std::int64_t expires_at_ms, Random& random) {
  std::erase_if(open_, [&](const Question& each) {
    return each.tool == act.tool && each.arguments_hash == act.arguments_hash && !each.was_put;
  });
  if (open_.size() >= kMaxOpen) open_.erase(open_.begin());
  open_.push_back({make_id("confirm_", random), std::string(act.tool),
                   std::string(act.arguments_hash), expires_at_ms, turn});
  return open_.back();
}

Questions::Redeemed Questions::redeem(std::string_view token, const Act& act, std::uint64_t turn,
                                      std::int64_t now_ms) {
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const Question& each) {
    return equal_in_constant_time(each.token, token) && each.tool == act.tool &&
           each.arguments_hash == act.arguments_hash;
  });
  if (at == open_.end()) return Redeemed::unknown;
  if (now_ms >= at->expires_at_ms) {
    open_.erase(at);
    return Redeemed::expired;
  }
  if (!at->was_put) return Redeemed::not_heard;
  if (turn <= at->asked_in) return Redeemed::same_turn;
  if (at->agreed_in != turn) return Redeemed::not_agreed;
  open_.erase(at);
  return Redeemed::agreed;
}

void Questions::reply_began() {
  for (auto& each : open_) each.is_being_put |= !each.was_put;
}

void Questions::reply_ended(bool completed) {
  if (!completed) return reply_was_cut();
  for (auto& each : open_) each.was_put |= std::exchange(each.is_being_put, false);
}

void Questions::reply_was_cut() {
  // Also one whose reply was complete, and not yet heard: nobody has spoken since.
  std::erase_if(open_, [this](const Question& each) {
    return each.is_being_put || (each.was_put && each.asked_in >= turn_);
  });
}

void Questions::user_said(std::uint64_t turn, std::string_view words) {
  if (turn_ != turn) words_.clear();
  turn_ = turn;
  if (!words_.empty()) words_ += ' ';
  words_ += words;
  for (const auto& waiter : std::exchange(waiting_, {})) waiter->set();
  if (open_.empty()) return;
  const auto assent = words_.size() > kMaxWords ? Assent::unclear : judge_assent(words_);
  if (assent == Assent::no) {
    std::erase_if(open_, [](const Question& each) { return each.was_put; });
    return;
  }
  // A yes to two questions at once says nothing of either.
  const auto put =
      std::count_if(open_.begin(), open_.end(), [](const Question& each) { return each.was_put; });
  for (auto& each : open_) {
    if (each.was_put) each.agreed_in = assent == Assent::yes && put == 1 ? turn : 0;
  }
}

boost::asio::awaitable<void> Questions::wait_for_words(std::uint64_t turn,
                                                       async::Deadline deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  while (!has_words_of(turn) && !deadline.passed()) {
    auto event = std::make_shared<async::Event>(executor);
    waiting_.push_back(event);
    co_await event->wait(deadline);
  }
}

}  // namespace callosum::policy
