#include "app/commands/pack_source.hpp"

#include "app/packs_folder.hpp"
#include "base/text.hpp"

namespace callosum::app {

registry::LoadOutcome load_folders(const std::vector<std::string>& folders,
                                   const std::vector<std::string>& consumers,
                                   const registry::Styles& styles) {
  std::vector<std::filesystem::path> paths(folders.begin(), folders.end());
  if (paths.empty()) {
    auto found = find_packs_folder();
    if (!found) {
      registry::LoadOutcome outcome;
      outcome.problems.push_back({{}, "packs", found.error().message});
      return outcome;
    }
    paths.push_back(std::move(*found));
  }
  return registry::load_packs(paths, consumers, styles);
}

Result<registry::Styles> parse_styles(const std::vector<std::string>& written) {
  registry::Styles styles;
  for (const auto& text : written) {
    const auto mark = text.find('=');
    if (mark == std::string::npos || mark == 0 || mark + 1 == text.size()) {
      return fail(ErrorType::validation, "--style: expected PACK=STYLE, not " + text);
    }
    styles[text.substr(0, mark)] = text.substr(mark + 1);
  }
  return styles;
}

std::string consumer_names() {
  std::vector<std::string> names;
  for (const auto name : registry::export_names()) names.emplace_back(name);
  return join(names, ", ");
}

Result<const registry::ToolExport*> find_consumer(const std::string& name) {
  if (const auto* target = registry::find_export(name)) return target;
  return fail(ErrorType::validation,
              "--for: expected one of " + consumer_names() + ", not " + name);
}

}  // namespace callosum::app
