#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "provider/cloud/item_store.hpp"
#include "provider/gemini/frames.hpp"

namespace callosum::provider::gemini {

namespace json = boost::json;

/// The GA side of a conversation that has neither ids nor items on its own wire: makes them, tells
/// of them, and remembers them for who asks. Pure but for its ids.
class Conversation {
 public:
  explicit Conversation(Random& random);

  Frames& out() { return out_; }
  const std::string& id() const { return id_; }
  std::string make_id(std::string_view prefix);
  std::string next_event_id();

  void say(std::string_view type, json::object fields);
  void say_error(std::string_view code, std::string_view message, std::string_view param,
                 std::string_view event_id);
  /// Of an item that stands behind all others: added, and done unless it is still being made.
  void add_item(const json::object& item, bool is_done = true);
  void end_item(const json::object& item);
  json::value last_item() const;  ///< its id, or null
  cloud::ItemStore& items() { return items_; }

 private:
  Random& random_;
  std::string id_;
  std::string event_prefix_;  ///< a conversation may go on over several of these
  Frames out_;
  cloud::ItemStore items_;
  std::uint64_t next_event_ = 1;
};

}  // namespace callosum::provider::gemini
