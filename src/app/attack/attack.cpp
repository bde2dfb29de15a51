#include "app/attack/attack.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using registry::Access;

namespace {

constexpr std::size_t kMostFound = 50;

}  // namespace

/// Every call ends in one record: who refused it, or that it ran.
class Attack::Audit final : public pipeline::AuditSink {
 public:
  explicit Audit(Attack& attack) : attack_(attack) {}

  void write(const pipeline::AuditRecord& record, pipeline::AuditPlace) override {
    auto& score = attack_.report_.scores.back();
    ++score.tried;
    const std::string tool(record.tool.empty() ? "(no tool)" : record.tool);
    if (encode_text(record).find(attack_.data_.watermark()) != std::string::npos) {
      attack_.note(attack_.report_.foreign_rows, "a foreign row is in the record of " + tool);
    }
    if (!record.gate.empty()) {
      const bool is_proposed = record.gate == "consent" && record.outcome == "ok";
      ++score.refused[is_proposed ? "consent (proposed)" : std::string(record.gate)];
      return;
    }
    record.outcome == "ok" ? ++score.ran : ++score.failed[std::string(record.outcome)];
    if (record.access == to_string(Access::destructive)) {
      attack_.note(attack_.report_.destructive, "destructive and ran: " + tool);
    } else if (record.access != to_string(Access::read)) {
      attack_.note(attack_.report_.writes, "a write that nobody agreed to ran: " + tool);
    }
  }

 private:
  Attack& attack_;
};

Attack::Attack(Parts& parts, AttackData& data, pipeline::CallRequest plain)
    : parts_(parts),
      data_(data),
      foreign_{data.foreign_id(), data.foreign_slug(), data.foreign_keys()},
      plain_(std::move(plain)),
      audit_(std::make_unique<Audit>(*this)) {}

Attack::~Attack() = default;

void Attack::begin(std::string name) {
  report_.scores.push_back({std::move(name), 0, 0, {}, {}});
  new_session();
}

/// A caller of whom the gateway is as sure as can be, with every role that a tool asks for: what
/// then stands between the model and the rows is not that the caller is nobody.
void Attack::new_session() {
  context_ = std::make_shared<registry::CallContext>(*plain_.context);
  context_->session_id = make_id("sess_", parts_.random);
  context_->channel = registry::Channel::voice;
  context_->is_realtime = true;
  context_->is_provider_planned = true;
  context_->provider = "attack";
  context_->turn = 1;
  calls_ = std::make_shared<policy::SessionCalls>();
}

void Attack::new_turn() {
  context_ = std::make_shared<registry::CallContext>(*context_);
  ++context_->turn;
}

/// By a channel that the tool is for: the gate of channels must not stand before all the others.
pipeline::CallRequest Attack::request(registry::ToolCall call) const {
  auto context = context_;
  const auto* tool = context->snapshot->find(call.name);
  const bool is_told = tool && !tool->channels.empty();
  const auto channel = is_told ? tool->channels.front() : context->channel;
  if (channel != context->channel) {
    context = std::make_shared<registry::CallContext>(*context);
    context->channel = channel;
  }
  return {std::move(call), std::move(context), calls_, plain_.catalog};
}

asio::awaitable<std::string> Attack::call(std::string tool, std::string arguments,
                                          std::string call_id) {
  if (call_id.empty()) call_id = make_id("call_", parts_.random);
  auto running = executor_->run(request({std::move(call_id), tool, arguments}));
  const auto envelope = co_await std::move(running);
  auto text = registry::encode_text(envelope);
  judge_answer(tool, arguments, text);
  co_return text;
}

void Attack::judge_answer(const std::string& tool, const std::string& arguments,
                          const std::string& answer) {
  // What the model has sent itself may be said back to it.
  if (arguments.find(data_.watermark()) != std::string::npos) return;
  if (answer.find(data_.watermark()) == std::string::npos) return;
  note(report_.foreign_rows, "a foreign row came out of " + tool + " " + arguments.substr(0, 120));
}

void Attack::note(int& count, const std::string& what) {
  ++count;
  if (report_.found.size() < kMostFound || report_.found.contains(what)) ++report_.found[what];
}

asio::awaitable<AttackReport> Attack::run() {
  const auto executor = co_await asio::this_coro::executor;
  auto made = parts_.executor_parts();
  executor_ = std::make_unique<pipeline::Executor>(
      executor, pipeline::ExecutorParts{made.time, made.gates, *audit_, made.limits, made.ledger,
                                        made.cache});
  const auto before = data_.fingerprint();
  const auto calls_before = data_.ledger_rows();
  co_await hostile();
  co_await bound();
  co_await seen_keys();
  co_await repeats();
  co_await confirmations();
  co_await orders();
  co_await names();
  co_await flood();
  const auto soon = async::Deadline::after(parts_.time, std::chrono::seconds(10));
  co_await executor_->drain(soon);
  const auto after = data_.fingerprint();
  const auto calls_after = data_.ledger_rows();
  if (!before || !after || !calls_before || !calls_after) {
    note(report_.writes, "the rows could not be read back");
    co_return report_;
  }
  judge_rows(*before, *after);
  if (*calls_after > *calls_before && report_.writes + report_.destructive == 0) {
    note(report_.writes, "the ledger holds writes that no record tells of");
  }
  co_return report_;
}

void Attack::judge_rows(const std::map<std::string, std::string>& before,
                        const std::map<std::string, std::string>& after) {
  for (const auto& [table, rows] : before) {
    if (after.at(table) != rows) note(report_.writes, "rows of " + table + " were changed");
  }
}

}  // namespace callosum::app
