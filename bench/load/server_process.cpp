#include "load/server_process.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/socket.hpp"

namespace callosum::bench {
namespace {

/// Replaces this process; the child of a fork.
[[noreturn]] void execute(const std::vector<std::string>& command, const std::string& log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  std::fprintf(stderr, "cannot start %s: %s\n", words[0], std::strerror(errno));
  _exit(127);
}

void pause_for(Nanos time) {
  const timespec span{time / kSecond, time % kSecond};
  nanosleep(&span, nullptr);
}

}  // namespace

void pin_to(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  sched_setaffinity(0, sizeof set, &set);  // a machine without that CPU is measured unpinned
}

ServerProcess::ServerProcess(const Start& start, std::uint16_t port) : log_(start.log) {
  started_ = now();
  pid_ = fork();
  if (pid_ < 0) die("cannot fork");
  if (pid_ == 0) {
    pin_to(start.cpu);
    execute(start.command, start.log);
  }
  wait_until_it_accepts(port);
}

void ServerProcess::wait_until_it_accepts(std::uint16_t port) {
  while (!can_connect(port)) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      errno = 0;
      die("the server ended before it accepted a connection; see " + log_);
    }
    if (now() - started_ > 20 * kSecond) die("the server accepts no connection; see " + log_);
    pause_for(kMillisecond / 4);
  }
  ready_after_ = now() - started_;
}

ServerProcess::~ServerProcess() {
  if (profiler_ > 0) waitpid(profiler_, nullptr, 0);
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  for (int tries = 0; tries < 300; ++tries) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    pause_for(10 * kMillisecond);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Nanos ServerProcess::cpu_time() const {
  const std::string tasks = "/proc/" + std::to_string(pid_) + "/task";
  DIR* folder = opendir(tasks.c_str());
  if (!folder) die("the server has gone; see " + log_);
  Nanos total = 0;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    std::ifstream file(tasks + "/" + entry->d_name + "/schedstat");  // nanoseconds; stat has ticks
    Nanos time = 0;
    if (file >> time) total += time;
  }
  closedir(folder);
  return total;
}

std::size_t ServerProcess::pss_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Pss:", 0) == 0) return std::strtoul(line.c_str() + 4, nullptr, 10) * 1024;
  }
  die("no smaps_rollup of the server");
}

void ServerProcess::profile(const std::string& file, double seconds) {
  profiler_ = fork();
  if (profiler_ != 0) return;
  execute({"perf", "record", "-q", "-F", "1999", "-g", "-o", file, "-p", std::to_string(pid_), "--",
           "sleep", std::to_string(seconds)},
          "/dev/null");
}

}  // namespace callosum::bench
