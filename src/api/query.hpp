#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http.hpp"

namespace callosum::api {

// What a request asks in its query. VALIDATION names the parameter and what is expected of it.

/// No parameter but these, and none twice.
Result<void> check_query(const net::HttpRequest& request, std::span<const std::string_view> names);

struct WholeRange {
  std::int64_t least = 0, most = 0;
  std::int64_t usual = 0;  ///< where it is not named
};
Result<std::int64_t> whole_of(const net::HttpRequest& request, std::string_view name,
                              const WholeRange& range);

/// One of the words; the first where it is not named.
Result<std::string> word_of(const net::HttpRequest& request, std::string_view name,
                            std::span<const std::string_view> words);

/// A whole number that is not negative; nothing where the text is not one.
Result<std::int64_t> parse_whole(std::string_view text);

}  // namespace callosum::api
