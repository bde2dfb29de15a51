#include "registry/words.hpp"

#include <array>

namespace callosum::registry {
namespace {

using Word = std::string_view;

// One row an enum, in the order of its enumerators.
template <class Enum>
constexpr std::array<Word, 0> kWords{};
template <>
constexpr std::array kWords<Category>{Word("retrieval"), Word("action"), Word("meta")};
template <>
constexpr std::array kWords<Access>{Word("read"), Word("propose"), Word("write"),
                                    Word("destructive")};
template <>
constexpr std::array kWords<Channel>{Word("voice"), Word("text"), Word("mcp"), Word("phone")};
template <>
constexpr std::array kWords<Assurance>{Word("none"), Word("carrier"), Word("verified")};
template <>
constexpr std::array kWords<Confirmation>{Word("none"), Word("spoken"), Word("strong")};
template <>
constexpr std::array kWords<OnInterrupt>{Word("abort"), Word("finish"), Word("commit")};
template <>
constexpr std::array kWords<Delivery>{Word("when_idle"), Word("interrupt"), Word("silent")};
template <>
constexpr std::array kWords<CacheScope>{Word("session"), Word("tenant")};
template <>
constexpr std::array kWords<Mask>{Word("log"), Word("last4"), Word("hidden")};
template <>
constexpr std::array kWords<ToolOwnership>{Word("provider_native"), Word("transport_only")};
template <>
constexpr std::array kWords<AccessMode>{Word("read_only"), Word("propose_actions"),
                                        Word("confirm")};
template <>
constexpr std::array kWords<ReplyPath>{Word("native"), Word("bridge"), Word("brain")};
template <>
constexpr std::array kWords<Intent>{Word("END_VOICE_SESSION"),   Word("SUPPRESS_AUDIO"),
                                    Word("SUPPRESS_TRANSCRIPT"), Word("SET_PENDING_MESSAGE"),
                                    Word("TRANSFER_CALL"),       Word("SEND_DIGITS")};

template <class Enum>
Word word_of(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < kWords<Enum>.size() ? kWords<Enum>[index] : Word();
}

}  // namespace

std::string_view to_string(Category value) { return word_of(value); }
std::string_view to_string(Access value) { return word_of(value); }
std::string_view to_string(Channel value) { return word_of(value); }
std::string_view to_string(Assurance value) { return word_of(value); }
std::string_view to_string(Confirmation value) { return word_of(value); }
std::string_view to_string(OnInterrupt value) { return word_of(value); }
std::string_view to_string(Delivery value) { return word_of(value); }
std::string_view to_string(CacheScope value) { return word_of(value); }
std::string_view to_string(Mask value) { return word_of(value); }
std::string_view to_string(ToolOwnership value) { return word_of(value); }
std::string_view to_string(AccessMode value) { return word_of(value); }
std::string_view to_string(ReplyPath value) { return word_of(value); }
std::string_view to_string(Intent value) { return word_of(value); }

template <class Enum>
std::optional<Enum> parse_word(std::string_view word) {
  for (std::size_t i = 0; i < kWords<Enum>.size(); ++i) {
    if (kWords<Enum>[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template <class Enum>
std::vector<std::string_view> words_of() {
  return {kWords<Enum>.begin(), kWords<Enum>.end()};
}

template std::optional<Category> parse_word(std::string_view);
template std::optional<Access> parse_word(std::string_view);
template std::optional<Channel> parse_word(std::string_view);
template std::optional<Assurance> parse_word(std::string_view);
template std::optional<Confirmation> parse_word(std::string_view);
template std::optional<OnInterrupt> parse_word(std::string_view);
template std::optional<Delivery> parse_word(std::string_view);
template std::optional<CacheScope> parse_word(std::string_view);
template std::optional<Mask> parse_word(std::string_view);
template std::optional<ToolOwnership> parse_word(std::string_view);
template std::optional<AccessMode> parse_word(std::string_view);
template std::optional<ReplyPath> parse_word(std::string_view);
template std::optional<Intent> parse_word(std::string_view);

template std::vector<std::string_view> words_of<Category>();
template std::vector<std::string_view> words_of<Access>();
template std::vector<std::string_view> words_of<Channel>();
template std::vector<std::string_view> words_of<Assurance>();
template std::vector<std::string_view> words_of<Confirmation>();
template std::vector<std::string_view> words_of<OnInterrupt>();
template std::vector<std::string_view> words_of<Delivery>();
template std::vector<std::string_view> words_of<CacheScope>();
template std::vector<std::string_view> words_of<Mask>();
template std::vector<std::string_view> words_of<ToolOwnership>();
template std::vector<std::string_view> words_of<AccessMode>();
template std::vector<std::string_view> words_of<ReplyPath>();
template std::vector<std::string_view> words_of<Intent>();

}  // namespace callosum::registry
