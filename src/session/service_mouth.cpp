#include "session/service_mouth.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <cctype>
#include <deque>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "provider/mouth/mouth_wire.hpp"
#include "session/piece_cutter.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using realtime::MouthEvent;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds kPatience{8};  // without any sound of words that were given

realtime::MouthSettings settings_of(const json::object& session) {
  realtime::MouthSettings out;
  const auto* audio = find_object(session, "audio");
  const auto* output = audio ? find_object(*audio, "output") : nullptr;
  if (!output) return out;
  if (const auto* format = find_object(*output, "format")) {
    out.format = text_at(*format, "type", out.format);
  }
  out.voice = text_at(*output, "voice");
  return out;
}

std::size_t bytes_per_ms(const realtime::MouthSettings& settings) {
  return settings.format == "audio/pcm" ? 48 : 8;
}

/// Or what else may be spoken: of marks alone there may be no sound.
bool has_letters(std::string_view words) {
  return std::any_of(words.begin(), words.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0;
  });
}

}  // namespace

ServiceMouth::ServiceMouth(realtime::MakeMouth make, realtime::ProviderProfile profile,
                           MouthSink& sink)
    : make_(std::move(make)), profile_(std::move(profile)), sink_(sink) {}

asio::awaitable<Result<void>> ServiceMouth::open(const json::object& session,
                                                 std::function<void()> on_news,
                                                 async::Deadline deadline) {
  executor_ = co_await asio::this_coro::executor;
  on_news_ = std::move(on_news);
  const auto made = make(settings_of(session));
  if (!made) co_return made.error();
  auto opening = mouth_->open(deadline);
  co_return co_await std::move(opening);
}

asio::awaitable<void> ServiceMouth::close(async::Deadline) {
  mouth_.reset();
  co_return;
}

Result<void> ServiceMouth::make(const realtime::MouthSettings& settings) {
  mouth_.reset();  // one at a time
  settings_ = settings;
  auto made = make_(executor_, settings, on_news_);
  if (!made) return made.error();
  mouth_ = std::move(*made);
  return {};
}

void ServiceMouth::set(const json::object& session) {
  auto settings = settings_of(session);
  wanted_.reset();
  if (settings == settings_) return;
  if (is_speaking()) {
    wanted_ = std::move(settings);
    return;
  }
  change(settings);
}

void ServiceMouth::change(const realtime::MouthSettings& settings) {
  const auto made = make(settings);
  if (!made) end_ = made.error();
}

void ServiceMouth::say(std::string_view words, SteadyTime now) {
  if (words_.empty() && wanted_) change(*std::exchange(wanted_, std::nullopt));
  if (!mouth_) return;
  if (words_.empty()) {
    progress_.begin({}, bytes_per_ms(settings_), true);
    sound_bytes_ = begins_at_ = began_at_bytes_ = 0;
    began_after_ = milliseconds(0);
    was_said_again_ = false;
  } else {
    words_ += ' ';
  }
  words_ += words;
  progress_.add_piece(words);
  waits_since_ = now;
  mouth_->say(words);
}

void ServiceMouth::end_words(SteadyTime now) {
  if (words_.empty() || std::exchange(has_ended_, true)) return;
  waits_since_ = now;
  mouth_->flush();
}

void ServiceMouth::cut() {
  if (!is_speaking()) return;
  words_.clear();
  has_ended_ = false;
  mouth_->cancel();
}

/// While the words are still coming, none may be owed: a service may wait for the next ones.
SteadyTime ServiceMouth::gives_up_at() const {
  const bool is_owed = is_speaking() && has_ended_ && !end_;
  return is_owed ? waits_since_ + kPatience : SteadyTime::max();
}

bool ServiceMouth::look(SteadyTime now) {
  if (!mouth_ || end_) return false;  // who has ended tells nothing more
  if (now >= gives_up_at()) {
    say_again(fail(ErrorType::transient, "the speech service fell silent"), now);
    return true;
  }
  const auto event = mouth_->take();
  if (!event) return false;
  on_event(*event, now);
  return true;
}

