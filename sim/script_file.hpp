#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "base/result.hpp"

namespace callosum::sim {

/// What `parse` makes of the file's text. NOT_FOUND, or VALIDATION with the file's name before what
/// `parse` complains of.
template <class Parse>
auto load_script_file(const std::string& path, const Parse& parse)
    -> decltype(parse(std::string())) {
  std::ifstream file(path);
  if (!file) return fail(ErrorType::not_found, "cannot read the script " + path);
  std::stringstream text;
  text << file.rdbuf();
  auto script = parse(text.str());
  if (!script) return fail(ErrorType::validation, path + ": " + script.error().message);
  return script;
}

}  // namespace callosum::sim
