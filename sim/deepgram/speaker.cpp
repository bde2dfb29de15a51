#include "sim/deepgram/speaker.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::deepgram {
namespace {

constexpr std::size_t kMostCharacters = 2000;
constexpr std::size_t kMostFlushes = 20;
constexpr std::chrono::seconds kFlushWindow{60};

/// Behind the last sentence that is whole: its end and a space.
std::size_t end_of_sentences(const std::string& text) {
  for (auto at = text.size(); at-- > 1;) {
    const bool is_end = std::string_view(".!?").find(text[at - 1]) != std::string_view::npos;
    if (text[at] == ' ' && is_end) return at + 1;
  }
  return 0;
}

}  // namespace

Speaker::Speaker(ServiceLine& line, std::shared_ptr<const Script> script, SoundFormat format,
                 std::string model)
    : line_(line),
      script_(std::move(script)),
      format_(format),
      model_(std::move(model)),
      mouth_(script_->voice, [&line](Ms delay, std::function<void()> action) {
        line.after(delay, std::move(action));
      }) {}

void Speaker::begin() {
  line_.send({{"type", "Metadata"},
              {"request_id", line_.world().make_uuid()},
              {"model_name", model_},
              {"model_version", "2026-01-01.0"},
              {"model_uuid", "00000000-0000-4000-8000-000000000004"},
              {"additional_model_uuids", nullptr}});
}

void Speaker::on_binary(std::string_view) {
  line_.note("refused_events", "binary");
  line_.close(1003, "MESSAGE-0000");
}

void Speaker::on_text(std::string_view frame) {
  const auto parsed = parse_strict(frame);
  const auto* event = parsed ? parsed->if_object() : nullptr;
  const auto type = event ? text_at(*event, "type") : "";
  if (event) line_.log_in(*event);
  if (type == "Speak") return speak(text_at(*event, "text"));
  if (type == "Flush") return flush();
  if (type == "Clear") return clear();
  if (type == "Close") return close();
  line_.note("refused_events", frame.substr(0, 100));
  line_.close(1008, "DATA-0000");
}

void Speaker::speak(std::string_view text) {
  line_.note("speaks", text);
  if (text.size() > kMostCharacters) {
    line_.note("refused_events", "too long");
    return line_.close(1008, "DATA-0001");
  }
  text_ += text;
  const auto end = end_of_sentences(text_);
  if (end == 0) return;
  say(text_.substr(0, end));
  text_.erase(0, end);
}

void Speaker::say(std::string text) {
  if (trim(text).empty()) return;
  line_.world().records.record("said", {{"connection", line_.name()}, {"text", text}});
  if (++texts_ == script_->voice.fail_nth) {
    line_.note("injected_faults", "fail");
    return line_.close(1011, "NET-0000: " + script_->voice.error);
  }
  mouth_.say(std::move(text), format_, [this](const Mouth::Piece& piece) {
    line_.send_binary(piece.sound);
    if (mouth_.pieces() != script_->voice.cut_after) return;
    line_.note("injected_faults", "cut");
    line_.end(script_->voice.cut);
  });
}

void Speaker::flush() {
  line_.note("flushes");
  const auto now = line_.world().time.now();
  while (!flushes_.empty() && now - flushes_.front() >= kFlushWindow) flushes_.pop_front();
  if (flushes_.size() >= kMostFlushes) {
    line_.note("too_many_flushes");
    return line_.send({{"type", "Warning"},
                       {"code", "EXCESSIVE_FLUSH"},
                       {"description", "at most 20 Flush messages in 60 s"}});
  }
  flushes_.push_back(now);
  say(std::exchange(text_, {}));
  const auto sequence = sequence_++;
  mouth_.when_said([this, sequence] {
    line_.send({{"type", "Flushed"}, {"sequence_id", sequence}});
  });
}

void Speaker::clear() {
  line_.note("clears");
  text_.clear();
  mouth_.clear();
  line_.send({{"type", "Cleared"}, {"sequence_id", sequence_++}});
}

void Speaker::close() {
  say(std::exchange(text_, {}));
  mouth_.when_said([this] { line_.close(1000, ""); });
}

}  // namespace callosum::sim::deepgram
