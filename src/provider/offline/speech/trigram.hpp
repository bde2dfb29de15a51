#pragma once

#include <string>
#include <vector>

namespace callosum::provider::offline::speech {

/// A trigram model of the sentences (words separated by single spaces) as ARPA text, with
/// Witten-Bell back-off. The same sentences give the same bytes.
std::string write_trigram(const std::vector<std::string>& sentences);

}  // namespace callosum::provider::offline::speech
