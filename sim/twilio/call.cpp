#include "sim/twilio/call.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "audio/wav.hpp"
#include "base/ids.hpp"

namespace callosum::sim::twilio {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kConnectTime{10};
constexpr std::chrono::seconds kReplayTime{3};
constexpr std::chrono::milliseconds kReplayBehind{500};
/// A gateway that sends the call round in a circle.
constexpr std::size_t kMostRedirects = 20;

void set_field(FormFields& fields, const std::string& name, const std::string& value) {
  for (auto& [known, old] : fields) {
    if (known == name) {
      old = value;
      return;
    }
  }
  fields.emplace_back(name, value);
}

std::string_view word_of(StreamEnd end) {
  switch (end) {
    case StreamEnd::caller_hung_up:
      return "caller";
    case StreamEnd::ordered:
      return "rest";
    case StreamEnd::broken:
      return "fault";
    case StreamEnd::gateway_closed:
      break;
  }
  return "gateway";
}

}  // namespace

Call::Call(Phone& phone, const asio::any_io_executor& executor, const CallScript& script,
           std::size_t number)
    : phone_(phone),
      script_(script),
      number_(number),
      sid_(make_call_id(phone.options.carrier, phone.random)),
      from_(phone.options.from),
      called_(phone.options.called),
      line_{.caller = Caller(script.steps, phone.options.length),
            .hearing = {},
            .begun = {},
            .recorded = {},
            .is_recording = !phone.options.save.empty(),
            .note = {}},
      orders_(executor) {
  line_.begun = phone.time.now();
  line_.note = [this](std::string_view event, json::object details) {
    note(event, std::move(details));
  };
}

void Call::set_numbers(std::string from, std::string to) {
  from_ = std::move(from);
  called_ = std::move(to);
}

std::int64_t Call::ms() const {
  return std::chrono::duration_cast<Ms>(phone_.time.now() - line_.begun).count();
}

void Call::note(std::string_view event, json::object details) {
  phone_.report.line(sid_, ms(), event, std::move(details));
}

void Call::fail_call(std::string_view why) {
  has_failed_ = is_over_ = true;
  note("failed", {{"why", why}});
}

CallFacts Call::facts(std::string_view status) const {
  return {.call = sid_,
          .account = phone_.options.account,
          .from = from_,
          .to = called_,
          .status = std::string(status),
          .direction = direction_,
          .attestation = phone_.options.attestation};
}

FormFields Call::fields(std::string_view status) const {
  auto out = webhook_fields(phone_.options.carrier, facts(status));
  for (const auto& [name, value] : script_.fields) set_field(out, name, value);
  return out;
}

asio::awaitable<bool> Call::run(std::vector<Verb> first) {
  line_.begun = phone_.time.now();
  phone_.live[sid_] = this;
  struct AtEnd {
    Call& call;
    ~AtEnd() { call.phone_.live.erase(call.sid_); }
  } const at_end{*this};
  phone_.report.count("calls");
  note("ringing", {{"from", from_}, {"to", called_}});
  status_ = "ringing";
  if (first.empty()) {
    auto beginning = begin();
    co_await std::move(beginning);
  } else {
    url_ = phone_.signed_base();
    program_.assign(first.begin(), first.end());
  }
  auto following = follow();
  co_await std::move(following);
  status_ = has_failed_ ? "failed" : "completed";
  auto reporting = report_end();
  co_await std::move(reporting);
  save();
  const bool is_good = !has_failed_ && streams_ > 0;
  phone_.report.count(is_good ? "completed" : "failed");
  co_return is_good;
}

asio::awaitable<void> Call::begin() {
  auto signing = Signing::right;
  if (script_.has(FaultKind::webhook_signature)) signing = Signing::wrong;
  if (script_.has(FaultKind::webhook_unsigned)) signing = Signing::none;
  for (std::size_t i = 0; i < script_.webhooks && !is_over_; ++i) {
    auto fetching = fetch(phone_.signed_base(), fields("ringing"), signing);
    co_await std::move(fetching);
  }
}

/// Asks for TwiML and makes it the program. False where the call fails by it.
asio::awaitable<bool> Call::fetch(std::string url, FormFields fields, Signing signing) {
  const auto asked = ms();
  auto posting = post_webhook(phone_, url, std::move(fields), signing);
  const auto response = co_await std::move(posting);
  if (!response) {
    fail_call("11200: " + url + ": " + response.error().message);
    co_return false;
  }
  note("webhook", {{"url", url}, {"status", response->status}, {"took_ms", ms() - asked}});
  if (response->status != 200) {
    fail_call("11200: HTTP " + std::to_string(response->status));
    co_return false;
  }
  auto verbs = parse_twiml(response->body, phone_.options.carrier);
  if (!verbs) {
    fail_call("12100: " + verbs.error().message);
    co_return false;
  }
  url_ = std::move(url);
  program_.assign(verbs->begin(), verbs->end());
  co_return true;
}

