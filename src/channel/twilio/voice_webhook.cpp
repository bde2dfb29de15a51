#include "channel/twilio/voice_webhook.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "channel/twilio/call_caps.hpp"
#include "channel/twilio/twiml.hpp"
#include "storage/phone_numbers.hpp"

namespace callosum::channel::twilio {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 5s;
constexpr const char* kSorry =
    "We are sorry, we cannot take your call right now. Please call again.";

net::HttpResponse refusal(int status, std::string_view message) {
  return net::HttpResponse::text(status, std::string(message) + "\n");
}

net::HttpResponse xml(std::string twiml) {
  net::HttpResponse response;
  response.headers.set("Content-Type", "text/xml; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");  // a token is in it
  response.body = std::move(twiml);
  return response;
}

/// What is written down of a ticket; empty: none is asked for.
std::string kept_of(const std::string& ticket) {
  return ticket.empty() ? std::string() : sha256_hex(ticket);
}

std::int64_t seconds_of(const std::string& text) {
  std::int64_t seconds = -1;
  const auto* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, seconds);
  return problem == std::errc() && rest == end ? std::max<std::int64_t>(seconds, -1) : -1;
}

}  // namespace

Result<VoiceForm> VoiceWebhook::take_form(const net::HttpRequest& request) const {
  const auto& config = ground_.config;
  if (config.public_url.empty() || !carrier_.is_set_up(config)) {
    return fail(ErrorType::not_found, "no phone is set up here");
  }
  const auto fields = decode_form(request.body);
  if (!fields) return fields.error();
  const auto url = public_address(config, request.target);
  const SignedRequest asked{config, request, url, *fields, ground_.time.wall_now()};
  const auto checked = carrier_.check_webhook(asked);
  if (!checked) return checked.error();
  auto form = read_voice_form(*fields, *carrier_.form);
  if (!form) return form.error();
  const auto* account = carrier_.only_account ? &(config.*carrier_.only_account) : nullptr;
  if (account && !account->empty() && form->account_sid != *account) {
    return fail(ErrorType::forbidden, "this account's calls are not taken here");
  }
  return form;
}

StreamGrant VoiceWebhook::grant_for(const storage::PhoneCall& call, int step) {
  StreamGrant grant;
  grant.carrier = call.carrier;
  grant.call_sid = call.record.call_sid;
  grant.account_sid = call.account_sid;
  grant.from = call.caller;
  grant.to = call.called;
  grant.tenant_id = call.tenant_id;
  grant.pack = call.pack;
  grant.is_attested = call.is_attested;
  grant.step = step;
  grant.session_id = call.record.session_id;
  return grant;
}

/// In one transaction: of two requests for one step, on whichever thread or node, one is first.
Result<VoiceWebhook::Step> VoiceWebhook::take_step_in(storage::sqlite::Connection& connection,
                                                      const Asked& asked) {
  const auto& form = asked.form;
  const auto step = asked.step;
  auto found = storage::find_call(connection, form.call_sid);
  if (!found) return found.error();
  if (*found && asked.pending) storage::lay_over((**found).record, *asked.pending);
  CallSoFar so_far;
  if (const auto& call = *found) {
    so_far = {true,
              is_final_status(call->status),
              call->record.is_conversed_out,
              call->next_step,
              !call->record.transfer_to.empty(),
              form.dial_status};
    if (call->account_sid != form.account_sid || call->carrier != asked.carrier) return Step{};
    const bool is_told =
        call->ticket.empty() || equal_in_constant_time(call->ticket, sha256_hex(asked.ticket));
    if (!is_told) return Step{};
  }
  Step out;
  out.ticket = asked.next_ticket;
  out.verdict = judge_voice_step(so_far, step);
  if (out.verdict == VoiceStep::replayed) return out;
  if (*found) {
    const auto taken =
        storage::take_call_step(connection, form.call_sid, step, kept_of(asked.next_ticket));
    if (!taken) return taken.error();
    if (!*taken) return Step{};
    const auto number = storage::find_phone_number(connection, (**found).called);
    if (!number) return number.error();
    out.grant = grant_for(**found, step);
    // The number may be somebody else's by now.
    const bool is_theirs = *number && (**number).tenant_id == (**found).tenant_id;
    if (is_theirs) out.grant.transfers = (**number).transfers;
    out.transfer_to = (**found).record.transfer_to;
    out.grant.was_not_taken = !out.transfer_to.empty() && !form.dial_status.empty();
    return out;
  }
  const auto number = storage::find_phone_number(connection, form.to);
  if (!number) return number.error();
  const bool is_theirs =
      *number && ((**number).carrier.empty() || (**number).carrier == asked.carrier);
  if (!is_theirs) return fail(ErrorType::not_found, "nobody here has the number that was called");
  storage::PhoneCall call;
  call.carrier = asked.carrier;
  call.ticket = kept_of(asked.next_ticket);
  call.record.call_sid = form.call_sid;
  call.account_sid = form.account_sid;
  call.tenant_id = (**number).tenant_id;
  call.pack = (**number).pack;
  call.caller = caller_number(form.from);
  call.called = form.to;
  call.is_attested = !call.caller.empty() && asked.is_attested;
  call.status = is_status(form.status) ? form.status : "ringing";
  call.started_at_ms = asked.now_ms;
  auto cap =
      find_cap_reached(connection, *asked.config, {call.tenant_id, call.caller, asked.now_ms});
  if (!cap) return cap.error();
  if (!cap->empty()) {
    out.verdict = VoiceStep::busy;
    out.grant = grant_for(call, step);
    out.cap = std::move(*cap);
    return out;
  }
  const auto added = storage::add_call(connection, call);
  if (!added) return added.error();
  if (!*added) return Step{};
  out.grant = grant_for(call, step);
  out.grant.transfers = (**number).transfers;
  const auto turned = turn_elsewhere(connection, call, out, *asked.log);
  if (!turned) return turned.error();
  return out;
}

