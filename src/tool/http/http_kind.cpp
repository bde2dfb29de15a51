#include "tool/http/http_kind.hpp"

#include <map>
#include <mutex>

#include "net/tls.hpp"
#include "tool/http/egress.hpp"
#include "tool/http/http_handler.hpp"
#include "tool/http/plan.hpp"

namespace callosum::tool::http {
namespace {

class HttpKind final : public ToolKind {
 public:
  HttpKind(const config::Config& config, const HttpOptions& options)
      : options_(options), ground_(options.max_per_tenant) {
    ground_.accounts = options.accounts;
    for (const auto& [name, secret] : config.secrets) secrets_.emplace(name, secret.value);
    for (const auto& [service, urls] : options.account_apis) {
      for (const auto& url : urls) apis_[service].push_back(origin_of(url).value());
    }
    if (options.is_trial) {
      egress_ = EgressList::of_a_trial();
      return;
    }
    ca_file_ = config.egress.ca_file;
    auto egress = EgressList::make(config.egress.allow);
    if (egress) {
      egress_ = std::move(*egress);
    } else {
      problem_ = egress.error();
    }
  }

  std::string_view name() const override { return "http"; }

  Result<std::unique_ptr<ToolHandler>> make(const registry::ToolSpec& tool,
                                            const registry::Pack& /*pack*/) override {
    if (problem_) return *problem_;
    auto plans = read_plans(tool, {egress_, secrets_, apis_, options_.is_trial});
    if (!plans) return plans.error();
    if (const auto ready = prepare_tls(); !ready) return ready.error();
    return make_http_handler(std::move(*plans), ground_);
  }

 private:
  /// With the first tool: reading a machine's authorities takes a while.
  Result<void> prepare_tls() {
    const std::lock_guard lock(mutex_);
    if (ground_.tls || options_.is_trial) return {};
    auto tls = net::make_client_tls(ca_file_);
    if (!tls) return fail(ErrorType::validation, "egress.ca_file: " + tls.error().message);
    ground_.tls = std::move(*tls);
    return {};
  }

  const HttpOptions options_;
  std::string ca_file_;
  std::mutex mutex_;
  HttpGround ground_;
  EgressList egress_;
  AccountApis apis_;
  std::map<std::string, Secret, std::less<>> secrets_;
  std::optional<Error> problem_;
};

}  // namespace

std::unique_ptr<ToolKind> make_http_kind(const config::Config& config, const HttpOptions& options) {
  return std::make_unique<HttpKind>(config, options);
}

}  // namespace callosum::tool::http
