#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "net/ws_codec.hpp"

namespace callosum::net {

/// Makes the bytes of frames in memory that is used again and again. One per thread.
class WsFrameWriter {
 public:
  struct Frame {
    std::string_view head;
    std::string_view
        body;  ///< the payload itself, or its masked copy; both live until the next call
    std::size_t size() const { return head.size() + body.size(); }
  };

  Frame encode(WsRole role, WsOpcode opcode, std::string_view payload);

 private:
  WsMaskKey next_key();

  std::array<char, kMaxWsHeaderBytes> head_{};
  std::vector<char> masked_;
  std::array<WsMaskKey, 256>
      keys_{};  ///< from the kernel, many at a time: a call each would cost more than the frame
  std::size_t keys_left_ = 0;
};

/// This thread's.
WsFrameWriter& ws_frame_writer();

}  // namespace callosum::net
