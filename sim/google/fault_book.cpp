#include "sim/google/fault_book.hpp"

namespace callosum::sim::google {

FaultBook::FaultBook(std::shared_ptr<const Script> script)
    : script_(std::move(script)), met_(script_->faults.size(), 0) {}

std::optional<Fault> FaultBook::take(std::string_view method, std::string_view path,
                                     std::string_view account) {
  for (std::size_t i = 0; i < met_.size(); ++i) {
    const auto& fault = script_->faults[i];
    const bool fits = path.starts_with(fault.path) &&
                      (fault.method.empty() || fault.method == method) &&
                      (fault.account.empty() || fault.account == account);
    if (!fits) continue;
    const auto nth = met_[i]++;
    if (nth < fault.skip) continue;
    if (fault.is_always || nth < fault.skip + fault.times) return fault;
  }
  return {};
}

}  // namespace callosum::sim::google
