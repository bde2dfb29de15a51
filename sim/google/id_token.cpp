#include "sim/google/id_token.hpp"

#include <boost/json/serialize.hpp>

#include "sim/google/base64_text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kBlockBytes = 64;  // of SHA-256
/// Of a client without a secret: a signature is there all the same.
constexpr std::string_view kSecretOfNone = "callosum-sim";

std::string hash(std::string_view text) {
  const auto bytes = sha256(text);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::string padded = key.size() > kBlockBytes ? hash(key) : std::string(key);
  padded.resize(kBlockBytes, '\0');
  std::string inner = padded;
  std::string outer = padded;
  for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
  for (auto& c : outer) c = static_cast<char>(c ^ 0x5c);
  return hash(outer + hash(inner + std::string(text)));
}

std::string make_id_token(const boost::json::object& claims, std::string_view client_secret) {
  const boost::json::object header{{"alg", "HS256"}, {"typ", "JWT"}};
  const auto text = to_base64url(boost::json::serialize(header)) + "." +
                    to_base64url(boost::json::serialize(claims));
  const auto key = client_secret.empty() ? kSecretOfNone : client_secret;
  return text + "." + to_base64url(hmac_sha256(key, text));
}

}  // namespace callosum::sim::google
