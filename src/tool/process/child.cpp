#include "tool/process/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace callosum::tool::process {
namespace {

constexpr int kCannotRun = 127;  // as a shell says it
constexpr int kEndWait_ms = 2000;
constexpr std::int64_t kMega = 1 << 20;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Error no_room(const char* what) {
  return fail(ErrorType::transient, "the tool could not be started",
              std::string(what) + ": " + std::strerror(errno));
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return no_room("pipe2");
  // A child's end at 0, 1 or 2 would be overwritten before its turn.
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  for (auto* end : {&pipe.read, &pipe.write}) {
    if (end->get() > 2) continue;
    const int higher = ::fcntl(end->get(), F_DUPFD_CLOEXEC, 3);
    if (higher < 0) return no_room("fcntl");
    *end = Descriptor(higher);
  }
  return pipe;
}

/// Everything that the child needs, made before the fork: between fork and exec of a program with
/// threads only what is safe in a signal handler may be called, so nothing may allocate.
struct Launch {
  explicit Launch(const WorkerPlan& plan) : folder(plan.folder.string()) {
    arguments = plan.command;
    for (const auto& [name, value] : plan.environment) environment.push_back(name + "=" + value);
    for (const auto& [name, value] : plan.secrets) {
      environment.push_back(name + "=" + value.reveal());
    }
    for (auto& one : arguments) argv.push_back(one.data());
    for (auto& one : environment) envp.push_back(one.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    const auto& limits = plan.limits;
    add(RLIMIT_CORE, 0);
    add(RLIMIT_NOFILE, limits.files);
    if (limits.memory_mb > 0) add(RLIMIT_AS, limits.memory_mb * kMega);
    if (limits.cpu_s > 0) add(RLIMIT_CPU, limits.cpu_s);
    if (limits.file_mb > 0) add(RLIMIT_FSIZE, limits.file_mb * kMega);
    if (limits.processes > 0) add(RLIMIT_NPROC, limits.processes);
  }

  void add(int resource, std::int64_t most) {
    rlimit now{};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &now);
    auto value = static_cast<rlim_t>(most);
    if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max) value = now.rlim_max;
    limits.emplace_back(resource, rlimit{value, value});
  }

  std::string folder;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::vector<std::pair<int, rlimit>> limits;
};

/// In the child. Never returns.
[[noreturn]] void become(const Launch& launch, int input, int output, int errors) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // should the gateway be killed
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool is_wired = ::dup2(input, 0) == 0 && ::dup2(output, 1) == 1 && ::dup2(errors, 2) == 2;
  if (!is_wired || ::close_range(3, ~0U, 0) != 0) ::_exit(kCannotRun);
  for (const auto& [resource, limit] : launch.limits) {
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) ::_exit(kCannotRun);
  }
  if (::chdir(launch.folder.c_str()) != 0) ::_exit(kCannotRun);
  ::execve(launch.argv[0], launch.argv.data(), launch.envp.data());
  ::_exit(kCannotRun);
}

}  // namespace

void Descriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<Child> Child::start(const WorkerPlan& plan) {
  auto input = make_pipe();
  if (!input) return input.error();
  auto output = make_pipe();
  if (!output) return output.error();
  auto errors = make_pipe();
  if (!errors) return errors.error();
  const Launch launch(plan);
  const pid_t pid = ::fork();
  if (pid < 0) return no_room("fork");
  if (pid == 0) become(launch, input->read.get(), output->write.get(), errors->write.get());
  Child child;
  child.pid_ = std::make_unique<pid_t>(pid);
  ::setpgid(pid, pid);  // the child does so too; whichever is first
  child.input_ = std::move(input->write);
  child.output_ = std::move(output->read);
  child.errors_ = std::move(errors->read);
  child.exit_ =
      Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // closed at an exec
  if (child.exit_.get() < 0) return no_room("pidfd_open");
  return child;
}

std::string Child::end() {
  if (!pid_) return {};
  const pid_t pid = *std::exchange(pid_, nullptr);
  // Before its status is taken: until then nobody else can have the group's number.
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);
  pollfd exit{exit_.get(), POLLIN, 0};
  if (exit_.get() >= 0) ::poll(&exit, 1, kEndWait_ms);
  int status = 0;
  // One that a debugger or a leak check still holds has ended and cannot be taken yet.
  for (int waited_ms = 0; ::waitpid(pid, &status, WNOHANG) != pid; ++waited_ms) {
    if (waited_ms >= kEndWait_ms) return "still ending";
    ::poll(nullptr, 0, 1);
  }
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  const int code = WEXITSTATUS(status);
  return "exit " + std::to_string(code) + (code == kCannotRun ? " (could not be run)" : "");
}

}  // namespace callosum::tool::process
