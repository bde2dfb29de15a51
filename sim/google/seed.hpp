#pragma once

#include <cstddef>

namespace callosum::sim::google {

struct Account;

/// A fortnight of somebody's mail and events around now: of work for the first account, the third
/// …, of a family for the others. Always the same for the same day.
void seed(Account& account, std::size_t nth);

}  // namespace callosum::sim::google
