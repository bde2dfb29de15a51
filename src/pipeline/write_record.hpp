#pragma once

#include <memory>
#include <optional>

#include "pipeline/catalog.hpp"
#include "pipeline/ledger.hpp"
#include "tool/tool_kind.hpp"

namespace callosum::pipeline {

namespace json = boost::json;

/// One write on its way into the ledger. Owns all it needs: a kind's thread may still be using it
/// when the call's own frame has gone.
class WriteRecord final : public tool::Recorder {
 public:
  struct Subject {
    std::shared_ptr<const registry::CallContext> context;
    std::shared_ptr<const Catalog> catalog;  ///< keeps the tool
    const policy::PreparedCall& prepared;    ///< copied from
    std::size_t max_result_bytes;
    std::string_view consent{};  ///< a literal
    std::string agreed_by{};     ///< empty: as the context says
  };
  WriteRecord(const Subject& subject, Ledger& ledger, async::TimeSource& time);

  const storage::LedgerCall& call() const { return call_; }
  /// The envelope and the record of an end, as they are kept.
  CallEnd end_with(registry::Envelope& envelope, std::size_t result_bytes) const;

  // tool::Recorder, on the kind's thread
  Result<void> begin(storage::sqlite::Connection& connection) override;
  Result<void> end(storage::sqlite::Connection& connection, const json::value& data) override;

  // After the kind has answered.
  const std::optional<storage::LedgerEntry>& earlier() const { return earlier_; }
  const std::shared_ptr<registry::Envelope>& envelope() const { return envelope_; }
  std::size_t result_bytes() const { return result_bytes_; }

 private:
  const std::shared_ptr<const registry::CallContext> context_;
  const std::shared_ptr<const Catalog> catalog_;
  const registry::ToolSpec& tool_;
  const registry::ToolCall tool_call_;
  const registry::Access access_;
  const std::size_t max_result_bytes_;
  const std::string_view consent_;
  const std::string agreed_by_;
  storage::LedgerCall call_;
  Ledger& ledger_;
  async::TimeSource& time_;
  const SteadyTime start_;
  const std::int64_t at_ms_;
  std::optional<storage::LedgerEntry> earlier_;
  std::shared_ptr<registry::Envelope> envelope_;
  std::size_t result_bytes_ = 0;
};

/// A call as the ledger knows it.
storage::LedgerCall ledger_call(const policy::PreparedCall& prepared);
/// The answer that an earlier entry of the ledger gives to the same call, or the same act, again.
std::shared_ptr<registry::Envelope> answer_again(const storage::LedgerEntry& earlier,
                                                 const policy::PreparedCall& call);

}  // namespace callosum::pipeline
