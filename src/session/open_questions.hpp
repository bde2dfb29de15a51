#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/answered_calls.hpp"
#include "policy/questions.hpp"
#include "policy/untrusted_text.hpp"

namespace callosum::session {

using OpenQuestions = std::vector<policy::Questions::Question>;

/// How a row says what its caller has heard asked and not answered; empty for nothing. What is too
/// long to be kept is left out: it is asked again.
std::string encode_questions(const OpenQuestions& heard);
/// Those of it that can still be answered. Text that cannot be read holds none.
OpenQuestions decode_questions(std::string_view text, std::int64_t now_ms);

/// How a row says that strangers' text was read, and what it has swayed; empty: none was.
std::string encode_untrusted(const policy::UntrustedText& text);
/// Into that of the next connection. What cannot be read counts as read.
void restore_untrusted(std::string_view row, policy::UntrustedText& text);

/// How a row says which calls were made that others build on; empty: none.
std::string encode_answered(const policy::AnsweredCalls& calls);
/// Into those of the next connection. What cannot be read was not called.
void restore_answered(std::string_view row, policy::AnsweredCalls& calls);

}  // namespace callosum::session
