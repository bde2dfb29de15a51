#pragma once

#include <string>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "storage/database.hpp"
#include "storage/phone_numbers.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// What the doors of numbers stand on.
struct PhoneNumbersGround {
  const auth::Authenticator& authenticator;
  FindTenant find_tenant;
  storage::Database& database;
  async::TimeSource& time;
  telemetry::Log& log;
  std::vector<std::string> carriers;  ///< whose calls are taken
};

/// `GET /api/admin/phone-numbers?tenant_id=`: the numbers that a business of theirs is called at.
class AdminPhoneNumbersResource final : public Resource {
 public:
  explicit AdminPhoneNumbersResource(PhoneNumbersGround ground) : ground_(std::move(ground)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/phone-numbers"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  PhoneNumbersGround ground_;
};

/// `PUT` and `DELETE /api/admin/phone-numbers/{number}`: whose calls a dialled number's are. Of the
/// operator alone: a number is taken from whoever has it first.
class AdminPhoneNumberResource final : public Resource {
 public:
  enum class Verb : std::uint8_t { save, remove };
  AdminPhoneNumberResource(Verb verb, PhoneNumbersGround ground)
      : verb_(verb), ground_(std::move(ground)) {}
  std::string_view method() const override { return verb_ == Verb::save ? "PUT" : "DELETE"; }
  std::string_view path() const override { return "/api/admin/phone-numbers/{number}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<net::HttpResponse> save(std::string number, std::string body,
                                                 std::string by);
  boost::asio::awaitable<net::HttpResponse> remove(std::string number, std::string by);

  Verb verb_;
  PhoneNumbersGround ground_;
};

}  // namespace callosum::api
