// Any bytes as a caller's turn: no crash, no hang; a yes that is denied or asked is none.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "policy/consent_grammar.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using callosum::policy::Assent;
  using callosum::policy::judge_assent;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Assent assent = judge_assent(text);
  if (assent != judge_assent(text)) std::abort();
  if (assent != Assent::yes) return 0;
  if (judge_assent(text + " no") != Assent::no) std::abort();
  if (judge_assent("don't, " + text) != Assent::no) std::abort();
  if (judge_assent(text + "?") == Assent::yes) std::abort();
  if (judge_assent(text + " maybe") == Assent::yes) std::abort();
  return 0;
}
