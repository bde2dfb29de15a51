#include "registry/manifest/report.hpp"

#include "base/text.hpp"

namespace callosum::registry {
namespace {

constexpr std::size_t kShownBytes = 60;
constexpr std::size_t kFieldBytes = 300;

/// A stranger's key in a message: one line, cut.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kFieldBytes)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out;
}

void add(std::vector<LoadProblem>& list, LoadProblem problem) {
  if (list.size() < Report::kMaxProblems) {
    list.push_back(std::move(problem));
  } else if (list.size() == Report::kMaxProblems) {
    list.push_back({problem.place, "", "more than this is not listed"});
  }
}

}  // namespace

void Report::problem(int line, std::string_view field, std::string message) {
  add(problems_, {{file_, line}, plain(field), std::move(message)});
}

void Report::warn(int line, std::string_view field, std::string message) {
  add(warnings_, {{file_, line}, plain(field), std::move(message)});
}

std::string nearest_hint(std::string_view word, const std::vector<std::string_view>& known) {
  // The distance grows with the product of the lengths; no word of ours is longer than this.
  if (word.size() > 100) return "";
  auto nearest = find_nearest(word, known);
  // `timeout` is far from `timeout_ms` by its letters, and yet meant.
  for (const auto candidate : known) {
    if (nearest.empty() && word.size() >= 3 && candidate.starts_with(word)) nearest = candidate;
  }
  return nearest.empty() ? "" : " (did you mean `" + std::string(nearest) + "`?)";
}

std::string one_of(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string shown(std::string_view text) {
  std::string out = "`";
  for (const char c : cut_utf8(text, kShownBytes)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  if (text.size() > kShownBytes) out += "…";
  return out + "`";
}

}  // namespace callosum::registry
