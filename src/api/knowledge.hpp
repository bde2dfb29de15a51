#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "storage/database.hpp"
#include "storage/knowledge.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

struct KnowledgeParts {
  const auth::Authenticator& authenticator;
  FindTenant find_tenant;
  storage::Database& database;
  async::TimeSource& time;
  Random& random;
  telemetry::Log& log;
  /// What tools have read of this table of the tenant is old.
  std::function<void(const std::string& tenant_id, std::string_view table)> forget_results;
};

/// `/tts_admin/{policies|faqs}/{business_id}`: what a business's callers are told, kept by a person
/// with its role `admin`. GET (`?topic=`) and POST there, GET, PUT and DELETE with `/{id}` behind
/// it. Answers `{status: "ok", policy|policies|faq|faqs}`, errors `{status: "error", message}`.
class KnowledgeResource final : public Resource {
 public:
  enum class Verb : std::uint8_t { list, add, find, change, remove };

  KnowledgeResource(const storage::KnowledgeTable& table, Verb verb,
                    std::shared_ptr<const KnowledgeParts> parts);
  std::string_view method() const override;
  std::string_view path() const override { return path_; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  /// A request that may be answered.
  struct Asked {
    std::string subject;
    std::string topic;     ///< to list
    std::string business;  ///< the tenant's id
    std::string id;        ///< of the row
    json::object fields;
  };
  boost::asio::awaitable<Result<Asked>> read(const net::HttpRequest& request,
                                             auth::Principal principal,
                                             std::vector<std::string> parts);
  boost::asio::awaitable<Result<json::value>> act(const Asked& asked);
  void note(const Asked& asked) const;

  const storage::KnowledgeTable& table_;
  const Verb verb_;
  const std::string path_;
  const std::shared_ptr<const KnowledgeParts> parts_;
};

/// Of both tables, with every verb.
std::vector<std::unique_ptr<Resource>> make_knowledge_resources(KnowledgeParts parts);

}  // namespace callosum::api
