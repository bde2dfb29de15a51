#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/counters.hpp"

namespace callosum::sim::google {

namespace json = boost::json;

/// What was asked of the service, for `GET /sim/stats`. The lists keep the newest thousand.
class Stats : public Counters {
 public:
  /// A call of mail or calendar: method, path, account, status, and what makes it one of a kind.
  void record_request(json::object request) { keep(requests_, std::move(request)); }
  /// A mail that has left: account, id, to, subject, message_id, idempotency_key.
  void record_sent(json::object mail) { keep(sent_, std::move(mail)); }

  json::object to_json() const;

 private:
  void keep(json::array& list, json::object entry);

  json::array requests_;
  json::array sent_;
  bool is_truncated_ = false;
};

}  // namespace callosum::sim::google
