#include "storage/call_log.hpp"

#include <utility>

#include "storage/row_keeper.hpp"

namespace callosum::storage {
namespace {

constexpr std::size_t kMaxWaiting = 4096;

Result<void> save(sqlite::Connection& connection, const CallRecord& record, telemetry::Log& log) {
  const auto saved = save_call_record(connection, record);
  if (!saved) return saved.error();
  try_copy_to_pack(connection, record.call_sid, log);
  return {};
}

RowWays<CallRecord> ways() {
  return {.what = "call_records",
          .most_waiting = kMaxWaiting,
          .key = [](const CallRecord& record) -> const std::string& { return record.call_sid; },
          .merge = lay_over,
          .save = save};
}

}  // namespace

Result<std::unique_ptr<CallLog>> CallLog::open(Database& database, telemetry::Log& log) {
  auto keeper = RowKeeper<CallRecord>::open(database, log, ways());
  if (!keeper) return keeper.error();
  return std::unique_ptr<CallLog>(new CallLog(std::move(*keeper)));
}

CallLog::CallLog(std::unique_ptr<RowKeeper<CallRecord>> keeper) : keeper_(std::move(keeper)) {}

CallLog::~CallLog() = default;

void CallLog::note(CallRecord record) { keeper_->note(std::move(record)); }

std::optional<CallRecord> CallLog::pending(const std::string& call_sid) const {
  std::optional<CallRecord> latest;
  keeper_->look_at_pending([&](const auto& records) {
    const auto at = records.find(call_sid);
    if (at == records.end()) return;
    if (latest) {
      lay_over(*latest, at->second);
    } else {
      latest = at->second;
    }
  });
  return latest;
}

}  // namespace callosum::storage
