#pragma once

#include "sim/realtime/dialect.hpp"

namespace callosum::sim::openai {

/// OpenAI's GA spelling (protocol §4 to 11).
class GaDialect final : public Dialect {
 public:
  std::string make_id(World& world, std::string_view prefix) const override;
  json::object error_event(json::object error, const Script& script) const override;

  Problem check_response(const json::value& params) const override;
  bool is_beside(const json::object& params) const override;
  std::optional<BadTool> find_bad_tool(const json::object& session,
                                       const json::object& params) const override;
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
};

}  // namespace callosum::sim::openai
