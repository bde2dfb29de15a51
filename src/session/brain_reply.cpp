#include "session/brain_reply.hpp"

#include <boost/asio/this_coro.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "session/piece_cutter.hpp"
#include "session/provider_mouth.hpp"
#include "session/service_mouth.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using provider::conversation::GaConversation;

namespace {

constexpr const char* kNoAnswer = "I'm sorry, I cannot think of an answer right now.";
constexpr const char* kAnythingElse = "Is there anything else I can do for you?";
constexpr std::chrono::seconds kPlanTime{30};
constexpr int kMostFailedPlans = 2;
/// Who answers a question may do so over the last of it.
constexpr std::chrono::milliseconds kAboutToBeHeard{700};

std::unique_ptr<BrainMouth> make_brain_mouth(BrainParts& parts, MouthSink& sink) {
  if (parts.provider) {
    return std::make_unique<ProviderMouth>(std::move(parts.provider), parts.random, sink);
  }
  return std::make_unique<ServiceMouth>(parts.make_mouth, parts.profile, sink);
}

}  // namespace

BrainReply::BrainReply(BrainParts& parts, GaConversation& conversation)
    : parts_(parts),
      conversation_(conversation),
      mouth_(make_brain_mouth(parts, *this)),
      planning_(parts.chat) {}

asio::awaitable<Result<void>> BrainReply::open(const json::object& session,
                                               std::function<void()> on_news,
                                               async::Deadline deadline) {
  executor_ = co_await asio::this_coro::executor;
  on_news_ = on_news;
  auto opening = mouth_->open(session, std::move(on_news), deadline);
  co_return co_await std::move(opening);
}

asio::awaitable<void> BrainReply::close(async::Deadline deadline) {
  planning_.cancel();
  planning_.forget_ahead();
  auto closing = mouth_->close(deadline);
  co_await std::move(closing);
}

void BrainReply::start(const json::object& asked, std::string fixed) {
  drop_held();
  asked_ = asked;
  conversation_.begin_response(asked);
  active_ = Active();
  if (mouth_->tells_pieces_apart()) {
    active_->pieces.push_back(std::move(fixed));
  } else {
    PieceCutter cutter;
    cutter.feed(fixed, active_->pieces);
    cutter.finish(active_->pieces);
  }
  active_->is_planned = true;
}

void BrainReply::start(const json::object& asked, realtime::ChatRequest request) {
  drop_held();
  asked_ = asked;
  conversation_.begin_response(asked);
  active_ = Active();
  may_call_ = request.tool_choice != "none";
  const auto deadline = async::Deadline::after(parts_.time, kPlanTime);
  planning_.start(executor_, std::move(request), on_news_, deadline);
}

void BrainReply::think_ahead(realtime::ChatRequest request) {
  const auto deadline = async::Deadline::after(parts_.time, kPlanTime);
  planning_.think_ahead(executor_, std::move(request), deadline);
}

bool BrainReply::advance() {
  const bool has_news = mouth_->look(parts_.time.now());
  if (!active_) return has_news;
  take_planned();
  while (mouth_->takes_words() && !active_->pieces.empty()) {
    const auto piece = std::move(active_->pieces.front());
    active_->pieces.pop_front();
    say(piece);
  }
  make_calls();
  if (!active_->is_planned || !active_->pieces.empty()) return has_news;
  if (mouth_->is_speaking()) mouth_->end_words(parts_.time.now());
  if (!mouth_->is_speaking()) finish();
  return has_news;
}

void BrainReply::take_planned() {
  while (auto piece = planning_.take_piece()) {
    active_->has_words = true;
    active_->pieces.push_back(std::move(*piece));
  }
  auto end = planning_.take_end();
  if (!end) return;
  if (!*end && gives_up(end->error())) return;
  active_->is_planned = true;
  if (*end) {
    failed_plans_ = 0;
    if (parts_.on_planned) parts_.on_planned();
    for (auto& call : (*end)->calls) {
      if (may_call_) {
        active_->calls.push_back({std::move(call.name), std::move(call.arguments)});
      } else {
        on_ignored_call(call.name);
      }
    }
    // Whoever waits for an answer must not hear nothing.
    const bool is_nothing = !active_->has_words && active_->calls.empty();
    if (is_nothing) excuse_silence();
    return;
  }
  const auto& why = end->error();
  if (parts_.on_plan_failed) parts_.on_plan_failed(why);
  active_->pieces.emplace_back(kNoAnswer);
  conversation_.out().push_back(realtime::encode_error(
      "server_error", "brain_unavailable", why.message, "", "", make_id("event_", parts_.random)));
}

/// Of whoever spoke, and of a tool's answer that nobody has told of.
void BrainReply::excuse_silence() {
  using Kind = provider::conversation::Turn::Kind;
  if (text_at(asked_, "conversation") == "none") return;
  const auto turns = conversation_.turns();
  const auto last = turns.empty() ? Kind::user : turns.back().kind;
  if (last == Kind::user) active_->pieces.emplace_back(kNoAnswer);
  if (last == Kind::output || last == Kind::system) active_->pieces.emplace_back(kAnythingElse);
}

