#include "channel/twilio/voice_form.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace callosum::channel::twilio {
namespace {

constexpr std::size_t kMaxBytes = 64 * 1024;
constexpr std::size_t kMaxFields = 128;
constexpr std::size_t kSidDigits = 32;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(ErrorType::validation, "the form has a broken escape");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_valid_utf8(out) || out.find('\0') != std::string::npos) {
    return fail(ErrorType::validation, "the form is not UTF-8 text");
  }
  return out;
}

bool is_sid(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + kSidDigits || !text.starts_with(prefix)) return false;
  const auto digits = text.substr(prefix.size());
  return std::all_of(digits.begin(), digits.end(), [](char c) { return hex_value(c) >= 0; });
}

/// What is sent in place of a number that is withheld or unknown: the words anonymous, restricted,
/// blocked, unknown and unavailable as a keypad spells them. Each would be one caller to everybody.
constexpr std::array<std::string_view, 5> kWithheld{"+266696687", "+7378742833", "+2562533",
                                                    "+8656696", "+86282452253"};

}  // namespace

std::string caller_number(const std::string& from) {
  const bool is_withheld = std::find(kWithheld.begin(), kWithheld.end(), from) != kWithheld.end();
  return is_e164(from) && !is_withheld ? from : "";
}

bool is_call_sid(std::string_view text) { return is_sid(text, "CA"); }
bool is_account_sid(std::string_view text) { return is_sid(text, "AC"); }

Result<FormFields> decode_form(std::string_view body) {
  FormFields fields;
  if (body.size() > kMaxBytes) return fail(ErrorType::validation, "the form is too large");
  if (body.empty()) return fields;
  for (const auto pair : split(body, '&')) {
    if (pair.empty()) continue;
    if (fields.size() == kMaxFields) return fail(ErrorType::validation, "too many fields");
    const auto equals = pair.find('=');
    auto name = decode_text(pair.substr(0, equals));
    if (!name) return name.error();
    auto value = decode_text(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!value) return value.error();
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

Result<VoiceForm> read_voice_form(const FormFields& fields, const FormShape& shape) {
  VoiceForm form;
  std::vector<bool> seen(shape.fields.size(), false);
  for (const auto& [name, value] : fields) {
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      if (shape.fields[i].name != name) continue;
      // Signed as one, read as either: whoever judges and whoever acts must see the same.
      if (seen[i]) return fail(ErrorType::validation, std::string(name) + " is there twice");
      seen[i] = true;
      form.*shape.fields[i].place = value;
    }
  }
  const auto malformed = [](std::string_view name) {
    return fail(ErrorType::validation, std::string(name) + " is malformed");
  };
  if (!shape.is_call(form.call_sid)) return malformed(shape.call_name);
  if (shape.is_account && !shape.is_account(form.account_sid)) return malformed(shape.account_name);
  if (!form.recording_url.starts_with("https://")) form.recording_url.clear();
  if (shape.omits_plus) {
    for (auto* number : {&form.from, &form.to}) {
      if (is_e164("+" + *number)) number->insert(0, "+");
    }
  }
  return form;
}

}  // namespace callosum::channel::twilio
