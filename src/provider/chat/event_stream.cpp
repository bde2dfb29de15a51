#include "provider/chat/event_stream.hpp"

#include <utility>

namespace callosum::provider::chat {
namespace {

constexpr std::size_t kMaxLine = 256 * 1024;
constexpr std::size_t kMaxEvent = 512 * 1024;

Error too_long(const char* what) {
  return fail(ErrorType::transient, "the language model's answer could not be read", what);
}

}  // namespace

Result<void> EventStream::feed(std::string_view bytes, std::vector<StreamEvent>& out) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > kMaxLine) return too_long("a line is too long");
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto taken = take_line(line, out);
    line_.clear();
    if (!taken) return taken;
  }
  return {};
}

Result<void> EventStream::take_line(std::string_view line, std::vector<StreamEvent>& out) {
  if (line.empty()) {
    if (std::exchange(has_fields_, false)) out.push_back(std::exchange(event_, {}));
    return {};
  }
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name != "data" && name != "error") return {};  // a comment, or what says nothing here
  auto& field = name == "data" ? event_.data : event_.error;
  if (has_fields_ && !field.empty()) field += '\n';
  field += value;
  has_fields_ = true;
  if (field.size() > kMaxEvent) return too_long("an event is too long");
  return {};
}

}  // namespace callosum::provider::chat
