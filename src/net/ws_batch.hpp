#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/ws_codec.hpp"

namespace callosum::net {

/// Encoded frames that go to the socket together: what is sent while one event is dealt with costs
/// one system call.
class WsBatch {
 public:
  struct Frame {
    std::string_view bytes;  ///< lives until the next change
    std::size_t sent = 0;    ///< bytes that are gone already
    WsOpcode opcode = WsOpcode::text;
    FrameKind kind = FrameKind::control;
  };

  /// Copies the payload, masked where we are the client: the only copy a sent message costs.
  void append(WsRole role, WsOpcode opcode, std::string_view payload, FrameKind kind);
  std::string_view bytes() const { return bytes_; }
  std::size_t count() const { return ends_.size(); }
  /// Frame `index`, when the first `sent` bytes of the whole have left.
  Frame frame(std::size_t index, std::size_t sent) const;
  void clear();

 private:
  struct End {
    std::size_t at;
    WsOpcode opcode;
    FrameKind kind;
  };
  std::string bytes_;
  std::vector<End> ends_;
};

/// Batches are borrowed for the moment between a send and its flush, so that idle connections hold
/// none. This thread's; the memory of a few is kept.
std::unique_ptr<WsBatch> borrow_ws_batch();
void return_ws_batch(std::unique_ptr<WsBatch> batch);

}  // namespace callosum::net
