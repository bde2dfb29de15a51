#include "session/piece_cutter.hpp"

#include <array>

#include "base/text.hpp"

namespace callosum::session {
namespace {

// Letters of a piece before it is worth cutting at a clause: the first is waited for in silence.
constexpr std::size_t kFirstClause = 40;
constexpr std::size_t kClause = 140;
constexpr std::size_t kLongest = 400;       // then at any blank
constexpr std::size_t kLongestUncut = 800;  // then anywhere: nothing may grow without end

constexpr std::array<std::string_view, 14> kAbbreviations{
    "mr", "mrs", "ms", "dr", "st", "no", "vs", "e.g", "i.e", "approx", "prof", "etc", "a.m", "p.m"};
/// Marks that end a sentence without a blank behind them.
constexpr std::array<std::string_view, 3> kWideStops{"。", "！", "？"};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool ends_in_abbreviation(std::string_view text) {
  const auto from = text.find_last_of(" \n\t(");
  const auto word = to_lower_ascii(text.substr(from == std::string_view::npos ? 0 : from + 1));
  for (const auto known : kAbbreviations) {
    if (word == known) return true;
  }
  return false;
}

/// Whether a sentence ends with the mark at `i`, behind which stands a blank.
bool ends_sentence(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (c == '?' || c == '!' || c == ':') return true;
  return c == '.' && !ends_in_abbreviation(text.substr(0, i));
}

}  // namespace

/// How many bytes the next piece takes; 0: it is not whole yet.
std::size_t PieceCutter::find_cut() const {
  const std::string_view text = rest_;
  const auto clause = is_first_ ? kFirstClause : kClause;
  std::size_t blank = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i > 0) return i + 1;
    for (const auto stop : kWideStops) {
      if (text.substr(i).starts_with(stop)) return i + stop.size();
    }
    const bool is_before_blank = i + 1 < text.size() && is_blank(text[i + 1]);
    if (is_before_blank && ends_sentence(text, i)) return i + 1;
    const bool is_clause = text[i] == ',' || text[i] == ';';
    if (is_before_blank && is_clause && i >= clause) return i + 1;
    if (is_blank(text[i])) blank = i;
    if (i >= kLongest && blank > 0) return blank;
    if (i >= kLongestUncut) return cut_utf8(text, kLongestUncut).size();
  }
  return 0;
}

void PieceCutter::take(std::size_t bytes, std::deque<std::string>& pieces) {
  const auto piece = trim(std::string_view(rest_).substr(0, bytes));
  if (!piece.empty()) {
    pieces.emplace_back(piece);
    is_first_ = false;
  }
  rest_.erase(0, bytes);
}

void PieceCutter::feed(std::string_view text, std::deque<std::string>& pieces) {
  rest_ += text;
  while (const auto bytes = find_cut()) take(bytes, pieces);
}

void PieceCutter::finish(std::deque<std::string>& pieces) { take(rest_.size(), pieces); }

}  // namespace callosum::session
