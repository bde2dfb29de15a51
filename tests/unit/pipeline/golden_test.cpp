// The audit's lines as a file (tests/fixtures/pipeline): who reads them reads them for years.
#include "golden.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "pipeline/audit.hpp"

namespace callosum::pipeline {
namespace {

using testing::matches_golden;

AuditRecord ran_well() {
  AuditRecord record;
  record.at_ms = 1'795'000'000'123;
  record.tenant_id = "tenant-a";
  record.session_id = "sess_1";
  record.subject = "user-1";
  record.provider = "openai";
  record.channel = "voice";
  record.mode = "reception";
  record.turn = 3;
  record.call_id = "call_1";
  record.tool = "receptionist.get_latest_booking";
  record.tool_version = "1.0.0";
  record.registry_version = "1.0.0badcafe";
  record.access = "read";
  record.category = "retrieval";
  record.arguments_hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  record.outcome = "ok";
  record.duration = std::chrono::microseconds(12'345);
  record.result_bytes = 412;
  return record;
}

TEST(GoldenAudit, LinesOfCallsThatRanWereRefusedOrFailed) {
  auto refused = ran_well();
  refused.gate = "membership";
  refused.reason = "that is for members of the business; sign in as one of them";
  refused.outcome = to_string(ErrorType::forbidden);
  refused.duration = {};
  refused.result_bytes = 0;

  auto slow = ran_well();
  slow.outcome = to_string(ErrorType::timeout);
  slow.reason = "that took too long";
  slow.duration = std::chrono::milliseconds(400);

  AuditRecord invented;  // the model's own words, and nothing known of the tool
  invented.at_ms = 1'795'000'000'124;
  invented.call_id = "call \"2\"\n";
  invented.tool = "drop\ttables \x01 für alle 𝄞";
  invented.gate = "known";
  invented.outcome = to_string(ErrorType::not_found);
  invented.reason = "there is no such tool; use one of those that are offered";

  auto written = ran_well();
  written.key = "provider:call_of_a_model_1";
  written.tool = "crm.create_lead";
  written.access = "write";
  written.category = "action";
  written.effect = to_string(storage::CallState::done);
  written.consent = "spoken";

  auto applied = written;
  applied.consent = "person";
  applied.approved_by = "user-2";

  auto unknown = written;
  unknown.outcome = to_string(ErrorType::outcome_unknown);
  unknown.effect = to_string(storage::CallState::unknown);
  unknown.reason = "that was cut short; it is not certain whether it was done";

  std::string text;
  for (const auto& record : {ran_well(), refused, slow, invented, written, applied, unknown}) {
    const auto line = encode_text(record);
    EXPECT_TRUE(parse_strict(line)) << line;
    text += line + "\n";
  }

  EXPECT_TRUE(matches_golden(text, "pipeline/audit.jsonl"));
}

}  // namespace
}  // namespace callosum::pipeline
