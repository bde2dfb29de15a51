#include "provider/offline/speech/dictionary.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include "base/text.hpp"
#include "provider/offline/speech/flite.hpp"

namespace callosum::provider::offline::speech {
namespace {

/// flite's phones are lower case, with a stress digit on vowels, and have a schwa; the acoustic
/// model's do not.
std::string to_model_phone(std::string_view phone) {
  std::string name(phone);
  while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.pop_back();
  if (name == "ax") return "AH";
  if (name == "pau") return "";
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

std::string guess(const std::string& word) {
  std::vector<std::string> phones;
  for (const auto& phone : flite::phones_of(word)) {
    if (std::string name = to_model_phone(phone); !name.empty()) phones.push_back(std::move(name));
  }
  return join(phones, " ");
}

/// "read(2) R EH D": the word without the number of its variant.
std::string_view head_of(std::string_view line) {
  return line.substr(0, line.find_first_of(" \t("));
}

}  // namespace

std::filesystem::path default_model_folder() { return "/usr/share/pocketsphinx/model/en-us"; }

Result<Dictionary> write_dictionary(const std::set<std::string>& words,
                                    const std::filesystem::path& model_folder) {
  std::ifstream stream(model_folder / "cmudict-en-us.dict");
  if (!stream) {
    return fail(ErrorType::not_found, "no speech model in " + model_folder.string() +
                                          ": install the package pocketsphinx-en-us");
  }
  std::map<std::string, std::vector<std::string>> found;
  std::string line;
  while (std::getline(stream, line)) {
    std::string head(head_of(line));
    if (words.contains(head)) found[std::move(head)].push_back(line);
  }
  Dictionary dictionary;
  for (const auto& word : words) {
    if (const auto lines = found.find(word); lines != found.end()) {
      for (const auto& text : lines->second) dictionary.text += text + "\n";
      continue;
    }
    const std::string phones = guess(word);
    if (phones.empty()) {
      return fail(ErrorType::validation, "the word \"" + word + "\" cannot be pronounced");
    }
    dictionary.text += word + " " + phones + "\n";
    dictionary.warnings.push_back("\"" + word + "\" is not in the dictionary; guessed: " + phones);
  }
  return dictionary;
}

}  // namespace callosum::provider::offline::speech
