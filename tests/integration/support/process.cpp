#include "process.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callosum::testing {
namespace {

constexpr const char* kNotInherited[] = {"OPENAI_API_KEY", "CALLOSUM_TOKEN", "XDG_RUNTIME_DIR",
                                         "XDG_DATA_HOME"};

Environment inherited() {
  Environment all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const char* name : kNotInherited) all.erase(name);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

int milliseconds_until(std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

Process::Process(std::vector<std::string> command, const Environment& environment) {
  auto variables = inherited();
  for (const auto& [name, value] : environment) variables[name] = value;
  std::vector<std::string> assignments;
  for (const auto& [name, value] : variables) assignments.push_back(name + "=" + value);
  const auto argv = pointers_to(command);
  const auto envp = pointers_to(assignments);

  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  out_ = ends[0];
  err_ = ::memfd_create("stderr", MFD_CLOEXEC);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(err_, STDERR_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(ends[1]);
}

Process::~Process() {
  if (is_running()) {
    send_signal(SIGKILL);
    reap(true);
  }
  ::close(out_);
  ::close(err_);
}

void Process::reap(bool block) {
  if (status_) return;
  int status = 0;
  if (::waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::is_running() {
  reap(false);
  return !status_;
}

void Process::send_signal(int number) {
  if (!status_) ::kill(pid_, number);
}

bool Process::read_more(Clock::time_point until) {
  pollfd wanted{out_, POLLIN, 0};
  if (::poll(&wanted, 1, milliseconds_until(until)) <= 0) return false;
  char bytes[4096];
  const auto got = ::read(out_, bytes, sizeof bytes);
  if (got <= 0) return false;
  output_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string Process::read_line(std::chrono::seconds limit) {
  const auto until = Clock::now() + limit;
  auto end = output_.find('\n');
  while (end == std::string::npos && read_more(until)) end = output_.find('\n');
  if (end == std::string::npos) return {};
  std::string line = output_.substr(0, end);
  output_.erase(0, end + 1);
  return line;
}

std::optional<Process::Ended> Process::wait(std::chrono::seconds limit) {
  const auto until = Clock::now() + limit;
  while (read_more(until)) {
  }
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (handle >= 0) {
    pollfd wanted{handle, POLLIN, 0};
    ::poll(&wanted, 1, milliseconds_until(until));
    ::close(handle);
  }
  if (is_running()) return std::nullopt;
  return Ended{*status_, output_, errors()};
}

std::string Process::errors() const {
  std::string text;
  char bytes[4096];
  while (true) {
    const auto got = ::pread(err_, bytes, sizeof bytes, static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string program(const std::string& name) {
  return std::string(CALLOSUM_BINARY_DIR) + "/bin/" + name;
}

}  // namespace callosum::testing
