#pragma once

#include <string>
#include <string_view>

namespace callosum::registry {

/// A manifest that loads, without a warning. Line numbers of tests count from its first line.
constexpr std::string_view kGoodManifest = R"(pack: shop
version: 1.2.0
prompt_text: You answer for {business_name}.
access_mode: confirm
tenants:
  bookings: business_id
slots:
  topic: [cancellation, late arrival]
tools:
  - name: get_faqs
    version: 1.0.0
    summary: What customers ask, by topic.
    category: retrieval
    timeout_ms: 400
    latency_budget_ms: 200
    bind: {business_id: session.tenant_id}
    phrases:
      - what is your {topic:cancellation} policy
      - tell me about {topic}
    reply: "{answer}"
    input:
      type: object
      properties:
        topic: {type: string, minLength: 1}
      required: [topic]
      additionalProperties: false
    output:
      type: object
      properties:
        answer: {type: string}
    run:
      sql: SELECT answer FROM faqs WHERE topic = :topic
      result: one
  - name: change_booking
    version: 2.0.1
    summary: Moves or cancels a booking.
    category: action
    access: write
    risk:
      - when: {action: [cancel]}
        access: destructive
    confirmation: spoken
    min_assurance: carrier
    idempotency_key: [booking_id, business_id]
    provenance: {booking_id: seen}
    mask: [customer_phone]
    invalidates: [get_faqs]
    requires: [get_faqs]
    bind:
      business_id: session.tenant_id
      customer_phone: session.caller_phone
    input:
      type: object
      properties:
        booking_id: {type: string}
        action: {enum: [move, cancel]}
      required: [booking_id, action]
      additionalProperties: false
    output:
      type: object
      properties:
        customer_phone: {type: string}
      required: [customer_phone]
    run:
      builtin: change_booking
)";

/// The good manifest with the first `from` replaced. `from` must be there.
inline std::string changed(std::string_view from, std::string_view to) {
  std::string text(kGoodManifest);
  const auto at = text.find(from);
  if (at == std::string::npos)
    return "the test's text is not in the manifest: " + std::string(from);
  return text.replace(at, from.size(), to);
}

}  // namespace callosum::registry
