#include "audio/wav.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <sndfile.h>
#include <string>

#include "audio/g711.hpp"
#include "audio/resampler.hpp"

namespace callosum::audio {
namespace {

constexpr int kMostChannels = 8;
constexpr int kLowestHz = 4000;
constexpr int kHighestHz = 192000;
constexpr std::size_t kFramesAtATime = 4096;

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using File = std::unique_ptr<SNDFILE, CloseFile>;

Error refuse(std::string message, std::string detail = {}) {
  return fail(ErrorType::validation, std::move(message), std::move(detail));
}

/// Only the WAV reader of libsndfile is let near a stranger's bytes, not its other forty formats.
Result<void> check_magic(std::span<const std::uint8_t> head) {
  if (head.empty()) return refuse("the file is empty: expected a WAV");
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  const bool riff =
      text.starts_with("RIFF") || text.starts_with("RF64") || text.starts_with("RIFX");
  if (riff && text.size() >= 12 && text.substr(8, 4) == "WAVE") return {};
  return refuse("not a WAV file: expected RIFF and WAVE in its first 12 bytes");
}

Result<void> check_format(const SF_INFO& info) {
  constexpr std::array kContainers = {SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64};
  constexpr std::array kCodings = {SF_FORMAT_PCM_U8, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16,
                                   SF_FORMAT_PCM_24, SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,
                                   SF_FORMAT_DOUBLE, SF_FORMAT_ULAW,   SF_FORMAT_ALAW};
  const auto has = [](const auto& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!has(kContainers, info.format & SF_FORMAT_TYPEMASK)) return refuse("not a WAV file");
  if (!has(kCodings, info.format & SF_FORMAT_SUBMASK)) {
    return refuse("WAV coding not supported: expected PCM, float, mu-law or A-law");
  }
  if (info.channels < 1 || info.channels > kMostChannels) {
    return refuse("WAV with " + std::to_string(info.channels) + " channels: expected 1 to 8");
  }
  if (info.samplerate < kLowestHz || info.samplerate > kHighestHz) {
    return refuse("WAV at " + std::to_string(info.samplerate) + " Hz: expected 4000 to 192000");
  }
  if (info.frames <= 0) return refuse("the WAV holds no samples");
  if (info.frames > static_cast<sf_count_t>(kLongestWavSeconds) * info.samplerate) {
    return refuse("the WAV is too long: expected at most 5 minutes, got " +
                  std::to_string(info.frames / info.samplerate) + " s");
  }
  return {};
}

std::int16_t to_sample(float value) {
  if (!std::isfinite(value)) return 0;
  return static_cast<std::int16_t>(std::clamp(std::lround(value * 32768.0F), -32768L, 32767L));
}

/// Channels are averaged: a caller on one side of a stereo file is heard, and nothing clips.
void mix_down(std::span<const float> interleaved, int channels, std::vector<std::int16_t>& out) {
  for (std::size_t at = 0; at + channels <= interleaved.size(); at += channels) {
    float sum = 0;
    for (int channel = 0; channel < channels; ++channel) {
      const float value = interleaved[at + channel];
      sum += std::isfinite(value) ? std::clamp(value, -1.0F, 1.0F) : 0.0F;
    }
    out.push_back(to_sample(sum / static_cast<float>(channels)));
  }
}

Result<Pcm> read_all(SNDFILE* file, const SF_INFO& info, int sample_rate_hz) {
  if (auto ok = check_format(info); !ok) return ok.error();
  const auto longest = static_cast<std::size_t>(info.frames);
  Pcm pcm{.samples = {}, .sample_rate_hz = info.samplerate};
  std::vector<float> interleaved(kFramesAtATime * info.channels);
  while (pcm.samples.size() < longest) {
    const auto frames = sf_readf_float(file, interleaved.data(), kFramesAtATime);
    if (frames <= 0) break;
    mix_down(std::span(interleaved).first(static_cast<std::size_t>(frames) * info.channels),
             info.channels, pcm.samples);
  }
  if (pcm.samples.empty()) return refuse("the WAV holds no samples");
  if (pcm.sample_rate_hz == sample_rate_hz) return pcm;
  return resample(pcm, sample_rate_hz);
}

/// A file in memory, as libsndfile wants to see it.
struct Memory {
  std::span<const std::uint8_t> bytes;
  sf_count_t at = 0;

