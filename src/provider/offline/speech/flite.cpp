#include "provider/offline/speech/flite.hpp"

// flite's headers say extern "C" only here and there.
extern "C" {
#include <flite/flite.h>

cst_voice* register_cmu_us_kal16(const char* voxdir);
cst_voice* register_cmu_us_slt(const char* voxdir);
cst_voice* register_cmu_us_rms(const char* voxdir);
cst_voice* register_cmu_us_awb(const char* voxdir);
cst_lexicon* cmu_lex_init(void);
}

#include <array>
#include <exception>
#include <memory>
#include <mutex>

#include "base/text.hpp"

namespace callosum::provider::offline::speech::flite {
namespace {

constexpr int kChunkSamples = 320;  // 20 ms

struct Voice {
  std::string_view name;
  cst_voice* (*make)(const char*);
  std::mutex busy{};  // a voice's features hold the stream that it speaks into
  cst_voice* voice = nullptr;
};

/// flite keeps one static object a voice, whoever asks; so do we.
std::array<Voice, 4>& voices() {
  static std::array<Voice, 4> all = {{{.name = "kal16", .make = register_cmu_us_kal16},
                                      {.name = "slt", .make = register_cmu_us_slt},
                                      {.name = "rms", .make = register_cmu_us_rms},
                                      {.name = "awb", .make = register_cmu_us_awb}}};
  return all;
}

/// Guards what all voices share while they are made: the lexicon, the list of voices.
std::mutex& making() {
  static std::mutex mutex;
  return mutex;
}

Voice* find_voice(std::string_view name) {
  for (auto& voice : voices()) {
    if (voice.name == name) return &voice;
  }
  return nullptr;
}

cst_voice* get_voice(Voice& voice) {
  if (voice.voice == nullptr) {
    const std::lock_guard lock(making());
    flite_init();
    voice.voice = voice.make(nullptr);
  }
  return voice.voice;
}

struct Stream {
  const ChunkSink& sink;
  std::exception_ptr failure;
};

/// Called by C: nothing may be thrown through it.
int take_chunk(const cst_wave* wave, int start, int size, int, cst_audio_streaming_info* info) {
  auto& stream = *static_cast<Stream*>(info->userdata);
  try {
    const std::span samples(wave->samples + start, static_cast<std::size_t>(std::max(size, 0)));
    if (stream.sink(samples)) return CST_AUDIO_STREAM_CONT;
  } catch (...) {
    stream.failure = std::current_exception();
  }
  return CST_AUDIO_STREAM_STOP;
}

}  // namespace

const std::vector<std::string_view>& voice_names() {
  static const std::vector<std::string_view> kNames = {"kal16", "slt", "rms", "awb"};
  return kNames;
}

Result<void> speak(const std::string& text, std::string_view voice_name, const ChunkSink& sink) {
  Voice* found = find_voice(voice_name);
  if (found == nullptr) {
    return fail(ErrorType::validation,
                "no voice \"" + std::string(voice_name) + "\": expected kal16, slt, rms or awb");
  }
  const std::lock_guard lock(found->busy);
  cst_voice* voice = get_voice(*found);
  if (voice == nullptr) {
    return fail(ErrorType::not_found,
                "the voice " + std::string(voice_name) + " is missing: install the package flite");
  }
  Stream stream{.sink = sink, .failure = nullptr};
  cst_audio_streaming_info* info = new_audio_streaming_info();
  info->min_buffsize = kChunkSamples;
  info->asc = take_chunk;
  info->userdata = &stream;
  feat_set(voice->features, "streaming_info", audio_streaming_info_val(info));
  flite_text_to_speech(text.c_str(), voice, "stream");
  feat_remove(voice->features, "streaming_info");  // frees `info` as well
  if (stream.failure) std::rethrow_exception(stream.failure);
  return {};
}

std::vector<std::string> phones_of(const std::string& word) {
  const std::lock_guard lock(making());
  std::vector<std::string> phones;
  cst_val* list = lex_lookup(cmu_lex_init(), word.c_str(), nullptr, nullptr);
  for (const cst_val* item = list; item != nullptr; item = val_cdr(item)) {
    phones.emplace_back(val_string(val_car(item)));
  }
  delete_val(list);
  return phones;
}

}  // namespace callosum::provider::offline::speech::flite
