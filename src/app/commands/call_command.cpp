#include "app/commands/call_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <filesystem>
#include <unistd.h>

#include "app/call/call_client.hpp"
#include "app/demo_files.hpp"
#include "app/runtime_files.hpp"
#include "audio/wav.hpp"
#include "base/text.hpp"

namespace callosum::app {

namespace asio = boost::asio;

namespace {

/// Asked before the call, since a reply that cannot be kept is a call for nothing. Touches nothing:
/// a call that fails leaves the reply of the one before.
Result<void> check_writable(const std::filesystem::path& file) {
  std::error_code ec;
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorType::validation,
                "--save: cannot write " + file.string() + ": " + std::string(why));
  };
  if (std::filesystem::is_directory(file, ec)) return refuse("it is a folder");
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder, ec)) return refuse("there is no such folder");
  const bool exists = std::filesystem::exists(file, ec);
  if (::access((exists ? file : folder).c_str(), W_OK) == 0) return {};
  return refuse(std::strerror(errno));
}

}  // namespace

CallCommand::CallCommand(Output output, config::Environment env)
    : output_(std::move(output)), env_(std::move(env)) {}

void CallCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("call", "Place a call to a gateway and watch what happens");
  auto* file = verb_->add_option("FILE", file_, "What the caller says, a WAV file");
  typed_ = verb_->add_option("--text", text_, "What the caller types instead")->type_name("T");
  typed_->excludes(file);
  add_remote_options(*verb_, gateway_);
  add_pack_option(*verb_, gateway_);
  verb_->add_option("--save", save_, "Write the spoken reply to this file (default: reply.wav)")
      ->type_name("WAV");
  verb_->add_option("--ca", ca_file_, "Trust this certificate, for wss:")->type_name("FILE");
  verb_->add_flag("--json", json_, "One JSON object a line, for programs");
  verb_->add_flag("--confirm", confirm_, "Confirm what a tool asks to be confirmed by a click");
  verb_->add_flag("--mulaw", mulaw_, "8 kHz mu-law frames, as a phone sends them");
  auto* phone = verb_->add_flag("--phone", phone_, "By telephone, through the carrier's simulator");
  phone->excludes(typed_);
  const auto of_phone = [&](const char* name, std::string& into, const char* what) {
    auto* option = verb_->add_option(name, into, std::string("With --phone: ") + what);
    option->needs(phone);
    return option;
  };
  of_phone("--public-url", telephone_.line.public_url, "the gateway's phone.public_url")
      ->type_name("URL");
  of_phone("--called", telephone_.line.called, "the number called")->type_name("N");
  of_phone("--from", telephone_.line.caller, "who calls")->type_name("N");
  telephone_.auth_token_env = "TWILIO_AUTH_TOKEN";
  of_phone("--auth-token-env", telephone_.auth_token_env, "variable of what the carrier signs with")
      ->type_name("NAME")
      ->capture_default_str();
}

bool CallCommand::is_selected() const { return verb_ && verb_->parsed(); }

Result<CallOptions> CallCommand::prepare() {
  auto made = call_to(gateway_, ca_file_, env_);
  if (!made) return made.error();
  auto& options = *made;
  options.text = text_;
  options.is_phone = mulaw_;
  options.confirms = confirm_;
  options.wants_audio = !file_.empty() || !save_.empty();
  if (!file_.empty()) {
    auto speech = audio::read_wav(file_, mulaw_ ? audio::kPhoneRateHz : audio::kRealtimeRateHz);
    if (!speech) return speech.error();
    options.speech = std::move(*speech);
    if (save_.empty()) save_ = "reply.wav";
  }
  if (!save_.empty()) {
    const auto writable = check_writable(save_);
    if (!writable) return writable.error();
  }
  options.on_entry = [this](const TimelineEntry& entry) {
    output_.out((json_ ? to_json_line(entry) : to_terminal_line(entry)) + "\n");
  };
  return made;
}

/// What is not given is that of the running demo.
int CallCommand::dial() {
  const auto left = parse_telephone_line(read_runtime_file(runtime_files(env_).telephone()));
  auto& line = telephone_.line;
  if (left && line.public_url.empty()) line.public_url = left->public_url;
  if (left && line.called.empty()) line.called = left->called;
  if (left && line.caller.empty()) line.caller = left->caller;
  telephone_.gateway = http_base_of(find_url(env_, gateway_.to));
  telephone_.speech = file_;
  telephone_.save = save_;
  telephone_.ca_file = ca_file_;
  telephone_.is_json = json_;
  const auto why = place_telephone_call(telephone_, telephone_simulator(), env_);
  output_.err("callosum call: " + why.message + "\n");
  return 1;
}

int CallCommand::run() {
  const auto complain = [this](const Error& error) {
    output_.err("callosum call: " + error.message + "\n");
    return 1;
  };
  if (typed_->count() > 0 && trim(text_).empty()) {
    output_.err("callosum call: --text is empty: give the words that the caller types\n");
    return 2;
  }
  if (file_.empty() == text_.empty()) {
    output_.err("callosum call: give a WAV file, or --text\n");
    return 2;
  }
  if (phone_) return dial();
  auto options = prepare();
  if (!options) return complain(options.error());

  asio::io_context context(1);
  async::SystemTime time;
  Result<CallOutcome> outcome = fail(ErrorType::internal, "the call never began");
  asio::co_spawn(context, place_call(time, std::move(*options)),
                 [&](const std::exception_ptr& bug, Result<CallOutcome> result) {
                   if (!bug) outcome = std::move(result);
                 });
  context.run();
  if (!outcome) {
    const auto& error = outcome.error();
    if (!error.detail.empty()) output_.err("  " + error.detail + "\n");
    output_.err("callosum call: " + error.message + hint_for(error, gateway_.to) + "\n");
    return 1;
  }
  if (!outcome->reply.samples.empty() && !save_.empty()) {
    const auto saved = audio::write_wav(save_, outcome->reply);
    if (!saved) return complain(saved.error());
    if (!json_) output_.out("the reply is in " + save_ + "\n");
  }
  if (!outcome->was_heard) {
    output_.err("callosum call: nothing was heard: is there speech in " + file_ + "?\n");
    return 1;
  }
  if (!outcome->was_answered) {
    output_.err("callosum call: there was no answer\n");
    return 1;
  }
  return 0;
}

}  // namespace callosum::app
