// Whole calls through the cascade: the carrier, the ears, the chat server and the mouth are all
// simulators that keep to their vendors' wires. The rows that a call leaves behind are the judge.
#include "phone_cases.hpp"
#include "receptionist_calls.hpp"

namespace callosum::testing {
namespace {

struct Voices {
  const char* name;
  const char* ears;
  const char* mouth;
  bool has_other_servers;
};

class PhoneCascade : public ::testing::TestWithParam<Voices> {};

TEST_P(PhoneCascade, EveryCallEndsWithItsRows) {
  const auto& voices = GetParam();
  PhoneStand stand(voices.ears, voices.mouth);
  auto cases = asks_about_holidays();
  for (auto& each : everyday_calls(std::string_view(voices.ears).starts_with("flux"))) {
    cases.push_back(std::move(each));
  }
  if (voices.has_other_servers) {
    for (auto& each : calls_to_other_servers()) cases.insert(cases.begin(), std::move(each));
  }

  const auto rows = stand.place(cases, {});

  for (std::size_t i = 0; i < cases.size(); ++i) stand.judge(cases[i], rows[i]);
  expect_well(stand.gateway());
}

INSTANTIATE_TEST_SUITE_P(Vendors, PhoneCascade,
                         ::testing::Values(Voices{"FluxAura", "flux-general-en", "deepgram", true},
                                           Voices{"LiveElevenlabs", "nova-3", "elevenlabs", false},
                                           Voices{"FluxCartesia", "flux-general-en", "cartesia",
                                                  false},
                                           Voices{"LiveOpenai", "nova-3", "openai", true}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace callosum::testing
