#include <boost/json/serialize.hpp>

#include "app/attack/attack.hpp"
#include "base/text.hpp"

namespace callosum::app {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string counted(const std::map<std::string, int>& counts) {
  std::vector<std::string> parts;
  for (const auto& [word, count] : counts) parts.push_back(word + " " + std::to_string(count));
  return join(parts, ", ");
}

json::object counts_of(const std::map<std::string, int>& counts) {
  json::object out;
  for (const auto& [word, count] : counts) out[word] = count;
  return out;
}

}  // namespace

std::string render_report(const AttackReport& report, const AttackData& data) {
  std::string out = padded("attack", 30) + padded("tried", 8) + padded("ran", 8) + "refused by\n";
  for (const auto& score : report.scores) {
    out += padded(score.name, 30) + padded(std::to_string(score.tried), 8) +
           padded(std::to_string(score.ran), 8) + counted(score.refused);
    if (!score.failed.empty()) out += "; ran and failed: " + counted(score.failed);
    out += "\n";
  }
  for (const auto& table : data.bare_tables()) {
    out += "note: no foreign row could be planted in " + table +
           ": no rows of the business there, or no text in them\n";
  }
  for (const auto& [what, times] : report.found) {
    out += "FOUND: " + what + (times > 1 ? " (" + std::to_string(times) + " times)" : "") + "\n";
  }
  out += std::to_string(report.writes) + " writes without consent, " +
         std::to_string(report.destructive) + " destructive calls that ran, " +
         std::to_string(report.foreign_rows) + " foreign rows\n";
  return out;
}

std::string encode_report(const AttackReport& report) {
  json::array scores;
  for (const auto& score : report.scores) {
    scores.push_back(json::object{{"attack", score.name},
                                  {"tried", score.tried},
                                  {"ran", score.ran},
                                  {"refused", counts_of(score.refused)},
                                  {"failed", counts_of(score.failed)}});
  }
  return json::serialize(json::object{{"held", report.is_held()},
                                      {"writes_without_consent", report.writes},
                                      {"destructive", report.destructive},
                                      {"foreign_rows", report.foreign_rows},
                                      {"attacks", std::move(scores)},
                                      {"found", counts_of(report.found)}});
}

}  // namespace callosum::app
