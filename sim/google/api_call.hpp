#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/google/api_error.hpp"
#include "sim/google/params.hpp"
#include "sim/google/world.hpp"

namespace callosum::sim::google {

/// A request that was let in: by whom, and what of.
struct ApiCall {
  World& world;
  Account& account;
  Scopes scopes;
  const net::HttpRequest& request;
  Params query;
  std::vector<std::string> ids;  ///< what stood for the `{}` of the route
  json::object body;
  std::string request_id;  ///< of what it creates, where the body names one; for the records
};

struct ApiReply {
  int status = 200;
  json::object body;  ///< of a 204 nothing
  std::string etag;
};

/// A method of a service.
struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "messages/{}/modify"
  std::string_view name;     ///< the service's own
  std::span<const std::string_view> scopes;
  Answer<ApiReply> (*run)(ApiCall&);
};

struct Service {
  std::string_view name;     ///< "gmail.googleapis.com"
  std::string_view prefix;   ///< "/gmail/v1/users/"
  std::string_view methods;  ///< before the name of each, as its errors tell it
  std::span<const Route> routes;
};

/// The segments that stand for the pattern's `{}`, decoded; nothing where the path is another one.
std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path);

/// `maxResults`: its default, its most; 400 where it is no number.
Answer<std::size_t> page_size(const Params& query, std::size_t usual, std::size_t most);

/// Where a list goes on: behind the entry with this key. The key of the last one given, opaque.
struct PageKey {
  std::int64_t order = 0;
  std::string id;
};
std::string encode_page(const PageKey& key);
/// 400 where it is none of ours.
Answer<std::optional<PageKey>> decode_page(const std::string& token);

const Service& mail_service();
const Service& calendar_service();

}  // namespace callosum::sim::google
