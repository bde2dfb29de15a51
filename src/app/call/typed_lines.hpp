#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace callosum::app {

/// What somebody types, or a file or another program says in their place, line by line.
class TypedLines {
 public:
  /// Reads `descriptor`, a copy of it: the standard input.
  TypedLines(const boost::asio::any_io_executor& executor, int descriptor);
  ~TypedLines();
  TypedLines(const TypedLines&) = delete;
  TypedLines& operator=(const TypedLines&) = delete;

  /// The next line that holds more than blanks, without them; nothing: there is none any more. Of
  /// a line beyond 16 KiB only that much.
  boost::asio::awaitable<std::optional<std::string>> next();

 private:
  struct Input;
  std::unique_ptr<Input> input_;
};

}  // namespace callosum::app
