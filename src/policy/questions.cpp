#include "policy/questions.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <iterator>
#include <utility>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "policy/consent_grammar.hpp"
#include "policy/question_topic.hpp"

namespace callosum::policy {

namespace {

bool is_of(const Questions::Question& question, const Questions::Act& act) {
  return question.tool == act.tool && question.arguments_hash == act.arguments_hash;
}

}  // namespace

template <class Which>
void Questions::drop(const Which& which) {
  const bool has_heard = std::any_of(open_.begin(), open_.end(), [&](const Question& each) {
    return each.was_heard && which(each);
  });
  if (has_heard) ++heard_version_;
  std::erase_if(open_, which);
}

const Questions::Question& Questions::ask(Asking asking, Random& random) {
  const auto& act = asking.act;
  drop([&](const Question& each) { return is_of(each, act) && !each.was_put; });
  if (open_.size() >= kMaxOpen) {
    drop([oldest = &open_.front()](const Question& each) { return &each == oldest; });
  }
  Question question;
  question.token = make_id("confirm_", random);
  question.tool = act.tool;
  question.arguments_hash = act.arguments_hash;
  question.expires_at_ms = asking.expires_at_ms;
  question.asked_in = asking.turn;
  question.name = asking.name;
  question.arguments = std::move(asking.arguments);
  question.asked_at_ms = asking.asked_at_ms;
  question.is_raised = asking.is_raised;
  open_.push_back(std::move(question));
  return open_.back();
}

Questions::Redeemed Questions::redeem(std::string_view token, const Act& act, std::uint64_t turn,
                                      std::int64_t now_ms) {
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const Question& each) {
    return equal_in_constant_time(each.token, token) && is_of(each, act);
  });
  if (at == open_.end()) return Redeemed::unknown;
  if (now_ms >= at->expires_at_ms) {
    drop([gone = &*at](const Question& each) { return &each == gone; });
    return Redeemed::expired;
  }
  if (!at->was_put) return Redeemed::not_heard;
  if (turn <= at->asked_in) return Redeemed::same_turn;
  if (at->agreed_in != turn) return Redeemed::not_agreed;
  drop([&](const Question& each) { return is_of(each, act); });
  return Redeemed::agreed;
}

void Questions::reply_began() {
  for (auto& each : open_) each.is_being_put |= !each.was_put;
}

void Questions::reply_ended(bool completed, std::string_view words) {
  if (!completed) return reply_was_cut();
  for (auto& each : open_) {
    const auto topic = topic_of(words, each.name, each.arguments);
    const bool is_left = topic == Topic::other && each.agreed_in == 0;
    if (each.was_put && is_left) displace(each);
    // The next reply alone puts a question whatever it says; one that was left must come up in it.
    if (each.is_displaced && topic != Topic::same) each.is_being_put = false;
  }
  drop_unanswered();
  for (auto& each : open_) each.was_put |= std::exchange(each.is_being_put, false);
}

/// What is asked now comes after them: the next yes is to this alone.
void Questions::drop_unanswered() {
  std::vector<Question> newest;
  for (const auto& each : open_) {
    if (!each.is_being_put) continue;
    if (!newest.empty() && each.asked_in > newest.front().asked_in) newest.clear();
    if (newest.empty() || each.asked_in == newest.front().asked_in) newest.push_back(each);
  }
  if (newest.empty()) return;
  const auto turn = newest.front().asked_in;
  drop([&](const Question& each) {
    const bool is_asked_again = std::any_of(newest.begin(), newest.end(), [&](const Question& now) {
      return is_of(each, {now.tool, now.arguments_hash});
    });
    const bool is_left = (each.was_put || each.is_being_put) && each.asked_in < turn;
    return is_left && each.agreed_in < turn && !is_asked_again;
  });
}

void Questions::drop_expired(std::int64_t now_ms) {
  drop([now_ms](const Question& each) { return now_ms >= each.expires_at_ms; });
}

void Questions::reply_was_cut() {
  // Also one whose reply was complete, and not yet heard: nobody has spoken since.
  drop([this](const Question& each) {
    if (each.is_restored) return false;
    return each.is_being_put || (each.was_put && each.asked_in >= turn_);
  });
}

void Questions::something_else_asked() {
  for (auto& each : open_) displace(each);
}

void Questions::displace(Question& question) {
  question.was_put = question.is_being_put = false;
  question.is_displaced = true;
  if (std::exchange(question.was_heard, false)) ++heard_version_;
}

void Questions::user_said(std::uint64_t turn, std::string_view words) {
  if (turn_ != turn) words_.clear();
  turn_ = turn;
  if (!words_.empty()) words_ += ' ';
  words_ += words;
  for (const auto& waiter : std::exchange(waiting_, {})) waiter->set();
  if (open_.empty()) return;
  const auto assent = words_.size() > kMaxWords ? Assent::unclear : judge_assent(words_);
  // The words of a turn often come late: what was asked in it they do not answer.
  const auto answers = [turn](const Question& each) {
    return each.was_put && each.asked_in < turn;
  };
  if (assent == Assent::no) return drop(answers);
  // A yes to two questions at once says nothing of either.
  const bool is_agreed = assent == Assent::yes && is_one_act_put(turn);
  for (auto& each : open_) {
    if (answers(each)) each.agreed_in = is_agreed ? turn : 0;
  }
}

/// Asked twice it is still one question.
bool Questions::is_one_act_put(std::uint64_t before_turn) const {
  const Question* first = nullptr;
  for (const auto& each : open_) {
    if (!each.was_put || each.asked_in >= before_turn) continue;
    if (first && !is_of(each, {first->tool, first->arguments_hash})) return false;
    first = &each;
  }
  return first != nullptr;
}

void Questions::note_heard() {
  for (auto& each : open_) {
    if (!each.was_put || each.was_heard) continue;
    each.was_heard = true;
    ++heard_version_;
  }
}

std::vector<Questions::Question> Questions::heard() const {
  std::vector<Question> out;
  std::copy_if(open_.begin(), open_.end(), std::back_inserter(out),
               [](const Question& each) { return each.was_heard; });
  return out;
}

void Questions::restore(std::vector<Question> heard) {
  open_ = std::move(heard);
  if (open_.size() > kMaxOpen) open_.resize(kMaxOpen);
  for (auto& each : open_) {
    each.was_put = each.was_heard = each.is_restored = true;
    each.is_being_put = false;
    each.asked_in = each.agreed_in = 0;  // turns are counted anew
  }
}

void Questions::give_up() {
  open_.clear();
  ++heard_version_;
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
