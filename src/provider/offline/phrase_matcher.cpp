#include "provider/offline/phrase_matcher.hpp"

#include <algorithm>
#include <array>
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
constexpr double kStrangerWord = 0.77;
/// Nobody asks more at once; each pair of joints costs a search.
constexpr std::size_t kMostParts = 8;

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

const std::set<std::string, std::less<>>& question_words() {
  static const std::set<std::string, std::less<>> words{"what",  "which", "when",
                                                        "where", "who",   "how"};
  return words;
}

/// The pieces of a sentence between the words that may join two questions; the whole of it where
/// there are too many.
std::vector<std::string_view> parts_of(std::string_view sentence) {
  constexpr std::array<std::string_view, 6> kJoints{" and also ", " and ", " also ",
                                                    "? ",         ". ",    "; "};
  const auto lower = to_lower_ascii(sentence);
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t at = 0; at < lower.size();) {
    const auto rest = std::string_view(lower).substr(at);
    const auto joint = std::find_if(kJoints.begin(), kJoints.end(),
                                    [&](auto words) { return rest.starts_with(words); });
    if (joint == kJoints.end()) {
      ++at;
      continue;
    }
    parts.push_back(sentence.substr(start, at - start));
    at += joint->size();
    start = at;
  }
  parts.push_back(sentence.substr(start));
  if (parts.size() > kMostParts) return {sentence};
  return parts;
}

/// The text from the beginning of one part to the end of a later one.
std::string_view span_of(std::string_view first, std::string_view last) {
  return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
}

struct ValueCut {
  std::string_view question;
  std::string_view value;
};

/// The words behind the last "in", "for", "at", "of", "to" are the only value there can be; without
/// one of these the whole sentence is.
ValueCut cut_value(std::string_view sentence) {
  while (!sentence.empty() && std::string_view("?.! ").find(sentence.back()) != std::string::npos) {
    sentence.remove_suffix(1);
  }
  const auto lower = to_lower_ascii(sentence);
  ValueCut cut{sentence, trim(sentence)};
  std::size_t last = 0;
  for (const std::string_view mark : {" in ", " for ", " at ", " of ", " to "}) {
    const auto found = lower.rfind(mark);
    if (found == std::string::npos || found < last) continue;
    last = found;
    cut = {sentence.substr(0, found), trim(sentence.substr(found + mark.size()))};
  }
  return cut;
}

/// How much of a question is words of a tool's name and description, 0 … 1.
double described_share(std::string_view question, const json::object& tool) {
  std::string text(text_at(tool, "name"));
  text += " ";
  text += text_at(tool, "description");
  std::replace(text.begin(), text.end(), '_', ' ');
  const auto description = words_of(text);
  const std::set<std::string> known(description.begin(), description.end());
  const auto words = words_of(question);
  double hit = 0;
  double all = 0;
  for (const auto& word : std::set<std::string>(words.begin(), words.end())) {
    // A description may well say "what", and is no answer to every question for it.
    const bool says_little = filler_words().contains(word) || question_words().contains(word);
    const double weight = says_little ? 0.05 : 1.0;
    all += weight;
    if (known.contains(word)) hit += weight;
  }
  return all > 0 ? hit / all : 0;
}

/// "args.day" is `day` within `args`.
void set_argument(json::object& arguments, std::string_view name, const std::string& value) {
  auto* at = &arguments;
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    auto& inner = (*at)[name.substr(0, dot)];
    if (!inner.is_object()) inner = json::object();
    at = &inner.get_object();
    name.remove_prefix(dot + 1);
  }
  (*at)[name] = value;
}

bool asks_same(const Match& a, const Match& b) {
  return a.tool == b.tool && a.arguments == b.arguments;
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
  // A word no phrase has speaks against every tool, by as much as the others speak for theirs: the
  // more tools there are, the more each word says.
  stranger_weight_ = std::max(1.6, kStrangerWord * std::log(1.0 + static_cast<double>(tools)));
  for (auto& phrase : phrases_) {
    double sum = 0;
    for (const auto& word : std::set<std::string>(phrase.words.begin(), phrase.words.end())) {
      sum += weight(word) * weight(word);
    }
    phrase.norm = std::sqrt(sum);
  }
}

