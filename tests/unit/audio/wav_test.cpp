#include "audio/wav.hpp"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <numbers>
#include <sndfile.h>
#include <unistd.h>

#include "audio/g711.hpp"

namespace callosum::audio {
namespace {

namespace fs = std::filesystem;

class Wav : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("callosum-wav-" + std::to_string(::getpid()) + "-" + info->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write_bytes(std::string_view bytes) const {
    const auto path = folder_ / "bytes.wav";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  fs::path write_floats(const std::vector<float>& interleaved, int channels, int rate_hz,
                        int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT) const {
    const auto path = folder_ / "floats.wav";
    SF_INFO info{};
    info.samplerate = rate_hz;
    info.channels = channels;
    info.format = format;
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    sf_write_float(file, interleaved.data(), static_cast<sf_count_t>(interleaved.size()));
    sf_close(file);
    return path;
  }

  std::string message_of(const fs::path& path) const {
    const auto pcm = read_wav(path);
    return pcm ? "read" : pcm.error().message;
  }

  fs::path folder_;
};

Pcm tone(int rate_hz, int milliseconds) {
  Pcm pcm{.samples = std::vector<std::int16_t>(samples_in(milliseconds, rate_hz)),
          .sample_rate_hz = rate_hz};
  for (std::size_t i = 0; i < pcm.samples.size(); ++i) {
    pcm.samples[i] = static_cast<std::int16_t>(
        12000 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate_hz));
  }
  return pcm;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Wav, ReadsBackExactlyWhatItWrote) {
  const auto path = folder_ / "tone.wav";
  const auto sound = tone(16000, 100);

  ASSERT_TRUE(write_wav(path, sound));
  const auto back = read_wav(path, 16000);

  ASSERT_TRUE(back);
  EXPECT_EQ(back->samples, sound.samples);
}

TEST_F(Wav, MulawFilesHoldTheCodesOfTheEncoder) {
  const auto path = folder_ / "phone.wav";
  const auto sound = tone(8000, 100);

  ASSERT_TRUE(write_wav(path, sound, WavCoding::mulaw));
  const auto back = read_wav(path, 8000);

  ASSERT_TRUE(back);
  ASSERT_EQ(back->samples.size(), sound.samples.size());
  for (std::size_t i = 0; i < sound.samples.size(); ++i) {
    ASSERT_EQ(back->samples[i], decode_mulaw(encode_mulaw(sound.samples[i])));
  }
}

TEST_F(Wav, StereoAtAnyRateBecomesMonoAtTheRateAskedFor) {
  std::vector<float> interleaved;
  for (int i = 0; i < 44100; ++i) {
    interleaved.push_back(0.5F);
    interleaved.push_back(0.0F);
  }

  const auto pcm = read_wav(write_floats(interleaved, 2, 44100), 16000);

  ASSERT_TRUE(pcm);
  EXPECT_EQ(pcm->sample_rate_hz, 16000);
  EXPECT_EQ(pcm->samples.size(), 16000U);
  EXPECT_NEAR(pcm->samples[8000], 8192, 20);
}

TEST_F(Wav, FloatsThatAreNotNumbersBecomeSilenceAndLoudOnesClip) {
  const float nan = std::numeric_limits<float>::quiet_NaN();

  const auto pcm = read_wav(write_floats({nan, 7.0F, -7.0F}, 1, 16000), 16000);

  ASSERT_TRUE(pcm);
  EXPECT_EQ(pcm->samples, (std::vector<std::int16_t>{0, 32767, -32768}));
}

TEST_F(Wav, Reads24Bits) {
  const auto path = write_floats({0.25F, -0.25F}, 1, 16000, SF_FORMAT_WAV | SF_FORMAT_PCM_24);

  const auto pcm = read_wav(path, 16000);

  ASSERT_TRUE(pcm);
  EXPECT_EQ(pcm->samples, (std::vector<std::int16_t>{8192, -8192}));
}

TEST_F(Wav, SaysWhatIsWrongWithAFile) {
  EXPECT_TRUE(contains(message_of(folder_ / "none.wav"), "cannot open"));
  EXPECT_TRUE(contains(message_of(folder_), "cannot open"));
  EXPECT_TRUE(contains(message_of(write_bytes("")), "empty"));
  EXPECT_TRUE(contains(message_of(write_bytes("ID3 this is music")), "not a WAV"));
  EXPECT_TRUE(contains(message_of(write_bytes("RIFF")), "not a WAV"));
  EXPECT_TRUE(contains(message_of(write_bytes(std::string_view("RIFF\0\0\0\0WAVEjunk", 16))),
                       "not a readable WAV"));
  EXPECT_TRUE(contains(message_of(write_floats({}, 1, 16000)), "no samples"));
  EXPECT_TRUE(contains(message_of(write_floats({0, 0}, 1, 1000)), "1000 Hz"));
  EXPECT_TRUE(contains(message_of(write_floats(std::vector<float>(18), 9, 16000)), "9 channels"));
  EXPECT_TRUE(contains(message_of(write_floats(std::vector<float>(512), 1, 16000,
                                               SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM)),
                       "coding not supported"));
}

TEST_F(Wav, RefusesMoreThanFiveMinutes) {
  Pcm pcm{.samples = std::vector<std::int16_t>(8000 * 301, 0), .sample_rate_hz = 8000};
  const auto path = folder_ / "long.wav";
  ASSERT_TRUE(write_wav(path, pcm, WavCoding::mulaw));

  EXPECT_TRUE(contains(message_of(path), "too long"));
}

TEST_F(Wav, ReadsTheSameFromMemoryAndSurvivesEveryCut) {
  const auto path = folder_ / "tone.wav";
  const auto sound = tone(16000, 10);
  ASSERT_TRUE(write_wav(path, sound));
  std::ifstream stream(path, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};

  const auto whole = read_wav(bytes, 16000);

  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->samples, sound.samples);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = read_wav(std::span(bytes).first(length), 16000);
    if (cut) {
      EXPECT_LE(cut->samples.size(), sound.samples.size());
    }
  }
}

TEST_F(Wav, SaysWhereItCannotWrite) {
  const auto result = write_wav(folder_ / "missing" / "x.wav", tone(8000, 10));

  ASSERT_FALSE(result);
  EXPECT_TRUE(contains(result.error().message, "missing/x.wav"));
}

}  // namespace
}  // namespace callosum::audio
