#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tool/tool_kind.hpp"

namespace callosum::tool::builtin {

/// A tool written in C++ by whoever embeds the library. Called from every session thread at once;
/// must keep to the deadline, and never block.
using BuiltinFunction = std::function<boost::asio::awaitable<Result<ToolOutput>>(
    const Invocation& invocation, async::Deadline deadline)>;

/// The kind "builtin": `run: {builtin: NAME}` runs the function of that name.
class BuiltinKind final : public ToolKind {
 public:
  /// Before manifests load. A name given twice keeps the later function.
  void add(std::string name, BuiltinFunction function);

  std::string_view name() const override { return "builtin"; }
  /// VALIDATION where no function has that name.
  Result<std::unique_ptr<ToolHandler>> make(const registry::ToolSpec& tool,
                                            const registry::Pack& pack) override;

 private:
  std::map<std::string, std::shared_ptr<const BuiltinFunction>, std::less<>> functions_;
};

}  // namespace callosum::tool::builtin
