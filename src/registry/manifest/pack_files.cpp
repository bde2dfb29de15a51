#include "registry/manifest/pack_files.hpp"

#include <algorithm>
#include <fstream>

#include "base/text.hpp"

namespace callosum::registry {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
  std::error_code ec;
  // A pipe or device would block or never end.
  const auto status = fs::status(path, ec);
  if (status.type() == fs::file_type::none) {
    return fail(ErrorType::not_found, "cannot be opened: " + ec.message());
  }
  if (!fs::exists(status)) return fail(ErrorType::not_found, "no such file");
  if (!fs::is_regular_file(status)) return fail(ErrorType::validation, "not a plain file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorType::not_found, "cannot be opened");
  std::string text(max_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) return fail(ErrorType::validation, "cannot be read");
  if (text.size() > max_bytes) {
    return fail(ErrorType::validation, "larger than " + std::to_string(max_bytes) + " bytes");
  }
  if (!is_valid_utf8(text)) return fail(ErrorType::validation, "not UTF-8 text");
  return text;
}

Result<fs::path> resolve_inside(const fs::path& folder, const std::string& name) {
  const fs::path relative = fs::path(name).lexically_normal();
  const auto outside = fail(ErrorType::validation, "expected a file inside the pack's folder");
  const bool is_upwards = !relative.empty() && *relative.begin() == "..";
  if (relative.is_absolute() || is_upwards || relative == ".") return outside;
  if (folder.empty()) return relative;
  std::error_code ec;
  const auto root = fs::weakly_canonical(folder, ec);
  if (ec) return outside;
  const auto target = fs::weakly_canonical(root / relative, ec);
  if (ec) return outside;
  const auto mismatch = std::mismatch(root.begin(), root.end(), target.begin(), target.end());
  if (mismatch.first != root.end() || target == root) {
    return fail(ErrorType::validation,
                "expected a file inside the pack's folder; a link that leads out of it is not "
                "followed");
  }
  return folder / relative;
}

}  // namespace callosum::registry
