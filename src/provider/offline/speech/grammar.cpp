#include "provider/offline/speech/grammar.hpp"

#include <cctype>
#include <set>

#include "base/text.hpp"
#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

/// Slot names come from manifests; a rule's name takes letters, digits and underscores.
std::string rule_name(const std::string& slot) {
  std::string name = "slot_";
  for (const char c : slot) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

std::string alternatives(const std::vector<std::string>& texts) {
  std::set<std::string> spoken;
  for (const auto& text : texts) {
    if (std::string words = spoken_words(text); !words.empty()) spoken.insert(std::move(words));
  }
  return join({spoken.begin(), spoken.end()}, " | ");
}

std::string optional_rule(const std::string& name, const std::vector<std::string>& texts) {
  return texts.empty() ? "" : "<" + name + "> = " + alternatives(texts) + ";\n";
}

std::string optional_use(const std::string& name, const std::vector<std::string>& texts) {
  return texts.empty() ? "" : "[<" + name + ">] ";
}

std::string rule_of(const PhraseParts& parts) {
  std::vector<std::string> pieces;
  for (const auto& part : parts) {
    pieces.push_back(part.is_slot ? "<" + rule_name(part.text) + ">" : part.text);
  }
  return join(pieces, " ");
}

}  // namespace

const Politeness& default_politeness() {
  static const Politeness kPoliteness{
      .greetings = {"hi", "hello", "hey"},
      .leads = {"please", "can you tell me", "could you tell me", "i would like to know"},
      .tails = {"please", "thank you", "thanks"}};
  return kPoliteness;
}

std::string write_jsgf(const std::vector<PhraseParts>& phrases, const PhraseSet& set,
                       const Politeness& politeness) {
  std::string text = "#JSGF V1.0;\ngrammar callosum;\n";
  std::set<std::string> used;
  std::set<std::string> rules;
  for (const auto& parts : phrases) {
    rules.insert(rule_of(parts));
    for (const auto& part : parts) {
      if (part.is_slot) used.insert(part.text);
    }
  }
  for (const auto& slot : used) {
    text += "<" + rule_name(slot) + "> = " + alternatives(set.slots.at(slot)) + ";\n";
  }
  text += optional_rule("greeting", politeness.greetings);
  text += optional_rule("lead", politeness.leads);
  text += optional_rule("tail", politeness.tails);
  text += "<phrase> = " + join({rules.begin(), rules.end()}, "\n  | ") + ";\n";
  text += "public <utterance> = " + optional_use("greeting", politeness.greetings) +
          optional_use("lead", politeness.leads) + "<phrase> " +
          optional_use("tail", politeness.tails) + ";\n";
  return text;
}

}  // namespace callosum::provider::offline::speech
