#include "api/call_epoch.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "api/query.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace {

constexpr std::string_view kHeader = "x-callosum-epoch";

using Epoch = std::optional<std::uint64_t>;

}  // namespace

Result<Epoch> epoch_in(const boost::json::object& body) {
  const auto* value = body.if_contains("epoch");
  if (!value || value->is_null()) return Epoch();
  const auto* number = value->if_int64();
  if (!number || *number < 0) return fail(ErrorType::validation, "epoch: expected a whole number");
  return Epoch(static_cast<std::uint64_t>(*number));
}

Result<Epoch> epoch_in(const net::HttpRequest& request) {
  const auto is_it = [](const auto& field) { return to_lower_ascii(field.first) == kHeader; };
  const auto& fields = request.headers.all();
  const auto times = std::count_if(fields.begin(), fields.end(), is_it);
  if (times == 0) return Epoch();
  const auto value = parse_whole(request.headers.get(kHeader));
  if (times > 1 || !value) {
    return fail(ErrorType::validation, "X-Callosum-Epoch: expected once, a whole number");
  }
  return Epoch(static_cast<std::uint64_t>(*value));
}

}  // namespace callosum::api
