#include "provider/offline/speech/language.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "provider/offline/speech/grammar.hpp"
#include "provider/offline/speech/trigram.hpp"
#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostWaysOfAPhrase = 2000;  // filled into the trigram's sentences
constexpr std::size_t kHashDigits = 16;

Error cannot_write(const fs::path& path, const std::string& why) {
  return fail(ErrorType::permanent, "cannot write the speech files under " + path.string(), why);
}

/// Written beside its place and moved there whole: two processes may start at once.
Result<void> write_file(const fs::path& path, const std::string& text) {
  if (fs::exists(path)) return {};
  static std::atomic<unsigned> serial{0};
  const fs::path draft =
      path.string() + "." + std::to_string(::getpid()) + "." + std::to_string(++serial);
  std::ofstream stream(draft, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) return cannot_write(path, "write failed");
  std::error_code error;
  fs::rename(draft, path, error);
  if (error) return cannot_write(path, error.message());
  return {};
}

struct Texts {
  std::string grammar;
  std::string trigram;
  std::set<std::string> words;
};

Result<Language> write_language(const Texts& texts, const fs::path& cache, const fs::path& model) {
  auto dictionary = write_dictionary(texts.words, model);
  if (!dictionary) return dictionary.error();
  const std::string hash =
      sha256_hex(texts.grammar + '\0' + texts.trigram + '\0' + dictionary->text);
  const fs::path folder = cache / hash.substr(0, kHashDigits);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return cannot_write(folder, error.message());
  Language language{.grammar = texts.grammar.empty() ? fs::path{} : folder / "grammar.jsgf",
                    .trigram = folder / "trigram.arpa",
                    .dictionary = folder / "words.dict",
                    .model_folder = model,
                    .vocabulary = {texts.words.begin(), texts.words.end()},
                    .warnings = std::move(dictionary->warnings)};
  if (!language.grammar.empty()) {
    if (auto ok = write_file(language.grammar, texts.grammar); !ok) return ok.error();
  }
  if (auto ok = write_file(language.trigram, texts.trigram); !ok) return ok.error();
  if (auto ok = write_file(language.dictionary, dictionary->text); !ok) return ok.error();
  return language;
}

std::set<std::string> vocabulary_of(const std::vector<std::string>& sentences) {
  std::set<std::string> words;
  for (const auto& sentence : sentences) {
    for (const auto word : split(sentence, ' ')) words.emplace(word);
  }
  return words;
}

/// Each phrase in its ways, and with each lead, greeting and tail once: enough for the trigram to
/// know them all.
void append_sentences(const std::vector<std::string>& ways, std::vector<std::string>& sentences) {
  const auto& politeness = default_politeness();
  sentences.insert(sentences.end(), ways.begin(), ways.end());
  std::size_t next = 0;
  const auto way = [&] { return ways[next++ % ways.size()]; };
  for (const auto& lead : politeness.leads) sentences.push_back(lead + " " + way());
  for (const auto& greeting : politeness.greetings) sentences.push_back(greeting + " " + way());
  for (const auto& tail : politeness.tails) sentences.push_back(way() + " " + tail);
}

}  // namespace

Result<Language> build_language(const PhraseSet& set, const fs::path& cache_folder,
                                const fs::path& model_folder) {
  std::vector<PhraseParts> phrases;
  std::vector<std::string> sentences;
  for (const auto& phrase : set.phrases) {
    auto parts = parse_phrase(phrase, set);
    if (!parts) return parts.error();
    append_sentences(expand(*parts, set, kMostWaysOfAPhrase), sentences);
    phrases.push_back(std::move(*parts));
  }
  if (phrases.empty())
    return fail(ErrorType::validation, "no phrases: the ears would know nothing");
  const Texts texts{.grammar = write_jsgf(phrases, set, default_politeness()),
                    .trigram = write_trigram(sentences),
                    .words = vocabulary_of(sentences)};
  return write_language(texts, cache_folder, model_folder);
}

Result<Language> build_sentence_language(const std::vector<std::string>& sentences,
                                         const fs::path& cache_folder,
                                         const fs::path& model_folder) {
  std::vector<std::string> spoken;
  for (const auto& sentence : sentences) {
    if (std::string words = spoken_words(sentence); !words.empty()) spoken.push_back(words);
  }
  if (spoken.empty())
    return fail(ErrorType::validation, "no sentences: the ears would know nothing");
  const Texts texts{
      .grammar = {}, .trigram = write_trigram(spoken), .words = vocabulary_of(spoken)};
  return write_language(texts, cache_folder, model_folder);
}

}  // namespace callosum::provider::offline::speech
