#include "channel/twilio/phone_channel.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "channel/twilio/phone_link.hpp"
#include "channel/twilio/signature.hpp"

namespace callosum::channel::twilio {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kStartPatience = 5s;  // for `start` (telephony §1.8)
constexpr auto kGoodbye = 50ms;      // of one who is turned away
constexpr auto kPatience = 5s;
constexpr int kMostBefore = 4;  // messages before `start`
constexpr std::size_t kMostTurns = 40;
constexpr std::size_t kMostTurnBytes = 16 * 1024;
constexpr std::uint16_t kPolicy = 1008;
constexpr std::uint16_t kLater = 1013;

net::UpgradeDecision refuse(int status, std::string_view message) {
  net::UpgradeDecision decision;
  decision.refusal = net::HttpResponse::text(status, std::string(message) + "\n");
  return decision;
}

/// Of an address may be logged which form it had, and nothing that is in it.
std::string_view form_of(std::string_view url, std::string_view as_signed) {
  if (as_signed == url) return "plain";
  if (as_signed == std::string(url) + "/") return "slash";
  const auto ports = port_variants(url);
  return as_signed == ports.back() ? "port" : "port_slash";
}

Result<void> check_format(const MediaMessage& start) {
  const bool is_mulaw = start.encoding == "audio/x-mulaw" || start.encoding == "PCMU";
  if (is_mulaw && start.rate_hz == 8000 && start.channels == 1) return {};
  return fail(ErrorType::validation, "the stream is not of mu-law at 8 kHz, one channel");
}

/// What is left of the longest time of a call, of which there were streams before; never nothing,
/// for somebody must say so.
std::chrono::seconds left_of(std::int64_t longest_s, const storage::CallRecord& record,
                             WallTime now) {
  const auto answered_at_ms = record.answered_at_ms;
  const auto passed_s = answered_at_ms > 0 ? (epoch_ms(now) - answered_at_ms) / 1000 : 0;
  return std::chrono::seconds(std::clamp<std::int64_t>(longest_s - passed_s, 1, longest_s));
}

/// The last of what was said before. The session is told: from the line it would be news.
std::vector<session::SessionStart::Said> turns_of(const storage::CallRecord& record) {
  std::vector<session::SessionStart::Said> out;
  const auto parsed = parse_strict(record.transcript, {.max_bytes = 4 << 20});
  if (!parsed || !parsed->is_array()) return out;
  const auto& turns = parsed->get_array();
  std::size_t bytes = 0;
  for (auto turn = turns.rbegin(); turn != turns.rend() && out.size() < kMostTurns; ++turn) {
    const auto* object = turn->if_object();
    if (!object) continue;
    const auto text = text_at(*object, "text");
    bytes += text.size();
    if (bytes > kMostTurnBytes) break;
    if (!text.empty()) out.push_back({std::string(text_at(*object, "role")), std::string(text)});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

asio::awaitable<net::UpgradeDecision> PhoneChannel::upgrade(const net::HttpRequest& request) {
  const auto& ground = parts_.ground;
  if (ground.config.public_url.empty()) co_return refuse(404, "no phone is set up here");
  const auto signature = request.headers.get("X-Twilio-Signature");
  if (signature.empty()) co_return refuse(400, "this request is not signed");
  const auto url = public_address(ground.config, request.target, true);
  const auto as_signed = find_signed_upgrade(ground.config.auth_token, url, signature);
  if (as_signed.empty()) {
    ground.log.warn("media_refused", {{"peer", request.peer}, {"reason", "signature"}});
    co_return refuse(403, "the signature is not that of this request");
  }
  ground.log.info("media_upgrade", {{"signed_form", form_of(url, as_signed)}});  // telephony §8
  net::UpgradeDecision decision;
  decision.limits.max_message_bytes = kMaxMediaBytes;
  decision.limits.budget = parts_.budget;
  decision.serve = [this](std::unique_ptr<net::WsConnection> connection) {
    return serve(std::move(connection));
  };
  co_return decision;
}

asio::awaitable<Result<MediaMessage>> PhoneChannel::await_start(net::WsConnection& connection) {
  const auto deadline = async::Deadline::after(parts_.ground.time, kStartPatience);
  for (int i = 0; i < kMostBefore; ++i) {
    auto reading = connection.read(deadline);
    const auto message = co_await std::move(reading);
    if (!message) co_return message.error();
    if (message->is_binary) co_return fail(ErrorType::validation, "the stream is of text");
    auto decoded = decode_media(kTwilio, message->data);
    if (!decoded) co_return decoded.error();
    if (decoded->event == MediaEvent::start) co_return decoded;
    const bool may_come_first =
        decoded->event == MediaEvent::connected || decoded->event == MediaEvent::unknown;
    if (!may_come_first) break;
  }
  co_return fail(ErrorType::validation, "the stream does not begin with its start");
}

asio::awaitable<void> PhoneChannel::turn_away(std::unique_ptr<net::WsConnection> connection,
                                              Error why) {
  parts_.ground.log.warn("media_refused", {{"peer", connection->peer()}, {"reason", why.message}});
  const auto code = why.type == ErrorType::transient ? kLater : kPolicy;
  const auto soon = async::Deadline::after(parts_.ground.time, kGoodbye);
  auto closing = connection->close(code, "", soon);
  co_await std::move(closing);
  connection->abort();
}

asio::awaitable<Result<storage::CallRecord>> PhoneChannel::find_record(std::string call_sid,
                                                                       int step) {
  const auto deadline = async::Deadline::after(parts_.ground.time, kPatience);
  using Found = std::optional<storage::PhoneCall>;
  std::function<Result<Found>(storage::sqlite::Connection&)> work =
      [call_sid](storage::sqlite::Connection& connection) {
        return storage::find_call(connection, call_sid);
      };
  auto reading = parts_.ground.database.read<Found>(deadline, std::move(work));
  const auto found = co_await std::move(reading);
  if (!found) co_return found.error();
  storage::CallRecord record;
  if (*found) record = (**found).record;
  if (auto pending = parts_.ground.records.pending(call_sid)) {
    storage::lay_over(record, std::move(*pending));
  }
  record.call_sid = call_sid;
  record.step = step;
  co_return record;
}

asio::awaitable<void> PhoneChannel::serve(std::unique_ptr<net::WsConnection> connection) {
  const auto& ground = parts_.ground;
  auto starting = await_start(*connection);
  const auto start = co_await std::move(starting);
  if (!start) co_return co_await turn_away(std::move(connection), start.error());
  auto grant = ground.tokens.redeem(start->token, start->call);
  if (!grant) co_return co_await turn_away(std::move(connection), grant.error());
  auto fits = check_format(*start);
  if (fits && start->account != grant->account_sid) {
    fits = fail(ErrorType::auth, "the stream is of another account");
  }
  if (!fits) co_return co_await turn_away(std::move(connection), fits.error());

  auto slot = parts_.slots.take();
  if (!slot) {
    const auto full = fail(ErrorType::transient, "every line is taken");
    co_return co_await turn_away(std::move(connection), full);
  }
  auto planning = parts_.plan(*grant);
  auto plan = co_await std::move(planning);
  if (!plan) co_return co_await turn_away(std::move(connection), plan.error());
  auto finding =
      find_record(grant->call_sid, grant->step);  // once whoever had the call has let it go
  auto record = co_await std::move(finding);
  if (!record) co_return co_await turn_away(std::move(connection), record.error());
  plan->session.slot = std::move(slot);
  record->session_id = plan->session.start.context.session_id;
  plan->session.start.before = turns_of(*record);

  LineOpening opening;
  opening.stream = start->stream;
  opening.transcription_model = plan->transcription_model;
  opening.asks_first = plan->asks_first;
  opening.longest = std::chrono::seconds(ground.config.longest_s);
  const auto left = left_of(ground.config.longest_s, *record, ground.time.wall_now());
  PhoneLinkParts link{
      ground.time,
      std::move(connection),
      std::move(opening),
      std::move(*record),
      [&records = ground.records](storage::CallRecord kept) { records.note(std::move(kept)); },
      left,
      ground.config.keep_transcripts,
      parts_.budget,
      plan->session.start.context.transfers};
  auto caller = make_phone_link(std::move(link));
  auto session = std::make_shared<session::SessionPlan>(std::move(plan->session));
  auto serving = parts_.host.serve(std::move(session), std::move(caller));
  co_await std::move(serving);
}

}  // namespace callosum::channel::twilio
