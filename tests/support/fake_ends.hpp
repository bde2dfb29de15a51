#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/bounded_queue.hpp"
#include "async/time_source.hpp"
#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "realtime/model_port.hpp"
#include "session/caller_link.hpp"

// The two ends of a session, played by a test.
namespace callosum::testing {

namespace json = boost::json;

/// A model's side played by a test: what it is sent is kept, what it says is pushed.
struct ModelScript {
  ModelScript(const boost::asio::any_io_executor& executor, async::TimeSource& t)
      : says(executor, 1000), time(t) {}
  async::BoundedQueue<std::string> says;
  async::TimeSource& time;
  std::vector<std::string> sent;
  json::object opened_with;
  std::string resumed_from;
  std::string resumption;  // what it gives
  std::string source;
  std::optional<Error> refusal;  // it does not open
  std::chrono::milliseconds opening_takes{0};
  std::uint64_t dropped_audio = 0;
  bool is_closed = false;
  bool withdraws_calls = true;
  std::string resumed_by;                // what this one was to take up, and has
  bool keeps_conversation = false;       // as a whole, and shows what it has kept
  std::vector<realtime::KeptItem> kept;  // what it shows
  std::vector<std::string> named;        // "their id = the known one"
  bool can_change_tools = true;
  bool is_broken = false;  // takes nothing more, and has not said so yet
};

class FakeModel final : public realtime::ModelPort {
 public:
  explicit FakeModel(std::shared_ptr<ModelScript> script) : script_(std::move(script)) {
    profile_.provider = "fake";
  }
  const realtime::ProviderProfile& profile() const override {
    profile_.withdraws_calls = script_->withdraws_calls;
    profile_.can_change_tools = script_->can_change_tools;
    if (script_->keeps_conversation) {
      profile_.resumption = realtime::Resumption::conversation;
      profile_.has_stable_call_ids = true;
    }
    return profile_;
  }
  std::string resumption() const override { return script_->resumption; }
  bool has_resumed() const override { return !script_->resumed_by.empty(); }
  std::vector<realtime::KeptItem> take_kept() override { return std::exchange(script_->kept, {}); }
  void name_kept(const realtime::KeptItem& item, std::string_view known_as) override {
    script_->named.push_back(item.item_id + " = " + std::string(known_as));
  }
  boost::asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                            async::Deadline) override {
    if (script_->opening_takes.count() > 0) {
      co_await async::sleep_until(async::Deadline::after(script_->time, script_->opening_takes));
    }
    script_->resumed_from = opening.resumption;
    if (script_->refusal) co_return *script_->refusal;
    script_->opened_with = opening.session;
    script_->resumed_by = opening.resumption;
    script_->opened_with["tools"] = opening.tools->list;
    co_return Result<void>{};
  }
  boost::asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    auto text = co_await script_->says.pop(deadline);
    if (!text) co_return fail(ErrorType::transient, "gone");
    current_ = std::move(*text);
    co_return realtime::ServerFrame{realtime::peek_type(current_), current_};
  }
  bool send(std::string_view event, net::FrameKind) override {
    if (script_->is_broken) return false;
    script_->sent.emplace_back(event);
    return true;
  }
  boost::asio::awaitable<void> close(async::Deadline) override {
    script_->is_closed = true;
    script_->says.close();
    co_return;
  }
  std::uint64_t dropped_audio_frames() const override { return script_->dropped_audio; }

 private:
  std::shared_ptr<ModelScript> script_;
  mutable realtime::ProviderProfile profile_;
  std::string current_;
};

struct CallerScript {
  explicit CallerScript(const boost::asio::any_io_executor& executor) : says(executor, 1000) {}
  async::BoundedQueue<std::string> says;
  std::vector<std::string> got;
  std::uint16_t close_code = 0;
  std::string close_reason;
  std::uint64_t dropped_audio = 0;
};

class FakeCaller final : public session::CallerLink {
 public:
  explicit FakeCaller(std::shared_ptr<CallerScript> script) : script_(std::move(script)) {}
  boost::asio::awaitable<Result<realtime::ClientFrame>> next(async::Deadline deadline) override {
    auto text = co_await script_->says.pop(deadline);
    if (!text) co_return fail(ErrorType::transient, "gone");
    current_ = std::move(*text);
    co_return realtime::ClientFrame{realtime::peek_type(current_), current_};
  }
  bool send(std::string_view event, net::FrameKind) override {
    script_->got.emplace_back(event);
    return true;
  }
  boost::asio::awaitable<void> close(std::uint16_t code, std::string reason,
                                     async::Deadline) override {
    script_->close_code = code;
    script_->close_reason = std::move(reason);
    co_return;
  }
  std::uint64_t dropped_audio_frames() const override { return script_->dropped_audio; }

 private:
  std::shared_ptr<CallerScript> script_;
  std::string current_;
};

}  // namespace callosum::testing
