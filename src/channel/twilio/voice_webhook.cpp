#include "channel/twilio/voice_webhook.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "channel/twilio/call_caps.hpp"
#include "channel/twilio/signature.hpp"
#include "channel/twilio/twiml.hpp"
#include "storage/phone_numbers.hpp"

namespace callosum::channel::twilio {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 5s;
constexpr const char* kMediaPath = "/twilio/media";
constexpr const char* kVoicePath = "/twilio/voice";
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

std::int64_t seconds_of(const std::string& text) {
  std::int64_t seconds = -1;
  const auto* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, seconds);
  return problem == std::errc() && rest == end ? std::max<std::int64_t>(seconds, -1) : -1;
}

}  // namespace

std::string public_address(const config::PhoneConfig& config, std::string_view target,
                           bool is_websocket) {
  std::string url = config.public_url;
  if (is_websocket && url.starts_with("http")) url.replace(0, 4, "ws");  // https: wss
  return url + std::string(target);
}

Result<VoiceForm> VoiceWebhook::take_form(const net::HttpRequest& request) const {
  const auto& config = ground_.config;
  if (config.public_url.empty()) return fail(ErrorType::not_found, "no phone is set up here");
  if (config.auth_token.empty()) return fail(ErrorType::permanent, "no auth token is configured");
  const auto signature = request.headers.get("X-Twilio-Signature");
  if (signature.empty()) return fail(ErrorType::validation, "this request is not signed");
  const auto fields = decode_form(request.body);
  if (!fields) return fields.error();
  const auto url = public_address(config, request.target);
  if (!verify_form(config.auth_token, url, *fields, signature)) {
    return fail(ErrorType::forbidden, "the signature is not that of this request");
  }
  auto form = read_voice_form(*fields);
  if (!form) return form.error();
  if (!config.account.empty() && form->account_sid != config.account) {
    return fail(ErrorType::forbidden, "this account's calls are not taken here");
  }
  return form;
}

StreamGrant VoiceWebhook::grant_for(const storage::PhoneCall& call, int step) {
  StreamGrant grant;
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
    if (call->account_sid != form.account_sid) return Step{};
  }
  Step out;
  out.verdict = judge_voice_step(so_far, step);
  if (out.verdict == VoiceStep::replayed) return out;
  if (*found) {
    const auto taken = storage::take_call_step(connection, form.call_sid, step);
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
  if (!*number) return fail(ErrorType::not_found, "nobody here has the number that was called");
  storage::PhoneCall call;
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
  if (!cap->empty()) return Step{VoiceStep::busy, grant_for(call, step), std::move(*cap)};
  const auto added = storage::add_call(connection, call);
  if (!added) return added.error();
  if (!*added) return Step{};
  out.grant = grant_for(call, step);
  out.grant.transfers = (**number).transfers;
  const auto turned = turn_elsewhere(connection, call, out);
  if (!turned) return turned.error();
  return out;
}

/// A caller whom the business is not rolled out to. The call is written down all the same, and has
/// nothing left to say here.
Result<void> VoiceWebhook::turn_elsewhere(storage::sqlite::Connection& connection,
                                          storage::PhoneCall& call, Step& step) {
  auto rollout = storage::find_rollout(connection, call.tenant_id);
  if (!rollout) return rollout.error();
  if (storage::is_rolled_out(*rollout, call.caller)) return {};
  if (rollout->forward_to == call.called) rollout->forward_to.clear();  // it would come back
  call.record.outcome = "elsewhere";
  call.record.is_conversed_out = true;
  step.elsewhere = std::move(*rollout);
  const auto saved = storage::save_call_record(connection, call.record);
  if (!saved) return saved;
  return storage::copy_to_pack(connection, call.record.call_sid);
}

asio::awaitable<Result<VoiceWebhook::Step>> VoiceWebhook::take_step(VoiceForm form, int step) {
  const auto deadline = async::Deadline::after(ground_.time, kPatience);
  const auto& attested = ground_.config.attested;
  Asked asked;
  asked.is_attested = std::find(attested.begin(), attested.end(), form.verstat) != attested.end();
  asked.pending = ground_.records.pending(form.call_sid);
  asked.now_ms = epoch_ms(ground_.time.wall_now());
  asked.step = step;
  asked.config = &ground_.config;
  asked.form = std::move(form);
  std::function<Result<Step>(storage::sqlite::Connection&)> work =
      [asked = std::move(asked)](storage::sqlite::Connection& connection) {
        return take_step_in(connection, asked);
      };
  return ground_.database.write<Step>(deadline, std::move(work));
}

std::string VoiceWebhook::address_after(int step) const {
  return public_address(ground_.config,
                        std::string(kVoicePath) + "?step=" + std::to_string(step + 1));
}

