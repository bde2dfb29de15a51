#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "registry/snapshot.hpp"

namespace callosum::provider::offline {

namespace json = boost::json;

/// What a sentence asks for, as far as phrases tell.
struct Match {
  std::string tool;
  json::object arguments;
  double score = 0;  ///< 0 … 1
};

/// Finds the tool whose phrases are closest to a sentence: slot words are recognised and put aside,
/// the rest is compared as weighted words (TF-IDF, cosine). Knows nothing but the listed phrases,
/// and says so.
class PhraseMatcher {
 public:
  explicit PhraseMatcher(const registry::Snapshot& snapshot);

  /// The best tool among `tools` (a GA tool array: ours by their phrases, others by name and
  /// description), or one with an empty name when nothing is close enough.
  Match find(std::string_view sentence, const json::array& tools) const;
  /// As `find`, for each question of a sentence that asks several ("… and what are your hours").
  std::vector<Match> find_all(std::string_view sentence, const json::array& tools) const;

 private:
  struct Phrase {
    std::string tool;
    std::vector<std::string> words;  // slots as "{name}"
    std::vector<std::string> slots;
    std::map<std::string, std::string> places;  // slot -> the argument it fills: "args.day"
    std::map<std::string, std::string> fixed;   // arguments that the phrase itself names
    double norm = 0;
  };
  struct SlotWord {
    std::string slot;
    std::vector<std::string> words;
    std::string value;
  };
  struct Reading {
    std::vector<std::string> words;  // slot words replaced by "{name}"
    std::map<std::string, std::string> values;
  };

  static Phrase parse(const std::string& tool, std::string_view text);
  Reading read(const std::vector<std::string>& words, const std::vector<std::string>& slots) const;
  double weight(const std::string& word) const;
  double similarity(const std::vector<std::string>& a, const Phrase& phrase) const;
  Match find_stranger(std::string_view sentence, const json::array& tools) const;

  std::vector<Phrase> phrases_;
  std::vector<SlotWord> slot_words_;  // longest first
  std::map<std::string, double> weights_;
  double stranger_weight_ = 0;
};

/// Lower case words of letters, digits and apostrophes.
std::vector<std::string> words_of(std::string_view sentence);

}  // namespace callosum::provider::offline
