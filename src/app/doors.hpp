#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "api/find_tenant.hpp"
#include "api/plan_call.hpp"
#include "api/router.hpp"
#include "api/session_desk.hpp"
#include "app/planner.hpp"
#include "pipeline/executor.hpp"

namespace callosum::app {

/// Every HTTP resource of one thread, and on which listener each is found. A new one is a file in
/// api/ and a line in doors.cpp.
class Doors {
 public:
  struct Ground {
    Parts& parts;
    Planner& planner;
    pipeline::Executor& executor;
    api::SessionDesk& desk;
    bool admin_on_main = false;  ///< `demo`: one listener for all
  };
  explicit Doors(const Ground& ground);

  api::Router& main() { return main_; }
  api::Router& admin() { return admin_; }

 private:
  enum class Place : std::uint8_t { main, admin, both };
  /// How resources ask who may do what as whom.
  struct Planning {
    api::PlanCall plan;
    api::FindTenant find_tenant;
  };
  void add_accounts(const api::FindTenant& find_tenant);
  void add_phone();
  void add_callers(const Planning& planning);
  void add_operators(const Planning& planning);
  void add(Place place, std::unique_ptr<api::Resource> resource);

  const Ground ground_;
  std::vector<std::unique_ptr<api::Resource>> resources_;
  api::Router main_;
  api::Router admin_;
};

/// What the phone's doors stand on.
channel::twilio::PhoneGround phone_ground(Parts& parts);

/// The packs are read again, within what a handler is given.
boost::asio::awaitable<Result<api::ReloadReport>> reload(Parts& parts);

}  // namespace callosum::app
