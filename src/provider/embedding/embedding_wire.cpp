#include "provider/embedding/embedding_wire.hpp"

#include <boost/json/serialize.hpp>
#include <cmath>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::provider::embedding {
namespace {

constexpr std::size_t kMostBytes = 16 << 20;
constexpr std::size_t kMostWords = 200;  // bytes of what a refusal says
constexpr double kLeastLength = 1e-9;    // shorter, it points nowhere

Error nonsense(std::string why) {
  return fail(ErrorType::transient, "the embeddings server's answer could not be read",
              std::move(why));
}

/// Of length 1; empty where it points nowhere or is no vector.
realtime::Meaning read_vector(const json::array& numbers) {
  double squares = 0;
  for (const auto& number : numbers) {
    if (!number.is_number()) return {};
    const auto value = number.to_number<double>();
    squares += value * value;
  }
  const double length = std::sqrt(squares);
  if (!std::isfinite(length) || length < kLeastLength) return {};
  realtime::Meaning out;
  out.reserve(numbers.size());
  for (const auto& number : numbers) {
    out.push_back(static_cast<float>(number.to_number<double>() / length));
  }
  return out;
}

/// Which text it is of: it says so, or its place does.
std::size_t place_of(const json::object& entry, std::size_t place) {
  const auto* index = entry.if_contains("index");
  if (!index) return place;
  return index->is_int64() && index->get_int64() >= 0 ? static_cast<std::size_t>(index->get_int64())
                                                      : SIZE_MAX;
}

}  // namespace

std::string encode_request(std::string_view model, const std::vector<std::string>& texts) {
  json::array input;
  for (const auto& text : texts) input.emplace_back(text);
  return json::serialize(json::object{{"model", model}, {"input", std::move(input)}});
}

Result<std::vector<realtime::Meaning>> decode_answer(std::string_view body, std::size_t texts) {
  const auto parsed = parse_strict(body, {.max_bytes = kMostBytes, .max_depth = 8});
  if (!parsed) return nonsense(parsed.error().message);
  const auto* object = parsed->if_object();
  const auto* data = object ? find_array(*object, "data") : nullptr;
  if (!data) return nonsense("it has no data");
  if (data->size() != texts) {
    return nonsense("it has " + std::to_string(data->size()) + " vectors for " +
                    std::to_string(texts) + " texts");
  }
  std::vector<realtime::Meaning> out(texts);
  std::size_t size = 0;
  for (std::size_t i = 0; i < data->size(); ++i) {
    const auto* entry = (*data)[i].if_object();
    const auto* numbers = entry ? find_array(*entry, "embedding") : nullptr;
    const auto place = entry ? place_of(*entry, i) : SIZE_MAX;
    if (!numbers || place >= texts || !out[place].empty()) {
      return nonsense("an entry is not the vector of one text");
    }
    if (numbers->size() > kMostDimensions) return nonsense("a vector is too long");
    if (size != 0 && numbers->size() != size) return nonsense("the vectors are of several sizes");
    size = numbers->size();
    out[place] = read_vector(*numbers);
    if (out[place].empty()) return nonsense("a vector is not one of finite numbers");
  }
  return out;
}

std::string decode_refusal(std::string_view body) {
  const auto parsed = parse_strict(body, {.max_bytes = 64 * 1024, .max_depth = 8});
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return {};
  // Some say it flat.
  const auto* error = find_object(*object, "error");
  auto words = text_at(error ? *error : *object, "message");
  if (words.empty()) words = text_at(*object, "error");
  return make_visible(cut_utf8(words, kMostWords));
}

}  // namespace callosum::provider::embedding