asio::awaitable<void> Call::follow() {
  status_ = is_over_ ? status_ : "in-progress";
  while (!is_over_) {
    takes_orders();
    if (program_.empty()) co_return;
    auto verb = std::move(program_.front());
    program_.pop_front();
    auto obeying = obey(std::move(verb));
    co_await std::move(obeying);
  }
}

void Call::order(std::vector<Verb> verbs) {
  ordered_ = std::move(verbs);
  orders_.set();
}

bool Call::takes_orders() {
  if (!orders_.is_set()) return false;
  orders_.reset();
  program_.assign(ordered_.begin(), ordered_.end());
  url_ = phone_.signed_base();
  note("ordered", {{"verbs", program_.size()}});
  return true;
}

asio::awaitable<void> Call::obey(Verb verb) {
  switch (verb.kind) {
    case VerbKind::connect: {
      auto connecting = connect(std::move(verb));
      co_await std::move(connecting);
      break;
    }
    case VerbKind::redirect: {
      if (++redirects_ > kMostRedirects) {
        fail_call("more than 20 redirects");
        break;
      }
      const auto url = resolve_url(url_, verb.text);
      note("redirect", {{"url", url}});
      auto fetching = fetch(url, fields("in-progress"), Signing::right);
      co_await std::move(fetching);
      break;
    }
    case VerbKind::pause: {
      const auto until = async::Deadline::after(phone_.time, verb.length);
      co_await orders_.wait(until);
      break;
    }
    case VerbKind::say:
    case VerbKind::play:
      note(verb.kind == VerbKind::say ? "say" : "play", {{"text", verb.text}});
      break;
    case VerbKind::dial: {
      auto dialling = dial(std::move(verb));
      co_await std::move(dialling);
      break;
    }
    case VerbKind::hang_up:
    case VerbKind::reject:
      note(verb.kind == VerbKind::reject ? "rejected" : "hung_up_by_twiml");
      is_over_ = true;
      break;
  }
}

/// Whoever is dialled takes the call, or as the script says; then `action` is asked.
asio::awaitable<void> Call::dial(Verb verb) {
  note("transferred", {{"to", verb.text}});
  phone_.report.count("transfers");
  if (verb.action.empty()) {
    is_over_ = true;
    co_return;
  }
  auto form = fields("in-progress");
  for (auto& field : dial_fields(phone_.options.carrier, script_.dial_status, phone_.random)) {
    form.push_back(std::move(field));
  }
  auto fetching = fetch(resolve_url(url_, verb.action), std::move(form), Signing::right);
  co_await std::move(fetching);
}

asio::awaitable<void> Call::connect(Verb verb) {
  const auto& noun = verb.stream;
  auto opening = open_stream(noun);
  auto socket = co_await std::move(opening);
  ++streams_;
  if (!socket) {
    note("stream_refused",
         {{"why", socket.error().message}, {"detail", socket.error().detail.substr(0, 300)}});
    phone_.report.count("streams_refused");
    auto telling = report_stream(noun, "stream-error", "31920");
    co_await std::move(telling);
    co_return;
  }
  auto holding = hold(noun, **socket);
  const auto end = co_await std::move(holding);
  const auto& close = (*socket)->close_info();
  json::object details{{"by", word_of(end)}};
  if (close) {
    details["code"] = close->code;
    details["reason"] = close->reason;
  }
  note("stream_ended", std::move(details));
  auto telling = report_stream(noun, "stream-stopped", "");
  co_await std::move(telling);
  if (end == StreamEnd::caller_hung_up) is_over_ = true;
  if (is_over_ || end == StreamEnd::ordered || verb.action.empty()) co_return;
  auto fetching = fetch(resolve_url(url_, verb.action), fields("in-progress"), Signing::right);
  co_await std::move(fetching);
}

asio::awaitable<Result<std::unique_ptr<net::WsConnection>>> Call::open_stream(
    const StreamNoun& noun) {
  net::WsConnectOptions options;
  options.url = phone_.reached_at(noun.url);
  options.tls = phone_.tls;
  options.limits.max_message_bytes = 4 << 20;
  options.limits.max_queued_bytes = 8 << 20;
  options.headers.set("User-Agent", "Twilio.TmeWs/1.0");
  const bool has_faults = streams_ == 0;
  const bool is_wrong = has_faults && script_.has(FaultKind::upgrade_signature);
  const bool is_unsigned = has_faults && script_.has(FaultKind::upgrade_unsigned);
  const auto signer = signer_of(phone_, is_wrong ? Signing::wrong : Signing::right);
  const auto url = upgrade_url(noun.url, phone_.options.upgrade_form);
  if (!is_unsigned) signer.sign_upgrade(options.headers, url);
  const auto deadline = async::Deadline::after(phone_.time, kConnectTime);
  auto connecting = net::connect_websocket(phone_.time, std::move(options), deadline);
  co_return co_await std::move(connecting);
}

