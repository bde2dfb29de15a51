#include "tool/sql/full_text.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::tool::sql {
namespace {

namespace json = boost::json;
using storage::sqlite::Connection;

constexpr std::size_t kMostWords = 24;

// Of questions, in English: no answer is about them. Sorted.
constexpr auto kSayNothing = std::to_array<std::string_view>(
    {"a",     "about", "am",   "an",   "and",   "any", "are", "at",   "be",   "can",   "could",
     "do",    "does",  "for",  "from", "have",  "how", "i",   "if",   "in",   "is",    "it",
     "me",    "my",    "of",   "on",   "or",    "s",   "so",  "tell", "that", "the",   "their",
     "there", "they",  "this", "to",   "us",    "was", "we",  "what", "when", "where", "which",
     "who",   "why",   "will", "with", "would", "you", "your"});
static_assert(std::is_sorted(kSayNothing.begin(), kSayNothing.end()));

/// Bytes beyond ASCII are parts of letters, or of signs that hold no word and match nothing.
bool is_of_a_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
}

std::vector<std::string> words_of(std::string_view query) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_lower_ascii(query) + " ") {
    if (is_of_a_word(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

Result<std::unique_ptr<Connection>> make_index(const json::array& rows,
                                               const std::vector<std::string>& columns) {
  auto opened = Connection::open_in_memory();
  if (!opened) return opened;
  auto& index = **opened;
  auto made = index.execute(
      "CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'porter unicode61'); BEGIN");
  if (!made) return made.error();
  auto insert = index.prepare("INSERT INTO texts (rowid, text) VALUES (?, ?)");
  if (!insert) return insert.error();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    insert->reset();
    auto bound = insert->bind(1, json::value(static_cast<std::int64_t>(i)));
    if (bound) bound = insert->bind(2, json::value(text_of(rows[i].as_object(), columns)));
    if (!bound) return bound.error();
    const auto stepped = insert->step();
    if (!stepped) return stepped.error();
  }
  insert->reset();
  made = index.execute("COMMIT");
  if (!made) return made.error();
  return opened;
}

}  // namespace

std::string text_of(const json::object& row, const std::vector<std::string>& columns) {
  std::string text;
  for (const auto& column : columns) {
    const auto* value = row.if_contains(column);
    if (!value || value->is_null()) continue;
    text += value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
    text += '\n';
  }
  return text;
}

std::string match_expression(std::string_view query) {
  auto words = words_of(query);
  const auto telling = std::stable_partition(words.begin(), words.end(), [](const auto& word) {
    return !std::binary_search(kSayNothing.begin(), kSayNothing.end(), std::string_view(word));
  });
  if (telling != words.begin()) words.erase(telling, words.end());
  if (words.size() > kMostWords) words.resize(kMostWords);
  for (auto& word : words) word = '"' + word + '"';
  return join(words, " OR ");
}

Result<std::vector<std::size_t>> rank_by_words(const json::array& rows,
                                               const std::vector<std::string>& columns,
                                               std::string_view query) {
  std::vector<std::size_t> best;
  const auto expression = match_expression(query);
  if (expression.empty() || rows.empty()) return best;
  const auto index = make_index(rows, columns);
  if (!index) return index.error();
  const auto found =
      (*index)->query("SELECT rowid AS at FROM texts WHERE texts MATCH :words ORDER BY rank, rowid",
                      {{"words", expression}});
  if (!found) return found.error();
  for (const auto& row : *found) {
    best.push_back(static_cast<std::size_t>(row.as_object().at("at").as_int64()));
  }
  return best;
}

}  // namespace callosum::tool::sql
