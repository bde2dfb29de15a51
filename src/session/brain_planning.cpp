#include "session/brain_planning.hpp"

#include <utility>

#include "session/piece_cutter.hpp"

namespace callosum::session {

namespace asio = boost::asio;

struct BrainPlanning::Step {
  PieceCutter cutter;
  std::deque<std::string> pieces;
  std::optional<Result<realtime::ChatAnswer>> end;
  std::function<void()> on_news;  // empty: nobody waits for it any more

  void tell() const {
    if (on_news) on_news();
  }

  static asio::awaitable<void> run(std::shared_ptr<Step> step,
                                   std::shared_ptr<realtime::ChatModel> chat,
                                   realtime::ChatRequest request, async::Deadline deadline) {
    std::function<void(std::string_view)> on_text = [step = step.get()](std::string_view text) {
      const auto known = step->pieces.size();
      step->cutter.feed(text, step->pieces);
      if (step->pieces.size() > known) step->tell();
    };
    auto asking = chat->ask(std::move(request), std::move(on_text), deadline);
    auto answer = co_await std::move(asking);
    if (answer) step->cutter.finish(step->pieces);
    step->end.emplace(std::move(answer));
    step->tell();
  }
};

void BrainPlanning::start(const asio::any_io_executor& executor, realtime::ChatRequest request,
                          std::function<void()> on_news, async::Deadline deadline) {
  cancel();
  step_ = std::make_shared<Step>();
  step_->on_news = std::move(on_news);
  work_.start(executor, Step::run(step_, chat_, std::move(request), deadline));
}

void BrainPlanning::cancel() {
  if (step_) step_->on_news = nullptr;
  step_.reset();
  work_.cancel();
}

std::optional<std::string> BrainPlanning::take_piece() {
  work_.rethrow();
  if (!step_ || step_->pieces.empty()) return std::nullopt;
  auto piece = std::move(step_->pieces.front());
  step_->pieces.pop_front();
  return piece;
}

std::optional<Result<realtime::ChatAnswer>> BrainPlanning::take_end() {
  if (!step_ || !step_->pieces.empty() || !step_->end) return std::nullopt;
  return std::exchange(step_->end, std::nullopt);
}

}  // namespace callosum::session
