#include "sim/realtime/clauses.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cctype>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
}
bool is_name_byte(char c) { return is_word_byte(c) || c == '-' || c == '.'; }

/// Reads a text from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip(std::size_t n = 1) { at_ = std::min(at_ + n, text_.size()); }
  void skip_blanks() {
    while (!at_end() && is_blank(text_[at_])) ++at_;
  }
  /// Takes `word` when it stands here as a whole word, in any case.
  bool take_word(std::string_view word) {
    if (at_ > 0 && is_word_byte(text_[at_ - 1])) return false;
    if (to_lower_ascii(text_.substr(at_, word.size())) != word) return false;
    const auto after = at_ + word.size();
    if (after < text_.size() && is_word_byte(text_[after])) return false;
    at_ = after;
    return true;
  }
  template <class Accept>
  std::string_view take_while(Accept accept) {
    const auto from = at_;
    while (!at_end() && accept(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  /// From `{` to its partner, strings respected; to the end of the text when it never closes.
  std::string_view take_braces() {
    const auto from = at_;
    int depth = 0;
    bool in_string = false;
    for (; !at_end(); ++at_) {
      const char c = text_[at_];
      if (in_string) {
        if (c == '\\') skip();
        if (c == '"') in_string = false;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}' && --depth == 0) {
        ++at_;
        break;
      }
    }
    at_ = std::min(at_, text_.size());
    return text_.substr(from, at_ - from);
  }
  std::string_view take_until(char end) {
    const auto found = text_.find(end, at_);
    const auto part = text_.substr(at_, found == std::string_view::npos ? found : found - at_);
    skip(part.size() + 1);
    return part;
  }
  std::size_t position() const { return at_; }
  void rewind(std::size_t to) { at_ = to; }
  std::string_view slice(std::size_t from, std::size_t to) const {
    return text_.substr(from, to - from);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

json::value value_of(std::string_view word) {
  if (auto parsed = parse_strict(word)) return *parsed;
  return json::value(json::string(word));
}

/// `key=value` here? Puts it into `into`.
bool take_pair(Reader& reader, json::object& into) {
  const auto start = reader.position();
  const auto key = reader.take_while(is_word_byte);
  if (key.empty() || reader.peek() != '=') {
    reader.rewind(start);
    return false;
  }
  reader.skip();
  const char quote = reader.peek();
  if (quote == '"' || quote == '\'') {
    reader.skip();
    into[key] = json::string(reader.take_until(quote));
    return true;
  }
  auto word = reader.take_while([](char c) { return !is_blank(c) && c != ';' && c != ','; });
  into[key] = value_of(word);
  return true;
}

std::string take_arguments(Reader& reader) {
  reader.skip_blanks();
  if (reader.peek() == '{') return std::string(reader.take_braces());
  if (reader.peek() == '`') {
    reader.skip();
    return std::string(reader.take_until('`'));
  }
  json::object pairs;
  while (true) {
    const auto before = reader.position();
    while (is_blank(reader.peek()) || reader.peek() == ',') reader.skip();
    if (!take_pair(reader, pairs)) {
      reader.rewind(before);
      break;
    }
  }
  return json::serialize(pairs);
}

std::string tidy(std::string_view text) {
  auto out = trim(text);
  const std::string_view edges = " \t\r\n,;";
  while (!out.empty() && edges.find(out.back()) != std::string_view::npos) out.remove_suffix(1);
  if (to_lower_ascii(out).ends_with(" and")) out.remove_suffix(4);
  return std::string(trim(out));
}

}  // namespace

std::vector<Stage> parse_stages(std::string_view text) {
  std::vector<Stage> stages(1);
  Reader reader(text);
  std::size_t say_from = std::string_view::npos;
  const auto end_say = [&](std::size_t at) {
    if (say_from != std::string_view::npos) stages.back().say = tidy(reader.slice(say_from, at));
    say_from = std::string_view::npos;
  };
  while (!reader.at_end()) {
    const auto at = reader.position();
    if (reader.take_word("call") && is_blank(reader.peek())) {
      end_say(at);
      reader.skip_blanks();
      const auto name = std::string(reader.take_while(is_name_byte));
      if (name.empty()) continue;
      stages.back().calls.push_back({name, take_arguments(reader)});
    } else if (!stages.back().calls.empty() && reader.take_word("then")) {
      end_say(at);
      stages.emplace_back();
    } else if (say_from == std::string_view::npos && reader.take_word("say")) {
      say_from = reader.position();
    } else if (reader.position() == at) {
      reader.skip();
    }
  }
  end_say(text.size());
  return stages;
}

std::string find_arguments(std::string_view text) {
  const auto brace = text.find('{');
  if (brace != std::string_view::npos) {
    Reader reader(text.substr(brace));
    return std::string(reader.take_braces());
  }
  json::object pairs;
  Reader reader(text);
  while (!reader.at_end()) {
    if (take_pair(reader, pairs)) continue;
    reader.take_while(is_word_byte);
    reader.skip();
  }
  return json::serialize(pairs);
}

bool mentions_tool(std::string_view text, std::string_view tool) {
  static constexpr std::array<std::string_view, 5> kFillers{"get", "list", "find", "show", "the"};
  const auto folded = " " + to_lower_ascii(text) + " ";
  const auto has_word = [&](std::string_view word) {
    for (auto at = folded.find(word); at != std::string::npos; at = folded.find(word, at + 1)) {
      if (!is_word_byte(folded[at - 1]) && !is_word_byte(folded[at + word.size()])) return true;
    }
    return false;
  };
  auto name = to_lower_ascii(tool);
  if (has_word(name)) return true;
  std::replace(name.begin(), name.end(), '-', '_');
  std::size_t found = 0;
  for (const auto word : split(name, '_')) {
    if (word.empty() || std::find(kFillers.begin(), kFillers.end(), word) != kFillers.end())
      continue;
    if (!has_word(word)) return false;
    ++found;
  }
  return found > 0;
}

}  // namespace callosum::sim
