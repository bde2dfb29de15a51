#include "api/idempotency_key.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::api {

namespace {

constexpr std::string_view kHeader = "idempotency-key";
constexpr std::size_t kShortest = 9, kLongest = 128;

bool is_key(std::string_view text) {
  return text.size() >= kShortest && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<std::string> read_call_id(const net::HttpRequest& request, std::string of_body) {
  const auto is_it = [](const auto& field) { return to_lower_ascii(field.first) == kHeader; };
  const auto& fields = request.headers.all();
  const auto times = std::count_if(fields.begin(), fields.end(), is_it);
  if (times == 0) return of_body;
  std::string key(request.headers.get(kHeader));
  if (times > 1 || !is_key(key)) {
    return fail(ErrorType::validation,
                "Idempotency-Key: expected once, 9 to 128 visible ASCII characters");
  }
  if (!of_body.empty() && of_body != key) {
    return fail(ErrorType::validation, "Idempotency-Key: expected the same as call_id");
  }
  return key;
}

}  // namespace callosum::api
