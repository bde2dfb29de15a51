#include "api/resource.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

bool match_path(std::string_view pattern, std::string_view path, std::vector<std::string>& parts) {
  parts.clear();
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      auto part = net::decode_percent(given[i]);
      if (!part || part->empty() || !is_valid_utf8(*part)) return false;
      parts.push_back(std::move(*part));
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

net::HttpResponse error_response(const Error& error) {
  const bool ours = error.type == ErrorType::internal;
  const json::object details{{"type", to_string(error.type)},
                             {"message", ours ? "something went wrong" : error.message}};
  return net::HttpResponse::json(http_status(error.type),
                                 json::serialize(json::object{{"error", details}}));
}

}  // namespace callosum::api
