#include "app/counting_chat.hpp"

#include <utility>

namespace callosum::app {
namespace {

class CountingChat final : public realtime::ChatModel {
 public:
  CountingChat(std::shared_ptr<realtime::ChatModel> chat, telemetry::Metrics& metrics,
               ChatPurpose purpose)
      : chat_(std::move(chat)), metrics_(metrics), purpose_(std::move(purpose)) {}

  boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(
      realtime::ChatRequest request, std::function<void(std::string_view)> on_text,
      async::Deadline deadline) override {
    struct Counting {
      const CountingChat& owner;
      std::string outcome = "CANCELLED";  // unless it comes to another end
      ~Counting() { owner.count(outcome); }
    } counting{*this};
    auto asking = chat_->ask(std::move(request), std::move(on_text), deadline);
    auto answer = co_await std::move(asking);
    counting.outcome = answer ? "ok" : std::string(to_string(answer.error().type));
    co_return answer;
  }

 private:
  void count(const std::string& outcome) const {
    metrics_
        .counter(
            "chat_requests_total", "Requests to chat models, by what for and how they ended.",
            {{"provider", purpose_.provider}, {"purpose", purpose_.purpose}, {"outcome", outcome}})
        .add();
  }

  const std::shared_ptr<realtime::ChatModel> chat_;
  telemetry::Metrics& metrics_;
  const ChatPurpose purpose_;
};

}  // namespace

std::shared_ptr<realtime::ChatModel> count_requests(std::shared_ptr<realtime::ChatModel> chat,
                                                    telemetry::Metrics& metrics,
                                                    ChatPurpose purpose) {
  return std::make_shared<CountingChat>(std::move(chat), metrics, std::move(purpose));
}

}  // namespace callosum::app
