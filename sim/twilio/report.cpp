#include "sim/twilio/report.hpp"

#include <boost/json/serialize.hpp>
#include <cstdio>

#include "base/json.hpp"

namespace callosum::sim::twilio {
namespace {

std::string as_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_double()) return json::serialize(value);
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value.get_double());
  return text;
}

/// "key=value", one level of maps laid open.
std::string as_text(const json::object& line) {
  std::string out;
  for (const auto& [key, value] : line) {
    if (key == "call" || key == "ms" || key == "event") continue;
    out += "  " + std::string(key) + "=";
    const auto* map = value.if_object();
    if (!map) out += as_text(value);
    for (const auto& [inner, number] : map ? *map : json::object()) {
      out += std::string(inner) + ":" + as_text(number) + " ";
    }
  }
  return out;
}

}  // namespace

void Report::line(std::string_view call, std::int64_t ms, std::string_view event,
                  json::object details) {
  if (form_ == Form::nothing) return;
  json::object out{{"call", call}, {"ms", ms}, {"event", event}};
  for (auto& member : details) out[member.key()] = std::move(member.value());
  write(out);
}

void Report::write(const json::object& line) {
  if (form_ == Form::json) {
    std::printf("%s\n", json::serialize(line).c_str());
  } else if (form_ == Form::text) {
    const auto* ms = line.if_contains("ms");
    std::printf("%8lld ms  %-10.10s  %-16s%s\n", ms ? static_cast<long long>(ms->as_int64()) : 0,
                std::string(text_at(line, "call")).c_str(),
                std::string(text_at(line, "event")).c_str(), as_text(line).c_str());
  }
  std::fflush(stdout);
}

void Report::count(std::string_view counter, std::uint64_t by) {
  auto& value = counters_[counter];
  value = (value.is_uint64() ? value.as_uint64() : 0) + by;
}

json::object Report::summary() const {
  json::object out{{"event", "summary"}};
  for (const auto& member : counters_) out[member.key()] = member.value();
  out["latency_ms"] = latencies_.to_json();
  out["clear_ms"] = clears_.to_json();
  out["jitter_ms"] = jitters_.to_json();
  return out;
}

void Report::write_summary() {
  if (form_ != Form::nothing) write(summary());
}

}  // namespace callosum::sim::twilio
