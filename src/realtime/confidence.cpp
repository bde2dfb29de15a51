#include "realtime/confidence.hpp"

#include <cmath>

#include "base/json.hpp"

namespace callosum::realtime {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMostWords = 100'000;  // nobody says more in one call
constexpr double kDigits = 10'000;

}  // namespace

void Confidence::add(double each, std::int64_t words) {
  const bool is_one = each >= 0 && each <= 1;  // false for what is no number
  if (!is_one || words <= 0 || words > kMostWords - words_) return;
  sum_ += each * static_cast<double>(words);
  words_ += words;
}

void Confidence::add(const Confidence& more) {
  if (more.words_ > kMostWords - words_) return;
  sum_ += more.sum_;
  words_ += more.words_;
}

std::optional<double> Confidence::mean() const {
  if (words_ == 0) return std::nullopt;
  return std::round(sum_ / static_cast<double>(words_) * kDigits) / kDigits;
}

void write_confidence(json::object& into, const Confidence& confidence) {
  const auto mean = confidence.mean();
  if (!mean) return;
  into["confidence"] = *mean;
  into["words"] = confidence.words();
}

Confidence read_confidence(const json::object& from) {
  Confidence out;
  const auto* mean = from.if_contains("confidence");
  const auto* words = from.if_contains("words");
  if (!mean || !mean->is_number() || !words || !words->is_int64()) return out;
  out.add(mean->to_number<double>(), words->get_int64());
  return out;
}

void put_confidence(json::object& event, const Confidence& confidence) {
  json::object said;
  write_confidence(said, confidence);
  if (!said.empty()) event["callosum"] = std::move(said);
}

Confidence confidence_of(const json::object& event) {
  const auto* said = find_object(event, "callosum");
  return said ? read_confidence(*said) : Confidence();
}

}  // namespace callosum::realtime
