#include "sim/google/seed.hpp"

#include <boost/json/array.hpp>
#include <vector>

#include "base/text.hpp"
#include "sim/google/accounts.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/event_fields.hpp"
#include "sim/google/mail_text.hpp"
#include "sim/google/seed_rows.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::int64_t kHourMs = 60 * 60 * 1000;
constexpr std::string_view kOuter = "=_seed_outer";
constexpr std::string_view kInner = "=_seed_inner";

/// "Ada Lovelace <ada@work.example>", its name as an encoded word where it must be.
std::string encode_person(std::string_view person) {
  const auto open = person.find('<');
  if (open == std::string_view::npos) return std::string(person);
  return encode_header(trim(person.substr(0, open))) + " " + std::string(person.substr(open));
}

std::string part(std::string_view boundary, std::string_view headers, std::string_view body) {
  return "--" + std::string(boundary) + "\r\n" + std::string(headers) + "\r\n\r\n" +
         std::string(body) + "\r\n";
}

std::string in_base64(std::string_view text) {
  return encode_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// Content-Type and body: plain, with a page beside it, with a file behind it.
std::string write_content(const SeedMail& row) {
  constexpr std::string_view kText =
      "Content-Type: text/plain; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: base64";
  constexpr std::string_view kPage = "Content-Type: text/html; charset=\"UTF-8\"";
  auto head = std::string(kText);
  auto body = in_base64(row.text);
  if (!row.page.empty()) {
    body = part(kInner, head, body) + part(kInner, kPage, row.page) + "--" + std::string(kInner) +
           "--\r\n";
    head = "Content-Type: multipart/alternative; boundary=\"" + std::string(kInner) + "\"";
  }
  if (!row.attachment.empty()) {
    const auto name = std::string(row.attachment);
    const auto file = "Content-Type: application/pdf; name=\"" + name +
                      "\"\r\nContent-Disposition: attachment; filename=\"" + name +
                      "\"\r\nContent-Transfer-Encoding: base64";
    body = part(kOuter, head, body) + part(kOuter, file, in_base64("%PDF-1.4\n% " + name + "\n")) +
           "--" + std::string(kOuter) + "--\r\n";
    head = "Content-Type: multipart/mixed; boundary=\"" + std::string(kOuter) + "\"";
  }
  return head + "\r\n\r\n" + body;
}

std::string message_id(const Account& account, std::size_t nth) {
  return "<seed-" + std::to_string(nth) + "." + account.sub + "@mail.example>";
}

void add_mail(Account& account, const SeedPersona& persona, std::size_t nth) {
  const auto& row = persona.mails[nth];
  const auto own = encode_header(account.name) + " <" + account.email + ">";
  NewMail mail;
  mail.time_ms = account.mailbox.now_ms() - row.hours_ago * kHourMs;
  mail.raw = "From: " + (row.from.empty() ? own : encode_person(row.from)) +
             "\r\nTo: " + (row.to.empty() ? own : encode_person(row.to)) +
             "\r\nSubject: " + encode_header(row.subject) +
             "\r\nDate: " + format_mail_date(mail.time_ms, account.zone) +
             "\r\nMessage-ID: " + message_id(account, nth) + "\r\n";
  if (row.answers >= 0) {
    const auto before = message_id(account, static_cast<std::size_t>(row.answers));
    mail.raw += "In-Reply-To: " + before + "\r\nReferences: " + before + "\r\n";
  }
  mail.raw += "MIME-Version: 1.0\r\n" + write_content(row);
  for (const auto label : split(row.labels, ' ')) mail.labels.emplace_back(label);
  account.mailbox.add(std::move(mail));
}

void add_calendars(Account& account, const SeedPersona& persona) {
  Calendar primary{.id = account.email,
                   .summary = account.email,
                   .zone = account.zone,
                   .color = "#9fe1e7",
                   .is_primary = true};
  Calendar second{
      .id = "c_" + sha256_hex(account.email).substr(0, 32) + "@group.calendar.google.com",
      .summary = std::string(persona.second_calendar),
      .zone = account.zone,
      .color = "#f83a22"};
  Calendar holidays{.id = "en.dutch#holiday@group.v.calendar.google.com",
                    .summary = "Holidays",
                    .zone = account.zone,
                    .color = "#16a765",
                    .role = "reader"};
  account.calendars.add_calendar(std::move(primary));
  account.calendars.add_calendar(std::move(second));
  account.calendars.add_calendar(std::move(holidays));
}

json::object time_of(const Account& account, const SeedEvent& row, bool is_end) {
  const auto now = account.calendars.now_ms();
  const int days = row.begin.empty() && is_end ? row.day + row.minutes : row.day;
  const auto day = format_day(add_days(now, days, account.zone), account.zone);
  if (row.begin.empty()) return {{"date", day}};
  auto at = parse_time_ms(day + "T" + std::string(row.begin) + ":00", account.zone).value_or(now);
  if (is_end) at += row.minutes * 60'000;
  return {{"dateTime", format_time(at, account.zone)}, {"timeZone", account.zone}};
}

json::object encode_row(const Account& account, const SeedEvent& row) {
  json::object out{{"summary", row.summary}};
  if (!row.location.empty()) out["location"] = row.location;
  if (!row.description.empty()) out["description"] = row.description;
  if (row.is_free) out["transparency"] = "transparent";
  if (!row.rule.empty()) {
    json::array rules;
    rules.push_back(json::value(json::string(row.rule)));
    out["recurrence"] = std::move(rules);
  }
  if (!row.attendee.empty()) {
    json::array attendees;
    attendees.push_back(json::object{{"email", account.email}, {"responseStatus", "accepted"}});
    attendees.push_back(json::object{{"email", row.attendee}, {"responseStatus", "accepted"}});
    out["attendees"] = std::move(attendees);
  }
  out["start"] = time_of(account, row, false);
  out["end"] = time_of(account, row, true);
  return out;
}

}  // namespace

void seed(Account& account, std::size_t nth) {
  const auto& persona = seed_persona(nth);
  // The oldest first, so that an answer finds what it answers.
  std::vector<std::size_t> order(persona.mails.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return persona.mails[a].hours_ago > persona.mails[b].hours_ago;
  });
  for (const auto i : order) add_mail(account, persona, i);
  add_calendars(account, persona);
  for (const auto& row : persona.events) {
    const auto second = account.calendars.calendars()[1].id;
    auto* const calendar =
        account.calendars.find_calendar(row.calendar.empty() ? account.email : second);
    const auto given = encode_row(account, row);
    Event event;
    std::size_t unknown = 0;
    const EventChange change{given, false, calendar->zone};
    if (apply_change(change, event, unknown)) account.calendars.insert(*calendar, std::move(event));
  }
}

}  // namespace callosum::sim::google
