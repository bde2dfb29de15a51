#pragma once

#include <string>
#include <vector>

#include "provider/offline/speech/phrase_set.hpp"

namespace callosum::provider::offline::speech {

/// What a caller may put before or after any phrase: "hi", "can you tell me", "please". Optional,
/// never the whole.
struct Politeness {
  std::vector<std::string> greetings;
  std::vector<std::string> leads;
  std::vector<std::string> tails;
};
const Politeness& default_politeness();

/// A JSGF grammar of the phrases with their slots. The same phrases give the same bytes.
std::string write_jsgf(const std::vector<PhraseParts>& phrases, const PhraseSet& set,
                       const Politeness& politeness);

}  // namespace callosum::provider::offline::speech
