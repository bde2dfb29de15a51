#include "provider/offline/voices.hpp"

#include <array>

namespace callosum::provider::offline {
namespace {

struct Voice {
  std::string_view name;
  std::string_view spoken_by;
};
constexpr std::array kVoices{
    Voice{"slt", "slt"},     Voice{"rms", "rms"},   Voice{"awb", "awb"},    Voice{"kal16", "kal16"},
    Voice{"alloy", "slt"},   Voice{"ash", "rms"},   Voice{"ballad", "awb"}, Voice{"cedar", "rms"},
    Voice{"coral", "slt"},   Voice{"echo", "rms"},  Voice{"marin", "slt"},  Voice{"sage", "slt"},
    Voice{"shimmer", "slt"}, Voice{"verse", "rms"},
};

}  // namespace

std::string_view find_voice(std::string_view name) {
  for (const auto& voice : kVoices) {
    if (voice.name == name) return voice.spoken_by;
  }
  return {};
}

std::string voices_there_are() {
  std::string own;
  std::string others;
  for (const auto& voice : kVoices) {
    auto& list = voice.name == voice.spoken_by ? own : others;
    list += (list.empty() ? "" : ", ") + std::string(voice.name);
  }
  return "expected " + own + ", or one that they stand in for: " + others;
}

conversation::VoiceList installed_voices() { return {find_voice, voices_there_are, "slt"}; }

}  // namespace callosum::provider::offline