/// "{topic}" is any word of that slot; "{topic:refunds}" are the words "refunds", and what they
/// mean; "{action=search}" is meant and not said. "{args.day}" is an argument within another.
PhraseMatcher::Phrase PhraseMatcher::parse(const std::string& tool, std::string_view text) {
  Phrase phrase;
  phrase.tool = tool;
  while (!text.empty()) {
    const auto open = text.find('{');
    for (auto& word : words_of(text.substr(0, open))) phrase.words.push_back(std::move(word));
    const auto close = text.find('}', open == std::string_view::npos ? text.size() : open);
    if (close == std::string_view::npos) break;
    const auto inner = text.substr(open + 1, close - open - 1);
    const auto mark = inner.find_first_of(":=");
    const std::string argument(inner.substr(0, mark));
    if (mark == std::string_view::npos) {
      const auto slot = argument.substr(argument.rfind('.') + 1);
      phrase.places[slot] = argument;
      phrase.slots.push_back(slot);
      phrase.words.push_back("{" + slot + "}");
    } else {
      const auto value = inner.substr(mark + 1);
      phrase.fixed[argument] = value;
      if (inner[mark] == ':') {
        for (auto& word : words_of(value)) phrase.words.push_back(std::move(word));
      }
    }
    text.remove_prefix(close + 1);
  }
  return phrase;
}

double PhraseMatcher::weight(const std::string& word) const {
  if (filler_words().contains(word)) return 0.08;
  const auto at = weights_.find(word);
  return at == weights_.end() ? stranger_weight_ : std::max(0.3, at->second);
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
    for (const auto& [argument, value] : phrase.fixed)
      set_argument(best.arguments, argument, value);
    for (const auto& [slot, value] : reading.values) {
      set_argument(best.arguments, phrase.places.at(slot), value);
    }
  }
  const auto stranger = find_stranger(sentence, tools);
  const bool is_ours = best.score >= kCloseEnough;
  if (stranger.score >= kStrangerEnough && (!is_ours || stranger.score > best.score)) {
    return stranger;
  }
  if (!is_ours) best.tool.clear();
  return best;
}

std::vector<Match> PhraseMatcher::find_all(std::string_view sentence,
                                           const json::array& tools) const {
  // From the back: what each part begins, alone or with the parts that belong to it ("rules and
  // conditions" is one question), when all that follows is understood as well.
  const auto parts = parts_of(sentence);
  std::vector<std::vector<Match>> from(parts.size() + 1);
  for (std::size_t first = parts.size(); first-- > 0;) {
    for (std::size_t last = first; last < parts.size() && from[first].empty(); ++last) {
      if (last + 1 < parts.size() && from[last + 1].empty()) continue;
      auto match = find(span_of(parts[first], parts[last]), tools);
      if (match.tool.empty()) continue;
      from[first].push_back(std::move(match));
      for (const auto& next : from[last + 1]) {
        if (!asks_same(from[first].front(), next)) from[first].push_back(next);
      }
    }
  }
  return std::move(from.front());
}

/// A tool without phrases (the caller's own program's): by the words of its name and description.
Match PhraseMatcher::find_stranger(std::string_view sentence, const json::array& tools) const {
  Match best;
  for (const auto& entry : tools) {
    const auto* tool = entry.if_object();
    if (!tool) continue;
    const std::string name(text_at(*tool, "name"));
    const bool ours = std::any_of(phrases_.begin(), phrases_.end(),
                                  [&](const Phrase& phrase) { return phrase.tool == name; });
    if (ours) continue;
    const auto* parameters = find_object(*tool, "parameters");
    const auto* required = parameters ? find_array(*parameters, "required") : nullptr;
    const bool takes_value = required && !required->empty();
    const auto [question, value] = takes_value ? cut_value(sentence) : ValueCut{sentence, {}};
    const double score = described_share(question, *tool);
    if (score <= best.score) continue;
    best = {name, {}, score};
    if (!takes_value) continue;
    for (const auto& key : *required) {
      if (key.is_string()) best.arguments[key.get_string()] = value;
    }
  }
  return best;
}

}  // namespace callosum::provider::offline
