#pragma once

#include "sim/realtime/dialect.hpp"

namespace callosum::sim::xai {

/// xAI's spelling, with its oddities as recorded (protocol §4.1, 6 and 7).
class XaiDialect final : public Dialect {
 public:
  std::string make_id(World& world, std::string_view prefix) const override;
  std::string event_id(World& world, const std::string& prefix, std::size_t nth) const override;
  void dress(json::object& event, World& world) const override;
  json::object error_event(json::object error, const Script& script) const override;

  Problem check_response(const json::value& params) const override;
  void shape_frame(const json::object& session, const json::object& params,
                   ResponseFrame& frame) const override;
  json::object response_body(const json::object& session, const json::object& params,
                             const ResponseFrame& frame) const override;
  json::object done_event(json::object& body, json::value details,
                          const Spent& spent) const override;

  std::vector<json::object> message_events(const ReplyPart& part, std::size_t index,
                                           const ResponseFrame& frame) const override;
  std::vector<json::object> call_events(const CallPlan& call, std::size_t index,
                                        const ResponseFrame& frame) const override;
  std::vector<json::object> end_item(const ItemSoFar& item, const ResponseFrame& frame,
                                     std::string_view status) const override;
  json::object listed_item(const ItemSoFar& item, const json::object& ended) const override;
  bool has_output_indexes() const override { return false; }
  bool has_item_done() const override { return false; }
};

/// The one of them all.
const XaiDialect& dialect();

}  // namespace callosum::sim::xai
