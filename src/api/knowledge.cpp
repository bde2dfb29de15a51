#include "api/knowledge.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <utility>

#include "api/knowledge_body.hpp"
#include "api/query.hpp"
#include "api/status_error.hpp"
#include "base/ids.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

using Verb = KnowledgeResource::Verb;
using Query = std::function<Result<json::value>(storage::sqlite::Connection&)>;

constexpr std::array<std::string_view, 5> kMethods{"GET", "POST", "GET", "PUT", "DELETE"};

bool is_write(Verb verb) { return verb != Verb::list && verb != Verb::find; }

template <class T>
Result<json::value> as_value(Result<T> result) {
  if (!result) return result.error();
  return json::value(std::move(*result));
}

}  // namespace

KnowledgeResource::KnowledgeResource(const storage::KnowledgeTable& table, Verb verb,
                                     std::shared_ptr<const KnowledgeParts> parts)
    : table_(table),
      verb_(verb),
      path_("/tts_admin/" + std::string(table.table) + "/{business_id}" +
            (verb == Verb::list || verb == Verb::add ? "" : "/{id}")),
      parts_(std::move(parts)) {}

std::string_view KnowledgeResource::method() const {
  return kMethods[static_cast<std::size_t>(verb_)];
}

asio::awaitable<Result<KnowledgeResource::Asked>> KnowledgeResource::read(
    const net::HttpRequest& request, auth::Principal principal, std::vector<std::string> parts) {
  Asked asked;
  asked.subject = principal.subject;
  constexpr std::array<std::string_view, 1> kTopic{"topic"};
  const auto known = check_query(request, std::span(kTopic).first(verb_ == Verb::list ? 1 : 0));
  if (!known) co_return known.error();
  asked.topic = request.query("topic");
  if (asked.topic.size() > 320) {
    co_return fail(ErrorType::validation, "topic: expected at most 80 characters");
  }
  if (verb_ == Verb::add || verb_ == Verb::change) {
    auto fields = read_knowledge_body(table_, request.body, verb_ == Verb::add);
    if (!fields) co_return fields.error();
    asked.fields = std::move(*fields);
  }
  auto finding = parts_->find_tenant(std::move(principal), parts.front());
  const auto tenant = co_await std::move(finding);
  if (!tenant) co_return tenant.error();
  asked.business = tenant->id;
  asked.id = parts.size() > 1 ? parts[1] : make_uuid7(parts_->time, parts_->random);
  co_return asked;
}

asio::awaitable<Result<json::value>> KnowledgeResource::act(const Asked& asked) {
  const auto deadline = async::Deadline::after(parts_->time, 5s);
  Query query = [verb = verb_, &table = table_, asked](auto& connection) -> Result<json::value> {
    const storage::KnowledgeKey key{table, asked.business, asked.id};
    switch (verb) {
      case Verb::add:
        return as_value(add_knowledge(connection, key, asked.fields));
      case Verb::find:
        return as_value(find_knowledge(connection, key));
      case Verb::change:
        return as_value(change_knowledge(connection, key, asked.fields));
      case Verb::remove:
        return as_value(remove_knowledge(connection, key));
      case Verb::list:
        break;
    }
    return as_value(list_knowledge(connection, table, asked.business, asked.topic));
  };
  auto& database = parts_->database;
  auto pending = is_write(verb_)
                     ? database.write<json::value>(deadline, std::move(query), asked.business)
                     : database.read<json::value>(deadline, std::move(query), asked.business);
  auto result = co_await std::move(pending);
  // Also after a failure: whether the change was made is then not known.
  if (is_write(verb_)) parts_->forget_results(asked.business, table_.table);
  co_return result;
}

void KnowledgeResource::note(const Asked& asked) const {
  constexpr std::array kWords{"", "added", "", "changed", "removed"};
  parts_->log.info("knowledge_changed", {{"table", table_.table},
                                         {"tenant_id", asked.business},
                                         {"id", asked.id},
                                         {"change", kWords[static_cast<std::size_t>(verb_)]},
                                         {"by", asked.subject}});
}

asio::awaitable<net::HttpResponse> KnowledgeResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = parts_->authenticator.authenticate(request);
  if (!principal) co_return status_error(401, "Auth required");
  // A client secret is in a browser, whoever's it is.
  const bool may =
      principal->has_role("admin") && principal->kind != auth::CredentialKind::client_secret;
  if (!may) co_return status_error(403, "This needs the role admin of that business");
  const auto asked = co_await read(request, *principal, parts);
  if (!asked) co_return status_error(asked.error(), parts_->random, parts_->log);
  const auto done = co_await act(*asked);
  if (!done) co_return status_error(done.error(), parts_->random, parts_->log);
  if (is_write(verb_)) note(*asked);
  const json::object body{{"status", "ok"},
                          {verb_ == Verb::list ? table_.table : table_.one, *done}};
  co_return net::HttpResponse::json(verb_ == Verb::add ? 201 : 200, json::serialize(body));
}

std::vector<std::unique_ptr<Resource>> make_knowledge_resources(KnowledgeParts parts) {
  const auto shared = std::make_shared<const KnowledgeParts>(std::move(parts));
  std::vector<std::unique_ptr<Resource>> resources;
  for (const auto* table :
       {&storage::KnowledgeTable::policies(), &storage::KnowledgeTable::faqs()}) {
    for (const auto verb : {Verb::list, Verb::add, Verb::find, Verb::change, Verb::remove}) {
      resources.push_back(std::make_unique<KnowledgeResource>(*table, verb, shared));
    }
  }
  return resources;
}

}  // namespace callosum::api
