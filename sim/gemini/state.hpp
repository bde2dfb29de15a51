#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/gemini/calls.hpp"
#include "sim/gemini/handles.hpp"
#include "sim/gemini/settings.hpp"

namespace callosum::sim::gemini {

/// What one connection remembers from its setup on. Owned by its Dialogue.
struct State {
  Api api;
  ModelTraits model;
  Settings settings;
  std::string instructions;
  std::vector<Declared> functions;
  std::shared_ptr<Remembered> session = std::make_shared<Remembered>();
  Calls calls;
  Ms heard{0};                    ///< sound that came in
  bool is_user_speaking = false;  ///< heard or declared

  History& history() { return session->history; }
  const History& history() const { return session->history; }
  bool is_blocking(std::string_view function) const {
    for (const auto& declared : functions) {
      if (declared.name == function) return declared.is_blocking;
    }
    return !model.non_blocking;
  }
};

}  // namespace callosum::sim::gemini
