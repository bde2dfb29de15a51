// Preloaded into a program under test: ends it with SIGKILL at the n-th call to the system that it
// makes from when a test said so, or lets its disk fail. Needs no rights that tracing would need.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

/// What the test shares with us through a file.
struct Shared {
  std::atomic<std::int64_t> left;   ///< calls to live; not above zero: nothing is counted
  std::atomic<std::int64_t> fault;  ///< of the disk: 1 it is full, 2 nothing can be synced
};

Shared* shared() {
  static Shared* const mapped = []() -> Shared* {
    const char* path = std::getenv("CALLOSUM_KILL_POINT");
    const int file = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return nullptr;
    void* at = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return at == MAP_FAILED ? nullptr : static_cast<Shared*>(at);
  }();
  return mapped;
}

bool is_last() {
  auto* with = shared();
  return with && with->left.load() > 0 && with->left.fetch_sub(1) == 1;
}

/// Whether the disk has this fault, and `errno` says so.
bool fails(std::int64_t fault, int error) {
  auto* with = shared();
  if (!with || with->fault.load() != fault) return false;
  errno = error;
  return true;
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

void pass_point() {
  if (is_last()) die();
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

// A write to a file is torn: its first half is there.
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  static const auto real = next<decltype(&::pwrite64)>("pwrite64");
  if (fails(1, ENOSPC)) return -1;
  if (is_last()) {
    if (size > 1) (void)!real(file, bytes, size / 2, at);
    die();
  }
  return real(file, bytes, size, at);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  return pwrite64(file, bytes, size, at);
}

ssize_t write(int file, const void* bytes, size_t size) {
  static const auto real = next<decltype(&::write)>("write");
  pass_point();
  return real(file, bytes, size);
}

int fdatasync(int file) {
  static const auto real = next<decltype(&::fdatasync)>("fdatasync");
  if (fails(2, EIO)) return -1;
  pass_point();
  return real(file);
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto real = next<decltype(&::ftruncate64)>("ftruncate64");
  pass_point();
  return real(file, size);
}

int unlink(const char* path) noexcept {
  static const auto real = next<decltype(&::unlink)>("unlink");
  pass_point();
  return real(path);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  static const auto real = next<decltype(&::sendmsg)>("sendmsg");
  pass_point();
  return real(socket, message, flags);
}

// Once before and once after: what has come is then lost.
ssize_t recvmsg(int socket, msghdr* message, int flags) {
  static const auto real = next<decltype(&::recvmsg)>("recvmsg");
  pass_point();
  const auto got = real(socket, message, flags);
  if (got > 0) pass_point();
  return got;
}

int connect(int socket, const sockaddr* address, socklen_t size) {
  static const auto real = next<decltype(&::connect)>("connect");
  pass_point();
  return real(socket, address, size);
}

}  // extern "C"
