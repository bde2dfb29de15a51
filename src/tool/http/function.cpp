#include "tool/http/function.hpp"

#include <array>

#include "tool/http/calendar_functions.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::http {
namespace {

constexpr std::array kFunctions{
    Function{"calendar.list", false, true, calendar::list_events},
    Function{"calendar.find_free_slot", false, true, calendar::find_free_slot},
    Function{"calendar.create", true, true, calendar::create_event},
    Function{"calendar.move", true, true, calendar::move_event},
    Function{"calendar.cancel", true, true, calendar::cancel_event},
};

}  // namespace

Result<const Function*> find_function(std::string_view name) {
  std::set<std::string, std::less<>> known;
  for (const auto& function : kFunctions) {
    if (function.name == name) return &function;
    known.emplace(function.name);
  }
  return fail(ErrorType::validation,
              "there is no function " + std::string(name) + hint_of(name, known));
}

}  // namespace callosum::tool::http
