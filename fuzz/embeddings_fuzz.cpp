// What an embeddings server answers: whatever it says, what is believed of it are directions.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "provider/embedding/embedding_wire.hpp"

namespace {

namespace embedding = callosum::provider::embedding;

void check(std::string_view bytes, std::size_t texts) {
  const auto answer = embedding::decode_answer(bytes, texts);
  if (!answer) return;
  if (answer->size() != texts) std::abort();
  for (const auto& meaning : *answer) {
    const bool is_alike = meaning.size() == answer->front().size();
    if (meaning.empty() || !is_alike || meaning.size() > embedding::kMostDimensions) std::abort();
    double squares = 0;
    for (const float part : meaning) squares += static_cast<double>(part) * part;
    if (!(std::abs(squares - 1) < 1e-3)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::size_t texts : {0, 1, 2, 3}) check(bytes, texts);
  if (embedding::decode_refusal(bytes).size() > 2000) std::abort();
  return 0;
}
