#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "provider/offline/speech/dictionary.hpp"
#include "provider/offline/speech/phrase_set.hpp"

namespace callosum::provider::offline::speech {

/// What the ears understand, compiled to files that every call reads: a JSGF grammar, a trigram
/// model and the dictionary of their words. Immutable; share it between calls.
struct Language {
  std::filesystem::path grammar;  ///< empty: a language with a trigram only
  std::filesystem::path trigram;
  std::filesystem::path dictionary;
  std::filesystem::path model_folder;
  std::vector<std::string> vocabulary;  ///< sorted
  std::vector<std::string> warnings;    ///< guessed pronunciations
};

/// Compiles the phrases into `cache_folder`, in a folder named by the hash of the result: a second
/// start writes nothing. VALIDATION for a phrase that does not parse, NOT_FOUND without the speech
/// model, PERMANENT where the folder cannot be written.
Result<Language> build_language(const PhraseSet& set, const std::filesystem::path& cache_folder,
                                const std::filesystem::path& model_folder = default_model_folder());

/// The same from whole sentences, with a trigram only.
Result<Language> build_sentence_language(
    const std::vector<std::string>& sentences, const std::filesystem::path& cache_folder,
    const std::filesystem::path& model_folder = default_model_folder());

}  // namespace callosum::provider::offline::speech
