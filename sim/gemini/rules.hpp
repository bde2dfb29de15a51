#pragma once

#include <boost/json/array.hpp>
#include <optional>
#include <string>

#include "sim/gemini/models.hpp"
#include "sim/gemini/proto.hpp"

namespace callosum::sim::gemini {

constexpr const char* kInvalidArgument = "Request contains an invalid argument.";

/// Why a message is refused: which counter notices it, and how the connection closes.
struct Complaint {
  std::string counter;
  std::uint16_t code = 1007;
  std::string reason = kInvalidArgument;
  std::string detail = {};  ///< for the log, where Google's words say nothing
};
using Verdict = std::optional<Complaint>;

/// What a well-formed setup may not say to this model. `setup` is as read_message left it.
Verdict check_setup(const json::object& setup, const ModelTraits& model, const Api& api);

/// The tools of a setup or a contextUpdate: names, schemas, behaviors. `path` is where they stand:
/// "setup.tools".
Verdict check_tools(const json::array& tools, const ModelTraits& model, const std::string& path);

/// Contents of clientContent or history.
Verdict check_contents(const json::array& turns, const Api& api);

Verdict unknown_model(std::string_view path, const Api& api);

}  // namespace callosum::sim::gemini
