#include "phone_cases.hpp"

#include "receptionist_calls.hpp"

namespace callosum::testing {
namespace {

constexpr const char* kDesk = "+12125550111";
constexpr const char* kOtherDesk = "+12125550112";
constexpr const char* kLongGreeting = "+14155550101";
constexpr const char* kBookings =
    "SELECT coalesce(group_concat(day || ' ' || hour), 'none') AS told FROM desk_bookings"
    " WHERE call_sid = '{call}'";

/// A rule: what is said with this word in it is answered by this call.
std::string calls(const std::string& word, const std::string& tool,
                  const std::string& arguments = "{}") {
  return "  - {when: {text: " + word + "}, calls: [{name: " + tool + ", arguments: '" + arguments +
         "'}]}\n";
}

PhoneCase one_tool(const std::string& word, const std::string& tool,
                   const std::string& arguments = "{}") {
  PhoneCase out;
  out.name = word;
  out.says = {{"a question about " + word}};
  out.rules = calls(word, tool, arguments);
  out.audited = {tool + " ok"};
  out.intent = tool;
  out.kinds = {"heard", "planned", "called", "answered", "said", "played"};
  out.heard = {"a question about " + word};
  return out;
}

/// What a model does with a tool that wants a yes: asks, and calls again with what it was told.
std::string asks_first(const std::string& word, const std::string& yes,
                       const std::string& arguments) {
  return "  - when: {text: " + yes +
         "}\n"
         "    calls: [{name: book_time, arguments: '{\"day\":\"<<day>>\",\"hour\":<<hour>>,"
         "\"confirmationToken\":\"<<token>>\"}'}]\n" +
         calls(word, "book_time", arguments);
}

/// Behind all rules of the cases: what follows a tool, whoever called it.
std::string booked() {
  return "  - {when: {tool_output: my_times}, say: You have a time on <<day>>.}\n"
         "  - {when: {tool_output: book_time, output: affected}, calls: [{name: my_times}]}\n"
         "  - {when: {tool_output: book_time, output: CONFIRMATION}, say: \"Shall I book "
         "that?\"}\n";
}

std::vector<PhoneCase> questions() {
  auto latest = one_tool("latest", "get_latest_booking");
  latest.query =
      "SELECT count(*) AS n FROM calls c JOIN phone_calls p ON p.call_sid = c.call_sid"
      " WHERE c.call_sid = '{call}' AND c.business_id = p.tenant_id AND"
      " c.caller_phone = p.caller AND c.intent = 'get_latest_booking'";
  latest.value = "1";
  auto policy = one_tool("parking", "get_policies", R"({"topic":"parking"})");
  auto closed = one_tool("sunday", "get_working_hours", R"({"day":"sunday"})");
  auto preamble = one_tool("services", "get_business_services");
  preamble.rules =
      "  - {when: {text: services}, preamble: Let me look that up for you., calls: [{name: "
      "get_business_services, arguments: '{}'}]}\n";
  auto unknown = one_tool("withheld", "get_latest_booking");
  unknown.from = "anonymous";
  unknown.attestation = "TN-Validation-Failed-C";
  unknown.audited = {"get_latest_booking FORBIDDEN"};
  unknown.kinds = {"heard", "called", "refused"};
  unknown.query =
      "SELECT attested || '/' || caller AS told FROM phone_calls WHERE call_sid = '{call}'";
  unknown.value = "0/";
  auto stranger = one_tool("newcomer", "get_latest_booking");
  stranger.from = "+12125550177";
  stranger.query = "SELECT caller AS told FROM phone_calls WHERE call_sid = '{call}'";
  stranger.value = "+12125550177";
  auto twice = one_tool("deposits", "get_policies", R"({"topic":"deposits"})");
  twice.says.push_back({"and about refunds"});
  twice.rules += calls("about refunds", "get_policies", R"({"topic":"refunds"})");
  twice.audited = {"get_policies ok", "get_policies ok"};
  twice.heard.emplace_back("and about refunds");
  auto crackling = one_tool("pricing", "get_faqs", R"({"topic":"pricing"})");
  crackling.line = "jitter_ms: 60\nloss_percent: 3";
  return {latest, policy, closed, preamble, unknown, stranger, twice, crackling};
}

PhoneCase of_business(const std::string& word, const std::string& number,
                      const std::string& tenant) {
  auto out = one_tool(word, "get_business_services");
  out.called = number;
  out.query =
      "SELECT t.slug || '/' || count(c.id) AS told FROM phone_calls p JOIN tenants t ON"
      " t.id = p.tenant_id LEFT JOIN calls c ON c.call_sid = p.call_sid AND"
      " c.business_id = t.id WHERE p.call_sid = '{call}'";
  out.value = tenant + "/1";
  return out;
}

std::vector<PhoneCase> bookings() {
  PhoneCase agreed;
  agreed.name = "friday";
  agreed.called = kDesk;
  agreed.says = {{"a time on friday please"}, {"yes please"}};
  agreed.rules = asks_first("friday", "yes please", R"({"day":"friday","hour":10})");
  agreed.audited = {"book_time CONFIRMATION_REQUIRED", "book_time ok", "my_times ok"};
  agreed.intent = "book_time";
  agreed.query = kBookings;
  agreed.value = "friday 10";

  auto declined = agreed;
  declined.name = "saturday";
  declined.says = {{"a time on saturday please"}, {"no thank you"}};
  declined.rules = calls("saturday", "book_time", R"({"day":"saturday","hour":11})") +
                   "  - {when: {text: no thank you}, say: Then not.}\n";
  declined.audited = {"book_time CONFIRMATION_REQUIRED"};
  declined.value = "none";

  // A model that takes a no for a yes is held to what the caller has said.
  auto pushed = agreed;
  pushed.name = "monday";
  pushed.says = {{"a time on monday please"}, {"no not at all"}};
  pushed.rules = asks_first("monday", "no not at all", R"({"day":"monday","hour":9})");
  pushed.audited = {"book_time CONFIRMATION_REQUIRED", "book_time CONFIRMATION_REQUIRED"};
  pushed.value = "none";

  auto changed = agreed;
  changed.name = "wednesday";
  changed.says = {{"a time on wednesday please"}, {"no wait thursday"}, {"yes go ahead"}};
  changed.rules = calls("no wait thursday", "book_time", R"({"day":"thursday","hour":15})") +
                  asks_first("wednesday", "yes go ahead", R"({"day":"wednesday","hour":15})");
  changed.audited = {"book_time CONFIRMATION_REQUIRED", "book_time CONFIRMATION_REQUIRED",
                     "book_time ok", "my_times ok"};
  changed.value = "thursday 15";

  auto other = agreed;
  other.name = "tuesday";
  other.called = kOtherDesk;
  other.says = {{"a time on tuesday please"}, {"yes that is right"}};
  other.rules = asks_first("tuesday", "yes that is right", R"({"day":"tuesday","hour":12})");
  other.query =
      "SELECT day || ' ' || hour || ' ' || t.slug AS told FROM desk_bookings b JOIN tenants t ON"
      " t.id = b.business_id WHERE b.call_sid = '{call}'";
  other.value = "tuesday 12 cedar-dental";
  return {agreed, declined, pushed, changed, other};
}

/// Says the first thing, waits for so long, says the second one into whatever goes on then.
std::string speaks_again_after(int pause_ms, bool is_barge_in = false) {
  return "  - {wait_silence_ms: 300, timeout_ms: 4000}\n"
         "  - say: '{0}'\n"
         "  - {" +
         std::string(is_barge_in ? "barge_in_ms" : "pause_ms") + ": " + std::to_string(pause_ms) +
         "}\n"
         "  - say: '{1}'\n"
         "  - {wait_silence_ms: 2500, timeout_ms: 9000}\n"
         "  - hang_up: true\n";
}

std::vector<PhoneCase> interruptions(bool is_flux) {
  auto hearing = one_tool("hairdresser", "get_policies", R"({"topic":"late arrival"})");
  if (is_flux) {
    hearing.says[0].more = "early_text: a question about sundries, taken_back_after_ms: 150";
    hearing.rules += calls("sundries", "get_policies", R"({"topic":"hours"})");
  } else {
    hearing.says[0].more = "no_end: true";  // only the second signal ends it
  }

  auto planning = one_tool("rescheduling", "get_policies", R"({"topic":"reschedule"})");
  planning.says = {{"please think about elephants"}, {"a question about rescheduling"}};
  planning.rules +=
      "  - {when: {text: elephants}, start_delay_ms: 2500, calls: [{name: get_faqs, arguments: "
      "'{\"topic\":\"parking\"}'}]}\n";
  planning.steps = speaks_again_after(900);
  planning.heard = {"please think about elephants", "a question about rescheduling"};

  auto running = one_tool("hammers", "my_times");
  running.called = kDesk;
  running.says = {{"please look for nails"}, {"a question about hammers"}};
  running.rules += calls("nails", "slow_look");
  running.steps = speaks_again_after(900);
  running.heard = {"please look for nails", "a question about hammers"};
  running.intent = "slow_look";
  running.audited = {"my_times ok", "slow_look CANCELLED"};

  auto writing = one_tool("paper", "my_times");
  writing.called = kDesk;
  writing.says = {{"please order pencils"}, {"a question about paper"}};
  writing.rules += calls("pencils", "slow_order", R"({"what":"pencils"})");
  writing.steps = speaks_again_after(900);
  writing.heard = {"please order pencils", "a question about paper"};
  writing.intent = "slow_order";
  writing.audited = {"my_times ok", "slow_order ok"};
  writing.query =
      "SELECT group_concat(state) AS told FROM tool_calls WHERE session_id = '{session}'"
      " AND tool_id LIKE '%slow_order'";
  writing.value = "done";

  auto speaking = one_tool("beards", "get_policies", R"({"topic":"pricing"})");
  speaking.says = {{"please tell me a story"}, {"a question about beards"}};
  speaking.rules +=
      "  - {when: {text: story}, say: \"Once upon a time there was a barber who would not stop "
      "talking about all the heads that he had seen, and of these there were more than anybody "
      "cared to hear about, the last of them being his xylophone.\"}\n";
  speaking.steps = speaks_again_after(900, true);
  speaking.heard = {"please tell me a story", "a question about beards"};
  speaking.kinds.emplace_back("cut");
  speaking.never_said = "xylophone";
  return {hearing, planning, running, writing, speaking};
}

/// Speaks once the voice has been audible for so long, beginning with the greeting.
std::string speaks_over_the_greeting(int heard_ms) {
  return "  - {barge_in_ms: " + std::to_string(heard_ms) +
         ", timeout_ms: 9000}\n"
         "  - say: '{0}'\n"
         "  - {wait_silence_ms: 1500, timeout_ms: 9000}\n"
         "  - hang_up: true\n";
}

/// The line of ours, the question that wants a yes, and the goodbye: what is not heard to its end
/// was not said.
std::vector<PhoneCase> interruptions_of_what_we_say() {
  auto greeting = one_tool("wheels", "get_policies", R"({"topic":"parking"})");
  greeting.called = kLongGreeting;
  greeting.steps = speaks_over_the_greeting(700);
  greeting.kinds.emplace_back("cut");
  greeting.never_said = "bay";

  auto filler = one_tool("ladders", "my_times");
  filler.called = kDesk;
  filler.says = {{"please look for buckets"}, {"a question about ladders"}};
  filler.rules += calls("buckets", "patient_look");
  filler.steps = speaks_again_after(500, true);
  filler.heard = {"please look for buckets", "a question about ladders"};
  filler.intent = "patient_look";
  filler.audited = {"my_times ok", "patient_look CANCELLED"};
  filler.kinds.emplace_back("cut");
  filler.has_said = "One";  // half a second of it
  filler.never_said = "cellar";

  // A yes to half a question is none: it is asked again.
  PhoneCase question;
  question.name = "november";
  question.called = kDesk;
  question.says = {{"a time in november please"}, {"yes do that"}, {"certainly"}};
  question.rules =
      asks_first("november", "yes do that", R"({"day":"november","hour":9})") +
      asks_first("november", "certainly", R"({"day":"november","hour":9})") +
      "  - {when: {tool_output: book_time, output: '\"november\"'}, say: \"Shall I put you down "
      "for "
      "nine in the morning of a day in november that we are going to find for you?\"}\n";
  question.steps =
      "  - {wait_silence_ms: 300, timeout_ms: 4000}\n"
      "  - say: '{0}'\n"
      "  - {barge_in_ms: 900, timeout_ms: 9000}\n"
      "  - say: '{1}'\n"
      "  - {wait_silence_ms: 1500, timeout_ms: 12000}\n"
      "  - say: '{2}'\n"
      "  - {wait_silence_ms: 1500, timeout_ms: 9000}\n"
      "  - hang_up: true\n";
  question.audited = {"book_time CONFIRMATION_REQUIRED", "book_time CONFIRMATION_REQUIRED",
                      "book_time ok", "my_times ok"};
  question.intent = "book_time";
  question.kinds = {"refused", "cut", "answered"};
  question.query = kBookings;
  question.value = "november 9";

  auto goodbye = one_tool("brushes", "get_policies", R"({"topic":"refunds"})");
  goodbye.says = {{"nothing else and goodbye"}, {"wait a question about brushes"}};
  goodbye.rules +=
      "  - {when: {text: else and goodbye}, preamble: \"Goodbye then, and thank you very much for "
      "having called us here today, it was a pleasure.\", calls: [{name: hang_up}]}\n";
  goodbye.steps = speaks_again_after(900, true);
  goodbye.heard = {"nothing else and goodbye", "wait a question about brushes"};
  goodbye.kinds.emplace_back("cut");
  goodbye.never_said = "pleasure";
  return {greeting, filler, question, goodbye};
}

/// Goodbye from both sides: the gateway ends the call, once that was heard.
PhoneCase farewell() {
  auto out = one_tool("farewell", "hang_up");
  out.steps =
      "  - {wait_silence_ms: 300, timeout_ms: 4000}\n"
      "  - say: '{0}'\n"
      "  - {wait_silence_ms: 8000, timeout_ms: 20000}\n"
      "  - hang_up: true\n";
  out.rules =
      "  - {when: {text: farewell}, preamble: \"Goodbye, and thank you.\", calls: [{name: "
      "hang_up}]}\n";
  out.outcome = "completed";
  out.kinds = {"heard", "planned", "called", "answered", "said", "played"};
  out.has_said = "Goodbye, and thank you.";
  return out;
}

PhoneCase hanging_tool() {
  auto out = one_tool("forever", "hanging_look");
  out.called = kDesk;
  out.audited = {"hanging_look TIMEOUT"};
  out.kinds = {"heard", "called", "refused", "said", "played"};
  return out;
}

/// An answer that is cut off in the middle of its call: nothing of it runs, and the next one does.
PhoneCase half_a_call() {
  auto out = one_tool("wholeness", "get_working_hours");
  out.says.insert(out.says.begin(), {"a question about halves"});
  out.rules +=
      "  - {when: {text: halves}, calls: [{name: get_policies, arguments: "
      "'{\"topic\":\"cancellation\"}'}], wire: {cut_after: 4}}\n";
  out.heard = {"a question about halves", "a question about wholeness"};
  return out;
}

}  // namespace

PhoneCase question_about_hours(const std::string& word) {
  return one_tool(word, "get_working_hours");
}

std::vector<PhoneCase> everyday_calls(bool is_flux) {
  auto out = questions();
  out.push_back(of_business("willow", "+12125550101", "willow-hair"));
  out.push_back(of_business("cedar", "+13125550101", "cedar-dental"));
  for (auto& each : bookings()) out.push_back(std::move(each));
  for (auto& each : interruptions(is_flux)) out.push_back(std::move(each));
  for (auto& each : interruptions_of_what_we_say()) out.push_back(std::move(each));
  out.push_back(farewell());
  out.push_back(hanging_tool());
  out.push_back(half_a_call());
  out.back().rules += booked() + receptionist_rules();
  return out;
}

std::vector<PhoneCase> calls_to_other_servers() {
  std::vector<PhoneCase> out;
  for (const std::string server : {"ollama", "llamacpp", "vllm", "groq", "azure"}) {
    auto each = one_tool("server " + server, "get_policies", R"({"topic":"refunds"})");
    each.name = server;
    each.rules = "  - {when: {text: server " + server +
                 "}, calls: [{name: get_policies, arguments: '{\"topic\":\"refunds\"}'}], wire: "
                 "{deviation: " +
                 server + ", pings: true}}\n";
    out.push_back(each);
  }
  auto both = one_tool("twins", "get_policies", R"({"topic":"refunds"})");
  both.rules =
      "  - {when: {text: twins}, calls: [{name: get_policies, arguments: "
      "'{\"topic\":\"deposits\"}'}, {name: get_working_hours, arguments: '{}'}], wire: {deviation: "
      "vllm, same_index: true}}\n";
  both.audited = {"get_policies ok", "get_working_hours ok"};
  out.insert(out.begin(), both);
  auto broken = one_tool("mending", "get_working_hours");
  broken.says.insert(broken.says.begin(), {"a question about errors"});
  broken.rules +=
      "  - {when: {text: errors}, calls: [{name: get_policies, arguments: "
      "'{\"topic\":\"cancellation\"}'}], wire: {deviation: llamacpp, error_after: 3, error: out of "
      "memory}}\n";
  broken.heard = {"a question about errors", "a question about mending"};
  out.push_back(broken);
  return out;
}

}  // namespace callosum::testing
