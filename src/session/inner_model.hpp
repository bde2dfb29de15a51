#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/background.hpp"
#include "realtime/model_port.hpp"

namespace callosum::session {

/// A provider's port within a reply path's own: its events are read all the time and wait here, in
/// bounded number, until they are taken. Lives on its session's thread.
class InnerModel {
 public:
  explicit InnerModel(std::unique_ptr<realtime::ModelPort> port);
  ~InnerModel();
  InnerModel(const InnerModel&) = delete;
  InnerModel& operator=(const InnerModel&) = delete;

  realtime::ModelPort& port() { return *port_; }
  const realtime::ModelPort& port() const { return *port_; }
  /// `on_news`: an event has come, or the end.
  boost::asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                            std::function<void()> on_news,
                                            async::Deadline deadline);
  boost::asio::awaitable<void> close(async::Deadline deadline);
  /// The next event, as text.
  std::optional<std::string> take();
  /// Why no more will come, once all have been taken; nothing while some may.
  std::optional<Error> end() const;

 private:
  struct State;

  std::shared_ptr<realtime::ModelPort> port_;
  std::shared_ptr<State> state_;
  async::Background pump_;
};

}  // namespace callosum::session
