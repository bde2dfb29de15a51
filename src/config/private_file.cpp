#include "config/private_file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace callosum::config {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;  // a key is far shorter

/// An open file; -1: it could not be opened.
class Opened {
 public:
  // Not to wait for whoever writes a pipe of that name.
  explicit Opened(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Result<void> judge(const std::string& path, const struct stat& info) {
  const auto own = ::geteuid();
  if (is_private(info.st_mode, info.st_uid, own)) return {};
  if (info.st_uid != 0 && info.st_uid != own) {
    return fail(ErrorType::forbidden, path + " belongs to another user; chown it to the gateway's");
  }
  std::string how = path + " can be read by others; chmod 600 " + path;
  if (info.st_uid == 0) how += ", or mount it with mode 0440, for one group to read";
  return fail(ErrorType::forbidden, std::move(how));
}

}  // namespace

bool is_private(mode_t mode, uid_t owner, uid_t own) {
  if (owner != 0 && owner != own) return false;
  const bool is_owners = (mode & 077) == 0;
  const bool is_mounted = owner == 0 && (mode & 037) == 0;
  return is_owners || is_mounted;
}

Result<void> check_private_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return judge(path, info);
}

Result<std::string> read_private_file(const std::string& path) {
  const auto unreadable = [&] {
    return fail(ErrorType::not_found, path + " cannot be read, or is empty");
  };
  const Opened file(path);
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return unreadable();
  if (const auto judged = judge(path, info); !judged) return judged.error();
  if (!S_ISREG(info.st_mode)) return unreadable();
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || text.size() > kMostBytes) return unreadable();
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace callosum::config
