#include "config/private_file.hpp"

#include <sys/stat.h>

namespace callosum::config {

bool is_private(mode_t mode, uid_t owner) {
  const bool is_owners = (mode & 077) == 0;
  const bool is_mounted = owner == 0 && (mode & 037) == 0;
  return is_owners || is_mounted;
}

Result<void> check_private_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || is_private(info.st_mode, info.st_uid)) return {};
  std::string how = path + " can be read by others; chmod 600 " + path;
  if (info.st_uid == 0) how += ", or mount it with mode 0440, for one group to read";
  return fail(ErrorType::forbidden, std::move(how));
}

}  // namespace callosum::config
