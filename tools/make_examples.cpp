// Speaks the questions of examples/questions.txt: DIR/TOPIC-VOICE-16k.wav, TOPIC-VOICE-8k.wav
// (mu-law) and TOPIC.txt.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "base/text.hpp"
#include "provider/offline/speech/mouth.hpp"

namespace {

namespace fs = std::filesystem;
namespace audio = callosum::audio;
using callosum::ErrorType;
using callosum::fail;
using callosum::Result;
using callosum::provider::offline::speech::Mouth;

constexpr double kPeakDb = -3;
constexpr int kLeadMs = 300;
constexpr int kTailMs = 700;  // longer than the silence that ends an utterance

struct Options {
  fs::path questions = fs::path(CALLOSUM_SOURCE_DIR) / "examples" / "questions.txt";
  fs::path out = fs::path(CALLOSUM_SOURCE_DIR) / "examples" / "audio";
  // The fourth voice, kal16, is held back: tests speak with it what nothing was tuned on.
  std::vector<std::string> voices = {"slt", "rms", "awb"};
};

struct Question {
  std::string topic;
  std::string sentence;
};

/// Lines of "TOPIC<TAB>sentence<TAB>…"; a line with a sentence only is named by its number.
Result<std::vector<Question>> read_questions(const fs::path& path) {
  std::ifstream stream(path);
  if (!stream) return fail(ErrorType::not_found, "cannot open " + path.string());
  std::vector<Question> questions;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (callosum::trim(line).empty() || line.starts_with('#')) continue;
    const auto fields = callosum::split(line, '\t');
    const bool named = fields.size() > 1;
    Question question{
        .topic = named ? std::string(callosum::trim(fields[0])) : std::to_string(number),
        .sentence = std::string(callosum::trim(fields[named ? 1 : 0]))};
    if (question.sentence.empty() || question.topic.find('/') != std::string::npos) {
      return fail(ErrorType::validation, path.string() + ":" + std::to_string(number) +
                                             ": expected a topic, a tab and a sentence");
    }
    questions.push_back(std::move(question));
  }
  return questions;
}

audio::Pcm framed(audio::Pcm pcm) {
  audio::normalise_peak(pcm.samples, kPeakDb);
  pcm.samples.insert(pcm.samples.begin(), audio::samples_in(kLeadMs, pcm.sample_rate_hz), 0);
  pcm.samples.insert(pcm.samples.end(), audio::samples_in(kTailMs, pcm.sample_rate_hz), 0);
  return pcm;
}

Result<void> write_question(const Question& question, const Mouth& mouth, const fs::path& out) {
  auto spoken = mouth.speak(question.sentence);
  if (!spoken) return spoken.error();
  const audio::Pcm pcm = framed(std::move(*spoken));
  const std::string name = question.topic + "-" + mouth.voice();
  if (auto ok = audio::write_wav(out / (name + "-16k.wav"), pcm); !ok) return ok.error();
  const auto narrow = audio::resample(pcm, audio::kPhoneRateHz);
  if (!narrow) return narrow.error();
  const auto coding = audio::WavCoding::mulaw;
  if (auto ok = audio::write_wav(out / (name + "-8k.wav"), *narrow, coding); !ok) return ok.error();
  std::ofstream transcript(out / (question.topic + ".txt"));
  transcript << question.sentence << "\n";
  transcript.close();
  if (!transcript)
    return fail(ErrorType::permanent, "cannot write a transcript in " + out.string());
  return {};
}

Result<std::size_t> run(const Options& options) {
  const auto questions = read_questions(options.questions);
  if (!questions) return questions.error();
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) return fail(ErrorType::permanent, "cannot make " + options.out.string());
  for (const auto& voice : options.voices) {
    const auto mouth = Mouth::make(voice);
    if (!mouth) return mouth.error();
    for (const auto& question : *questions) {
      if (auto ok = write_question(question, *mouth, options.out); !ok) return ok.error();
    }
  }
  return questions->size();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Speaks the example questions"};
  app.add_option("--questions", options.questions, "lines of TOPIC, tab, sentence");
  app.add_option("--out", options.out, "folder of the recordings");
  app.add_option("--voice", options.voices, "kal16, slt, rms, awb; may be given several times");
  CLI11_PARSE(app, argc, argv);
  const auto done = run(options);
  if (!done) {
    std::fprintf(stderr, "make_examples: %s\n", done.error().message.c_str());
    return 1;
  }
  std::printf("%zu questions in %zu voices: %s\n", *done, options.voices.size(),
              options.out.c_str());
  return 0;
}
