#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "audio/pcm.hpp"
#include "base/result.hpp"

namespace callosum::audio {

/// Recordings longer than this are refused.
constexpr int kLongestWavSeconds = 300;

/// Reads a WAV (8 to 32-bit PCM, float, mu-law, A-law; up to 8 channels, mixed down; 4 to 192 kHz)
/// as mono at `sample_rate_hz`. NOT_FOUND for a file that is not there; VALIDATION, saying what is
/// wrong, for an empty file, one that is no WAV, holds no samples, is too long or in a format not
/// named here. Silence reads well: see check_audible().
Result<Pcm> read_wav(const std::filesystem::path& path, int sample_rate_hz = kSpeechRateHz);

/// The same from memory; the bytes may come from anyone.
Result<Pcm> read_wav(std::span<const std::uint8_t> bytes, int sample_rate_hz = kSpeechRateHz);

enum class WavCoding : std::uint8_t { pcm16, mulaw };

/// Replaces the file; missing folders are not made. Mu-law bytes are those of encode_mulaw().
Result<void> write_wav(const std::filesystem::path& path, const Pcm& pcm,
                       WavCoding coding = WavCoding::pcm16);

}  // namespace callosum::audio
