#include "tool/http/fan_out.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"

namespace callosum::tool::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kAtOnce = 4;

/// Lives in the frame of `fetch_each`, longer than its tasks.
struct Fetching {
  Sender& sender;
  std::vector<Call> calls;
  std::vector<std::optional<Result<json::value>>> answers;
  std::size_t next = 0;
  std::optional<Error> failure;
};

asio::awaitable<void> fetch(Fetching& all) {
  while (all.next < all.calls.size() && !all.failure) {
    const auto index = all.next++;
    auto sending = all.sender.send(all.calls[index]);
    auto answer = co_await std::move(sending);
    const bool is_gone = !answer && answer.error().type == ErrorType::not_found;
    if (!answer && !is_gone && !all.failure) all.failure = answer.error();
    if (answer) all.answers[index] = std::move(answer);
  }
}

Result<Call> call_for(const EachPlan& each, const Sender& sender, const json::object& arguments,
                      const json::value& entry) {
  auto known = arguments;
  known["item"] = entry;
  auto target = each.url.fill(known);
  if (!target) {
    return fail(ErrorType::invalid_output, "the service's answer could not be understood",
                "each: " + target.error().message);
  }
  return sender.make_call("GET", std::move(*target));
}

}  // namespace

asio::awaitable<Result<json::value>> fetch_each(const EachPlan& each, Sender& sender,
                                                const json::object& arguments, json::value answer) {
  auto* found = each.list.find(answer);
  auto* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) co_return answer;
  Fetching all{sender, {}, {}, 0, std::nullopt};
  for (const auto& entry : *list) {
    if (all.calls.size() == each.most) break;
    auto call = call_for(each, sender, arguments, entry);
    if (!call) co_return call.error();
    all.calls.push_back(std::move(*call));
  }
  all.answers.resize(all.calls.size());
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup tasks(executor, sender.deadline().time());
  for (std::size_t i = 0; i < std::min(kAtOnce, all.calls.size()); ++i) {
    tasks.spawn("request for an entry", fetch(all));
  }
  co_await tasks.wait_all();
  tasks.cancel();  // where the whole was cut short
  co_await tasks.join();
  if (all.failure) co_return *all.failure;
  json::array answers;
  for (auto& one : all.answers) {
    if (one) answers.push_back(std::move(**one));
  }
  *list = std::move(answers);
  co_return answer;
}

}  // namespace callosum::tool::http
