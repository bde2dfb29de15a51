#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::session {

namespace json = boost::json;

/// Something known of the business or of the caller: "time zone", "Europe/Rome".
struct Fact {
  std::string name, value;
};

/// Something that was said or done in this conversation.
struct Moment {
  std::string role;     ///< user, assistant, system: it was said; tool: it was done
  std::string text;     ///< the words, or the tool's result
  std::string speaker;  ///< of a user's words; empty: nobody was told apart
  std::string tool, call_id, arguments;  ///< of what was done
  std::string item_id;                   ///< as the caller knows it; empty: it does not
  bool is_later_step = false;            ///< done once what was done before it was known
  bool is_done() const { return role == "tool"; }
};

/// What whoever plans a conversation is told, whichever model that is: one structure, rendered as a
/// provider's instructions and items, or as chat messages. Plain data.
struct ProductContext {
  std::string persona;                   ///< who speaks, from the packs
  std::vector<Fact> facts;               ///< of the tenant
  std::vector<std::string> looked_up;    ///< of the caller, before the first word: "TOOL: JSON"
  std::vector<std::string> memory;       ///< of earlier sessions, the oldest first
  std::vector<std::string> speakers;     ///< labels that have been heard on the line
  std::vector<std::string> channel;      ///< what is true of the line
  std::vector<std::string> tool_policy;  ///< what tools may do here
  std::vector<Moment> continuity;        ///< the oldest first
};

/// All of it but the continuity, as one text.
std::string render_instructions(const ProductContext& context);

/// A line of the continuity as a message that any model can be given.
struct ToldLine {
  std::string role, text;
  std::string item_id;  ///< as the caller knows it; empty: it does not
};
/// The continuity for a provider: what was done is told by the system.
std::vector<ToldLine> render_conversation(const std::vector<Moment>& continuity);
/// The whole for chat completions: the instructions, then the continuity, calls as calls.
json::array render_chat_messages(const ProductContext& context);

/// How many tokens a text takes, about; never too few for prose and JSON.
std::size_t estimate_tokens(std::string_view text);
std::size_t tokens_of(const ProductContext& context);
/// What the standing part of `context` leaves of so many for what is said and done.
std::size_t tokens_left(const ProductContext& context, std::size_t tokens);
/// What stands for a result that is left out.
std::string handle_of(const Moment& done);
/// Makes it fit into so many tokens, as far as its standing part allows: the oldest and largest
/// results first become handles, then the oldest moments go, then the oldest memories. What
/// belongs to the newest turn goes last.
void fit_into(ProductContext& context, std::size_t tokens);

}  // namespace callosum::session
