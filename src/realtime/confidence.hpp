#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>

namespace callosum::realtime {

/// How sure a recogniser is of words, by its own account: 0 to 1 of each. Words of which it says
/// nothing, or no such number, are none of them.
class Confidence {
 public:
  /// Of one word, or of so many alike; ignored where it is no number from 0 to 1.
  void add(double each, std::int64_t words = 1);
  void add(const Confidence& more);
  /// Weighted by words, to four digits; nothing where nothing is known.
  std::optional<double> mean() const;
  std::int64_t words() const { return words_; }

 private:
  double sum_ = 0;
  std::int64_t words_ = 0;
};

/// Into a transcription event, as a member of ours: `callosum: {confidence, words}`. Nothing where
/// nothing is known: clients of ears that tell nothing see what they always did.
void put_confidence(boost::json::object& event, const Confidence& confidence);
/// What such an event says; empty where it says no such thing.
Confidence confidence_of(const boost::json::object& event);
/// `confidence` and `words` as members of any object.
void write_confidence(boost::json::object& into, const Confidence& confidence);
Confidence read_confidence(const boost::json::object& from);

}  // namespace callosum::realtime