std::string VoiceWebhook::twiml_for(const StreamGrant& grant, const std::string& token) const {
  const auto stream = public_address(ground_.config, kMediaPath, true);
  const auto back = address_after(grant.step);
  return connect_stream_twiml({stream, token, back, pause_after(grant.step)});
}

asio::awaitable<net::HttpResponse> VoiceWebhook::voice(const net::HttpRequest& request) {
  const auto form = take_form(request);
  if (!form) {
    ground_.log.warn(
        "webhook_refused",
        {{"peer", request.peer}, {"path", request.path()}, {"reason", form.error().message}});
    co_return refusal(http_status(form.error().type), form.error().message);
  }
  const auto step = parse_step(request.query("step"));
  if (form->direction != "inbound" && !form->direction.empty()) {
    co_return refusal(403, "only calls that come in are answered here");
  }
  auto taking = take_step(*form, step);
  auto taken = co_await std::move(taking);
  if (!taken) {
    ground_.log.warn("call_not_taken", {{"call_sid", form->call_sid},
                                        {"reason", taken.error().message},
                                        {"detail", taken.error().detail}});
    co_return xml(say_twiml(kSorry));
  }
  if (taken->verdict == VoiceStep::replayed) {
    ground_.log.warn("webhook_replayed", {{"call_sid", form->call_sid}, {"step", step}});
    co_return refusal(409, "this step of the call was taken before");
  }
  if (taken->verdict == VoiceStep::busy) {
    ground_.log.warn(
        "call_cap_reached",
        {{"call_sid", form->call_sid}, {"tenant_id", taken->grant.tenant_id}, {"cap", taken->cap}});
    co_return xml(busy_twiml());
  }
  if (taken->verdict == VoiceStep::hang_up) {
    co_return xml(step >= kMostStreams ? say_twiml(kSorry) : hangup_twiml());
  }
  if (taken->verdict == VoiceStep::transfer) {
    ground_.log.info(
        "call_transferred",
        {{"call_sid", form->call_sid}, {"tenant_id", taken->grant.tenant_id}, {"step", step}});
    co_return xml(dial_twiml(taken->transfer_to, address_after(step), ground_.config.longest_s));
  }
  const auto grant = taken->grant;
  if (const auto& rollout = taken->elsewhere) {
    ground_.log.info("call_elsewhere", {{"call_sid", grant.call_sid},
                                        {"tenant_id", grant.tenant_id},
                                        {"mode", rollout->mode},
                                        {"forwarded", !rollout->forward_to.empty()}});
    if (!rollout->forward_to.empty())
      co_return xml(dial_twiml(rollout->forward_to, ground_.config.longest_s));
    co_return xml(say_twiml(rollout->say.empty() ? kSorry : rollout->say));
  }
  const auto token = ground_.tokens.issue(std::move(taken->grant));
  if (!token) co_return xml(say_twiml(kSorry));
  ground_.log.info("call_answered", {{"call_sid", grant.call_sid},
                                     {"tenant_id", grant.tenant_id},
                                     {"step", grant.step},
                                     {"attested", grant.is_attested}});
  co_return xml(twiml_for(grant, *token));
}

asio::awaitable<net::HttpResponse> VoiceWebhook::status(const net::HttpRequest& request) {
  const auto form = take_form(request);
  if (!form) {
    ground_.log.warn(
        "webhook_refused",
        {{"peer", request.peer}, {"path", request.path()}, {"reason", form.error().message}});
    co_return refusal(http_status(form.error().type), form.error().message);
  }
  storage::CallNews news;
  news.call_sid = form->call_sid;
  news.status = form->status;
  news.duration_s = seconds_of(form->duration_s);
  news.recording_url = form->recording_url;
  news.now_ms = epoch_ms(ground_.time.wall_now());
  const auto deadline = async::Deadline::after(ground_.time, kPatience);
  std::function<Result<bool>(storage::sqlite::Connection&)> work =
      [news = std::move(news), account = form->account_sid](
          storage::sqlite::Connection& connection) mutable -> Result<bool> {
    const auto found = storage::find_call(connection, news.call_sid);
    if (!found) return found.error();
    if (!*found || (**found).account_sid != account) return false;
    news.before = (**found).status;
    const bool is_further = may_follow(news.before, news.status);
    // A recording is often ready only once the call is over.
    if (!is_further && news.recording_url.empty()) return false;
    if (!is_further) news.status = news.before;
    const bool is_over = is_further && is_final_status(news.status);
    const auto saved = storage::save_call_news(connection, news, is_over);
    if (!saved || !*saved) return saved;
    const auto copied = storage::copy_to_pack(connection, news.call_sid);
    if (!copied) return copied.error();
    return true;
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
