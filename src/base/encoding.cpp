#include "base/encoding.hpp"

#include <sodium.h>

namespace callosum {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Result<void> decode(std::string_view text, int variant, std::vector<std::uint8_t>& out) {
  out.resize(text.size() / 4 * 3 + 3);
  std::size_t length = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr,
                                       &length, &end, variant);
  if (failed != 0 || end != text.data() + text.size()) {
    out.clear();
    return fail(ErrorType::validation, "not base64");
  }
  out.resize(length);
  return {};
}

}  // namespace

std::string encode_hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

void append_base64(std::span<const std::uint8_t> bytes, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 2 < bytes.size(); i += 3) {
    const std::uint32_t word = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    *to++ = kAlphabet[word >> 18];
    *to++ = kAlphabet[word >> 12 & 63];
    *to++ = kAlphabet[word >> 6 & 63];
    *to++ = kAlphabet[word & 63];
  }
  if (i == bytes.size()) return;
  const bool two = i + 1 < bytes.size();
  const std::uint32_t word = bytes[i] << 16 | (two ? bytes[i + 1] << 8 : 0);
  *to++ = kAlphabet[word >> 18];
  *to++ = kAlphabet[word >> 12 & 63];
  *to++ = two ? kAlphabet[word >> 6 & 63] : '=';
  *to++ = '=';
}

std::string encode_base64(std::span<const std::uint8_t> bytes) {
  std::string out;
  append_base64(bytes, out);
  return out;
}

std::string encode_base64url(std::span<const std::uint8_t> bytes) {
  std::string out = encode_base64(bytes);
  while (!out.empty() && out.back() == '=') out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

Result<void> decode_base64(std::string_view text, std::vector<std::uint8_t>& out) {
  return decode(text, sodium_base64_VARIANT_ORIGINAL, out);
}

Result<void> decode_base64url(std::string_view text, std::vector<std::uint8_t>& out) {
  return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}

Sha256 sha256(std::string_view bytes) {
  Sha256 out{};
  crypto_hash_sha256(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return out;
}

std::string sha256_hex(std::string_view bytes) { return encode_hex(sha256(bytes)); }

namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> blake2b(std::span<const std::string_view> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, Size);
  for (const auto part : parts) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  std::array<std::uint8_t, Size> hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

}  // namespace

std::string blake2b_hex(std::span<const std::string_view> parts) {
  return encode_hex(blake2b<crypto_generichash_BYTES>(parts));
}

std::uint64_t blake2b_number(std::span<const std::string_view> parts) {
  std::uint64_t number = 0;
  const auto hash = blake2b<crypto_generichash_BYTES_MIN>(parts);
  for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8 | hash[i];
  return number;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace callosum
