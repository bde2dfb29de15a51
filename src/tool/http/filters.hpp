#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>

#include "base/result.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::http {

/// Makes something readable of a place in an answer; nothing where there is nothing to be made.
using Filter = std::function<std::optional<json::value>(const json::value&)>;

/// The filter that `as` names, with its options:
/// - `header` {name}: of a list of {name, value}, the value with that name, whatever its case;
/// - `mail_name` {name}: of such a header with an address, whose it is: "Anna Visser";
/// - `mail_text` {max}: what a person reads of a Gmail message's payload, cut after so many bytes;
/// - `mail_files`: the names of the files that such a payload carries;
/// - `words`: text without HTML's escapes and without what nobody sees;
/// - `has` {value}: whether a list has that text;
/// - `time`: milliseconds since 1970, as UTC.
/// VALIDATION names the key.
Result<Filter> read_filter(RunFields& fields);

}  // namespace callosum::tool::http
