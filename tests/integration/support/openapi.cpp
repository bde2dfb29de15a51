#include "openapi.hpp"

#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/report.hpp"
#include "registry/manifest/yaml_tree.hpp"
#include "registry/schema.hpp"

namespace callosum::testing {
namespace {

json::object read_document() {
  std::ifstream in(std::string(CALLOSUM_SOURCE_DIR) + "/docs/openapi.yaml", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  registry::Report report("docs/openapi.yaml");
  const auto tree = registry::parse_yaml(text, report);
  if (!tree || !report.problems().empty()) {
    throw std::runtime_error(report.problems().empty() ? "docs/openapi.yaml cannot be read"
                                                       : report.problems().front().to_string());
  }
  return registry::to_json(*tree).as_object();
}

std::string upper(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

bool OpenApi::Operation::documents(int status) const {
  return spec.at("responses").as_object().contains(std::to_string(status));
}

int OpenApi::Operation::good_status() const {
  for (const auto& response : spec.at("responses").as_object()) {
    if (response.key().starts_with('2')) return std::stoi(std::string(response.key()));
  }
  return 0;
}

OpenApi::OpenApi() : document_(read_document()) {
  for (const auto& path : document_.at("paths").as_object()) {
    const auto& item = path.value().as_object();
    for (const auto* method : {"get", "post", "put", "delete"}) {
      const auto* spec = find_object(item, method);
      if (!spec) continue;
      Operation operation{.method = upper(method), .path = path.key(), .spec = *spec};
      for (const auto* owner : {&item, spec}) {
        const auto* list = find_array(*owner, "parameters");
        if (!list) continue;
        for (const auto& entry : *list) operation.parameters.push_back(follow(entry.as_object()));
      }
      const auto* body = find_object(*spec, "requestBody");
      if (body) operation.body = follow(*body);
      const auto* content = find_object(operation.body, "content");
      operation.is_form = content && content->contains("application/x-www-form-urlencoded");
      operation.is_on_admin = item.contains("servers");
      operation.is_websocket = spec->contains("x-websocket");
      const auto* security = find_array(*spec, "security");
      operation.is_open = security && security->empty();
      operations_.push_back(std::move(operation));
    }
  }
}

const json::object& OpenApi::follow(const json::object& maybe_reference) const {
  const auto reference = text_at(maybe_reference, "$ref");
  if (reference.empty()) return maybe_reference;
  const json::value* at = nullptr;
  for (const auto part : split(reference.substr(2), '/')) {
    const auto& object = at ? at->as_object() : document_;
    at = object.if_contains(part);
    if (!at) throw std::runtime_error("docs/openapi.yaml: there is no " + std::string(reference));
  }
  return at->as_object();
}

std::string OpenApi::problem_of(const json::value& value, const json::object& media) const {
  // References lead into the document's components, so these come along.
  json::object schema = media.at("schema").as_object();
  schema["components"] = document_.at("components");
  const json::value document(std::move(schema));
  const auto compiled = registry::compile_schema(document);
  if (!compiled) return "the schema: " + compiled.error().message;
  const auto hints = (*compiled)->explain(value);
  return hints.empty() ? "" : hints.front().path + ": " + hints.front().message;
}

std::string OpenApi::problem_of(const Operation& operation, const net::HttpResponse& answer) const {
  const auto status = std::to_string(answer.status);
  const auto place = operation.name() + ": " + status + ": ";
  const auto& responses = operation.spec.at("responses").as_object();
  if (!responses.contains(status)) return place + "not documented: " + answer.body;
  const auto* content = find_object(follow(responses.at(status).as_object()), "content");
  if (!content) return answer.body.empty() ? "" : place + "has a body: " + answer.body;
  const auto type = std::string(split(answer.headers.get("Content-Type"), ';').front());
  const auto* media = find_object(*content, type);
  if (!media) return place + "is of type " + type;
  if (type != "application/json") return "";
  const auto body = parse_strict(answer.body);
  if (!body) return place + body.error().message;
  const auto problem = problem_of(*body, *media);
  return problem.empty() ? "" : place + problem + " in " + answer.body;
}

std::string OpenApi::problem_of_example(const Operation& operation) const {
  if (operation.body.empty() || operation.is_form) return "";
  const auto& media = operation.body.at("content").at("application/json").as_object();
  if (!media.contains("example")) return operation.name() + ": the body has no example";
  const auto problem = problem_of(media.at("example"), media);
  return problem.empty() ? "" : operation.name() + ": the body's example: " + problem;
}

}  // namespace callosum::testing
