#include "registry/lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/json_text.hpp"
#include "registry/manifest/pack_files.hpp"

namespace callosum::registry {
namespace {

constexpr std::size_t kMaxLockBytes = 4 << 20;

struct Entry {
  std::string version;
  std::string sha256;
};
using Entries = std::map<std::string, Entry>;

Entries tool_entries(const Snapshot& snapshot) {
  Entries out;
  for (const auto& tool : snapshot.tools()) out[tool.name] = {tool.version, tool.digest};
  return out;
}

Entries pack_entries(const Snapshot& snapshot) {
  Entries out;
  for (const auto& pack : snapshot.packs()) out[pack.name] = {pack.version, pack.digest};
  return out;
}

void append_entries(std::string_view key, const Entries& entries, std::string& out) {
  out += "  " + to_json_text(json::value(key)) + ": {";
  bool is_first = true;
  for (const auto& [name, entry] : entries) {
    out += is_first ? "\n" : ",\n";
    is_first = false;
    const json::object line{{"version", entry.version}, {"sha256", entry.sha256}};
    out += "    " + to_json_text(json::value(name)) + ": " + to_json_text(line);
  }
  out += "\n  }";
}

std::string render(const Snapshot& snapshot) {
  std::string out = "{\n  \"registry_version\": " + to_json_text(json::value(snapshot.version()));
  out += ",\n";
  append_entries("packs", pack_entries(snapshot), out);
  out += ",\n";
  append_entries("tools", tool_entries(snapshot), out);
  return out + "\n}\n";
}

std::optional<Entries> read_entries(const json::object& lock, std::string_view key) {
  const auto* written = find_object(lock, key);
  if (written == nullptr) return std::nullopt;
  Entries out;
  for (const auto& member : *written) {
    const auto* entry = member.value().if_object();
    if (entry == nullptr) return std::nullopt;
    out[member.key()] = {std::string(text_at(*entry, "version")),
                         std::string(text_at(*entry, "sha256"))};
  }
  return out;
}

void compare(std::string_view what, const Entries& locked, const Entries& now,
             std::vector<std::string>& differences) {
  const auto say = [&](const std::string& name, const std::string& how) {
    differences.push_back(std::string(what) + " `" + name + "` " + how);
  };
  for (const auto& [name, entry] : now) {
    const auto before = locked.find(name);
    if (before == locked.end()) {
      say(name, "is new");
    } else if (before->second.version != entry.version) {
      say(name, "changed from " + before->second.version + " to " + entry.version);
    } else if (before->second.sha256 != entry.sha256) {
      say(name, "changed and is still " + entry.version);
    }
  }
  for (const auto& [name, entry] : locked) {
    if (!now.contains(name)) say(name, "is gone");
  }
}

Error cannot_write(const std::filesystem::path& path) {
  return fail(ErrorType::permanent, "the registry's lock cannot be written",
              path.string() + ": " + std::strerror(errno));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

}  // namespace

Result<void> write_lock(const std::filesystem::path& path, const Snapshot& snapshot) {
  const auto beside = path.string() + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return cannot_write(path);
  const bool is_written = write_all(fd, render(snapshot));
  const bool is_closed = ::close(fd) == 0;
  if (!is_written || !is_closed || ::rename(beside.c_str(), path.c_str()) != 0) {
    const auto error = cannot_write(path);
    ::unlink(beside.c_str());
    return error;
  }
  return {};
}

Result<std::vector<std::string>> compare_with_lock(const std::filesystem::path& path,
                                                   const Snapshot& snapshot) {
  const auto text = read_file(path, kMaxLockBytes);
  if (!text) {
    return fail(text.error().type, path.string() + ": " + text.error().message);
  }
  const auto value = parse_strict(*text, {.max_bytes = kMaxLockBytes});
  const auto* lock = value ? value->if_object() : nullptr;
  const auto packs = lock == nullptr ? std::nullopt : read_entries(*lock, "packs");
  const auto tools = lock == nullptr ? std::nullopt : read_entries(*lock, "tools");
  if (!packs || !tools) {
    return fail(ErrorType::validation,
                path.string() + ": expected a registry lock with `packs` and `tools`",
                value ? "" : value.error().message);
  }
  std::vector<std::string> differences;
  compare("tool", *tools, tool_entries(snapshot), differences);
  compare("pack", *packs, pack_entries(snapshot), differences);
  return differences;
}

Result<void> check_lock(const std::filesystem::path& path, const Snapshot& snapshot) {
  const auto differences = compare_with_lock(path, snapshot);
  if (!differences) return differences.error();
  if (differences->empty()) return {};
  return fail(ErrorType::conflict,
              path.string() + " is for other tools: " + join(*differences, "; "));
}

}  // namespace callosum::registry
