#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::realtime {

namespace json = boost::json;

/// What is wrong with the shape of settings, as an error event or a refusal over HTTP tells it.
struct SettingsFault {
  std::string code;
  std::string message;
  std::string param;  ///< "session.tools[0].name"
};

/// The first setting that no session could have, whatever the model (protocol §4, §5, §6.1): a
/// wrong type, a value out of range, a tool of a kind that this gateway does not take. `place` is
/// "session" or "response". Settings that it does not know pass: a model may be newer than this.
std::optional<SettingsFault> find_settings_fault(const json::object& settings,
                                                 std::string_view place);

/// A sparse update put into a session, as GA merges (§4.2): objects member by member but for
/// turn_detection, arrays whole, null clears.
void merge_settings(json::object& target, const json::object& source);

}  // namespace callosum::realtime
