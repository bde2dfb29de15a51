#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/mail_query_node.hpp"

namespace callosum::sim::google {
namespace {

using Node = MailQuery::Node;
using Kind = Node::Kind;

constexpr std::size_t kMostDepth = 20;
constexpr std::size_t kMostTerms = 200;
constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;

constexpr std::array<std::string_view, 20> kFields{
    "from",       "to",         "cc",       "bcc",     "subject",     "label",   "in",
    "is",         "has",        "filename", "after",   "before",      "newer",   "older",
    "newer_than", "older_than", "larger",   "smaller", "rfc822msgid", "category"};

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_whole && value >= 0 ? std::optional(value) : std::nullopt;
}

/// "2d", "3m", "1y", "6h" in milliseconds.
std::optional<std::int64_t> span_ms(std::string_view text) {
  if (text.size() < 2 || text.size() > 7) return std::nullopt;
  const auto count = number_of(text.substr(0, text.size() - 1));
  if (!count) return std::nullopt;
  switch (text.back()) {
    case 'h':
      return *count * kDayMs / 24;
    case 'd':
      return *count * kDayMs;
    case 'm':
      return *count * 30 * kDayMs;
    case 'y':
      return *count * 365 * kDayMs;
    default:
      return std::nullopt;
  }
}

/// "2026/11/21", "2026-11-21" or seconds since 1970.
std::optional<std::int64_t> day_ms(std::string_view text, std::string_view zone) {
  if (const auto seconds = number_of(text); seconds && text.size() <= 12) return *seconds * 1000;
  std::string day;
  for (const auto part : split(text, text.find('/') == std::string_view::npos ? '-' : '/')) {
    if (!day.empty()) day += '-';
    if (part.size() == 1) day += '0';
    day += part;
  }
  return parse_day_ms(day, zone);
}

/// "10K", "5M" or bytes.
std::optional<std::int64_t> size_of(std::string_view text) {
  std::int64_t unit = 1;
  if (text.ends_with('k') || text.ends_with('K')) unit = 1024;
  if (text.ends_with('m') || text.ends_with('M')) unit = 1024 * 1024;
  if (unit > 1) text.remove_suffix(1);
  const auto count = text.size() <= 10 ? number_of(text) : std::nullopt;
  return count ? std::optional(*count * unit) : std::nullopt;
}

/// What a term's value is as a number; nothing where it should be one and is not.
std::optional<std::int64_t> number_in(const Node& term, std::string_view zone) {
  const std::string_view field = term.field;
  if (field == "newer_than" || field == "older_than") return span_ms(term.value);
  if (field == "larger" || field == "smaller") return size_of(term.value);
  const bool is_day = field == "after" || field == "before" || field == "newer" || field == "older";
  return is_day ? day_ms(term.value, zone) : 0;
}

bool is_person(std::string_view field) {
  return field == "from" || field == "to" || field == "cc" || field == "bcc";
}

bool is_of_words(std::string_view field) {
  return is_person(field) || field == "subject" || field == "filename";
}

class Parser {
 public:
  Parser(std::string_view text, const SearchHome& home) : text_(text), home_(home) {}

  Node parse(bool& names_trash) {
    auto root = read_all('\0', 0);
    names_trash = names_trash_;
    return root;
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t'))
      text_.remove_prefix(1);
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool take_or() {
    const bool is_or = text_.starts_with("OR ") || text_ == "OR" || text_.starts_with("| ");
    return is_or && (take("OR") || take("|"));
  }

  /// Terms up to `end`, all of which must hold; OR binds its two neighbours.
  Node read_all(char end, std::size_t depth) {
    Node all;
    if (end == '}') all.kind = Kind::any;
    bool joins = false;
    while (true) {
      skip_blanks();
      if (text_.empty()) return all;
      if (end != '\0' && take(std::string_view(&end, 1))) return all;
      if (take_or()) {
        joins = !all.parts.empty();
        continue;
      }
      add(all, read_one(depth), joins);
      joins = false;
    }
  }

  static void add(Node& all, Node one, bool joins) {
    if (!joins) return all.parts.push_back(std::move(one));
    auto& before = all.parts.back();
    if (before.kind != Kind::any) {
      Node either;
      either.kind = Kind::any;
      either.parts.push_back(std::move(before));
      before = std::move(either);
    }
    before.parts.push_back(std::move(one));
  }

  Node read_one(std::size_t depth) {
    if (text_.starts_with('-') && text_.size() > 1 && text_[1] != ' ' && depth < kMostDepth) {
      text_.remove_prefix(1);
      Node none;
      none.kind = Kind::none;
      none.parts.push_back(read_one(depth + 1));
      return none;
    }
    if (depth < kMostDepth && take("(")) return read_all(')', depth + 1);
    if (depth < kMostDepth && take("{")) return read_all('}', depth + 1);
    return read_term(depth);
  }

  Node read_term(std::size_t depth) {
    Node term;
    term.kind = Kind::term;
    const auto colon = text_.find_first_of(": \"(){}");
    if (colon != std::string_view::npos && text_[colon] == ':') {
      const auto field = to_lower_ascii(text_.substr(0, colon));
      if (std::find(kFields.begin(), kFields.end(), field) != kFields.end()) {
        text_.remove_prefix(colon + 1);
        term.field = field;
      }
    }
    // subject:(dinner movie): every word under the one operator.
    if (is_of_words(term.field) && depth < kMostDepth && take("(")) {
      auto group = read_all(')', depth + 1);
      give_field(group, term.field);
      return group;
    }
    term.value = read_value();
    return finish(std::move(term));
  }

  static void give_field(Node& node, const std::string& field) {
    if (node.kind == Kind::term && node.field.empty()) node.field = field;
    for (auto& part : node.parts) give_field(part, field);
  }

  std::string read_value() {
    if (take("\"")) {
      const auto end = text_.find('"');
      std::string value(text_.substr(0, end));
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      return value;
    }
    const auto end = std::min(text_.find_first_of(" \t\"(){}"), text_.size());
    std::string value(text_.substr(0, end));
    // A bracket or quote that nothing else has taken would stay for ever.
    text_.remove_prefix(end == 0 && !text_.empty() ? 1 : end);
    return value;
  }

  Node finish(Node term) {
    if (++terms_ > kMostTerms) {
      term.field.clear();
      term.value.clear();
    }
    const auto number = number_in(term, home_.zone);
    if (!number) term.field.clear();  // a date that is none is a word, as in the service
    term.number = number.value_or(0);
    const bool is_place = term.field == "in" || term.field == "label" || term.field == "is" ||
                          term.field == "has" || term.field == "category";
    if (is_place) {
      term.value = to_lower_ascii(term.value);
      std::replace(term.value.begin(), term.value.end(), ' ', '-');
      names_trash_ |= term.value == "trash" || term.value == "spam" || term.value == "anywhere";
    } else if (term.field != "rfc822msgid") {
      const bool is_me = is_person(term.field) && to_lower_ascii(term.value) == "me";
      term.value = fold_words(is_me ? home_.address : std::string_view(term.value));
    }
    return term;
  }

  std::string_view text_;
  SearchHome home_;
  std::size_t terms_ = 0;
  bool names_trash_ = false;
};

}  // namespace

MailQuery::Node parse_mail_query(std::string_view text, const SearchHome& home, bool& names_trash) {
  return Parser(text, home).parse(names_trash);
}

}  // namespace callosum::sim::google
