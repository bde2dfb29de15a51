#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::tool::sql {

/// Which of the rows hold words of the query in these columns, the best first: SQLite's FTS5 and
/// its BM25, over an index that is made of these very rows and goes with the call. So nobody's
/// ranking tells of another tenant's words. Blocks; on a thread of the kind's own.
Result<std::vector<std::size_t>> rank_by_words(const boost::json::array& rows,
                                               const std::vector<std::string>& columns,
                                               std::string_view query);

/// What is searched of a row: these columns, each on a line of its own.
std::string text_of(const boost::json::object& row, const std::vector<std::string>& columns);

/// A caller's words as FTS5 takes them: each in quotes, any of them. Words that say nothing
/// ("what", "the") are left out where there are others. Empty: there is no word.
std::string match_expression(std::string_view query);

}  // namespace callosum::tool::sql
