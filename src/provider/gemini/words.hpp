#pragma once

#include <string>
#include <string_view>

namespace callosum::provider::gemini {

/// Words that come piece by piece, or all of them again and again (protocols: Gemini Live §3.1;
/// servers differ): only what is new counts. Bounded.
class Words {
 public:
  static constexpr std::size_t kMaxBytes = 256 * 1024;  ///< what follows is not kept

  /// What is new in it.
  std::string_view take(std::string_view told);
  const std::string& all() const { return all_; }
  bool empty() const { return all_.empty(); }
  void clear() { all_.clear(); }

 private:
  std::string all_;
};

}  // namespace callosum::provider::gemini
