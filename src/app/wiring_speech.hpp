#pragma once

#include <memory>
#include <string>

#include "app/parts.hpp"
#include "realtime/ears.hpp"
#include "realtime/mouth.hpp"
#include "registry/snapshot.hpp"

namespace callosum::app {

// The part of wiring.cpp that names what hears and what speaks. A new service is a row.

/// NOT_FOUND names the kinds there are.
Result<realtime::MakeEars> make_ears(Parts& parts,
                                     const std::shared_ptr<const registry::Snapshot>& snapshot,
                                     const std::string& name);
Result<realtime::MakeMouth> make_mouth(Parts& parts,
                                       const std::shared_ptr<const registry::Snapshot>& snapshot,
                                       const std::string& name);

}  // namespace callosum::app
