#pragma once

#include "sim/google/api_call.hpp"

namespace callosum::sim::google {

/// The calendar that the path names; 404 for those of others, too.
Answer<Calendar*> get_calendar(ApiCall& call, const std::string& id);
/// `timeZone`, else the calendar's; 400 where there is no such zone.
Answer<std::string> read_zone(const ApiCall& call, const std::string& usual);
/// A moment of the query or a body; 400 with the parameter's name.
Answer<std::int64_t> read_moment(const std::string& text, const std::string& name);

Answer<ApiReply> list_calendars(ApiCall& call);
Answer<ApiReply> list_events(ApiCall& call);
Answer<ApiReply> list_instances(ApiCall& call);
Answer<ApiReply> get_event(ApiCall& call);
Answer<ApiReply> insert_event(ApiCall& call);
Answer<ApiReply> patch_event(ApiCall& call);
Answer<ApiReply> update_event(ApiCall& call);
Answer<ApiReply> move_event(ApiCall& call);
Answer<ApiReply> delete_event(ApiCall& call);
Answer<ApiReply> query_free_busy(ApiCall& call);

}  // namespace callosum::sim::google
