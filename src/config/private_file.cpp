#include "config/private_file.hpp"

#include <sys/stat.h>

namespace callosum::config {

Result<void> check_private_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & 077) == 0) return {};
  return fail(ErrorType::forbidden, path + " can be read by others; chmod 600 " + path);
}

}  // namespace callosum::config
