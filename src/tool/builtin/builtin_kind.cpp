#include "tool/builtin/builtin_kind.hpp"

#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::tool::builtin {
namespace {

class BuiltinHandler final : public ToolHandler {
 public:
  explicit BuiltinHandler(std::shared_ptr<const BuiltinFunction> function)
      : function_(std::move(function)) {}

  boost::asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                                 async::Deadline deadline) override {
    return (*function_)(invocation, deadline);
  }

 private:
  const std::shared_ptr<const BuiltinFunction> function_;
};

}  // namespace

void BuiltinKind::add(std::string name, BuiltinFunction function) {
  functions_.insert_or_assign(std::move(name),
                              std::make_shared<const BuiltinFunction>(std::move(function)));
}

Result<std::unique_ptr<ToolHandler>> BuiltinKind::make(const registry::ToolSpec& tool,
                                                       const registry::Pack& /*pack*/) {
  const auto* config = tool.run.config.if_object();
  const auto* wanted = config == nullptr ? nullptr : find_string(*config, "builtin");
  if (wanted == nullptr || config->size() != 1) {
    return fail(ErrorType::validation, "run: expected only builtin, the name of a function");
  }
  const auto found = functions_.find(std::string_view(*wanted));
  if (found != functions_.end()) {
    return std::unique_ptr<ToolHandler>(std::make_unique<BuiltinHandler>(found->second));
  }
  std::vector<std::string_view> known;
  for (const auto& [name, function] : functions_) known.push_back(name);
  const auto nearest = find_nearest(*wanted, known);
  return fail(ErrorType::validation,
              "run.builtin: there is no function '" + std::string(*wanted) + "'" +
                  (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
}

}  // namespace callosum::tool::builtin
