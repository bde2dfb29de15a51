#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/background.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::session {

/// One step of our brain: asks the chat model, and cuts what it says into pieces as it comes. At
/// most one step at a time, and one that is thought of ahead: it computes, and nothing comes of it
/// unless the very same is asked. Lives on its session's thread.
class BrainPlanning {
 public:
  explicit BrainPlanning(std::shared_ptr<realtime::ChatModel> chat) : chat_(std::move(chat)) {}
  ~BrainPlanning();
  BrainPlanning(const BrainPlanning&) = delete;
  BrainPlanning& operator=(const BrainPlanning&) = delete;

  /// `on_news`: `take_piece` or `take_end` has something.
  void start(const boost::asio::any_io_executor& executor, realtime::ChatRequest request,
             std::function<void()> on_news, async::Deadline deadline);
  void cancel();
  /// What may soon be asked. In the place of what was thought of before.
  void think_ahead(const boost::asio::any_io_executor& executor, realtime::ChatRequest request,
                   async::Deadline deadline);
  void forget_ahead();
  std::optional<std::string> take_piece();
  /// How it ended, once, when no piece is left.
  std::optional<Result<realtime::ChatAnswer>> take_end();

 private:
  struct Step;
  bool take_ahead(const realtime::ChatRequest& request);

  std::shared_ptr<realtime::ChatModel> chat_;
  std::shared_ptr<Step> step_;
  std::unique_ptr<async::Background> work_ = std::make_unique<async::Background>();
  std::shared_ptr<Step> ahead_;
  realtime::ChatRequest ahead_request_;
  std::unique_ptr<async::Background> ahead_work_ = std::make_unique<async::Background>();
};

}  // namespace callosum::session