/// A caller whom the business is not rolled out to. The call is written down all the same, and has
/// nothing left to say here.
Result<void> VoiceWebhook::turn_elsewhere(storage::sqlite::Connection& connection,
                                          storage::PhoneCall& call, Step& step,
                                          telemetry::Log& log) {
  auto rollout = storage::find_rollout(connection, call.tenant_id);
  if (!rollout) return rollout.error();
  if (storage::is_rolled_out(*rollout, call.caller)) return {};
  if (rollout->forward_to == call.called) rollout->forward_to.clear();  // it would come back
  call.record.outcome = "elsewhere";
  call.record.is_conversed_out = true;
  step.elsewhere = std::move(*rollout);
  const auto saved = storage::save_call_record(connection, call.record);
  if (saved) storage::try_copy_to_pack(connection, call.record.call_sid, log);
  return saved;
}

asio::awaitable<Result<VoiceWebhook::Step>> VoiceWebhook::take_step(VoiceForm form, int step,
                                                                    std::string ticket) {
  const auto deadline = async::Deadline::after(ground_.time, kPatience);
  const auto& attested = ground_.config.attested;
  Asked asked;
  asked.is_attested = std::find(attested.begin(), attested.end(), form.verstat) != attested.end();
  asked.pending = ground_.records.pending(form.call_sid);
  asked.now_ms = epoch_ms(ground_.time.wall_now());
  asked.step = step;
  asked.ticket = std::move(ticket);
  if (!carrier_.signs_address) asked.next_ticket = make_id("", ground_.random);
  asked.carrier = carrier_.name;
  asked.config = &ground_.config;
  asked.log = &ground_.log;
  asked.form = std::move(form);
  std::function<Result<Step>(storage::sqlite::Connection&)> work =
      [asked = std::move(asked)](storage::sqlite::Connection& connection) {
        return take_step_in(connection, asked);
      };
  return ground_.database.write<Step>(deadline, std::move(work));
}

std::string VoiceWebhook::address_after(const Step& taken, int step) const {
  auto target = "/" + std::string(carrier_.name) + "/voice?step=" + std::to_string(step + 1);
  if (!taken.ticket.empty()) target += "&ticket=" + taken.ticket;
  return public_address(ground_.config, target);
}

std::string VoiceWebhook::number_of(const std::string& e164) const {
  return carrier_.form->omits_plus && e164.starts_with('+') ? e164.substr(1) : e164;
}

net::HttpResponse VoiceWebhook::refuse(const net::HttpRequest& request, const Error& why) const {
  ground_.log.warn("webhook_refused",
                   {{"peer", request.peer}, {"path", request.path()}, {"reason", why.message}});
  return refusal(http_status(why.type), why.message);
}

net::HttpResponse VoiceWebhook::answer_elsewhere(const Step& taken) const {
  const auto& rollout = *taken.elsewhere;
  ground_.log.info("call_elsewhere", {{"call_sid", taken.grant.call_sid},
                                      {"tenant_id", taken.grant.tenant_id},
                                      {"mode", rollout.mode},
                                      {"forwarded", !rollout.forward_to.empty()}});
  if (!rollout.forward_to.empty()) {
    return xml(
        dial_twiml(number_of(rollout.forward_to), ground_.config.longest_s, *carrier_.markup));
  }
  return xml(say_twiml(rollout.say.empty() ? kSorry : rollout.say, *carrier_.markup));
}

Result<void> VoiceWebhook::check_voice(const net::HttpRequest& request, VoiceForm& form) const {
  if (form.direction != "inbound" && !form.direction.empty()) {
    return fail(ErrorType::forbidden, "only calls that come in are answered here");
  }
  // Where its address is not signed, the news of some call must not pass for a new one.
  if (!form.source.empty())
    return fail(ErrorType::forbidden, "this tells of a call, and asks none");
  const bool was_dialled = request.query("dialled") == "1";
  if (was_dialled && form.dial_status.empty()) form.dial_status = "unknown";
  return {};
}

