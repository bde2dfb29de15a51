#include "app/call/typed_lines.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kLongest = 16 << 10;

/// A file cannot be waited for, and need not be.
bool is_file(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
}

/// Waiting makes what is waited for non-blocking: a copy would leave the terminal of the shell, and
/// of whoever reads after us, that way.
int open_anew(int descriptor) {
  const auto path = "/proc/self/fd/" + std::to_string(descriptor);
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  return opened >= 0 ? opened : ::dup(descriptor);
}

}  // namespace

struct TypedLines::Input {
  Input(const asio::any_io_executor& executor, int given)
      : is_waited_for(!is_file(given)),
        descriptor(is_waited_for ? open_anew(given) : ::dup(given)),
        stream(executor) {
    boost::system::error_code ignored;
    if (is_waited_for) stream.assign(descriptor, ignored);
  }
  ~Input() {
    if (!stream.is_open() && descriptor >= 0) ::close(descriptor);
  }

  asio::awaitable<std::size_t> read() {
    std::array<char, 4096> piece{};
    std::size_t size = 0;
    if (is_waited_for) {
      auto reading =
          stream.async_read_some(asio::buffer(piece), asio::as_tuple(asio::use_awaitable));
      const auto [error, got] = co_await std::move(reading);
      size = error ? 0 : got;
    } else {
      const auto got = ::read(descriptor, piece.data(), piece.size());
      size = got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    text.append(piece.data(), size);
    co_return size;
  }

  bool is_waited_for;
  int descriptor;
  asio::posix::stream_descriptor stream;
  std::string text;
  bool is_too_long = false;  // the rest of this line is dropped
};

TypedLines::TypedLines(const asio::any_io_executor& executor, int descriptor)
    : input_(std::make_unique<Input>(executor, descriptor)) {}

TypedLines::~TypedLines() = default;

asio::awaitable<std::optional<std::string>> TypedLines::next() {
  auto& text = input_->text;
  bool is_open = true;
  while (is_open || !text.empty()) {
    const auto end = text.find('\n');
    const bool is_whole = end != std::string::npos;
    if (!is_whole && is_open && text.size() <= kLongest) {
      auto reading = input_->read();
      const auto size = co_await std::move(reading);
      is_open = size > 0;
      continue;
    }
    const std::string line(trim(std::string_view(text).substr(0, std::min(end, kLongest))));
    text.erase(0, is_whole ? end + 1 : text.size());
    const bool is_rest = std::exchange(input_->is_too_long, !is_whole && is_open);
    if (!line.empty() && !is_rest) co_return line;
  }
  co_return std::nullopt;
}

}  // namespace callosum::app