void ServiceMouth::on_event(const MouthEvent& event, SteadyTime now) {
  if (!is_speaking()) {
    if (event.kind == MouthEvent::Kind::failed) end_ = event.why;
    return;
  }
  switch (event.kind) {
    case MouthEvent::Kind::sound:
      waits_since_ = now;
      if (is_too_much(event.sound.size())) {
        return say_again(fail(ErrorType::transient, "the speech service does not stop"), now);
      }
      sound_bytes_ += event.sound.size();
      progress_.add_audio(event.sound.size(), now);
      return sink_.on_sound(event.sound);
    case MouthEvent::Kind::marks:
      return on_marks(event.marks);
    case MouthEvent::Kind::spoken:
      return on_spoken(now);
    case MouthEvent::Kind::failed:
      return say_again(event.why, now);
  }
}

/// Whether so much more sound is beyond what the words of the mouth's own utterance can take.
bool ServiceMouth::is_too_much(std::size_t more_bytes) const {
  const auto longest = provider::mouth::longest_sound(words_.size() - begins_at_);
  const auto most = static_cast<std::size_t>(longest.count()) * bytes_per_ms(settings_);
  return sound_bytes_ - began_at_bytes_ + more_bytes > most;
}

/// An utterance without any sound was not spoken, whatever the service says of it.
void ServiceMouth::on_spoken(SteadyTime now) {
  const bool is_heard = sound_bytes_ > began_at_bytes_;
  if (is_heard || !has_letters(std::string_view(words_).substr(begins_at_))) return finish();
  if (!was_said_again_) {
    return say_again(fail(ErrorType::transient, "the speech service made no sound"), now);
  }
  words_.clear();
  has_ended_ = false;
  sink_.on_unspoken();
}

/// They count from where the mouth's own utterance begins.
void ServiceMouth::on_marks(std::span<const realtime::SpokenMark> marks) {
  std::vector<realtime::SpokenMark> placed(marks.begin(), marks.end());
  for (auto& mark : placed) {
    mark.bytes = std::min(mark.bytes + begins_at_, words_.size());
    mark.at += began_after_;
  }
  progress_.add_marks(placed);
  sink_.on_marks(placed);
}

milliseconds ServiceMouth::sound_length() const {
  return milliseconds(sound_bytes_ / bytes_per_ms(settings_));
}

/// From the first word that no sound is there of, about.
void ServiceMouth::say_again(const Error& why, SteadyTime now) {
  const bool is_hopeless = why.type == ErrorType::auth || why.type == ErrorType::permanent;
  if (is_hopeless || std::exchange(was_said_again_, true)) {
    end_ = why;
    return;
  }
  mouth_->cancel();
  const auto spoken = progress_.heard_in(sound_length());
  begins_at_ = std::min(spoken.size() + (spoken.empty() ? 0 : 1), words_.size());
  began_at_bytes_ = sound_bytes_;
  began_after_ = sound_length();
  const realtime::SpokenMark here{begins_at_, began_after_};
  progress_.add_marks({&here, 1});
  sink_.on_marks({&here, 1});
  waits_since_ = now;
  std::deque<std::string> pieces;
  PieceCutter cutter;
  cutter.feed(std::string_view(words_).substr(begins_at_), pieces);
  cutter.finish(pieces);
  for (const auto& piece : pieces) mouth_->say(piece);
  if (begins_at_ < words_.size() && has_ended_) mouth_->flush();
  if (begins_at_ == words_.size() && has_ended_) finish();
}

void ServiceMouth::finish() {
  const realtime::SpokenMark all{words_.size(), sound_length()};
  sink_.on_marks({&all, 1});
  words_.clear();
  has_ended_ = false;
  sink_.on_spoken();
}

}  // namespace callosum::session
