#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "sim/google/api_call.hpp"

namespace callosum::sim::google {

/// Mail and calendar: who calls, whether they may, what the script does to it, the call itself, and
/// its record.
class ApiDoor {
 public:
  explicit ApiDoor(World& world) : world_(world) {}

  /// Null: the path is of no service here.
  static const Service* find_service(std::string_view path);
  /// `met`: what the script does to this request, behind whatever it waited.
  net::HttpResponse handle(const net::HttpRequest& request, const Service& service,
                           const std::optional<Fault>& met);

 private:
  struct Caller {
    Account* account = nullptr;
    Scopes scopes;
  };
  Answer<Caller> identify(const net::HttpRequest& request);
  Answer<ApiCall> admit(const net::HttpRequest& request, const Service& service,
                        const Route*& route);
  Answer<ApiReply> run(const net::HttpRequest& request, const Service& service,
                       json::object& record);

  World& world_;
};

/// The bearer token of a request; empty where there is none.
std::string bearer_of(const net::HttpRequest& request);
/// The answer that a fault gives in place of the call's.
net::HttpResponse fault_response(const Fault& fault);

}  // namespace callosum::sim::google
