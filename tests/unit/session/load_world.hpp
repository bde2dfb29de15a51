#pragma once

#include <memory>
#include <string>
#include <vector>

#include "real_world.hpp"
#include "session/load_book.hpp"
#include "storage/database.hpp"

namespace callosum::testing {

/// A pack that gates by mode, as its author writes it.
inline constexpr const char* kGatedPack = R"yaml(
pack: helper
version: 1.2.0
access_mode: confirm
modes:
  email: {summary: Mail., account: google}
  todo: {summary: The list of things to do.}
  vault: {summary: Secrets., roles: [owner], min_assurance: verified}
  archive: {summary: Old mail., from: [email], account: google}
meta_tools: [search_tools, end_session]
tools:
  - {name: find_mail, version: 1.0.0, summary: Look through the mail., category: action, access: read,
     channels: [voice, text], modes: [email], account: google,
     input: {type: object, properties: {from: {type: string}}, additionalProperties: false}, run: {builtin: noop}}
  - {name: read_mail, version: 1.0.0, summary: Read one message aloud., category: action, access: read,
     channels: [voice, text], modes: [email, archive], account: google,
     input: {type: object, properties: {id: {type: string}}, additionalProperties: false}, run: {builtin: noop}}
  - {name: add_todo, version: 1.0.0, summary: Put something on the list., category: action, access: read,
     channels: [voice, text], modes: [todo],
     input: {type: object, properties: {item: {type: string}}, additionalProperties: false}, run: {builtin: noop}}
  - {name: list_todo, version: 1.0.0, summary: What is on the list., category: action, access: read,
     channels: [voice, text], modes: [todo], phrases: [groceries to buy],
     input: {type: object, properties: {}, additionalProperties: false}, run: {builtin: noop}}
  - {name: tell_time, version: 1.0.0, summary: What time it is., category: action, access: read,
     channels: [voice, text],
     input: {type: object, properties: {}, additionalProperties: false}, run: {builtin: noop}}
)yaml";

/// Whoever is told that tools have changed.
struct CountingWatcher final : session::LoadWatcher {
  void on_loaded(const std::string& session_id) override { told.push_back(session_id); }
  std::vector<std::string> told;
};

/// A book with one conversation in it.
struct LoadWorld {
  LoadWorld();

  session::LoadBook::Set begin(session::LoadWish wish = {}, std::uint64_t epoch = 0);
  std::string loaded() const;  ///< names, with spaces between them
  /// "ok", or the error's type.
  std::string set_mode(const std::string& mode);
  registry::CallContext context() const;

  CountingWatcher watcher;
  std::shared_ptr<const registry::Snapshot> snapshot;
  session::LoadGround ground;
  std::unique_ptr<session::LoadBook> book;
};

}  // namespace callosum::testing
