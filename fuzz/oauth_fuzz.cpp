// What a service's token endpoint answers, and the id token in it; and what was sealed and is read
// back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/sealer.hpp"
#include "base/text.hpp"
#include "tool/account/oauth_wire.hpp"

namespace {

namespace account = callosum::tool::account;
using callosum::Secret;

bool is_one_word(std::string_view text) {
  for (const char c : text) {
    if (c <= 0x20 || c >= 0x7f) return false;
  }
  return true;
}

const account::IdTokenRules& rules() {
  static const account::IdTokenRules kRules{"https://accounts.google.com", "client", "nonce",
                                            callosum::WallTime(std::chrono::seconds(1))};
  return kRules;
}

void read_identity(std::string_view token) {
  const auto email = account::read_id_token(Secret(std::string(token)), rules());
  // It is shown to people and stands in addresses.
  const bool is_fit = !email || (callosum::is_valid_utf8(*email) &&
                                 email->find_first_of(" <>\"\n") == std::string::npos &&
                                 email->find('@') != std::string::npos);
  if (!is_fit) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto answer = account::decode_token_answer(bytes)) {
    // Both go into header fields and forms.
    const auto& access = answer->access_token.reveal();
    const bool is_fit = !access.empty() && is_one_word(access) &&
                        is_one_word(answer->refresh_token.reveal()) && answer->life.count() > 0;
    if (!is_fit) std::abort();
    read_identity(answer->id_token.reveal());
  }
  if (!is_one_word(account::decode_error_word(bytes))) std::abort();
  read_identity(bytes);
  read_identity("e30." + callosum::encode_base64url({data, size}) + ".e30");
  static const auto kSealer = callosum::Sealer::make(Secret(std::string(63, '0') + "1")).value();
  if (kSealer.open(bytes, "row")) std::abort();  // nobody finds that by chance
  return 0;
}
