#include "session/brain_planning.hpp"

#include <utility>

#include "session/piece_cutter.hpp"

namespace callosum::session {

namespace asio = boost::asio;

namespace {

bool is_same(const realtime::ChatRequest& a, const realtime::ChatRequest& b) {
  return a.messages == b.messages && a.tools == b.tools && a.tool_choice == b.tool_choice;
}

}  // namespace

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

BrainPlanning::~BrainPlanning() {
  cancel();
  forget_ahead();
}

void BrainPlanning::start(const asio::any_io_executor& executor, realtime::ChatRequest request,
                          std::function<void()> on_news, async::Deadline deadline) {
  cancel();
  if (take_ahead(request)) {
    step_->on_news = std::move(on_news);
    return step_->tell();
  }
  forget_ahead();
  step_ = std::make_shared<Step>();
  step_->on_news = std::move(on_news);
  work_->start(executor, Step::run(step_, chat_, std::move(request), deadline));
}

void BrainPlanning::cancel() {
  if (step_) step_->on_news = nullptr;
  step_.reset();
  work_->cancel();
}

void BrainPlanning::think_ahead(const asio::any_io_executor& executor,
                                realtime::ChatRequest request, async::Deadline deadline) {
  if (ahead_ && is_same(ahead_request_, request)) return;
  forget_ahead();
  ahead_ = std::make_shared<Step>();
  ahead_request_ = request;
  ahead_work_->start(executor, Step::run(ahead_, chat_, std::move(request), deadline));
}

void BrainPlanning::forget_ahead() {
  ahead_.reset();
  ahead_work_->cancel();
}

/// What was thought of becomes the step, with all that it has said so far. A failure is no answer:
/// then it is asked again.
bool BrainPlanning::take_ahead(const realtime::ChatRequest& request) {
  if (!ahead_ || !is_same(ahead_request_, request)) return false;
  if (ahead_->end && !*ahead_->end) return false;
  step_ = std::exchange(ahead_, nullptr);
  std::swap(work_, ahead_work_);
  return true;
}

std::optional<std::string> BrainPlanning::take_piece() {
  work_->rethrow();
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
