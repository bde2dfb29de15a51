#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace callosum::registry::schema {

/// Which members or items of one value some schema has looked at (the annotations of
/// `unevaluated…`). Kept only where a schema asks; on the stack up to 256 of them.
class Evaluated {
 public:
  explicit Evaluated(std::size_t count) {
    if (count > kInline * 64) more_.resize((count + 63) / 64 - kInline);
  }

  void set(std::size_t index) { word(index / 64) |= std::uint64_t{1} << (index % 64); }
  bool has(std::size_t index) const {
    return is_all_ || (word(index / 64) >> (index % 64) & 1) != 0;
  }
  void set_all() { is_all_ = true; }
  void merge(const Evaluated& other) {
    is_all_ |= other.is_all_;
    for (std::size_t i = 0; i < kInline; ++i) first_[i] |= other.first_[i];
    for (std::size_t i = 0; i < more_.size(); ++i) more_[i] |= other.more_[i];
  }

 private:
  static constexpr std::size_t kInline = 4;

  std::uint64_t& word(std::size_t i) { return i < kInline ? first_[i] : more_[i - kInline]; }
  std::uint64_t word(std::size_t i) const { return i < kInline ? first_[i] : more_[i - kInline]; }

  bool is_all_ = false;
  std::array<std::uint64_t, kInline> first_{};
  std::vector<std::uint64_t> more_;
};

}  // namespace callosum::registry::schema
