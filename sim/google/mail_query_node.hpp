#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/google/mail_query.hpp"

namespace callosum::sim::google {

/// A query as a tree.
struct MailQuery::Node {
  enum class Kind : std::uint8_t { all, any, none, term };
  Kind kind = Kind::all;  ///< none: not the one below
  std::vector<Node> parts;
  std::string field;  ///< of a term; empty: a word
  std::string value;  ///< folded where it is compared with words
  std::int64_t number = 0;
};

/// `names_trash`: see MailQuery. Never fails: what is no operator is a word.
MailQuery::Node parse_mail_query(std::string_view text, const SearchHome& home, bool& names_trash);

}  // namespace callosum::sim::google
