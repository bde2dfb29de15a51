#include "api/auth/claims.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "api/auth/jwt.hpp"
#include "base/json.hpp"

namespace callosum::api::auth {
namespace {

constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxItems = 64;
constexpr double kMaxSeconds = 253402300799;  // the end of the year 9999

/// Reads claims one by one; the first that is wrong stays as the reason.
class ClaimReader {
 public:
  explicit ClaimReader(const json::object& claims) : claims_(claims) {}

  std::string text(std::string_view name) {
    const auto* value = claims_.if_contains(name);
    if (!value) return {};
    const auto* string = value->if_string();
    if (!string || string->size() > kMaxTextBytes || has_controls(*string)) {
      refuse(name, "is no text of at most 256 bytes");
      return {};
    }
    return std::string(*string);
  }

  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    const auto* value = claims_.if_contains(name);
    if (!value) return out;
    const auto* array = value->if_array();
    if (!array || array->size() > kMaxItems) {
      refuse(name, "is no list of at most 64 texts");
      return out;
    }
    for (const auto& item : *array) {
      const auto* string = item.if_string();
      if (!string || string->empty() || string->size() > kMaxTextBytes || has_controls(*string)) {
        refuse(name, "holds what is no text of 1 to 256 bytes");
        return {};
      }
      out.emplace_back(*string);
    }
    return out;
  }

  /// Seconds since 1970 (NumericDate: fractions are allowed, RFC 7519 section 2).
  std::optional<WallTime> time(std::string_view name) {
    const auto* value = claims_.if_contains(name);
    if (!value) return std::nullopt;
    const double seconds = !value->is_number() ? -1 : value->to_number<double>();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > kMaxSeconds) {
      refuse(name, "is no time");
      return std::nullopt;
    }
    return WallTime(
        std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(seconds * 1000))));
  }

  void refuse(std::string_view name, std::string_view why) {
    if (problem_.empty()) problem_ = std::string(name) + " " + std::string(why);
  }
  const std::string& problem() const { return problem_; }

 private:
  static bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  }

  const json::object& claims_;
  std::string problem_;
};

bool is_phone(std::string_view text) {
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

void check_times(ClaimReader& read, Principal& principal, WallTime now) {
  principal.expires_at = read.time("exp");
  if (!principal.expires_at) {
    read.refuse("exp", "is missing");
  } else if (now >= *principal.expires_at) {
    read.refuse("exp", "has passed");
  }
  const auto not_before = read.time("nbf");
  if (not_before && now < *not_before) read.refuse("nbf", "is in the future");
}

void check_issuer_and_audience(ClaimReader& read, const json::object& claims,
                               const JwtRules& rules) {
  if (!rules.issuer.empty() && read.text("iss") != rules.issuer) read.refuse("iss", "is another");
  if (rules.audience.empty()) return;
  const auto* audience = claims.if_contains("aud");
  const bool many = audience && audience->is_array();
  const auto all = many ? read.texts("aud") : std::vector<std::string>{read.text("aud")};
  if (std::find(all.begin(), all.end(), rules.audience) == all.end()) {
    read.refuse("aud", "does not name us");
  }
}

void read_caller(ClaimReader& read, Principal& principal) {
  if (const auto word = read.text("channel"); !word.empty()) {
    principal.channel = registry::parse_word<registry::Channel>(word);
    // A carrier alone brings somebody by phone.
    if (principal.channel == registry::Channel::phone) principal.channel.reset();
    if (!principal.channel) read.refuse("channel", "is none of voice, text, mcp");
  }
  if (const auto word = read.text("assurance"); !word.empty()) {
    const auto assurance = registry::parse_word<registry::Assurance>(word);
    if (!assurance) read.refuse("assurance", "is none of none, carrier, verified");
    principal.assurance = assurance.value_or(registry::Assurance::none);
  }
  principal.phone = read.text("phone");
  if (!principal.phone.empty() && !is_phone(principal.phone)) {
    read.refuse("phone", "is no number such as +15551234567");
  }
}

}  // namespace

Result<Principal> read_claims(const json::object& claims, const JwtRules& rules, WallTime now) {
  ClaimReader read(claims);
  Principal principal;
  principal.kind = CredentialKind::jwt;
  check_times(read, principal, now);
  check_issuer_and_audience(read, claims, rules);
  principal.subject = read.text("sub");
  if (principal.subject.empty()) read.refuse("sub", "is missing");
  principal.email = read.text("email");
  principal.tenants = read.texts("tenants");
  principal.roles = read.texts("roles");
  principal.pack = read.text("pack");
  read_caller(read, principal);
  if (!read.problem().empty()) return not_authenticated("claim " + read.problem());
  return principal;
}

}  // namespace callosum::api::auth
