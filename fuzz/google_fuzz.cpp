// What the simulator of Google accounts reads of strangers: mails, searches, events, scripts'
// times.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/event_fields.hpp"
#include "sim/google/mail_message.hpp"
#include "sim/google/mail_query.hpp"
#include "sim/google/mail_text.hpp"
#include "sim/google/params.hpp"
#include "sim/google/recurrence.hpp"

namespace {

using namespace callosum::sim::google;
namespace json = boost::json;

void read_mail(std::string_view bytes) {
  const auto mail = parse_mail(bytes);
  if (!mail) return;
  for (const auto& [name, value] : mail->headers) {
    if (!callosum::is_valid_utf8(value)) std::abort();
  }
  if (!callosum::is_valid_utf8(readable_text(*mail))) std::abort();
  for (const auto& address : addresses_of(mail->header("To"))) is_mail_address(address);
  without_header(bytes, "Bcc");
}

void search(std::string_view bytes) {
  MailFacts facts;
  facts.text = fold_words(bytes);
  const auto query = MailQuery::parse(bytes, {"Europe/Amsterdam", "a@b.example"});
  const std::vector<std::string> labels{"INBOX"};
  query.matches({facts, labels, 0});
}

void read_event(std::string_view bytes) {
  const auto given = callosum::parse_strict(bytes);
  if (!given || !given->is_object()) return;
  Event event;
  std::size_t unknown = 0;
  for (const bool is_patch : {false, true}) {
    const EventChange change{given->get_object(), is_patch, "Europe/Amsterdam"};
    if (!apply_change(change, event, unknown)) return;
    format_time(event.start.ms, "Europe/Amsterdam");
  }
}

void read_rule(std::string_view bytes) {
  json::array lines;
  lines.push_back(json::value(json::string("RRULE:" + std::string(bytes))));
  const auto rule = Recurrence::parse(lines);
  if (!rule) return;
  const auto starts = rule->starts(0, "Europe/Amsterdam", 0, 4'000'000'000'000);
  if (starts.size() > 21000) std::abort();
  for (std::size_t i = 1; i < starts.size(); ++i) {
    if (starts[i] < starts[i - 1]) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_mail(bytes);
  search(bytes);
  read_event(bytes);
  read_rule(bytes);
  parse_time_ms(bytes, "Europe/Amsterdam");
  if (!callosum::is_valid_utf8(Params::of_form(bytes).get("a"))) std::abort();
  return 0;
}
