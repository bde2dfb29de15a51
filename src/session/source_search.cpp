#include "session/source_search.hpp"

#include <algorithm>
#include <tuple>

namespace callosum::session {

SourceSearch::SourceSearch(std::size_t count, Lost lost, int most)
    : asked_(count, 0), from_(lost.source), most_(most) {
  asked_[from_] = lost.losses;
}

std::optional<std::size_t> SourceSearch::next(const std::function<bool(std::size_t)>& is_resting) {
  using Rank = std::tuple<int, bool, std::size_t>;
  std::optional<std::size_t> best;
  Rank best_rank{};
  for (std::size_t step = 0; step < asked_.size(); ++step) {
    const auto source = (from_ + step) % asked_.size();
    if (asked_[source] >= most_) continue;
    const bool rests = is_resting(source);
    const bool is_favoured = source == from_ && most_ > 1 && !rests;
    const int turn = is_favoured ? std::max(asked_[source] - 1, 0) : asked_[source];
    const Rank rank{turn + (rests ? 1 : 0), rests, step};
    if (best && rank >= best_rank) continue;
    best = source;
    best_rank = rank;
  }
  if (best) ++asked_[*best];
  return best;
}

}  // namespace callosum::session
