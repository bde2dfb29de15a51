#include "provider/offline/speech/trigram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "base/text.hpp"

namespace callosum::provider::offline::speech {
namespace {

using Words = std::vector<std::string>;

/// Counts of what follows each history of one length; histories are words joined by spaces, "" for
/// none.
using Counts = std::map<std::string, std::map<std::string, double>>;

constexpr int kOrder = 3;
constexpr double kNever = -99;  // ARPA's logarithm of zero

std::string history_of(const Words& words, std::size_t at, int length) {
  return join(Words(words.begin() + static_cast<std::ptrdiff_t>(at) - length,
                    words.begin() + static_cast<std::ptrdiff_t>(at)),
              " ");
}

std::array<Counts, kOrder> count(const std::vector<std::string>& sentences) {
  std::array<Counts, kOrder> counts;
  for (const auto& sentence : sentences) {
    Words words = {"<s>"};
    for (const auto word : split(sentence, ' ')) words.emplace_back(word);
    words.emplace_back("</s>");
    for (std::size_t at = 1; at < words.size(); ++at) {
      for (int length = 0; length < kOrder && static_cast<std::size_t>(length) <= at; ++length) {
        counts[length][history_of(words, at, length)][words[at]] += 1;
      }
    }
  }
  return counts;
}

/// Witten-Bell: what was seen N times with T different followers leaves T of N + T to the shorter
/// history.
class Model {
 public:
  explicit Model(const std::vector<std::string>& sentences) : counts_(count(sentences)) {}

  double probability(int order, const std::string& history, const std::string& word) const {
    const auto& seen = counts_[order].find(history)->second;
    double total = 0;
    for (const auto& [follower, times] : seen) total += times;
    const auto types = static_cast<double>(seen.size());
    const auto found = seen.find(word);
    const double own = found == seen.end() ? 0 : found->second;
    return (own + types * shorter(order, history, word)) / (total + types);
  }

  /// log10 of the weight of the shorter model after this history.
  double back_off(int order, const std::string& history) const {
    const auto followers = counts_[order].find(history);
    if (followers == counts_[order].end()) return 0;
    double left = 1;
    double left_shorter = 1;
    for (const auto& [word, times] : followers->second) {
      left -= probability(order, history, word);
      left_shorter -= shorter(order, history, word);
    }
    return left_shorter <= 1e-9 || left <= 1e-9 ? kNever : std::log10(left / left_shorter);
  }

  const Counts& counts(int order) const { return counts_[order]; }

 private:
  double shorter(int order, const std::string& history, const std::string& word) const {
    if (order == 0) return 1.0 / static_cast<double>(counts_[0].find("")->second.size());
    const auto space = history.find(' ');
    return probability(order - 1, space == std::string::npos ? "" : history.substr(space + 1),
                       word);
  }

  std::array<Counts, kOrder> counts_;
};

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4f", value);
  return text.data();
}

std::size_t size_of(const Counts& counts) {
  std::size_t size = 0;
  for (const auto& [history, followers] : counts) size += followers.size();
  return size;
}

void append_grams(const Model& model, int order, std::string& text) {
  text += "\n\\" + std::to_string(order + 1) + "-grams:\n";
  for (const auto& [history, followers] : model.counts(order)) {
    for (const auto& [word, times] : followers) {
      const std::string gram = history.empty() ? word : history + " " + word;
      text += number(std::log10(model.probability(order, history, word))) + "\t" + gram;
      if (order + 1 < kOrder) text += "\t" + number(model.back_off(order + 1, gram));
      text += "\n";
    }
  }
}

}  // namespace

std::string write_trigram(const std::vector<std::string>& sentences) {
  const Model model(sentences);
  std::string text = "\\data\\\n";
  for (int order = 0; order < kOrder; ++order) {
    const std::size_t extra = order == 0 ? 1 : 0;  // <s>, which follows nothing
    text += "ngram " + std::to_string(order + 1) + "=" +
            std::to_string(size_of(model.counts(order)) + extra) + "\n";
  }
  append_grams(model, 0, text);
  text += number(kNever) + "\t<s>\t" + number(model.back_off(1, "<s>")) + "\n";
  append_grams(model, 1, text);
  append_grams(model, 2, text);
  return text + "\n\\end\\\n";
}

}  // namespace callosum::provider::offline::speech
