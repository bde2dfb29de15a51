#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "registry/tool_spec.hpp"

namespace callosum::provider::offline {

namespace json = boost::json;

/// What to say about a tool's answer: the manifest's `reply` with its {field|format} filled from
/// `data`, or `reply_empty`, or the fields read out where there is no template. Formats: datetime,
/// date, time, money, minutes, list:FIELD, words. `output` is the envelope's text.
std::string write_reply(const registry::ToolSpec* tool, std::string_view output);

/// Fills a template; an unknown field reads as nothing. `data` is an object.
std::string fill_reply(std::string_view reply, const json::value& data);

/// "Tuesday, November 24 at 2:30 p m" from an ISO time, without changing its zone.
std::string say_datetime(std::string_view iso);

}  // namespace callosum::provider::offline
