#include "app/attack/dry_kind.hpp"

namespace callosum::app {
namespace {

class DryHandler final : public tool::ToolHandler {
 public:
  boost::asio::awaitable<Result<tool::ToolOutput>> run(const tool::Invocation&,
                                                       async::Deadline) override {
    co_return fail(ErrorType::transient, "the backend is not reached in an attack");
  }
};

class DryKind final : public tool::ToolKind {
 public:
  explicit DryKind(std::unique_ptr<tool::ToolKind> kind) : kind_(std::move(kind)) {}
  std::string_view name() const override { return kind_->name(); }
  Result<std::unique_ptr<tool::ToolHandler>> make(const registry::ToolSpec& tool,
                                                  const registry::Pack& pack) override {
    const auto made = kind_->make(tool, pack);
    if (!made) return made.error();
    std::unique_ptr<tool::ToolHandler> dry = std::make_unique<DryHandler>();
    return dry;
  }

 private:
  std::unique_ptr<tool::ToolKind> kind_;
};

}  // namespace

std::unique_ptr<tool::ToolKind> make_dry(std::unique_ptr<tool::ToolKind> kind) {
  return std::make_unique<DryKind>(std::move(kind));
}

}  // namespace callosum::app
