#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/time_source.hpp"
#include "sim/gemini/history.hpp"

namespace callosum::sim::gemini {

/// What a session leaves behind for whoever resumes it.
struct Remembered {
  std::string model;
  History history;
  bool is_open = true;
  SteadyTime ended{};  ///< once it is not
};

/// The resumption handles of all sessions: which moment of which session each stands for. They
/// live two hours after their session has ended (protocol §7).
class Handles {
 public:
  explicit Handles(async::TimeSource& time) : time_(time) {}

  void add(const std::string& handle, std::shared_ptr<Remembered> session);

  struct Found {
    std::shared_ptr<Remembered> session;
    std::size_t moment = 0;
  };
  std::optional<Found> find(std::string_view handle) const;

 private:
  async::TimeSource& time_;
  std::map<std::string, Found, std::less<>> handles_;
  std::deque<std::string> oldest_;
};

}  // namespace callosum::sim::gemini
