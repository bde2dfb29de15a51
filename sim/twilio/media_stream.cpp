#include "sim/twilio/media_stream.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::twilio {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kGoodbye{2};
/// No call is longer.
constexpr std::chrono::hours kLongestCall{4};
constexpr std::chrono::seconds kLateStream{31};
/// Faults of a stream under way come behind its first second.
constexpr std::size_t kFaultFrame = 50;
constexpr std::size_t kHugeBytes = 2 << 20;
/// Beyond these a gateway that says nonsense is not told of each.
constexpr std::size_t kMostRefusalsNoted = 20;

}  // namespace

MediaStream::MediaStream(Phone& phone, const CallScript& script, CallLine& line,
                         net::WsConnection& socket)
    : phone_(phone), script_(script), line_(line), socket_(socket) {}

asio::awaitable<StreamEnd> MediaStream::run(StreamIds ids, const FormFields& parameters,
                                            async::Event& orders, bool has_faults) {
  writer_ = FrameWriter(std::move(ids));
  has_faults_ = has_faults;
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup tasks(executor, phone_.time);
  tasks.spawn("reader", read());
  tasks.spawn("orders", await_orders(orders));
  tasks.spawn("pump", greet(parameters));
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
  if (end_ == StreamEnd::broken) {
    socket_.abort();
  } else if (end_ != StreamEnd::gateway_closed) {
    for (const auto& late : late_) socket_.send(late.frame);
    if (const auto stop = writer_.stop(); !stop.empty()) socket_.send(stop);
    const auto deadline = async::Deadline::after(phone_.time, kGoodbye);
    co_await socket_.close(1000, "", deadline);
  }
  co_return end_;
}

asio::awaitable<void> MediaStream::greet(const FormFields& parameters) {
  if (const auto hello = writer_.hello(); !hello.empty()) send(hello);
  parameters_ = parameters;
  if (has(FaultKind::no_parameters)) parameters_.clear();
  if (has(FaultKind::wrong_parameters)) {
    for (auto& [name, value] : parameters_) value += "0";
  }
  if (has(FaultKind::media_before_start)) send(writer_.media(silent_frame(), Ms(0)));
  if (has(FaultKind::late_stream)) {
    const auto until = async::Deadline::after(phone_.time, kLateStream);
    co_await async::sleep_until(until);
  }
  if (!has(FaultKind::no_start)) send(writer_.start(parameters_));
  is_mute_ = has(FaultKind::no_start);
  if (has(FaultKind::second_start)) send(writer_.start(parameters_));
  auto pumping = pump();
  co_await std::move(pumping);
}

asio::awaitable<void> MediaStream::pump() {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  begun_ = phone_.time.now();
  while (!is_over_) {
    const auto next = begun_ + frame_time();
    const auto wake = late_.empty() ? next : std::min(next, late_.front().due);
    if (phone_.time.now() < wake) co_await phone_.time.wait(timer, wake);
    send_due();
    if (phone_.time.now() >= next) tick();
  }
}

asio::awaitable<void> MediaStream::read() {
  const auto deadline = async::Deadline::after(phone_.time, kLongestCall);
  while (true) {
    const auto message = co_await socket_.read(deadline);
    if (!message) break;
    if (message->is_binary) {
      line_.note("refused_order", {{"why", "31950: a binary frame"}});
      phone_.report.count("refused_orders");
      continue;
    }
    obey(message->data);
  }
}

asio::awaitable<void> MediaStream::await_orders(async::Event& orders) {
  const auto deadline = async::Deadline::after(phone_.time, kLongestCall);
  co_await orders.wait(deadline);
  end_ = StreamEnd::ordered;
}

void MediaStream::tick() {
  play();
  const auto act = line_.caller.tick(line_.hearing.is_audible_now());
  speak(act);
  ++frames_;
  if (has_faults_ && frames_ == kFaultFrame) misbehave();
  if (!act.hangs_up) return;
  end_ = StreamEnd::caller_hung_up;
  is_over_ = true;
}

void MediaStream::play() {
  const auto played = playout_.tick();
  for (const auto& mark : played.marks) send(writer_.mark(mark));
  const auto before = line_.hearing.underruns();
  const auto at = std::chrono::duration_cast<Ms>(phone_.time.now() - line_.begun);
  const auto heard = line_.hearing.on_played(at, played.sound);
  phone_.report.count("underruns", line_.hearing.underruns() - before);
  if (heard) line_.note("heard", {{"from", heard->from.count()}, {"to", heard->to.count()}});
  if (!line_.is_recording) return;
  for (const auto byte : played.sound) line_.recorded.push_back(decode_ulaw(byte));
  line_.recorded.resize(line_.recorded.size() + kFrameBytes - played.sound.size());
}

