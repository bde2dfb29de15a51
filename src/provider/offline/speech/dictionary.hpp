#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace callosum::provider::offline::speech {

/// Where Debian's pocketsphinx-en-us puts its model.
std::filesystem::path default_model_folder();

struct Dictionary {
  std::string text;                   ///< "word  P HH OW N Z" lines, sorted, with every variant
  std::vector<std::string> warnings;  ///< words whose sound was guessed from their letters
};

/// The pronunciations of these words, from the model's dictionary, else from flite's
/// letter-to-sound rules. NOT_FOUND when the model is not installed.
Result<Dictionary> write_dictionary(const std::set<std::string>& words,
                                    const std::filesystem::path& model_folder);

}  // namespace callosum::provider::offline::speech
