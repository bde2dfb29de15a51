#include "channel/twilio/phone_channel.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "channel/twilio/phone_link.hpp"

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
  const auto& carrier = parts_.carrier;
  if (ground.config.public_url.empty() || !carrier.is_set_up(ground.config)) {
    co_return refuse(404, "no phone is set up here");
  }
  const auto url = public_address(ground.config, request.target, true);
  const FormFields none;
  const SignedRequest asked{ground.config, request, url, none, ground.time.wall_now()};
  const auto as_signed = carrier.check_upgrade(asked);
  if (!as_signed) {
    const auto& why = as_signed.error();
    ground.log.warn("media_refused", {{"peer", request.peer}, {"reason", "signature"}});
    co_return refuse(http_status(why.type), why.message);
  }
  ground.log.info("media_upgrade", {{"carrier", carrier.name}, {"signed_form", *as_signed}});
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
    auto decoded = decode_media(*parts_.carrier.dialect, message->data);
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
  const bool is_account = !parts_.carrier.names_account || start->account == grant->account_sid;
  if (fits && (!is_account || grant->carrier != parts_.carrier.name)) {
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
  opening.dialect = parts_.carrier.dialect;
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
      plan->session.start.context.transfers,
      std::move(plan->on_ended)};
  auto caller = make_phone_link(std::move(link));
  auto session = std::make_shared<session::SessionPlan>(std::move(plan->session));
  auto serving = parts_.host.serve(std::move(session), std::move(caller));
  co_await std::move(serving);
}

}  // namespace callosum::channel::twilio
