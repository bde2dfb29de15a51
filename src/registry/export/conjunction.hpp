#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/export/export.hpp"

namespace callosum::registry {

/// A schema within the document of a tool's input.
struct Part {
  const json::object* schema = nullptr;
  std::string place;       ///< JSON Pointer
  bool any_done = false;   ///< its `anyOf` is dealt with
  bool one_done = false;   ///< its `oneOf`
  bool is_silent = false;  ///< its notes are written elsewhere
};

/// Schemas that hold together: what `$ref` and `allOf` come to when they are written out.
struct Conjunction {
  std::string place;  ///< of the first
  std::vector<Part> parts;
  bool is_never = false;  ///< one of them is `false`, or never ends
};

/// A schema as it is met in the document: an object or a boolean.
struct Met {
  const json::value* schema = nullptr;
  std::string place;
};

/// Writes references out, a recursive one twice. Knows which references are open on the way down.
class ReferenceWriter {
 public:
  ReferenceWriter(const ToolSpec& tool, std::vector<Loss>& losses);

  /// Adds the schema, with all that `$ref` and `allOf` bring.
  void add(const Met& met, Conjunction& out);

  const json::value& root() const { return root_; }
  /// Where the way down stood, to go back to.
  std::size_t depth() const { return open_.size(); }
  void return_to(std::size_t depth) { open_.resize(depth); }
  /// What cannot be written out, or empty.
  const Refusal* refusal() const { return refusal_ ? &*refusal_ : nullptr; }

  void lose(const std::string& place, std::string_view keyword, Loss::Kind kind,
            std::string_view enforced);

 private:
  void follow(const json::object& schema, const std::string& place, Conjunction& out);

  const std::string& tool_;
  const json::value root_;
  std::vector<Loss>& losses_;
  std::size_t first_loss_;
  std::vector<const json::value*> open_;
  std::optional<Refusal> refusal_;
};

}  // namespace callosum::registry
