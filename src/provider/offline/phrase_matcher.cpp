#include "provider/offline/phrase_matcher.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::provider::offline {
namespace {

// Below this a sentence is answered with a question back: the two were told apart on the packs' own
// phrases and the sentences in examples/.
constexpr double kCloseEnough = 0.52;
constexpr double kStrangerEnough = 0.34;

/// What callers wrap a question in; it says nothing about which one.
const std::set<std::string, std::less<>>& filler_words() {
  static const std::set<std::string, std::less<>> words{
      "a",     "an",    "the",  "please", "hi",   "hello", "hey",  "good", "morning",
      "um",    "uh",    "can",  "could",  "you",  "tell",  "me",   "i",    "would",
      "like",  "to",    "know", "just",   "so",   "well",  "okay", "ok",   "thanks",
      "thank", "is",    "are",  "do",     "does", "of",    "us",   "my",   "your",
      "it",    "there", "that", "want",   "need", "am",    "i'm",  "i'd"};
  return words;
}

}  // namespace

std::vector<std::string> words_of(std::string_view sentence) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char c : to_lower_ascii(sentence)) {
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' ||
                      (c & 0x80) != 0 || c == '{' || c == '}' || c == '_';
    part ? void(word += c) : flush();
  }
  flush();
  return words;
}

PhraseMatcher::PhraseMatcher(const registry::Snapshot& snapshot) {
  for (const auto& pack : snapshot.packs()) {
    for (const auto& [slot, values] : pack.slots) {
      for (const auto& value : values) slot_words_.push_back({slot, words_of(value), value});
    }
  }
  std::stable_sort(slot_words_.begin(), slot_words_.end(),
                   [](const auto& a, const auto& b) { return a.words.size() > b.words.size(); });
  std::map<std::string, int> in_tools;
  int tools = 0;
  for (const auto& tool : snapshot.tools()) {
    std::set<std::string> seen;
    for (const auto& text : tool.phrases) {
      phrases_.push_back(parse(tool.name, text));
      const auto& words = phrases_.back().words;
      seen.insert(words.begin(), words.end());
    }
    for (const auto& word : seen) ++in_tools[word];
    ++tools;
  }
  for (const auto& [word, count] : in_tools) {
    weights_[word] = std::log(1.0 + static_cast<double>(tools) / count);
  }
  for (auto& phrase : phrases_) {
    double sum = 0;
    for (const auto& word : std::set<std::string>(phrase.words.begin(), phrase.words.end())) {
      sum += weight(word) * weight(word);
    }
    phrase.norm = std::sqrt(sum);
  }
}

/// "{topic}" is any word of that slot; "{topic:refunds}" are the words "refunds", and what they
/// mean.
PhraseMatcher::Phrase PhraseMatcher::parse(const std::string& tool, std::string_view text) {
  Phrase phrase;
  phrase.tool = tool;
  while (!text.empty()) {
    const auto open = text.find('{');
    for (auto& word : words_of(text.substr(0, open))) phrase.words.push_back(std::move(word));
    const auto close = text.find('}', open == std::string_view::npos ? text.size() : open);
    if (close == std::string_view::npos) break;
    const auto inner = text.substr(open + 1, close - open - 1);
    const auto colon = inner.find(':');
    if (colon == std::string_view::npos) {
      phrase.slots.emplace_back(inner);
      phrase.words.push_back("{" + std::string(inner) + "}");
    } else {
      const auto value = inner.substr(colon + 1);
      phrase.fixed[std::string(inner.substr(0, colon))] = value;
      for (auto& word : words_of(value)) phrase.words.push_back(std::move(word));
    }
    text.remove_prefix(close + 1);
  }
  return phrase;
}

double PhraseMatcher::weight(const std::string& word) const {
  if (filler_words().contains(word)) return 0.08;
  const auto at = weights_.find(word);
  // A word no phrase has speaks against every tool.
  return at == weights_.end() ? 1.6 : std::max(0.3, at->second);
}

PhraseMatcher::Reading PhraseMatcher::read(const std::vector<std::string>& words,
                                           const std::vector<std::string>& slots) const {
  Reading reading;
  for (std::size_t at = 0; at < words.size();) {
    const SlotWord* found = nullptr;
    for (const auto& candidate : slot_words_) {
      if (std::find(slots.begin(), slots.end(), candidate.slot) == slots.end()) continue;
      if (reading.values.contains(candidate.slot)) continue;
      const auto& w = candidate.words;
      if (w.empty() || at + w.size() > words.size()) continue;
      if (std::equal(w.begin(), w.end(), words.begin() + static_cast<std::ptrdiff_t>(at))) {
        found = &candidate;
        break;
      }
    }
    if (!found) {
      reading.words.push_back(words[at++]);
      continue;
    }
    reading.values[found->slot] = found->value;
    reading.words.push_back("{" + found->slot + "}");
    at += found->words.size();
  }
  return reading;
}