  static sf_count_t size(void* self) {
    return static_cast<sf_count_t>(static_cast<Memory*>(self)->bytes.size());
  }
  static sf_count_t seek(sf_count_t offset, int whence, void* self) {
    auto& memory = *static_cast<Memory*>(self);
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? memory.at : size(self);
    memory.at = std::clamp<sf_count_t>(from + offset, 0, size(self));
    return memory.at;
  }
  static sf_count_t read(void* out, sf_count_t count, void* self) {
    auto& memory = *static_cast<Memory*>(self);
    const auto taken =
        std::clamp<sf_count_t>(size(self) - memory.at, 0, std::max<sf_count_t>(count, 0));
    std::copy_n(memory.bytes.data() + memory.at, taken, static_cast<std::uint8_t*>(out));
    memory.at += taken;
    return taken;
  }
  static sf_count_t write(const void*, sf_count_t, void*) { return 0; }
  static sf_count_t tell(void* self) { return static_cast<Memory*>(self)->at; }
};

}  // namespace

Result<Pcm> read_wav(const std::filesystem::path& path, int sample_rate_hz) {
  std::error_code ignored;
  std::ifstream stream(path, std::ios::binary);
  if (!stream || std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorType::not_found, "cannot open the WAV file " + path.string());
  }
  std::array<std::uint8_t, 12> head{};
  stream.read(reinterpret_cast<char*>(head.data()), head.size());
  const auto got = static_cast<std::size_t>(stream.gcount());
  if (auto ok = check_magic(std::span(head).first(got)); !ok) {
    return fail(ok.error().type, path.string() + ": " + ok.error().message);
  }
  SF_INFO info{};
  const File file(sf_open(path.c_str(), SFM_READ, &info));
  if (!file) return refuse(path.string() + ": not a readable WAV file", sf_strerror(nullptr));
  auto pcm = read_all(file.get(), info, sample_rate_hz);
  if (!pcm) return fail(pcm.error().type, path.string() + ": " + pcm.error().message);
  return pcm;
}

Result<Pcm> read_wav(std::span<const std::uint8_t> bytes, int sample_rate_hz) {
  if (auto ok = check_magic(bytes); !ok) return ok.error();
  SF_VIRTUAL_IO io{.get_filelen = &Memory::size,
                   .seek = &Memory::seek,
                   .read = &Memory::read,
                   .write = &Memory::write,
                   .tell = &Memory::tell};
  Memory memory{.bytes = bytes};
  SF_INFO info{};
  const File file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (!file) return refuse("not a readable WAV file", sf_strerror(nullptr));
  return read_all(file.get(), info, sample_rate_hz);
}

Result<void> write_wav(const std::filesystem::path& path, const Pcm& pcm, WavCoding coding) {
  SF_INFO info{};
  info.samplerate = pcm.sample_rate_hz;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | (coding == WavCoding::mulaw ? SF_FORMAT_ULAW : SF_FORMAT_PCM_16);
  const File file(sf_open(path.c_str(), SFM_WRITE, &info));
  if (!file) {
    return fail(ErrorType::permanent, "cannot write " + path.string(), sf_strerror(nullptr));
  }
  const auto count = static_cast<sf_count_t>(pcm.samples.size());
  sf_count_t written = 0;
  if (coding == WavCoding::pcm16) {
    written = sf_write_short(file.get(), pcm.samples.data(), count);
  } else {
    std::vector<std::uint8_t> codes;
    encode_mulaw(pcm.samples, codes);
    written = sf_write_raw(file.get(), codes.data(), count);
  }
  if (written == count) return {};
  return fail(ErrorType::permanent, "cannot write all of " + path.string(),
              sf_strerror(file.get()));
}

}  // namespace callosum::audio
