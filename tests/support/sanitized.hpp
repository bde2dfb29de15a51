// What a sanitizer changes for a test: memory says nothing, and time goes several times slower.
#pragma once

namespace callosum::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace callosum::testing
