#pragma once

#include <optional>

#include "base/result.hpp"
#include "sim/chat/embeddings.hpp"
#include "sim/realtime/script.hpp"

namespace callosum::sim::chat {

/// Whose server it is like (protocol: telephony §3.2).
enum class Server : std::uint8_t { openai, ollama, llamacpp, vllm, groq, azure };

/// How an answer comes over the wire. Chunks are counted from 1; 0: never.
struct Wire {
  Server server = Server::openai;
  Ms first_token{0};
  Ms token{0};                ///< before every further chunk
  std::size_t cut_after = 0;  ///< the body ends behind this chunk, in this manner
  Manner cut_manner = Manner::eof;
  std::size_t error_after = 0;  ///< an error as the server writes it, behind this chunk
  std::string error = "The server had an error.";
  std::size_t stall_at = 0;  ///< nothing comes for so long before this chunk
  Ms stall{30'000};
  bool has_pings = false;  ///< a comment before every chunk
  bool has_crlf = false;
  bool has_no_space = false;    ///< "data:{"
  bool has_one_index = false;   ///< all calls at index 0
  bool has_one_chunk = false;   ///< all calls whole, in one chunk
  bool has_no_ids = false;      ///< calls without ids
  bool splits_escapes = false;  ///< arguments are split behind a backslash
  bool splits_letters = false;  ///< the body is split inside UTF-8 and inside lines
  bool has_no_done = false;
  bool has_no_finish = false;
  std::string finish;  ///< instead of its own finish_reason
};

/// The `wire` map of a script or of a rule, over what it says nothing of. VALIDATION for unknown
/// keys and words.
Result<Wire> read_wire(const json::object& map, Wire into);

/// A script with a `wire` for all its answers; a rule's own goes before it. And what texts mean.
struct ChatScript final : Script {
  void read_more(Sheet& sheet) override;

  Wire wire;
  Embeddings embeddings;
};

}  // namespace callosum::sim::chat
