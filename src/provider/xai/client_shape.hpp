#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace callosum::provider::xai {

namespace json = boost::json;

/// A GA `session` of session.update with what xAI lacks left out or put into what it has
/// (protocols: xAI voice §3): still GA's shape, so that it can be shown to a GA client as what is
/// in force.
json::object settle_session(const json::object& session);

/// A settled session as xAI's session.update has it: voice and turn detection at the top.
json::object encode_session(const json::object& settled);

/// The `response` of a response.create as xAI takes it.
json::object encode_response(const json::object& response);

/// The member of a GA response.create that asks for what xAI does not do, and why; empty: none.
struct Unserved {
  std::string param;
  std::string message;
};
Unserved find_unserved(const json::object& response);

/// A conversation.item.create that has exactly these words spoken; a response follows by itself.
std::string encode_force_message(std::string_view text, std::string_view event_id);

}  // namespace callosum::provider::xai
