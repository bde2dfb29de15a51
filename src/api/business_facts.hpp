#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/knowledge.hpp"
#include "storage/business_facts.hpp"

namespace callosum::api {

/// `/tts_admin/{hours|services}/{business_id}`: when a business is open in the week, and what it
/// offers, kept by a person with its role `admin`. GET, and PUT: of hours the days that are named,
/// of services the whole list. Answers and errors are those of KnowledgeResource.
class BusinessFactResource final : public Resource {
 public:
  enum class What : std::uint8_t { hours, services };
  enum class Verb : std::uint8_t { find, change };

  BusinessFactResource(What what, Verb verb, std::shared_ptr<const KnowledgeParts> parts);
  std::string_view method() const override { return verb_ == Verb::find ? "GET" : "PUT"; }
  std::string_view path() const override { return path_; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<json::value>> act(const net::HttpRequest& request,
                                                  auth::Principal principal, std::string business);

  const What what_;
  const Verb verb_;
  const std::string path_;
  const std::shared_ptr<const KnowledgeParts> parts_;
};

/// What a PUT holds, as it is kept. VALIDATION names the field.
Result<json::value> read_hours(std::string_view body);
Result<json::value> read_services(std::string_view body);

/// Of both, with both verbs.
std::vector<std::unique_ptr<Resource>> make_business_fact_resources(KnowledgeParts parts);

}  // namespace callosum::api