double PhraseMatcher::similarity(const std::vector<std::string>& words,
                                 const Phrase& phrase) const {
  const std::set<std::string> a(words.begin(), words.end());
  const std::set<std::string> b(phrase.words.begin(), phrase.words.end());
  double norm = 0;
  double dot = 0;
  for (const auto& word : a) {
    const double w = weight(word);
    norm += w * w;
    if (b.contains(word)) dot += w * w;
  }
  return norm > 0 && phrase.norm > 0 ? dot / (std::sqrt(norm) * phrase.norm) : 0;
}

Match PhraseMatcher::find(std::string_view sentence, const json::array& tools) const {
  std::set<std::string, std::less<>> declared;
  for (const auto& tool : tools) {
    if (const auto* object = tool.if_object()) declared.emplace(text_at(*object, "name"));
  }
  const auto words = words_of(sentence);
  Match best;
  for (const auto& phrase : phrases_) {
    if (!declared.contains(phrase.tool)) continue;
    const auto reading = read(words, phrase.slots);
    if (reading.values.size() < phrase.slots.size()) continue;  // an empty slot is an open question
    const double score = similarity(reading.words, phrase);
    if (score <= best.score) continue;
    best = {phrase.tool, {}, score};
    for (const auto& [slot, value] : phrase.fixed) best.arguments[slot] = value;
    for (const auto& [slot, value] : reading.values) best.arguments[slot] = value;
  }
  const auto stranger = find_stranger(sentence, tools);
  if (stranger.score > best.score && stranger.score >= kStrangerEnough) return stranger;
  if (best.score < kCloseEnough) best.tool.clear();
  return best;
}

std::vector<Match> PhraseMatcher::find_all(std::string_view sentence,
                                           const json::array& tools) const {
  auto whole = find(sentence, tools);
  const auto lower = to_lower_ascii(sentence);
  const auto at = lower.find(" and ");
  if (at == std::string::npos) return {std::move(whole)};
  auto first = find(sentence.substr(0, at), tools);
  auto second = find(sentence.substr(at + 5), tools);
  const bool two = !first.tool.empty() && !second.tool.empty() &&
                   (first.tool != second.tool || first.arguments != second.arguments);
  if (two) return {std::move(first), std::move(second)};
  return {std::move(whole)};
}

/// A tool without phrases (the caller's own program's): by the words of its name and description.
Match PhraseMatcher::find_stranger(std::string_view sentence, const json::array& tools) const {
  const auto words = words_of(sentence);
  Match best;
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool) continue;
    const std::string name(text_at(*tool, "name"));
    const bool ours = std::any_of(phrases_.begin(), phrases_.end(),
                                  [&](const Phrase& phrase) { return phrase.tool == name; });
    if (ours) continue;
    std::string text = name + " " + std::string(text_at(*tool, "description"));
    std::replace(text.begin(), text.end(), '_', ' ');
    const auto known_words = words_of(text);
    const std::set<std::string> known(known_words.begin(), known_words.end());
    double hit = 0;
    double all = 0;
    for (const auto& word : std::set<std::string>(words.begin(), words.end())) {
      const double w = filler_words().contains(word) ? 0.05 : 1.0;
      all += w;
      if (known.contains(word)) hit += w;
    }
    const double score = all > 0 ? hit / all : 0;
    if (score <= best.score) continue;
    best = {name, {}, score};
    // The words behind the last "in", "for", "at", "of" are the only value there can be.
    std::string value(trim(sentence));
    for (const std::string_view mark : {" in ", " for ", " at ", " of ", " to "}) {
      const auto found = to_lower_ascii(sentence).rfind(mark);
      if (found != std::string::npos)
        value = std::string(trim(sentence.substr(found + mark.size())));
    }
    while (!value.empty() && (value.back() == '?' || value.back() == '.')) value.pop_back();
    const auto* parameters = find_object(*tool, "parameters");
    const auto* required = parameters ? find_array(*parameters, "required") : nullptr;
    if (!required) continue;
    for (const auto& key : *required) {
      if (key.is_string()) best.arguments[key.get_string()] = value;
    }
  }
  return best;
}

}  // namespace callosum::provider::offline
