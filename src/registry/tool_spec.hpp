#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "registry/schema.hpp"
#include "registry/words.hpp"

namespace callosum::registry {

/// Where in a manifest something stands, for errors: "packs/receptionist/pack.yaml:42".
struct SourcePlace {
  std::string file;
  int line = 0;
  std::string to_string() const;
};

/// Access by argument value: the rule holds when every named argument has one of its values.
struct RiskRule {
  std::vector<std::pair<std::string, std::vector<json::value>>> when;
  Access access = Access::read;
  std::optional<Confirmation> confirmation;  ///< of these calls; nothing: the tool's own
};

/// A parameter that the gateway fills and no model sees.
struct Binding {
  std::string parameter;
  std::string source;  ///< "session.tenant_id", "session.caller_phone", "session.user_id", …
};

/// A field of a result, by its name at any depth, and whom it is hidden from.
struct FieldMask {
  std::string field;
  Mask how = Mask::log;
};

/// How a tool runs: the kind's name and its own configuration, compiled by the kind.
struct RunSpec {
  std::string kind;    ///< sql http mcp process builtin
  json::value config;  ///< for sql: {sql, result, …}
  SourcePlace place;
};

/// What takes an act back: another call of `tool`, about the same thing, which both answers name as
/// `field`.
struct Undoing {
  std::string tool, field;
};

/// One tool, compiled from its manifest (DESIGN "A manifest"). Immutable.
struct ToolSpec {
  std::string pack;
  std::string name;
  std::string version;
  std::string id;  ///< "pack.name"
  std::string summary;
  std::string description;
  Category category = Category::retrieval;
  Access access = Access::read;
  AccessMode access_mode = AccessMode::confirm;  ///< of its pack
  std::vector<RiskRule> risk;
  std::vector<Channel> channels;
  std::vector<std::string> modes;  ///< empty: every mode
  std::vector<std::string> roles;  ///< empty: every member
  Assurance min_assurance = Assurance::none;
  Confirmation confirmation = Confirmation::none;
  std::chrono::milliseconds latency_budget{400};
  std::chrono::milliseconds timeout{2000};
  std::chrono::seconds cache_ttl{0};
  CacheScope cache_scope = CacheScope::session;
  OnInterrupt on_interrupt = OnInterrupt::abort;
  Delivery delivery = Delivery::when_idle;
  std::chrono::milliseconds filler_after{0};  ///< 0: none
  std::string filler;                         ///< what the caller hears then
  std::vector<std::string> idempotency_key;
  std::vector<Undoing> undone_by;  ///< once undone, the same act may be done anew
  std::vector<Binding> bind;
  std::vector<std::string> provenance_seen;  ///< arguments that must have been seen before
  std::vector<FieldMask> mask;
  std::vector<std::string> invalidates;
  std::vector<std::string> requires_tools;
  std::optional<int> max_chain;
  std::string account;         ///< provider of a connected account it needs
  bool untrusted = false;      ///< what it reads was written by strangers
  bool may_be_raised = false;  ///< where such text can come up: its consent, of a tool without one
  bool terminal = false;
  bool poll = false;
  std::chrono::seconds stale_on_timeout{0};
  std::string say_on_failure;
  /// What callers say: "what is your {topic:cancellation} policy"; slots name an argument, and a
  /// value of it.
  std::vector<std::string> phrases;
  /// How the offline brain says the result: "Your {service} is {status}."; empty: reads the fields
  /// out.
  std::string reply;
  std::string reply_empty;      ///< where the result is null or an empty list
  std::size_t list_tokens = 0;  ///< about what it takes of a model's list of tools
  json::object input_schema;    ///< as written, without the bound parameters: what a model may send
  json::object output_schema;
  std::shared_ptr<const Schema> input;
  std::shared_ptr<const Schema> output;  ///< null: anything
  RunSpec run;
  SourcePlace place;
  std::string
      digest;  ///< SHA-256 in hex of what the manifest says of this tool; registry.lock compares it

  /// The access these arguments need: the strictest rule that holds. Arguments that cannot be read
  /// (null) count as the strictest rule there is. A destructive name is destructive whatever the
  /// manifest says.
  Access access_for(const json::object* arguments) const;
  /// What these arguments ask of the caller, likewise: where a tool reads but for its rules, its
  /// confirmation is for the calls that a rule holds for.
  Confirmation confirmation_for(const json::object* arguments) const;
  /// Whether a model may have to send back a token, for the caller's spoken yes.
  bool takes_token() const { return confirmation == Confirmation::spoken || may_be_raised; }
  /// Whether what it does is seen outside of the gateway's own database.
  bool reaches_outside() const { return run.kind != "sql" && run.kind != "builtin"; }
  /// Whether some call of it may change something.
  bool may_write() const;
  bool is_write() const { return access == Access::write || access == Access::destructive; }
};

}  // namespace callosum::registry
