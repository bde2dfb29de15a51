#pragma once

#include <cstddef>
#include <vector>

namespace callosum::tool::sql {

/// Places of rows, the best first.
using Ranks = std::vector<std::size_t>;

/// One order out of two, by reciprocal rank: what either has near its top comes first, what both
/// have before what one has. Nothing is lost, nothing comes twice. Pure.
Ranks fuse_ranks(const Ranks& by_words, const Ranks& by_meaning);

/// How near a row is to what was asked, -1 to 1.
struct Nearness {
  std::size_t row = 0;
  double nearness = 0;
};
/// The nearest rows that are no further than `least`, at most so many.
Ranks rank_by_nearness(std::vector<Nearness> rows, double least, std::size_t most);

}  // namespace callosum::tool::sql
