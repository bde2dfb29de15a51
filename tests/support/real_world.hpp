#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "async/deadline.hpp"
#include "async/time_source.hpp"

namespace callosum::testing {

/// One io_context under the machine's own time, for what works on real threads (databases).
class RealWorld {
 public:
  boost::asio::io_context& context() { return context_; }
  async::Deadline in(std::chrono::nanoseconds span) { return async::Deadline::after(time_, span); }
  async::SystemTime& time() { return time_; }

  template <class T>
  T run(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr e, T value) {
      failure = e;
      if (!e) result.emplace(std::move(value));
    });
    context_.restart();
    context_.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }

 private:
  async::SystemTime time_;  // outlives the frames that the context still holds
  boost::asio::io_context context_{1};
};

/// A folder of its own that goes with the test.
class TempFolder {
 public:
  TempFolder() {
    // Memory where there is some: a database syncs after every write, and a disk shared with a
    // build is slow.
    const std::filesystem::path memory = "/dev/shm";
    const auto root =
        access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    std::string name = (root / "callosum-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace callosum::testing
