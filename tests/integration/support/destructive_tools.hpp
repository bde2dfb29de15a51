#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace callosum::testing {

/// Takes the place of "tools:" in a manifest: tools whose names say nothing of what they do.
inline constexpr std::string_view kDestructiveTools = R"yaml(tools:
  - name: wipe_everything
    version: 1.0.0
    summary: Removes all there is.
    description: Removes all there is, for good.
    category: action
    access: destructive
    channels: [voice, text]
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {}}
    say_on_failure: I cannot do that.
    run: {builtin: noop}
  - name: tidy_up
    version: 1.0.0
    summary: Counts what is old, or removes it.
    description: Counts what is old, or removes it for good.
    category: action
    access: read
    risk: [{when: {action: [purge]}, access: destructive}]
    channels: [voice, text]
    input:
      type: object
      properties: {action: {type: string, enum: [count, purge], description: What to do.}}
      required: [action]
      additionalProperties: false
    output: {type: object, properties: {}}
    say_on_failure: I cannot do that.
    run: {builtin: noop}
)yaml";

/// What of them destroys something, by the access of the tool or by an argument's value.
inline const std::array<std::pair<const char*, const char*>, 2> kDestructiveCalls{
    {{"wipe_everything", "{}"}, {"tidy_up", R"({"action":"purge"})"}}};

inline constexpr std::string_view kDestructiveRefusal =
    R"({"status":"error","message":"Realtime is not allowed to call destructive tools"})";

}  // namespace callosum::testing