asio::awaitable<StreamEnd> Call::hold(const StreamNoun& noun, net::WsConnection& socket) {
  const auto carrier = phone_.options.carrier;
  stream_sid_ = make_stream_id(carrier, phone_.random);
  note("stream", {{"sid", stream_sid_}, {"url", noun.url}});
  phone_.report.count("streams");
  auto telling = report_stream(noun, "stream-started", "");
  const bool is_first = streams_ == 1;
  StreamIds ids{phone_.options.account, sid_, stream_sid_, carrier,
                epoch_ms(phone_.time.wall_now())};
  if (is_first && script_.has(FaultKind::foreign_call)) {
    ids.call = make_call_id(carrier, phone_.random);
  }
  if (is_first && script_.has(FaultKind::foreign_account)) ids.account.back() ^= 1;
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup beside(executor, phone_.time);
  beside.spawn("callback", std::move(telling));
  if (is_first && script_.has(FaultKind::token_replay)) beside.spawn("replay", replay(noun));
  MediaStream stream(phone_, script_, line_, socket);
  auto running = stream.run(std::move(ids), noun.parameters, orders_, is_first);
  const auto end = co_await std::move(running);
  co_await beside.wait_all();  // each has its own time
  co_await beside.join();
  const auto heard = line_.hearing.end();
  if (heard) note("heard", {{"from", heard->from.count()}, {"to", heard->to.count()}});
  co_return end;
}

/// Somebody else with what the first stream was told.
asio::awaitable<void> Call::replay(const StreamNoun& noun) {
  const auto until = async::Deadline::after(phone_.time, kReplayBehind);
  co_await async::sleep_until(until);
  auto opening = open_stream(noun);
  auto socket = co_await std::move(opening);
  if (!socket) {
    note("replay_refused", {{"why", socket.error().message}});
    co_return;
  }
  const auto carrier = phone_.options.carrier;
  FrameWriter writer({phone_.options.account, sid_, make_stream_id(carrier, phone_.random), carrier,
                      epoch_ms(phone_.time.wall_now())});
  if (const auto hello = writer.hello(); !hello.empty()) (*socket)->send(hello);
  (*socket)->send(writer.start(noun.parameters));
  const auto deadline = async::Deadline::after(phone_.time, kReplayTime);
  bool is_answered = false;
  while (true) {
    const auto message = co_await (*socket)->read(deadline);
    if (!message) break;
    is_answered = true;
  }
  const auto& close = (*socket)->close_info();
  note("replay_ended", {{"answered", is_answered}, {"closed", close ? close->code : 0}});
  if (is_answered || !close) phone_.report.count("replays_taken");
}

asio::awaitable<void> Call::report_stream(const StreamNoun& noun, std::string_view event,
                                          std::string_view error) {
  if (noun.status_callback.empty()) co_return;
  FormFields fields{{"AccountSid", phone_.options.account},
                    {"CallSid", sid_},
                    {"StreamSid", stream_sid_},
                    {"StreamName", noun.name.empty() ? stream_sid_ : noun.name},
                    {"StreamEvent", std::string(event)},
                    {"Timestamp", std::to_string(epoch_s(phone_.time.wall_now()))}};
  if (!error.empty()) fields.emplace_back("StreamError", error);
  auto posting = post_webhook(phone_, resolve_url(url_, noun.status_callback), std::move(fields),
                              Signing::right);
  const auto response = co_await std::move(posting);
  note("callback", {{"of", event}, {"status", response ? response->status : 0}});
}

asio::awaitable<void> Call::report_end() {
  note("ended", {{"status", status_}, {"streams", streams_}});
  if (phone_.options.status_callback.empty()) co_return;
  auto end = end_fields(phone_.options.carrier, facts(status_), (ms() + 999) / 1000,
                        phone_.time.wall_now());
  for (const auto& [name, value] : script_.fields) set_field(end, name, value);
  auto posting =
      post_webhook(phone_, phone_.options.status_callback, std::move(end), Signing::right);
  const auto response = co_await std::move(posting);
  note("callback", {{"of", status_}, {"status", response ? response->status : 0}});
}

json::object Call::to_json() const {
  return {{"sid", sid_},
          {"account_sid", phone_.options.account},
          {"from", from_},
          {"to", called_},
          {"status", status_},
          {"direction", direction_},
          {"api_version", "2010-04-01"},
          {"duration", nullptr},
          {"uri", "/2010-04-01/Accounts/" + phone_.options.account + "/Calls/" + sid_ + ".json"}};
}

void Call::save() const {
  if (!line_.is_recording) return;
  auto path = phone_.options.save;
  if (number_ > 1) {
    const auto dot = std::min(path.rfind(".wav"), path.size());
    path.insert(dot, "-" + std::to_string(number_));
  }
  const auto written = audio::write_wav(path, {line_.recorded, audio::kPhoneRateHz});
  if (!written) std::fprintf(stderr, "callosum-sim: %s\n", written.error().message.c_str());
}

}  // namespace callosum::sim::twilio
