#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "tool/process/child.hpp"
#include "tool/process/worker.hpp"

namespace callosum::tool::process {

/// The three pipes of a running program, and its end, as the reactor sees them. Unwinds what waits
/// when it is cancelled.
struct Worker::Pipes {
  Pipes(const boost::asio::any_io_executor& executor, Child& child);
  ~Pipes();

  /// All of it; false where nobody reads any more.
  boost::asio::awaitable<bool> write(std::string_view line);
  /// Appends what there is; false where nothing comes any more.
  boost::asio::awaitable<bool> read_answers(std::string& buffer);
  /// The next line it says, cut where it is endless; false after the last one.
  boost::asio::awaitable<bool> read_error_line(std::string& line);
  boost::asio::awaitable<void> wait_exit();

 private:
  struct Descriptors;
  std::unique_ptr<Descriptors> descriptors_;
  std::string said_;
  bool is_skipping_ = false;  ///< to the end of a line that was cut
};

}  // namespace callosum::tool::process
