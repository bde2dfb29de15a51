#include "tool/process/worker_pipes.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>

#include "async/cancellation.hpp"

namespace callosum::tool::process {

namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 16 * 1024;
/// Longer than what is logged of it, so that a secret in it is seen whole and masked.
constexpr std::size_t kMostLineBytes = 32 * 1024;

}  // namespace

struct Worker::Pipes::Descriptors {
  Descriptors(const asio::any_io_executor& executor, Child& child)
      : input(executor, child.input().release()),
        output(executor, child.output().release()),
        errors(executor, child.errors().release()),
        exit(executor, ::fcntl(child.exit().get(), F_DUPFD_CLOEXEC, 3)) {}

  asio::posix::stream_descriptor input;
  asio::posix::stream_descriptor output;
  asio::posix::stream_descriptor errors;
  asio::posix::stream_descriptor exit;
};

Worker::Pipes::Pipes(const asio::any_io_executor& executor, Child& child)
    : descriptors_(std::make_unique<Descriptors>(executor, child)) {}

Worker::Pipes::~Pipes() = default;

asio::awaitable<bool> Worker::Pipes::write(std::string_view line) {
  const auto from = asio::buffer(line.data(), line.size());
  const auto [error, size] = co_await asio::async_write(descriptors_->input, from, kTuple);
  co_await async::throw_if_cancelled();
  co_return !error;
}

asio::awaitable<bool> Worker::Pipes::read_answers(std::string& buffer) {
  const auto before = buffer.size();
  buffer.resize(before + kReadBytes);
  const auto to = asio::buffer(buffer.data() + before, kReadBytes);
  const auto [error, size] = co_await descriptors_->output.async_read_some(to, kTuple);
  buffer.resize(before + size);
  co_await async::throw_if_cancelled();
  co_return !error;
}

asio::awaitable<bool> Worker::Pipes::read_error_line(std::string& line) {
  line.clear();
  while (true) {
    const auto end = said_.find('\n');
    if (end != std::string::npos || said_.size() > kMostLineBytes) {
      if (!is_skipping_) line = said_.substr(0, std::min(end, kMostLineBytes));
      is_skipping_ = end == std::string::npos;
      said_.erase(0, is_skipping_ ? said_.size() : end + 1);
      if (!line.empty()) co_return true;
      continue;
    }
    const auto before = said_.size();
    said_.resize(before + kReadBytes);
    const auto to = asio::buffer(said_.data() + before, kReadBytes);
    const auto [error, size] = co_await descriptors_->errors.async_read_some(to, kTuple);
    said_.resize(before + size);
    co_await async::throw_if_cancelled();
    if (!error) continue;
    if (!is_skipping_) line = std::exchange(said_, {});
    co_return false;
  }
}

asio::awaitable<void> Worker::Pipes::wait_exit() {
  const auto readable = asio::posix::descriptor_base::wait_read;
  co_await descriptors_->exit.async_wait(readable, kTuple);
  co_await async::throw_if_cancelled();
}

}  // namespace callosum::tool::process
