#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "realtime/embedding_model.hpp"

namespace callosum::provider::embedding {

/// Beyond it an answer is nonsense: the largest known models have 4096.
inline constexpr std::size_t kMostDimensions = 8192;

/// The body of `POST /v1/embeddings`. Numbers are asked for as the service writes them by default;
/// servers that know no other form need no word about it.
std::string encode_request(std::string_view model, const std::vector<std::string>& texts);

/// The meanings of so many texts, in their order, each of length 1. TRANSIENT for whatever is not
/// one vector of finite numbers for each text, all of one size.
Result<std::vector<realtime::Meaning>> decode_answer(std::string_view body, std::size_t texts);

/// What a refusal says of itself, in few words; empty: nothing that can be read.
std::string decode_refusal(std::string_view body);

}  // namespace callosum::provider::embedding
