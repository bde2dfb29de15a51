#pragma once

#include <string>
#include <vector>

#include "phone_stand.hpp"

namespace callosum::testing {

/// What people call a business about: questions, other people's bookings, a booking that takes a
/// yes, a changed mind, and interruptions wherever one can interrupt. `is_flux`: the ears find ends
/// of turns by what is said. Their rules go behind those of other cases.
std::vector<PhoneCase> everyday_calls(bool is_flux);

/// The same question to chat servers that each write their answers in a way of their own, and to
/// one that breaks off.
std::vector<PhoneCase> calls_to_other_servers();

/// A plain question that one tool answers. `word` is in it, and in nobody else's.
PhoneCase question_about_hours(const std::string& word);

}  // namespace callosum::testing
