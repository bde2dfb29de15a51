#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim::gemini {

enum class CallStatus : std::uint8_t { open, answered, cancelled };

struct Call {
  std::string name;
  bool is_blocking = true;
  CallStatus status = CallStatus::open;
  std::size_t made = 0;  ///< counts the calls of a connection
};

/// The function calls of one connection: a response belongs to the connection that made the call.
class Calls {
 public:
  /// A second call of the same id is the first one again.
  void open(const std::string& id, std::string name, bool is_blocking);
  Call* find(std::string_view id);
  /// The oldest open call of that name, for clients that were given no ids. Null: none.
  std::pair<const std::string, Call>* find_by_name(std::string_view name);
  /// All open calls that block, now cancelled; or all open ones.
  std::vector<std::string> cancel(bool with_non_blocking);
  bool has_open(bool is_blocking) const;
  bool has_open() const { return has_open(true) || has_open(false); }
  std::vector<std::string> open_ids() const;

 private:
  std::map<std::string, Call, std::less<>> calls_;
};

}  // namespace callosum::sim::gemini