void MediaStream::speak(const Act& act) {
  const auto now = phone_.time.now();
  if (act.begun) {
    line_.hearing.on_begun(now);
    line_.note("speaks", {{"what", act.begun->name}});
  }
  send_frame(act.sound);
  if (act.said) {
    const bool is_overlapped = playout_.queued_bytes() > 0;
    line_.hearing.on_said(now, is_overlapped);
    line_.note("said", {{"what", act.said->name}, {"over_the_other", is_overlapped}});
  }
  if (act.digit) {
    if (!is_mute_) send(writer_.dtmf(*act.digit));
    line_.note("dtmf", {{"digit", std::string(1, *act.digit)}});
  }
  if (act.has_waited_in_vain) {
    line_.note("waited_in_vain", {});
    phone_.report.count("waited_in_vain");
  }
}

void MediaStream::send_frame(std::span<const std::uint8_t> sound) {
  if (is_mute_) return;
  if (script_.loss > 0 && phone_.random.next_u64() % 100 < script_.loss) {
    phone_.report.count("frames_lost_on_purpose");
    return;
  }
  phone_.report.count("frames_sent");
  auto frame = writer_.media(sound, frame_time());
  if (script_.jitter.count() == 0) return send(frame);
  const auto by = static_cast<std::int64_t>(phone_.random.next_u64() %
                                            static_cast<std::uint64_t>(script_.jitter.count() + 1));
  auto due = phone_.time.now() + Ms(by);
  if (!late_.empty()) due = std::max(due, late_.back().due);  // a line of its own keeps the order
  late_.push_back({due, std::move(frame)});
}

/// Numbered already: it goes behind what is late.
void MediaStream::send(std::string_view text) {
  if (late_.empty()) {
    socket_.send(text);
  } else {
    late_.push_back({late_.back().due, std::string(text)});
  }
}

void MediaStream::send_due() {
  while (!late_.empty() && late_.front().due <= phone_.time.now()) {
    socket_.send(late_.front().frame);
    late_.pop_front();
  }
}

void MediaStream::misbehave() {
  if (has(FaultKind::sequence_back)) writer_.shift_sequence(-10);
  if (has(FaultKind::sequence_gap)) writer_.shift_sequence(10);
  if (has(FaultKind::oversize)) {
    send(writer_.media(std::vector<std::uint8_t>(kHugeBytes, 0xff), frame_time()));
  }
  if (has(FaultKind::binary_frame)) {
    socket_.send_binary({reinterpret_cast<const char*>(silent_frame().data()), kFrameBytes});
  }
  if (has(FaultKind::bad_json)) send(R"({"event":"media","media":)");
  if (has(FaultKind::bad_payload)) {
    send(R"({"event":"media","sequenceNumber":"60","streamSid":")" + writer_.ids().stream +
         R"(","media":{"track":"inbound","chunk":"60","timestamp":"1000","payload":"~~~"}})");
  }
  if (has(FaultKind::foreign_stream)) {
    auto ids = writer_.ids();
    ids.stream.back() = ids.stream.back() == '0' ? '1' : '0';
    send(FrameWriter(ids).media(silent_frame(), frame_time()));
  }
  if (has(FaultKind::silent_line)) is_mute_ = true;
  if (!has(FaultKind::abort)) return;
  end_ = StreamEnd::broken;
  is_over_ = true;
}

void MediaStream::obey(std::string_view text) {
  auto order = decode_order(text, writer_.ids().stream, writer_.ids().carrier);
  if (!order) {
    phone_.report.count("refused_orders");
    if (++orders_refused_ > kMostRefusalsNoted) return;
    return line_.note("refused_order", {{"why", order.error().message}});
  }
  switch (order->kind) {
    case OrderKind::media:
      return take_media(order->sound);
    case OrderKind::mark:
      phone_.report.count("marks");
      if (playout_.mark(order->mark)) send(writer_.mark(order->mark));
      return;
    case OrderKind::clear:
      return take_clear();
  }
}

void MediaStream::take_media(const std::vector<std::uint8_t>& sound) {
  phone_.report.count("media_received");
  phone_.report.count("sound_bytes", sound.size());
  playout_.push(sound);
  const auto arrival = line_.hearing.on_media(phone_.time.now(), sound);
  if (arrival.jitter_ms) phone_.report.add_jitter(*arrival.jitter_ms);
  if (!arrival.latency_ms) return;
  phone_.report.add_latency(*arrival.latency_ms);
  line_.note("answered", {{"latency_ms", rounded_ms(*arrival.latency_ms)}});
}

void MediaStream::take_clear() {
  const auto dropped = playout_.queued_bytes() / 8;
  const auto marks = playout_.clear();
  // Who says that all is gone brings no marks back: they would say that it was played.
  const auto cleared = writer_.cleared();
  if (!cleared.empty()) send(cleared);
  for (const auto& mark : marks) {
    if (cleared.empty()) send(writer_.mark(mark));
  }
  json::object details{{"dropped_ms", dropped}, {"marks", marks.size()}};
  const auto late = line_.hearing.on_clear(phone_.time.now());
  if (late) {
    details["since_speech_ms"] = rounded_ms(*late);
    phone_.report.add_clear(*late);
  }
  phone_.report.count("clears");
  line_.note("clear", std::move(details));
}

}  // namespace callosum::sim::twilio
