// Hears recorded replies again, knowing what may be said and not what was: the packs' reply
// templates, filled with every row of data it is given. One JSON line a recording: {wav, heard}.

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "audio/wav.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/offline/reply_writer.hpp"
#include "provider/offline/speech/reply_ears.hpp"
#include "registry/snapshot.hpp"

namespace {

namespace fs = std::filesystem;
namespace audio = callosum::audio;
namespace json = boost::json;
namespace offline = callosum::provider::offline;
using callosum::ErrorType;
using callosum::fail;
using callosum::Result;
using callosum::registry::Snapshot;
using offline::speech::Band;
using offline::speech::ReplyEars;

struct Options {
  fs::path packs = fs::path(CALLOSUM_SOURCE_DIR) / "packs";
  fs::path data;
  fs::path cache;
  bool is_phone = false;
  std::vector<fs::path> recordings;
};

/// The mouth pauses between sentences and the ears cut there, so each is learned by itself.
void add_sentences(std::string_view reply, std::set<std::string>& sentences) {
  std::size_t start = 0;
  for (std::size_t at = 0; at < reply.size(); ++at) {
    const bool is_end = at + 1 == reply.size() || reply[at + 1] == ' ';
    if (!is_end || std::string_view(".?!").find(reply[at]) == std::string_view::npos) continue;
    sentences.emplace(callosum::trim(reply.substr(start, at + 1 - start)));
    start = at + 1;
  }
  const auto rest = callosum::trim(reply.substr(start));
  if (!rest.empty()) sentences.emplace(rest);
}

/// Lines of {"tool": NAME, "data": {…}}, as the tool's own answers have it.
Result<void> add_data(const Options& options, const Snapshot& packs,
                      std::set<std::string>& sentences) {
  std::ifstream stream(options.data);
  if (!stream) return fail(ErrorType::not_found, "cannot open " + options.data.string());
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const auto row = callosum::parse_strict(line);
    const auto* object = row ? row->if_object() : nullptr;
    const auto* data = object ? callosum::find_object(*object, "data") : nullptr;
    const auto* tool = data ? packs.find(callosum::text_at(*object, "tool")) : nullptr;
    if (!tool) {
      return fail(ErrorType::validation, options.data.string() + ":" + std::to_string(number) +
                                             R"(: expected {"tool": a loaded tool, "data": {…}})");
    }
    add_sentences(offline::fill_reply(tool->reply, *data), sentences);
  }
  return {};
}

Result<ReplyEars> make_ears(const Options& options) {
  const auto loaded = callosum::registry::load_packs({options.packs});
  if (!loaded.snapshot) {
    return fail(ErrorType::validation, loaded.problems.empty()
                                           ? "no packs in " + options.packs.string()
                                           : loaded.problems.front().to_string());
  }
  std::set<std::string> sentences;
  for (const auto& tool : loaded.snapshot->tools()) {
    add_sentences(tool.reply_empty, sentences);
    add_sentences(tool.say_on_failure, sentences);
  }
  if (auto ok = add_data(options, *loaded.snapshot, sentences); !ok) return ok.error();
  return ReplyEars::make({sentences.begin(), sentences.end()}, options.cache,
                         options.is_phone ? Band::phone : Band::wide);
}

Result<void> run(const Options& options) {
  const auto ears = make_ears(options);
  if (!ears) return ears.error();
  const int rate = options.is_phone ? audio::kPhoneRateHz : audio::kSpeechRateHz;
  for (const auto& recording : options.recordings) {
    const auto pcm = audio::read_wav(recording, rate);
    if (!pcm) return pcm.error();
    const auto heard = ears->hear(*pcm);
    if (!heard) return heard.error();
    const json::object line{{"wav", recording.string()}, {"heard", *heard}};
    std::printf("%s\n", json::serialize(line).c_str());
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Hears recorded replies again"};
  app.add_option("--packs", options.packs, "folder of the packs");
  app.add_option("--data", options.data, "lines of {tool, data}: all that may be told")->required();
  app.add_option("--cache", options.cache, "folder of the language model")->required();
  app.add_flag("--phone", options.is_phone, "the recordings came by phone, 8 kHz mu-law");
  app.add_option("recordings", options.recordings, "WAV files");
  CLI11_PARSE(app, argc, argv);
  const auto done = run(options);
  if (!done) {
    std::fprintf(stderr, "hear_replies: %s\n", done.error().message.c_str());
    return 1;
  }
  return 0;
}
