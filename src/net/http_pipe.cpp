#include "net/http_pipe.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {
constexpr std::size_t kReadBytes = 4096;
constexpr std::chrono::seconds kFinish{2};
constexpr std::size_t kMaxDiscardedBytes = 16 << 20;
}  // namespace

HttpPipe::HttpPipe(std::unique_ptr<ByteStream> stream, async::TimeSource& time)
    : stream_(std::move(stream)), time_(time) {
  join_heartbeat(stream_->executor(), time_);
}

HttpPipe::~HttpPipe() { leave_heartbeat(); }

void HttpPipe::limit(std::chrono::nanoseconds stage) { stage_end_ = time_.now() + stage; }

void HttpPipe::interrupt() {
  is_over_ = true;
  if (stream_) stream_->cancel();
}

void HttpPipe::on_tick(SteadyTime now) {
  if (now >= stage_end_) interrupt();
}

asio::awaitable<HttpPipe::Fill> HttpPipe::handshake() {
  auto shaking = stream_->handshake(true, {});
  const auto error = co_await std::move(shaking);
  if (is_over_) co_return Fill::timed_out;
  co_return error ? Fill::closed : Fill::bytes;
}

asio::awaitable<HttpPipe::Fill> HttpPipe::fill() {
  if (is_over_) co_return Fill::timed_out;
  const std::size_t size = input_.size();
  input_.resize(size + kReadBytes);
  auto reading = stream_->read_some(asio::buffer(input_.data() + size, kReadBytes));
  const auto [error, bytes] = co_await std::move(reading);
  input_.resize(size + bytes);
  if (bytes > 0) co_return Fill::bytes;
  co_return is_over_ ? Fill::timed_out : Fill::closed;
}

asio::awaitable<bool> HttpPipe::write(std::string_view bytes, std::chrono::nanoseconds idle) {
  is_over_ = false;  // an answer that says so is still sent when the request's time is over
  while (!bytes.empty() && !is_over_) {
    limit(idle);
    auto writing = stream_->write_some(asio::buffer(bytes.data(), bytes.size()));
    const auto [error, sent] = co_await std::move(writing);
    bytes.remove_prefix(sent);
    if (error) co_return false;
  }
  co_return bytes.empty();
}

asio::awaitable<void> HttpPipe::finish(bool is_hurried) {
  is_over_ = false;
  limit(kFinish);
  auto finishing = stream_->finish();
  co_await std::move(finishing);
  std::size_t discarded = 0;
  while (!is_hurried && discarded < kMaxDiscardedBytes) {
    input_.clear();
    const auto more = co_await fill();
    if (more != Fill::bytes) break;
    discarded += input_.size();
  }
  stream_->close();
}

}  // namespace callosum::net
