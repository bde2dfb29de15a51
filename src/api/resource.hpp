#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/server.hpp"

namespace callosum::api {

/// One HTTP resource: a method and a path whose `{name}` parts are handed on. One file each.
class Resource {
 public:
  virtual ~Resource() = default;
  virtual std::string_view method() const = 0;  ///< "GET"
  virtual std::string_view path() const = 0;    ///< "/api/admin/tools/{tool}"
  /// Whether a GET may be asked for its head alone. No, where answering makes something: a
  /// credential that nobody sees is one too many.
  virtual bool answers_head() const { return true; }
  /// `parts`: the values of the path's `{…}`, in order.
  virtual boost::asio::awaitable<net::HttpResponse> handle(
      const net::HttpRequest& request, const std::vector<std::string>& parts) = 0;
};

/// The values of `{…}` when `path` fits `pattern`; false otherwise.
bool match_path(std::string_view pattern, std::string_view path, std::vector<std::string>& parts);

/// `{"error": {type, message}}` with the status of the error's type. Never the detail.
net::HttpResponse error_response(const Error& error);

}  // namespace callosum::api
