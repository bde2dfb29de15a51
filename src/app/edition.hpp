#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/realtime_token.hpp"
#include "pipeline/catalog.hpp"
#include "policy/enablement.hpp"
#include "realtime/chat_model.hpp"
#include "realtime/ears.hpp"
#include "realtime/model_port.hpp"
#include "realtime/mouth.hpp"
#include "session/model_source.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::app {

/// The registry's export that callers' programs are shown, whoever the provider is: they speak
/// OpenAI Realtime.
constexpr const char* kCallersExport = "openai";

/// A way to reach one configured provider. `make` owns what its ports share; its copies outlive
/// them.
struct ProviderFactory {
  /// `model` is one of `models`, or empty: the configured one.
  std::function<std::unique_ptr<realtime::ModelPort>(const std::string& model)> make;
  std::string export_name;  ///< the registry's export that its tool lists are compiled with
  std::string voice;
  std::string transcription_model;  ///< empty: it writes down what it hears without being asked
  std::string name;                 ///< in the configuration
  std::string model;                ///< the configured one
  std::vector<std::string> models;  ///< that clients may choose
  /// A credential of the provider's own, for a browser; empty: it has none. The request's body in.
  std::function<boost::asio::awaitable<Result<api::ProviderCredential>>(std::string body,
                                                                        async::Deadline deadline)>
      mint;
  std::shared_ptr<session::ProviderBreaker> breaker;  ///< of all editions and sessions
  std::chrono::seconds cap{0};                        ///< see session::ModelSource
  std::chrono::milliseconds patience{std::chrono::seconds(30)};
  bool is_frozen = false;  ///< see app::is_frozen
  /// Ears of our own, for reply paths that need them; else empty.
  realtime::MakeEars make_ears;
  /// What speaks where there is no realtime provider at all; else empty, and `make` gives one.
  realtime::MakeMouth make_mouth;
  realtime::ProviderProfile profile;  ///< of that
  /// What plans where the provider is only a mouth; else null.
  std::shared_ptr<realtime::ChatModel> chat;
  /// What judges its calls once they are over; null: nothing does.
  std::shared_ptr<realtime::ChatModel> judge;
  bool thinks_ahead = false;                     ///< see session::BrainParts
  std::chrono::milliseconds interrupt_after{0};  ///< the same
};

/// One version of the packs, and everything that is made of it: handlers of the tools, the lists
/// that models see, the offline voice's grammar. A session keeps the one it began with, whole, to
/// its end. Shared by all threads.
class Edition {
 public:
  /// `live` counts those that somebody still uses.
  /// `providers`: in the order in which sessions ask them; never empty.
  Edition(std::shared_ptr<const pipeline::Catalog> catalog, std::vector<ProviderFactory> providers,
          telemetry::Gauge live);
  ~Edition();
  Edition(const Edition&) = delete;
  Edition& operator=(const Edition&) = delete;

  const pipeline::Catalog& catalog() const { return *catalog_; }
  const std::shared_ptr<const registry::Snapshot>& snapshot() const { return catalog_->snapshot(); }
  const std::string& version() const { return snapshot()->version(); }
  const std::vector<ProviderFactory>& providers() const { return providers_; }
  const ProviderFactory& provider() const { return providers_.front(); }
  /// What a realtime session of this audience is shown, but for what is `off`, in the words of an
  /// export. Compiled once an audience and export.
  using Offer = std::shared_ptr<const session::ToolOffer>;
  Result<Offer> offer_for(const registry::CallContext& context, const policy::SwitchedOff& off,
                          std::string_view export_name) const;
  /// What a conversation whose tools come and go is shown of its set; compiled once a set. Where
  /// the list is frozen these are the meta tools alone, one of which carries the others.
  struct Listing {
    const registry::LoadedSet& set;
    const registry::CallContext& context;  ///< whose audience it is
    bool is_frozen = false;
  };
  Result<Offer> offer_of(const Listing& listing, std::string_view export_name) const;

 private:
  using Tools = std::vector<const registry::ToolSpec*>;
  Offer find_offer(const std::string& key) const;
  Result<Offer> compile(const std::string& key, const Tools& tools,
                        std::string_view export_name) const;

  const std::shared_ptr<const pipeline::Catalog> catalog_;
  const std::vector<ProviderFactory> providers_;
  const telemetry::Gauge live_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const session::ToolOffer>> offers_;  // by audience
};

/// Its catalog, which keeps all of the edition.
std::shared_ptr<const pipeline::Catalog> catalog_of(const std::shared_ptr<const Edition>& edition);

}  // namespace callosum::app
