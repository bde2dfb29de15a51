#include "config/speech_keys.hpp"

namespace callosum::config {
namespace {

template <auto kMember>
Slot speech_at(Config& config, const std::string& name) {
  return &(config.speech[name].*kMember);
}

template <auto kMember>
Slot provider_at(Config& config, const std::string& name) {
  return &(config.providers[name].*kMember);
}

}  // namespace

std::vector<KeySpec> brain_keys() {
  return {
      {"providers.NAME.brain_url", Kind::url, provider_at<&ProviderConfig::brain_url>,
       "OpenAI-compatible chat server that plans: of offline, and of every provider where "
       "`reply_path` "
       "is brain; and that judges calls (`phone.score_calls`). Empty: the phrase matcher of "
       "offline, also of a cascade."},
      {"providers.NAME.brain_model", Kind::text, provider_at<&ProviderConfig::brain_model>,
       "Model of that chat server."},
      {"providers.NAME.brain_key_env", Kind::variable, provider_at<&ProviderConfig::brain_key_env>,
       "Environment variable that holds the chat server's key."},
      {"providers.NAME.brain_tools",
       Kind::word,
       provider_at<&ProviderConfig::brain_tools>,
       "How that chat server's model is told of tools. native: as chat completions have them. "
       "inline: in words, for models without tools of their own (docs/cascade.md).",
       {"native", "inline"}},
      {"providers.NAME.brain_ahead", Kind::flag, provider_at<&ProviderConfig::brain_ahead>,
       "Whether it is asked as soon as the ears believe that the caller has ended: the answer "
       "comes "
       "sooner, and where the caller goes on the question was in vain. Nothing is called or said "
       "of "
       "it before they are sure."},
      {"providers.NAME.brain_patience_ms",
       Kind::integer,
       provider_at<&ProviderConfig::brain_patience_ms>,
       "How long that chat server may say nothing, before its first word or between two, until the "
       "caller is told that there is no answer. 0: as long as an answer may take, which is 30 "
       "seconds.",
       {},
       0,
       30'000},
      {"providers.NAME.interrupt_after_ms",
       Kind::integer,
       provider_at<&ProviderConfig::interrupt_after_ms>,
       "How long somebody may be heard over a reply without known words before that interrupts it, "
       "on the reply path brain. 0: at once; what turns out to be no words is taken back, and the "
       "reply goes on from where the ear was (docs/cascade.md).",
       {},
       0,
       5000},
      {"providers.NAME.ears", Kind::name, provider_at<&ProviderConfig::ears>,
       "Which of `speech` hears, on the reply paths bridge and brain."},
      {"providers.NAME.mouth", Kind::name, provider_at<&ProviderConfig::mouth>,
       "Which of `speech` speaks; of a cascade. Empty: offline."},
  };
}

std::vector<KeySpec> speech_keys() {
  return {
      {"speech.NAME.kind", Kind::name, speech_at<&SpeechConfig::kind>,
       "Which speech service's protocol it speaks: deepgram, elevenlabs, cartesia, openai or "
       "offline. Empty: the one called NAME."},
      {"speech.NAME.url", Kind::url, speech_at<&SpeechConfig::url>,
       "Where the service is, without a path of its own: wss://api.deepgram.com."},
      {"speech.NAME.key_env", Kind::variable, speech_at<&SpeechConfig::key_env>,
       "Environment variable that holds its key."},
      {"speech.NAME.model", Kind::text, speech_at<&SpeechConfig::model>,
       "The model that hears, or that speaks where voices are things of their own. deepgram: "
       "flux-… finds the ends of turns by what is said, nova-… by silence."},
      {"speech.NAME.voice", Kind::text, speech_at<&SpeechConfig::voice>,
       "The voice that speaks, as the service names it. deepgram: its model, aura-2-thalia-en."},
      {"speech.NAME.language", Kind::text, speech_at<&SpeechConfig::language>,
       "Language, such as en or de. Empty: the service's usual one."},
      {"speech.NAME.keyterms", Kind::texts, speech_at<&SpeechConfig::keyterms>,
       "Words that the ears shall expect: names of the house, its dishes, its streets."},
      {"speech.NAME.turn_ms",
       Kind::integer,
       speech_at<&SpeechConfig::turn_ms>,
       "After how much silence the ears end a turn. deepgram: endpointing of nova (300), the "
       "longest wait of flux (5000; 500 at least). 0: that.",
       {},
       0,
       60'000},
      {"speech.NAME.ca_file", Kind::path, speech_at<&SpeechConfig::ca_file>,
       "PEM authorities to trust instead of the system's."},
  };
}

}  // namespace callosum::config
