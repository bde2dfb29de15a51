#include "sim/gemini/shapes.hpp"

#include <array>

namespace callosum::sim::gemini {
namespace {

using Words = std::string_view;

constexpr std::array<Words, 2> kModalities{"TEXT", "AUDIO"};
constexpr std::array<Words, 3> kResolutions{"MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM",
                                            "MEDIA_RESOLUTION_HIGH"};
constexpr std::array<Words, 4> kLevels{"MINIMAL", "LOW", "MEDIUM", "HIGH"};
constexpr std::array<Words, 2> kStarts{"START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"};
constexpr std::array<Words, 2> kEnds{"END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"};
constexpr std::array<Words, 2> kHandlings{"START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"};
constexpr std::array<Words, 3> kCoverages{"TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT",
                                          "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO"};
constexpr std::array<Words, 2> kModes{"VERBATIM", "SMART"};
constexpr std::array<Words, 3> kSchedulings{"INTERRUPT", "WHEN_IDLE", "SILENT"};

const Field kBlobFields[] = {{"mimeType", Kind::text}, {"data", Kind::bytes}};
const Message kBlob{"Blob", kBlobFields};

const Field kResponseFields[] = {
    {"id", Kind::text},
    {"name", Kind::text},
    {"response", Kind::structure},
    {"scheduling", Kind::words, Many::one, nullptr, kSchedulings},
    {"willContinue", Kind::boolean, Many::one, nullptr, {}, Door::gemini},
    {"parts", Kind::structure, Many::list},
};
const Message kFunctionResponse{"FunctionResponse", kResponseFields};

const Field kPartFields[] = {
    {"text", Kind::text},
    {"inlineData", Kind::message, Many::one, &kBlob},
    {"fileData", Kind::structure},
    {"functionCall", Kind::structure},
    {"functionResponse", Kind::message, Many::one, &kFunctionResponse},
    {"executableCode", Kind::structure},
    {"codeExecutionResult", Kind::structure},
    {"thought", Kind::boolean},
    {"thoughtSignature", Kind::bytes},
    {"videoMetadata", Kind::structure},
};
const Message kPart{"Part", kPartFields};
const Field kContentFields[] = {{"role", Kind::text}, {"parts", Kind::message, Many::list, &kPart}};
const Message kContent{"Content", kContentFields};

const Field kPrebuiltFields[] = {{"voiceName", Kind::text}};
const Message kPrebuilt{"PrebuiltVoiceConfig", kPrebuiltFields};
const Field kVoiceFields[] = {{"prebuiltVoiceConfig", Kind::message, Many::one, &kPrebuilt},
                              {"replicatedVoiceConfig", Kind::structure}};
const Message kVoice{"VoiceConfig", kVoiceFields};
const Field kSpeechFields[] = {{"voiceConfig", Kind::message, Many::one, &kVoice},
                               {"languageCode", Kind::text}};
const Message kSpeech{"SpeechConfig", kSpeechFields};
const Field kThinkingFields[] = {{"includeThoughts", Kind::boolean},
                                 {"thinkingBudget", Kind::int32},
                                 {"thinkingLevel", Kind::words, Many::one, nullptr, kLevels}};
const Message kThinking{"ThinkingConfig", kThinkingFields};
const Field kTranslationFields[] = {{"targetLanguageCode", Kind::text},
                                    {"echoTargetLanguage", Kind::boolean}};
const Message kTranslation{"TranslationConfig", kTranslationFields};

const Field kGenerationFields[] = {
    {"responseModalities", Kind::words, Many::list, nullptr, kModalities},
    {"temperature", Kind::number},
    {"topP", Kind::number},
    {"topK", Kind::number},
    {"maxOutputTokens", Kind::int32},
    {"seed", Kind::int32},
    {"candidateCount", Kind::int32},
    {"presencePenalty", Kind::number},
    {"frequencyPenalty", Kind::number},
    {"mediaResolution", Kind::words, Many::one, nullptr, kResolutions},
    {"speechConfig", Kind::message, Many::one, &kSpeech},
    {"thinkingConfig", Kind::message, Many::one, &kThinking},
    {"enableAffectiveDialog", Kind::boolean},
    {"translationConfig", Kind::message, Many::one, &kTranslation},
};
const Message kGeneration{"GenerationConfig", kGenerationFields};

const Field kDetectionFields[] = {
    {"disabled", Kind::boolean},
    {"startOfSpeechSensitivity", Kind::words, Many::one, nullptr, kStarts},
    {"endOfSpeechSensitivity", Kind::words, Many::one, nullptr, kEnds},
    {"prefixPaddingMs", Kind::int32},
    {"silenceDurationMs", Kind::int32},
};
const Message kDetection{"AutomaticActivityDetection", kDetectionFields};
const Field kRealtimeConfigFields[] = {
    {"automaticActivityDetection", Kind::message, Many::one, &kDetection},
    {"activityHandling", Kind::words, Many::one, nullptr, kHandlings},
    {"turnCoverage", Kind::words, Many::one, nullptr, kCoverages},
    {"interimTranscriptTimestampEnabled", Kind::boolean},
};
const Message kRealtimeConfig{"RealtimeInputConfig", kRealtimeConfigFields};

const Field kResumptionFields[] = {
    {"handle", Kind::text}, {"transparent", Kind::boolean, Many::one, nullptr, {}, Door::vertex}};
const Message kResumption{"SessionResumptionConfig", kResumptionFields};
const Field kWindowFields[] = {{"targetTokens", Kind::int64}};
const Message kWindow{"SlidingWindow", kWindowFields};
const Field kCompressionFields[] = {{"triggerTokens", Kind::int64},
                                    {"slidingWindow", Kind::message, Many::one, &kWindow}};
const Message kCompression{"ContextWindowCompressionConfig", kCompressionFields};
const Field kTranscriptionFields[] = {
    {"languageCodes", Kind::text, Many::list},
    {"customVocabulary", Kind::text, Many::list},
    {"wordTimestamp", Kind::boolean},
    {"diarization", Kind::boolean},
    {"mode", Kind::words, Many::one, nullptr, kModes},
    {"sourceText", Kind::text},
};
const Message kTranscription{"AudioTranscriptionConfig", kTranscriptionFields};
const Field kProactivityFields[] = {{"proactiveAudio", Kind::boolean},
                                    {"proactiveVideo", Kind::boolean}};
const Message kProactivity{"ProactivityConfig", kProactivityFields};
const Field kHistoryFields[] = {{"initialHistoryInClientContent", Kind::boolean}};
const Message kHistory{"HistoryConfig", kHistoryFields};

const Field kSetupFields[] = {
    {"model", Kind::text},
    {"generationConfig", Kind::message, Many::one, &kGeneration},
    {"systemInstruction", Kind::message, Many::one, &kContent},
    {"tools", Kind::message, Many::list, &kTool},
    {"realtimeInputConfig", Kind::message, Many::one, &kRealtimeConfig},
    {"sessionResumption", Kind::message, Many::one, &kResumption},
    {"contextWindowCompression", Kind::message, Many::one, &kCompression},
    {"inputAudioTranscription", Kind::message, Many::one, &kTranscription},
    {"outputAudioTranscription", Kind::message, Many::one, &kTranscription},
    {"proactivity", Kind::message, Many::one, &kProactivity},
    {"historyConfig", Kind::message, Many::one, &kHistory},
    {"explicitVadSignal", Kind::boolean, Many::one, nullptr, {}, Door::vertex},
    {"avatarConfig", Kind::structure},
    {"safetySettings", Kind::structure, Many::list},
    {"labels", Kind::text, Many::map, nullptr, {}, Door::vertex},
};

const Field kContentMessageFields[] = {{"turns", Kind::message, Many::list, &kContent},
                                       {"turnComplete", Kind::boolean}};
const Message kClientContent{"ClientContent", kContentMessageFields};
const Message kNothing{"Activity", {}};
const Field kRealtimeFields[] = {
    {"audio", Kind::message, Many::one, &kBlob},
    {"video", Kind::message, Many::one, &kBlob},
    {"text", Kind::text},
    {"activityStart", Kind::message, Many::one, &kNothing},
    {"activityEnd", Kind::message, Many::one, &kNothing},
    {"audioStreamEnd", Kind::boolean},
    {"mediaChunks", Kind::message, Many::list, &kBlob},
};
const Message kRealtimeInput{"RealtimeInput", kRealtimeFields};
const Field kToolResponseFields[] = {
    {"functionResponses", Kind::message, Many::list, &kFunctionResponse}};
const Message kToolResponse{"ToolResponse", kToolResponseFields};
const Field kContextToolsFields[] = {{"tools", Kind::message, Many::list, &kTool}};
const Message kContextTools{"ContextUpdateTools", kContextToolsFields};
const Field kContextFields[] = {{"systemInstruction", Kind::message, Many::one, &kContent},
                                {"tools", Kind::message, Many::one, &kContextTools}};
const Message kContextUpdate{"ContextUpdate", kContextFields};

const Field kTokenFields[] = {
    {"uses", Kind::int32},
    {"expireTime", Kind::text},
    {"newSessionExpireTime", Kind::text},
    {"bidiGenerateContentSetup", Kind::message, Many::one, &kSetup},
    {"fieldMask", Kind::text},
};

const Field kClientFields[] = {
    {"setup", Kind::message, Many::one, &kSetup},
    {"clientContent", Kind::message, Many::one, &kClientContent},
    {"realtimeInput", Kind::message, Many::one, &kRealtimeInput},
    {"toolResponse", Kind::message, Many::one, &kToolResponse},
    {"contextUpdate", Kind::message, Many::one, &kContextUpdate},
};

}  // namespace

const Message kSetup{"Setup", kSetupFields};
const Message kAuthToken{"AuthToken", kTokenFields};
const Message kClientMessage{"ClientMessage", kClientFields};

}  // namespace callosum::sim::gemini
