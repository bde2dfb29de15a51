#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim {

namespace json = boost::json;

// What a script takes from the tools' answers: `<<name>>` is the member `name`, however deep, of
// the newest of the `results` that has one.

/// The text with every `<<name>>` in it replaced; by nothing where no result has such a member.
std::string fill_in(std::string text, const std::vector<std::string>& results);
/// The same for all texts in it. One that is `<<name>>` alone becomes the member itself: a number
/// stays one.
json::value fill_in(json::value value, const std::vector<std::string>& results);

}  // namespace callosum::sim
