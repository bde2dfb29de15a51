#include "net/ws_batch.hpp"

#include <array>

#include "base/random.hpp"

namespace callosum::net {

namespace {

constexpr std::size_t kKeepBytes = 64 * 1024;
constexpr std::size_t kKeepBatches = 8;

/// Mask keys from the kernel, many at a time: a call each would cost more than the frame.
WsMaskKey next_key() {
  thread_local std::array<WsMaskKey, 256> keys;
  thread_local std::size_t left = 0;
  if (left == 0) {
    SystemRandom random;
    random.fill({reinterpret_cast<std::uint8_t*>(keys.data()), sizeof keys});
    left = keys.size();
  }
  return keys[--left];
}

std::vector<std::unique_ptr<WsBatch>>& spare_batches() {
  thread_local std::vector<std::unique_ptr<WsBatch>> spare;
  return spare;
}

}  // namespace

void WsBatch::append(WsRole role, WsOpcode opcode, std::string_view payload, FrameKind kind) {
  std::array<char, kMaxWsHeaderBytes> head;
  std::optional<WsMaskKey> key;
  if (role == WsRole::client) key = next_key();
  const std::size_t head_bytes = encode_ws_header(opcode, payload.size(), key, head);
  bytes_.append(head.data(), head_bytes);
  const std::size_t start = bytes_.size();
  bytes_.append(payload);
  if (key) mask_ws(bytes_.data() + start, bytes_.data() + start, payload.size(), *key);
  ends_.push_back({bytes_.size(), opcode, kind});
}

WsBatch::Frame WsBatch::frame(std::size_t index, std::size_t sent) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1].at;
  const auto& end = ends_[index];
  const auto gone = sent <= begin ? 0 : std::min(sent, end.at) - begin;
  return {std::string_view(bytes_).substr(begin, end.at - begin), gone, end.opcode, end.kind};
}

void WsBatch::clear() {
  ends_.clear();
  if (bytes_.capacity() > kKeepBytes) bytes_ = std::string();
  bytes_.clear();
}

std::unique_ptr<WsBatch> borrow_ws_batch() {
  auto& spare = spare_batches();
  if (spare.empty()) return std::make_unique<WsBatch>();
  auto batch = std::move(spare.back());
  spare.pop_back();
  return batch;
}

void return_ws_batch(std::unique_ptr<WsBatch> batch) {
  auto& spare = spare_batches();
  if (spare.size() >= kKeepBatches) return;
  batch->clear();
  spare.push_back(std::move(batch));
}

}  // namespace callosum::net