/// Of a chat model that fails again and again. What it was asked is asked of another, but for what
/// has been answered in part.
bool BrainReply::gives_up(const Error& why) {
  const bool may_pass = why.type != ErrorType::auth && why.type != ErrorType::permanent;
  const bool is_again = ++failed_plans_ >= kMostFailedPlans || !may_pass;
  if (!is_again || !parts_.gives_up || active_->in_message) return false;
  if (parts_.on_plan_failed) parts_.on_plan_failed(why);
  end_ = fail(may_pass ? ErrorType::timeout : why.type, "the chat model has failed", why.message);
  return true;
}

void BrainReply::say(const std::string& piece) {
  if (!std::exchange(active_->in_message, true)) {
    const bool is_pcm = conversation_.session().output_format() == "audio/pcm";
    playback_.begin(conversation_.begin_message(), is_pcm ? 48 : 8, !mouth_->tells_pieces_apart());
    conversation_.add_words(piece);
  } else {
    conversation_.add_words(" " + piece);
  }
  playback_.add_piece(piece);
  if (conversation_.is_audio_out()) {
    mouth_->say(piece, parts_.time.now());
  } else {
    playback_.mark_read();
  }
}

/// They run while the words before them are still being spoken.
void BrainReply::make_calls() {
  for (const auto& call : std::exchange(active_->calls, {})) conversation_.add_call(call);
}

void BrainReply::finish() {
  if (active_->is_unspoken) return end_unspoken();
  if (active_->in_message) conversation_.end_message();
  conversation_.end_response("completed");
  active_.reset();
}

/// What nobody can have heard is no part of the conversation, and nothing follows from it.
void BrainReply::end_unspoken() {
  conversation_.end_message("incomplete");
  conversation_.cut_turn(playback_.item_id(), playback_.heard_in(std::chrono::hours(24)));
  conversation_.end_response("incomplete");
  active_.reset();
}

bool BrainReply::cancel(std::string_view reason) {
  drop_held();
  if (!active_) return false;
  planning_.cancel();
  end_cut(reason);
  active_.reset();
  return true;
}

void BrainReply::end_cut(std::string_view reason) {
  mouth_->cut();
  if (active_->in_message) {
    conversation_.end_message("incomplete");
    conversation_.cut_turn(playback_.item_id(), playback_.heard(parts_.time.now()));
  }
  conversation_.end_response("cancelled", reason);
}

bool BrainReply::is_going_on() const {
  return active_ || playback_.left(parts_.time.now()).count() > 0;
}

std::string BrainReply::heard_soon() const {
  return playback_.heard(parts_.time.now() + kAboutToBeHeard);
}

void BrainReply::hold() {
  drop_held();
  if (!is_going_on()) return;
  Held held;
  held.heard = playback_.played(parts_.time.now());
  held.rest.is_planned = true;
  if (active_) {
    end_cut("turn_detected");
    held.rest = std::move(*active_);
    active_.reset();
  } else {
    cut_what_plays();
  }
  playback_.stop(parts_.time.now());
  held_ = std::move(held);
}

bool BrainReply::resume() {
  if (!held_ || active_) return false;
  auto held = *std::exchange(held_, std::nullopt);
  auto& rest = held.rest;
  std::deque<std::string> pieces;
  PieceCutter cutter;
  cutter.feed(playback_.rest_behind(held.heard), pieces);
  cutter.finish(pieces);
  rest.pieces.insert(rest.pieces.begin(), pieces.begin(), pieces.end());
  // What was said while a tool ran is of no use behind that.
  const bool is_aside = text_at(asked_, "conversation") == "none" && conversation_.has_open_calls();
  const bool is_nothing = rest.is_planned && rest.pieces.empty() && rest.calls.empty();
  if (is_aside || is_nothing) {
    planning_.cancel();
    return false;
  }
  rest.in_message = rest.is_unspoken = false;
  conversation_.begin_response(asked_);
  active_ = std::move(rest);
  return true;
}

void BrainReply::drop_held() {
  if (!held_) return;
  held_.reset();
  planning_.cancel();
}

void BrainReply::cut_what_plays() {
  const auto now = parts_.time.now();
  if (playback_.left(now).count() == 0) return;
  conversation_.cut_turn(playback_.item_id(), playback_.heard(now));
}

void BrainReply::truncate(const json::object& event) {
  conversation_.truncate_item(event);
  const auto* end = event.if_contains("audio_end_ms");
  if (!end || !end->is_int64() || text_at(event, "item_id") != playback_.item_id()) return;
  const std::chrono::milliseconds heard(end->get_int64());
  if (held_) held_->heard = heard;
  conversation_.cut_turn(playback_.item_id(), playback_.heard_in(heard));
  playback_.stop(parts_.time.now());
}

void BrainReply::on_sound(std::span<const std::uint8_t> bytes) {
  if (!active_ || !active_->in_message) return;
  conversation_.add_audio(bytes);
  playback_.add_audio(bytes.size(), parts_.time.now());
}

void BrainReply::on_marks(std::span<const realtime::SpokenMark> marks) {
  playback_.add_marks(marks);
}

void BrainReply::on_unspoken() {
  if (active_) active_->is_unspoken = active_->in_message;
}

void BrainReply::on_ignored_call(std::string_view tool) {
  if (parts_.on_ignored_call) parts_.on_ignored_call(tool);
}

}  // namespace callosum::session
