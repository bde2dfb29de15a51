#include "sim/event_log.hpp"

#include <boost/json/serialize.hpp>
#include <chrono>

namespace callosum::sim {
namespace {

/// Longer strings under these keys are sound, not text.
constexpr std::size_t kLongestText = 64;

void shorten_sound(json::object& event) {
  const auto* type = event.if_contains("type");
  const auto* name = type ? type->if_string() : nullptr;
  const bool is_sound = name && (*name == "input_audio_buffer.append" ||
                                 std::string_view(*name).ends_with("output_audio.delta"));
  if (!is_sound) return;
  for (const char* key : {"audio", "delta"}) {
    auto* value = event.if_contains(key);
    auto* text = value ? value->if_string() : nullptr;
    if (!text || text->size() <= kLongestText) continue;
    *value = "<" + std::to_string(text->size()) + " characters>";
  }
}

}  // namespace

Result<void> EventLog::open(const std::string& path) {
  file_.reset(std::fopen(path.c_str(), "a"));
  if (!file_) return fail(ErrorType::permanent, "cannot write the log " + path);
  return {};
}

json::object EventLog::line(std::string_view connection, std::string_view direction) const {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - start_);
  return {{"ms", ms.count()}, {"connection", connection}, {"dir", direction}};
}

void EventLog::write(const json::object& line) {
  const auto text = json::serialize(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), file_.get());
  std::fflush(file_.get());
}

void EventLog::event(std::string_view connection, std::string_view direction,
                     const json::object& event) {
  if (!file_) return;
  auto shortened = event;
  shorten_sound(shortened);
  auto out = line(connection, direction);
  out["event"] = std::move(shortened);
  write(out);
}

void EventLog::note(std::string_view connection, std::string_view kind, std::string_view detail) {
  if (!file_) return;
  auto out = line(connection, "note");
  out["kind"] = kind;
  out["detail"] = detail;
  write(out);
}

}  // namespace callosum::sim