asio::awaitable<net::HttpResponse> VoiceWebhook::voice(const net::HttpRequest& request) {
  auto form = take_form(request);
  if (!form) co_return refuse(request, form.error());
  const auto step = parse_step(request.query("step"));
  const auto fits = check_voice(request, *form);
  if (!fits) co_return refusal(http_status(fits.error().type), fits.error().message);
  const auto& markup = *carrier_.markup;
  auto taking = take_step(*form, step, request.query("ticket"));
  auto taken = co_await std::move(taking);
  if (!taken) {
    ground_.log.warn("call_not_taken", {{"call_sid", form->call_sid},
                                        {"reason", taken.error().message},
                                        {"detail", taken.error().detail}});
    co_return xml(say_twiml(kSorry, markup));
  }
  if (taken->verdict == VoiceStep::replayed) {
    ground_.log.warn("webhook_replayed", {{"call_sid", form->call_sid}, {"step", step}});
    co_return refusal(409, "this step of the call was taken before");
  }
  if (taken->verdict == VoiceStep::busy) {
    ground_.log.warn(
        "call_cap_reached",
        {{"call_sid", form->call_sid}, {"tenant_id", taken->grant.tenant_id}, {"cap", taken->cap}});
    co_return xml(busy_twiml(markup));
  }
  if (taken->verdict == VoiceStep::hang_up) {
    co_return xml(step >= kMostStreams ? say_twiml(kSorry, markup) : hangup_twiml(markup));
  }
  const auto back = address_after(*taken, step);
  if (taken->verdict == VoiceStep::transfer) {
    ground_.log.info(
        "call_transferred",
        {{"call_sid", form->call_sid}, {"tenant_id", taken->grant.tenant_id}, {"step", step}});
    co_return xml(
        dial_twiml(number_of(taken->transfer_to), back, ground_.config.longest_s, markup));
  }
  if (taken->elsewhere) co_return answer_elsewhere(*taken);
  const auto grant = taken->grant;
  const auto token = ground_.tokens.issue(std::move(taken->grant));
  if (!token) co_return xml(say_twiml(kSorry, markup));
  ground_.log.info("call_answered", {{"call_sid", grant.call_sid},
                                     {"tenant_id", grant.tenant_id},
                                     {"step", grant.step},
                                     {"attested", grant.is_attested}});
  const auto media = "/" + std::string(carrier_.name) + "/media";
  const auto stream = public_address(ground_.config, media, true);
  // Who has been called back before would hear nothing again, where nobody can be reached.
  const auto words = grant.step > 1 && !grant.was_not_taken
                         ? std::string_view(ground_.config.hold_words)
                         : std::string_view();
  const StreamTwiml opening{stream, *token, back, pause_after(grant.step), words};
  co_return xml(connect_stream_twiml(opening, markup));
}

asio::awaitable<net::HttpResponse> VoiceWebhook::status(const net::HttpRequest& request) {
  const auto form = take_form(request);
  if (!form) co_return refuse(request, form.error());
  storage::CallNews news;
  news.call_sid = form->call_sid;
  news.status = form->status;
  news.duration_s = seconds_of(form->duration_s);
  news.recording_url = form->recording_url;
  news.now_ms = epoch_ms(ground_.time.wall_now());
  const auto deadline = async::Deadline::after(ground_.time, kPatience);
  std::function<Result<bool>(storage::sqlite::Connection&)> work =
      [news = std::move(news), account = form->account_sid, carrier = carrier_.name,
       keeps_words = ground_.config.keep_transcripts,
       &log = ground_.log](storage::sqlite::Connection& connection) mutable -> Result<bool> {
    const auto found = storage::find_call(connection, news.call_sid);
    if (!found) return found.error();
    const bool is_theirs =
        *found && (**found).account_sid == account && (**found).carrier == carrier;
    if (!is_theirs) return false;
    news.before = (**found).status;
    const bool is_further = may_follow(news.before, news.status);
    // A recording is often ready only once the call is over.
    if (!is_further && news.recording_url.empty()) return false;
    if (!is_further) news.status = news.before;
    const bool is_over = is_further && is_final_status(news.status);
    const auto saved = storage::save_call_news(connection, news, is_over);
    // A gateway that was killed in the call has not come to it.
    if (saved && is_over && !keeps_words) {
      const auto forgotten = storage::forget_words(connection, news.call_sid);
      if (!forgotten) return forgotten.error();
    }
    if (saved && *saved) storage::try_copy_to_pack(connection, news.call_sid, log);
    return saved;
  };
  auto saving = ground_.database.write<bool>(deadline, std::move(work));
  const auto saved = co_await std::move(saving);
  if (!saved) co_return refusal(http_status(saved.error().type), saved.error().message);
  if (!*saved) co_return refusal(409, "the call is further than that, or is none of ours");
  net::HttpResponse response;
  response.status = 204;
  co_return response;
}

}  // namespace callosum::channel::twilio
