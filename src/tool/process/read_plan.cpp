#include <algorithm>
#include <cstdlib>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/pack_files.hpp"
#include "tool/process/plan.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::process {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostArguments = 64;

bool is_variable_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 100 && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_part);
}

/// What the loader of a program obeys before the program runs.
bool is_of_the_loader(std::string_view name) { return name.starts_with("LD_"); }

class Reader {
 public:
  Reader(const registry::ToolSpec& tool, const PlanGround& ground, const json::object& run)
      : tool_(tool), ground_(ground), fields_(run, "run.process") {}

  Result<Plan> read() {
    auto& worker = plan_.worker;
    worker.pack = ground_.pack.name;
    std::error_code ignored;
    worker.folder = fs::absolute(ground_.pack.folder, ignored);
    plan_.is_write = may_write(tool_);
    read_command();
    read_environment();
    read_limits();
    worker.concurrency = static_cast<std::size_t>(fields_.number("concurrency", 1, 1, 256));
    worker.max_line_bytes =
        static_cast<std::size_t>(fields_.number("max_line_bytes", 1 << 20, 1024, 16 << 20));
    plan_.honours_key = fields_.flag("honours_key");
    if (plan_.honours_key && !plan_.is_write) {
      fields_.problem("honours_key", "is for tools whose access is write");
    }
    const auto finished = fields_.finish();
    if (!finished) return finished.error();
    return std::move(plan_);
  }

 private:
  void read_command() {
    auto command = fields_.texts("command", Need::required);
    if (!fields_.is_good()) return;
    if (command.empty() || command.size() > kMostArguments) {
      return fields_.problem("command",
                             "expected a program and its arguments, one a text: "
                             "[./worker.py, --fast]; no shell reads them");
    }
    for (const auto& part : command) {
      if (part.find('\0') != std::string::npos) return fields_.problem("command", "holds a NUL");
    }
    auto program = find_program(command[0]);
    if (!program) return fields_.problem("command", program.error().message);
    command[0] = *program;
    plan_.worker.command = std::move(command);
  }

  Result<std::string> find_program(const std::string& written) const {
    fs::path path = written;
    if (!path.is_absolute()) {
      const auto inside = registry::resolve_inside(ground_.pack.folder, written);
      if (!inside) {
        return fail(ErrorType::validation,
                    written + ": " + inside.error().message + ", or a program's whole path");
      }
      path = *inside;
    }
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) {
      return fail(ErrorType::validation, path.string() + " is no file" +
                                             (written.find('/') == std::string::npos
                                                  ? "; a program of the system is written with its "
                                                    "whole path, such as /usr/bin/python3"
                                                  : ""));
    }
    if (::access(path.c_str(), X_OK) != 0) {
      return fail(ErrorType::validation, path.string() + " may not be executed; chmod +x it");
    }
    return fs::absolute(path).string();
  }

  /// {NAME: text | {secret: NAME} | {from: VARIABLE}}, or a list of variables to hand on.
  void read_environment() {
    const auto* written = fields_.find("env");
    if (written == nullptr) return;
    if (const auto* list = written->if_array()) {
      for (const auto& item : *list) {
        const auto* name = item.if_string();
        if (name == nullptr) return fields_.problem("env", "expected names of variables");
        read_variable(std::string(*name), json::object{{"from", *name}});
      }
    } else if (const auto* map = written->if_object()) {
      for (const auto& member : *map) read_variable(std::string(member.key()), member.value());
    } else {
      fields_.problem("env", "expected a list of variables, or a map of their values");
    }
  }

  void read_variable(const std::string& name, const json::value& written) {
    const std::string key = "env." + name;
    if (!is_variable_name(name)) return fields_.problem(key, "no name of a variable");
    if (is_of_the_loader(name)) return fields_.problem(key, "is not handed to a worker");
    if (const auto* text = written.if_string()) {
      if (text->find('\0') != json::string::npos) return fields_.problem(key, "holds a NUL");
      plan_.worker.environment.emplace_back(name, *text);
      return;
    }
    const auto* map = written.if_object();
    const bool is_one = map != nullptr && map->size() == 1 && map->begin()->value().is_string();
    const auto word = is_one ? std::string_view(map->begin()->key()) : std::string_view();
    if (word == "secret") return read_secret(key, name, std::string(text_at(*map, "secret")));
    if (word == "from") return read_inherited(key, name, std::string(text_at(*map, "from")));
    fields_.problem(key, "expected text, {secret: NAME} or {from: VARIABLE}");
  }

  void read_secret(const std::string& key, const std::string& name, const std::string& secret) {
    const auto found = ground_.secrets.find(secret);
    if (found != ground_.secrets.end()) {
      plan_.worker.secrets[name] = found->second;
    } else if (!ground_.is_trial) {
      fields_.problem(
          key, "there is no secrets." + secret + " in the configuration; add its env or file");
    }
  }

  void read_inherited(const std::string& key, const std::string& name, const std::string& from) {
    const auto lower = to_lower_ascii(from);
    for (const std::string_view part : {"key", "token", "secret", "pass", "cred", "auth"}) {
      if (lower.find(part) == std::string::npos) continue;
      return fields_.problem(key, from +
                                      " may hold a credential; expected {secret: NAME}, with "
                                      "secrets.NAME in the configuration");
    }
    const char* value = std::getenv(from.c_str());
    if (value != nullptr) plan_.worker.environment.emplace_back(name, value);
  }

  void read_limits() {
    const auto* written = fields_.map("limits");
    if (written == nullptr) return;
    RunFields limits(*written, "run.process.limits");
    auto& out = plan_.worker.limits;
    out.memory_mb = limits.number("memory_mb", out.memory_mb, 0, 1 << 20);
    out.cpu_s = limits.number("cpu_s", out.cpu_s, 0, 1 << 30);
    out.files = limits.number("files", out.files, 8, 1 << 20);
    out.file_mb = limits.number("file_mb", out.file_mb, 0, 1 << 20);
    out.processes = limits.number("processes", out.processes, 0, 1 << 20);
    fields_.adopt(limits.finish());
  }

  const registry::ToolSpec& tool_;
  const PlanGround& ground_;
  RunFields fields_;
  Plan plan_;
};

}  // namespace

Result<Plan> read_plan(const registry::ToolSpec& tool, const PlanGround& ground) {
  const auto run = find_run(tool, "process");
  if (!run) return run.error();
  return Reader(tool, ground, **run).read();
}

}  // namespace callosum::tool::process
