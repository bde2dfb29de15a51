#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace callosum::bench {

/// What the parts are given: traffic as it was recorded, in shape and size.

inline constexpr std::string_view kItemDone =
    R"({"type":"response.output_item.done","event_id":"event_CfQ000000000012",)"
    R"("response_id":"resp_CfQ000000000012","output_index":0,"item":{"id":"item_CfQ000000000012",)"
    R"("type":"function_call","status":"completed","name":"get_availability",)"
    R"("call_id":"call_CfQ000000000012",)"
    R"("arguments":"{\"service\":\"deep tissue massage\",\"date\":\"2026-11-24\"}"}})";

inline constexpr std::string_view kBooking =
    R"({"ok":true,"data":{"booking_id":"018f4e7a-93c1-7c5b-9d1e-1f0a3b5c7d9e","status":"confirmed",)"
    R"("service":"Deep tissue massage","booking_datetime":"2026-11-24T14:30:00-05:00",)"
    R"("customer_name":"Ana María Ruiz","price":95.5,"duration_minutes":60},"intents":[],)"
    R"("meta":{"tool_id":"receptionist.get_latest_booking","tool_version":"1.0.0",)"
    R"("registry_version":"1.0.8f3a9c1e","duration_ms":3.214,"cached":false,)"
    R"("call_id":"call_CfQ000000000012","idempotency_key":"","truncated":false}})";

/// Arguments as a model sends them, for each of the receptionist's tools.
inline constexpr std::pair<std::string_view, std::string_view> kReceptionistArguments[] = {
    {"get_latest_booking", "{}"},
    {"get_booking_by_id", R"({"booking_id":"018f4e7a-93c1-7c5b-9d1e-1f0a3b5c7d9e"})"},
    {"get_business_services", "{}"},
    {"get_working_hours", "{}"},
    {"get_policies", R"({"topic":"cancellation"})"},
    {"get_faqs", R"({"topic":"parking"})"},
    {"get_availability", R"({"service":"deep tissue massage","date":"2026-11-24"})"},
};

/// 20 ms of 24 kHz PCM in base64.
inline std::string audio_event(std::string_view type, std::string_view field) {
  std::string out = R"({"type":")";
  out.append(type).append(R"(","event_id":"event_CfQ000000000012","response_id":)");
  out.append(R"("resp_CfQ000000000012","item_id":"item_CfQ000000000012","output_index":0,)");
  out.append(R"("content_index":0,")").append(field).append(R"(":")");
  return out.append(1280, 'A').append(R"("})");
}

}  // namespace callosum::bench
