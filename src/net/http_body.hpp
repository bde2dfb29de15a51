#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_syntax.hpp"

namespace callosum::net {

/// How the end of a body is known (RFC 9112 §6).
struct BodyPlan {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

/// Exactly one of Content-Length and Transfer-Encoding, once, in its plain form; else nobody could
/// say where the next message begins.
struct BodyPlanOrFault {
  BodyPlan plan;
  std::optional<HttpFault> fault;
};
BodyPlanOrFault plan_body(const HttpFields& fields, bool is_http_1_0);

/// Takes a body out of bytes as they come.
class HttpBodyDecoder {
 public:
  HttpBodyDecoder(BodyPlan plan, const HttpLimits& limits);

  /// Appends what belongs to the body; returns how many bytes are dealt with.
  std::size_t feed(std::string_view bytes, std::string& body);
  /// The connection ended in good order.
  void end_of_stream();
  bool is_done() const { return state_ == State::done; }
  const std::optional<HttpFault>& fault() const { return fault_; }

 private:
  enum class State : std::uint8_t { bytes, chunk_size, chunk_end, trailer, done };

  std::size_t take_bytes(std::string_view bytes, std::string& body);
  std::size_t take_size_line(std::string_view bytes, const std::string& body);
  std::size_t take_chunk_end(std::string_view bytes);
  std::size_t take_trailer(std::string_view bytes);
  std::size_t fail(int status, std::string_view reason);

  HttpLimits limits_;
  std::optional<HttpFault> fault_;
  std::uint64_t left_ = 0;          ///< of the body, or of the chunk
  std::size_t overhead_bytes_ = 0;  ///< chunk sizes and extensions: nobody needs many
  std::size_t trailer_bytes_ = 0;
  State state_ = State::bytes;
  BodyPlan::Kind kind_;
};

}  // namespace callosum::net
