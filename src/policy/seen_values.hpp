#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/deque.hpp"
#include "base/keyed_hash.hpp"

namespace callosum::policy {

/// The values that have come up in a session, as hashes: those of results to the letter, those of
/// the user's words as people say them (case, punctuation and blanks aside, digits also spelled
/// out). Bounded: the oldest are forgotten, of results and of words apart, so that long lists do
/// not push out what the user has said.
class SeenValues {
 public:
  /// Each text of a moderate length and each integer in it, however deep.
  void add_result(const boost::json::value& data);
  /// One turn of the user's, typed or transcribed.
  void add_words(std::string_view text);
  bool contains(std::string_view value) const;

 private:
  class Ring {
   public:
    explicit Ring(std::size_t most) : most_(most) {}
    void add(std::uint64_t hash);
    bool contains(std::uint64_t hash) const { return known_.contains(hash); }

   private:
    const std::size_t most_;
    std::unordered_set<std::uint64_t> known_;
    Deque<std::uint64_t> order_;
  };

  void add_leaves(const boost::json::value& data, std::size_t& left);
  void add_spoken(std::string_view loose);

  KeyedHash hash_;
  Ring results_{4096};
  Ring words_{1024};
};

/// A value without what people leave out when they say it: case, blanks, punctuation. "" for one
/// that is nothing else.
std::string loose_form(std::string_view value);

}  // namespace callosum::policy
