#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace callosum::app {

/// A private folder for what is only tried; gone with its owner. Where none can be made, the path
/// is one that nothing can be opened under.
class TrialFolder {
 public:
  TrialFolder() : path_((std::filesystem::temp_directory_path() / "callosum-XXXXXX").string()) {
    is_there_ = ::mkdtemp(path_.data()) != nullptr;
  }
  ~TrialFolder() {
    std::error_code ignored;
    if (is_there_) std::filesystem::remove_all(path_, ignored);
  }
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;

  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
  bool is_there_ = false;
};

}  // namespace callosum::app
