#include "storage/sqlite/value.hpp"

#include <cmath>
#include <string>

#include "base/text.hpp"

namespace callosum::storage::sqlite {
namespace {

// Beyond this a double, and so most JSON readers, cannot tell two neighbours apart.
constexpr std::int64_t kSafeInteger = std::int64_t{1} << 53;

Error refuse(std::string_view what, const char* why) {
  return fail(ErrorType::invalid_output, "the data could not be read",
              std::string(what) + ": " + why);
}

}  // namespace

json::value integer_to_json(std::int64_t number) {
  if (number > kSafeInteger || number < -kSafeInteger) return json::value(std::to_string(number));
  return number;
}

Result<json::value> real_to_json(double number, std::string_view what) {
  if (!std::isfinite(number)) return refuse(what, "not a finite number");
  return json::value(number);
}

Result<json::value> text_to_json(std::string_view text, std::string_view what) {
  if (!is_valid_utf8(text)) return refuse(what, "text is not UTF-8");
  return json::value(text);
}

}  // namespace callosum::storage::sqlite
