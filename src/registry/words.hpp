#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace callosum::registry {

// The words of manifests, sessions and audit (DESIGN "Words"). Enumerators carry the wire's own
// word.

enum class Category : std::uint8_t { retrieval, action, meta };
enum class Access : std::uint8_t {
  read,
  propose,
  write,
  destructive
};  ///< in rising order of risk
/// `phone` is a voice that a carrier brought: of tools, and of whom they are shown to. A session's
/// own channel is voice there.
enum class Channel : std::uint8_t { voice, text, mcp, phone };
enum class Assurance : std::uint8_t { none, carrier, verified };  ///< in rising order
enum class Confirmation : std::uint8_t { none, spoken, strong };
enum class OnInterrupt : std::uint8_t { abort, finish, commit };
enum class Delivery : std::uint8_t { when_idle, interrupt, silent };
enum class CacheScope : std::uint8_t { session, tenant };
/// Whom a field of a result is hidden from: the logs alone; the model and the caller too, but for
/// its last four characters; or altogether.
enum class Mask : std::uint8_t { log, last4, hidden };
enum class ToolOwnership : std::uint8_t { provider_native, transport_only };
enum class AccessMode : std::uint8_t { read_only, propose_actions, confirm };
enum class ReplyPath : std::uint8_t { native, bridge, brain };
enum class Intent : std::uint8_t {
  end_voice_session,    ///< END_VOICE_SESSION; after the current turn has been spoken
  suppress_audio,       ///< SUPPRESS_AUDIO: this turn sends no audio
  suppress_transcript,  ///< SUPPRESS_TRANSCRIPT
  set_pending_message,  ///< SET_PENDING_MESSAGE: said before the session ends
  transfer_call,        ///< TRANSFER_CALL: after the current turn, to a destination by its name
  send_digits,          ///< SEND_DIGITS: pressed on the live call's keypad
};

std::string_view to_string(Category);
std::string_view to_string(Access);
std::string_view to_string(Channel);
std::string_view to_string(Assurance);
std::string_view to_string(Confirmation);
std::string_view to_string(OnInterrupt);
std::string_view to_string(Delivery);
std::string_view to_string(CacheScope);
std::string_view to_string(Mask);
std::string_view to_string(ToolOwnership);
std::string_view to_string(AccessMode);
std::string_view to_string(ReplyPath);
std::string_view to_string(Intent);

/// The enumerator a word names, or nothing. `parse_word<Access>("read")`.
template <class Enum>
std::optional<Enum> parse_word(std::string_view word);

/// Every word of the enum, in its order: for messages that say what was expected.
template <class Enum>
std::vector<std::string_view> words_of();

}  // namespace callosum::registry
