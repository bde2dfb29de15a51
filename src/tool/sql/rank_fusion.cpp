#include "tool/sql/rank_fusion.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace callosum::tool::sql {
namespace {

// Cormack, Clarke, Büttcher 2009: a rank of one list is worth little more than the next.
constexpr double kDamping = 60;

void add_ranks(std::map<std::size_t, double>& scores, const Ranks& ranks) {
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    scores[ranks[i]] += 1 / (kDamping + 1 + static_cast<double>(i));
  }
}

}  // namespace

Ranks fuse_ranks(const Ranks& by_words, const Ranks& by_meaning) {
  std::map<std::size_t, double> scores;
  add_ranks(scores, by_words);
  add_ranks(scores, by_meaning);
  Ranks out;
  std::set<std::size_t> taken;
  // Of equals the caller's own words say more than what they may mean.
  for (const auto* ranks : {&by_words, &by_meaning}) {
    for (const auto row : *ranks) {
      if (taken.insert(row).second) out.push_back(row);
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [&scores](auto a, auto b) { return scores.at(a) > scores.at(b); });
  return out;
}

Ranks rank_by_nearness(std::vector<Nearness> rows, double least, std::size_t most) {
  std::erase_if(rows, [least](const Nearness& each) { return !(each.nearness >= least); });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Nearness& a, const Nearness& b) { return a.nearness > b.nearness; });
  if (rows.size() > most) rows.resize(most);
  Ranks out;
  for (const auto& each : rows) out.push_back(each.row);
  return out;
}

}  // namespace callosum::tool::sql
