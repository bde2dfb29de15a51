#include "base/sealer.hpp"

#include <algorithm>
#include <sodium.h>

#include "base/encoding.hpp"
#include "base/sodium_start.hpp"

namespace callosum {
namespace {

// A sealed text: this byte, the nonce, what was encrypted with its tag.
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kLeastBytes = 1 + kNonceBytes + kTagBytes;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Error not_opened() { return fail(ErrorType::permanent, "what was sealed cannot be opened"); }

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool read_hex(std::string_view text, std::vector<std::uint8_t>& out) {
  out.clear();
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit_of(text[i]), low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return text.size() % 2 == 0;
}

}  // namespace

Result<Sealer::Key> Sealer::read_key(const Secret& text) {
  static_assert(sizeof(Key) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  const auto& given = text.reveal();
  std::vector<std::uint8_t> bytes;
  const bool is_hex = given.size() == 2 * sizeof(Key) && read_hex(given, bytes);
  const bool is_read = is_hex || decode_base64(given, bytes) || decode_base64url(given, bytes);
  Key key{};
  if (!is_read || bytes.size() != key.size()) {
    return fail(ErrorType::validation,
                "expected a key of 32 bytes as 64 hex digits or base64; make one with: openssl "
                "rand -hex 32");
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  // All the same byte is a place holder, not a key.
  if (std::all_of(key.begin(), key.end(), [&key](auto byte) { return byte == key[0]; })) {
    return fail(ErrorType::validation,
                "expected a random key; make one with: openssl rand -hex 32");
  }
  return key;
}

Result<Sealer> Sealer::make(const Secret& key, const Secret& old_key) {
  const auto started = start_sodium();
  if (!started) return started.error();
  Sealer sealer;
  for (const auto* text : {&key, &old_key}) {
    if (text == &old_key && text->empty()) continue;
    const auto read = read_key(*text);
    if (!read) return read.error();
    sealer.keys_.push_back(*read);
  }
  return sealer;
}

std::string Sealer::seal(const Secret& secret, std::string_view bound_to, Random& random) const {
  const auto& text = secret.reveal();
  std::vector<std::uint8_t> out(kLeastBytes + text.size());
  out[0] = kFormat;
  const std::span<std::uint8_t> nonce(out.data() + 1, kNonceBytes);
  random.fill(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + 1 + kNonceBytes, nullptr, bytes_of(text),
                                             text.size(), bytes_of(bound_to), bound_to.size(),
                                             nullptr, nonce.data(), keys_.front().data());
  return encode_base64url(out);
}

Result<Secret> Sealer::open(std::string_view sealed, std::string_view bound_to) const {
  std::vector<std::uint8_t> bytes;
  if (!decode_base64url(sealed, bytes)) return not_opened();
  if (bytes.size() < kLeastBytes || bytes[0] != kFormat) return not_opened();
  const auto* const nonce = bytes.data() + 1;
  const auto* const body = nonce + kNonceBytes;
  const auto body_bytes = bytes.size() - 1 - kNonceBytes;
  std::string text(body_bytes - kTagBytes, '\0');
  for (const auto& key : keys_) {
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        reinterpret_cast<std::uint8_t*>(text.data()), nullptr, nullptr, body, body_bytes,
        bytes_of(bound_to), bound_to.size(), nonce, key.data());
    if (failed == 0) return Secret(std::move(text));
  }
  return not_opened();
}

}  // namespace callosum
