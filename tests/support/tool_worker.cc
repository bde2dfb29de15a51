// A worker for the tests of process tools: the name of the tool that is called says what it does.
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include "base/json.hpp"

extern char** environ;  // NOLINT: the system's own

namespace {

namespace json = boost::json;

void put(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void answer(const json::value& id, json::value data) {
  put(json::serialize(json::object{{"id", id}, {"ok", true}, {"data", std::move(data)}}));
}

json::object surroundings() {
  json::array variables;
  for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
  json::array descriptors;
  for (int fd = 0; fd < 1024; ++fd) {
    if (::access(("/proc/self/fd/" + std::to_string(fd)).c_str(), F_OK) == 0) {
      descriptors.emplace_back(fd);
    }
  }
  const auto limit = [](__rlimit_resource resource) {
    rlimit now{};
    ::getrlimit(resource, &now);
    return now.rlim_max;
  };
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  return {{"env", variables},
          {"fds", descriptors},
          {"cwd", std::filesystem::current_path().string()},
          {"pid", ::getpid()},
          {"leads_group", ::getpgrp() == ::getpid()},
          {"files", limit(RLIMIT_NOFILE)},
          {"core", limit(RLIMIT_CORE)},
          {"memory", limit(RLIMIT_AS)},
          {"cpu_s", limit(RLIMIT_CPU)},
          {"file_bytes", limit(RLIMIT_FSIZE)},
          {"processes", limit(RLIMIT_NPROC)},
          {"blocks_term", sigismember(&blocked, SIGTERM) == 1}};
}

/// A child of the worker that would go on for a minute.
json::object with_child() {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    while (true) ::pause();
  }
  return {{"child", child}, {"pid", ::getpid()}};
}

/// How much could be written to one file.
std::size_t fill_file() {
  ::signal(SIGXFSZ, SIG_IGN);
  const auto file = ::open("filled", O_CREAT | O_WRONLY | O_TRUNC, 0600);
  const std::string piece(64 << 10, 'x');
  std::size_t written = 0;
  while (written < (8U << 20)) {
    const auto bytes = ::write(file, piece.data(), piece.size());
    if (bytes <= 0) break;
    written += static_cast<std::size_t>(bytes);
  }
  ::close(file);
  return written;
}

void serve(const json::object& call, const std::string& line) {
  static json::value held;
  const auto tool = callosum::text_at(call, "tool");
  const auto& id = call.at("id");
  if (tool == "echo") return answer(id, call);
  if (tool == "around") return answer(id, surroundings());
  if (tool == "fork") return answer(id, with_child());
  if (tool == "die") std::exit(3);
  if (tool == "fill_file") return answer(id, fill_file());
  if (tool == "take_memory") {
    void* taken = std::malloc(std::size_t{1} << 30);
    const bool is_taken = taken != nullptr;
    std::free(taken);
    return answer(id, is_taken);
  }
  if (tool == "spin") {
    while (true) ::getppid();
  }
  if (tool == "answer_and_go") {
    answer(id, "last words");
    std::exit(0);
  }
  if (tool == "nonsense") return put("this is { no JSON");
  if (tool == "endless") {
    while (true) std::fputs("xxxxxxxxxxxxxxxx", stdout);
  }
  if (tool == "stranger") put(R"({"id":"nobody's","ok":true,"data":1})");
  if (tool == "stranger") return answer(id, 2);
  if (tool == "fail") {
    const json::object error{{"type", "NOT_FOUND"},
                             {"message", std::string("no such thing, key ") + ::getenv("API_KEY")}};
    return put(json::serialize(json::object{{"id", id}, {"ok", false}, {"error", error}}));
  }
  if (tool == "talk") {
    for (int i = 0; i < 500; ++i) std::fprintf(stderr, "line %d with %s\n", i, ::getenv("API_KEY"));
    return answer(id, line.size());
  }
  if (tool == "swap") {  // the second call is answered first
    if (held.is_null()) {
      held = id;
      return;
    }
    answer(id, "second");
    answer(held, "first");
    held = nullptr;
  }
  // "hang": no answer
}

}  // namespace

int main() {
  std::string line;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    const auto call = callosum::parse_strict(line);
    if (!call) return 9;
    serve(call->as_object(), line);
    line.clear();
  }
  return 0;
}
