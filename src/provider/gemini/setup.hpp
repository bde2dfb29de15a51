#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "provider/gemini/profile.hpp"
#include "provider/gemini/session_book.hpp"

namespace callosum::provider::gemini {

/// The `setup` that a connection begins with (protocols: Gemini Live §2.1), but for what it takes
/// up again.
json::object encode_setup(std::string_view model, const SessionBook& session,
                          const ModelTraits& traits);

/// As the first message; `handle` is of the session that goes on, empty: none does.
std::string encode_setup_message(const json::object& setup, std::string_view handle);

/// How one setup becomes another.
enum class SetupChange : std::uint8_t {
  none,
  context,  ///< instructions and tools alone: contextUpdate has them
  whole     ///< only another connection has it
};
SetupChange compare_setups(const json::object& before, const json::object& after);
/// What differs in instructions and tools (§2.6).
std::string encode_context_update(const json::object& before, const json::object& after);

}  // namespace callosum::provider::gemini
