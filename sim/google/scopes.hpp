#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim::google {

using Scopes = std::vector<std::string>;

/// "a b" as a list, each once; `email` and `profile` under the names that the service gives them.
Scopes parse_scopes(std::string_view text);
std::string join_scopes(const Scopes& scopes);
/// What the service knows of mail, calendars and who somebody is.
bool is_known_scope(std::string_view scope);
/// Both, each once.
Scopes unite(const Scopes& a, const Scopes& b);

bool has_scope(const Scopes& granted, std::string_view scope);
/// Whether one of those that a method accepts was granted.
bool has_any_scope(const Scopes& granted, std::span<const std::string_view> accepted);

namespace scope {
inline constexpr std::string_view kOpenId = "openid";
inline constexpr std::string_view kEmail = "https://www.googleapis.com/auth/userinfo.email";
inline constexpr std::string_view kProfile = "https://www.googleapis.com/auth/userinfo.profile";
inline constexpr std::string_view kMailAll = "https://mail.google.com/";
inline constexpr std::string_view kMailModify = "https://www.googleapis.com/auth/gmail.modify";
inline constexpr std::string_view kMailReadonly = "https://www.googleapis.com/auth/gmail.readonly";
inline constexpr std::string_view kMailCompose = "https://www.googleapis.com/auth/gmail.compose";
inline constexpr std::string_view kMailSend = "https://www.googleapis.com/auth/gmail.send";
inline constexpr std::string_view kMailMetadata = "https://www.googleapis.com/auth/gmail.metadata";
inline constexpr std::string_view kMailLabels = "https://www.googleapis.com/auth/gmail.labels";
inline constexpr std::string_view kCalendar = "https://www.googleapis.com/auth/calendar";
inline constexpr std::string_view kCalendarReadonly =
    "https://www.googleapis.com/auth/calendar.readonly";
inline constexpr std::string_view kEvents = "https://www.googleapis.com/auth/calendar.events";
inline constexpr std::string_view kEventsReadonly =
    "https://www.googleapis.com/auth/calendar.events.readonly";
inline constexpr std::string_view kEventsOwned =
    "https://www.googleapis.com/auth/calendar.events.owned";
inline constexpr std::string_view kEventsOwnedReadonly =
    "https://www.googleapis.com/auth/calendar.events.owned.readonly";
inline constexpr std::string_view kEventsFreeBusy =
    "https://www.googleapis.com/auth/calendar.events.freebusy";
inline constexpr std::string_view kFreeBusy = "https://www.googleapis.com/auth/calendar.freebusy";
inline constexpr std::string_view kCalendarList =
    "https://www.googleapis.com/auth/calendar.calendarlist";
inline constexpr std::string_view kCalendarListReadonly =
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly";
}  // namespace scope

}  // namespace callosum::sim::google
