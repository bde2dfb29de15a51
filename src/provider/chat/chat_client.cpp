#include "provider/chat/chat_client.hpp"

#include <boost/asio/this_coro.hpp>
#include <optional>
#include <utility>

#include "async/background.hpp"
#include "async/event.hpp"
#include "net/client.hpp"

namespace callosum::provider::chat {
namespace {

constexpr std::size_t kMaxStream = 8 << 20;  // events say each token with much around it

/// An answer that is being read, by the coroutine that reads it and the one that waits for it.
struct Reading {
  Reading(const boost::asio::any_io_executor& executor, std::function<void(std::string_view)> heard,
          ToolStyle style, bool takes_calls, SteadyTime now)
      : decoder(std::move(heard), style, takes_calls), heard_at(now), changed(executor) {}
  StreamDecoder decoder;
  Result<void> taken;
  std::optional<Result<net::HttpResponse>> response;  // whole
  bool is_over = false;                               // nothing that comes now counts
  SteadyTime heard_at;                                // the latest of it
  async::Event changed;

  void take(std::string_view bytes, SteadyTime now) {
    if (is_over) return;
    heard_at = now;
    taken = decoder.feed(bytes);
    is_over = !taken || decoder.is_done();
    if (is_over) changed.set();
  }
};

/// Where a coroutine ends, however it does: the other one is not kept waiting, and hears no more.
struct Ending {
  std::shared_ptr<Reading> reading;
  ~Ending() {
    reading->is_over = true;
    reading->changed.set();
  }
};

boost::asio::awaitable<void> read(std::shared_ptr<Reading> reading, async::TimeSource& time,
                                  std::string url, net::HttpRequest request,
                                  net::HttpClientOptions client, async::Deadline deadline) {
  const Ending ending{reading};
  auto sending =
      net::send_http(time, std::move(url), std::move(request), std::move(client), deadline);
  reading->response = co_await std::move(sending);
}

class ChatClient final : public realtime::ChatModel {
 public:
  ChatClient(ChatOptions options, async::TimeSource& time)
      : options_(std::move(options)), time_(time) {}

  boost::asio::awaitable<Result<realtime::ChatAnswer>> ask(
      realtime::ChatRequest asked, std::function<void(std::string_view)> on_text,
      async::Deadline deadline) override {
    net::HttpRequest request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "text/event-stream");
    if (!options_.key.empty()) {
      request.headers.set("Authorization", "Bearer " + options_.key.reveal());
    }
    request.body = encode_request(options_.model, asked, options_.tools);
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto reading = std::make_shared<Reading>(executor, std::move(on_text), options_.tools,
                                                   may_call(asked), time_.now());
    const Ending ending{reading};
    net::HttpClientOptions client;
    client.tls = options_.tls;
    client.max_body_bytes = kMaxStream;
    client.on_body = [reading, &time = time_](int status, std::string_view bytes) {
      if (status == 200) reading->take(bytes, time.now());
    };
    async::Background work;  // it goes with this frame: what follows an answer's end is not read
    work.start(executor, read(reading, time_, options_.url + "/chat/completions",
                              std::move(request), std::move(client), deadline));
    while (!reading->is_over) {
      const auto until = patient_until(*reading, deadline);
      auto waiting = reading->changed.wait(until);
      const bool has_ended = co_await std::move(waiting);
      if (has_ended || patient_until(*reading, deadline).passed()) break;
    }
    work.rethrow();
    if (!reading->is_over) {
      co_return fail(ErrorType::timeout, "the language model did not answer in time");
    }
    co_return answer_of(*reading);
  }

 private:
  async::Deadline patient_until(const Reading& reading, async::Deadline deadline) const {
    const bool is_patient = options_.patience.count() == 0;
    return is_patient ? deadline : deadline.sooner(reading.heard_at + options_.patience);
  }

  static ErrorType type_of(int status) {
    if (status == 401 || status == 403) return ErrorType::auth;
    // Of what it was sent: a conversation that is too long for it, say.
    const bool is_about_us = status == 400 || status == 413 || status == 422;
    return is_about_us ? ErrorType::validation : ErrorType::transient;
  }

  static Result<realtime::ChatAnswer> answer_of(Reading& reading) {
    if (!reading.taken) return reading.taken.error();
    const auto& response = reading.response;
    if (response && !*response) return response->error();
    if (response && (*response)->status != 200) {
      const auto status = (*response)->status;
      return fail(type_of(status), "the language model did not answer",
                  "HTTP " + std::to_string(status) + " " + (*response)->body.substr(0, 500));
    }
    return reading.decoder.finish();
  }

  ChatOptions options_;
  async::TimeSource& time_;
};

}  // namespace

std::shared_ptr<realtime::ChatModel> make_chat_model(ChatOptions options, async::TimeSource& time) {
  return std::make_shared<ChatClient>(std::move(options), time);
}

}  // namespace callosum::provider::chat
