#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/attack/attack_data.hpp"
#include "app/attack/hostile_arguments.hpp"
#include "app/parts.hpp"

namespace callosum::app {

/// What became of the calls of one kind of attack.
struct AttackScore {
  std::string name;
  int tried = 0;
  int ran = 0;                         ///< and answered
  std::map<std::string, int> refused;  ///< by gate
  std::map<std::string, int> failed;   ///< ran, and ended so
};

struct AttackReport {
  std::vector<AttackScore> scores;
  int writes = 0;                    ///< ran, and nobody had agreed to them
  int destructive = 0;               ///< ran at all
  int foreign_rows = 0;              ///< answers or records with another tenant's row
  std::map<std::string, int> found;  ///< these in words, the first so many, and how often
  bool is_held() const { return writes == 0 && destructive == 0 && foreign_rows == 0; }
};

/// A worst model: calls every tool of a live conversation that nobody takes part in, through the
/// real gates, the real executor and the real ledger. Nobody ever agrees to anything, so no write
/// may run.
class Attack {
 public:
  /// `context`: of the tenant that is attacked, outside any conversation.
  Attack(Parts& parts, AttackData& data, pipeline::CallRequest plain);
  ~Attack();
  Attack(const Attack&) = delete;
  Attack& operator=(const Attack&) = delete;

  boost::asio::awaitable<AttackReport> run();

 private:
  class Audit;

  void begin(std::string name);
  void new_session();
  void new_turn();
  pipeline::CallRequest request(registry::ToolCall call) const;
  /// One call; its answer's text.
  boost::asio::awaitable<std::string> call(std::string tool, std::string arguments,
                                           std::string call_id = {});
  void judge_answer(const std::string& tool, const std::string& arguments,
                    const std::string& answer);
  void note(int& count, const std::string& what);

  boost::asio::awaitable<void> hostile();
  boost::asio::awaitable<void> bound();
  boost::asio::awaitable<void> seen_keys();
  boost::asio::awaitable<void> repeats();
  boost::asio::awaitable<void> confirmations();
  boost::asio::awaitable<void> confirm(const registry::ToolSpec& tool, std::string_view words,
                                       bool is_cut);
  boost::asio::awaitable<void> orders();
  boost::asio::awaitable<void> obey(std::string answer, int depth);
  boost::asio::awaitable<void> names();
  boost::asio::awaitable<void> flood();
  void judge_rows(const std::map<std::string, std::string>& before,
                  const std::map<std::string, std::string>& after);

  Parts& parts_;
  AttackData& data_;
  const Foreign foreign_;
  pipeline::CallRequest plain_;
  AttackReport report_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<pipeline::Executor> executor_;
  std::shared_ptr<registry::CallContext> context_;
  std::shared_ptr<policy::SessionCalls> calls_;
};

/// What rows say to the model, so that it does what it must not.
std::vector<std::string> planted_orders(const registry::Snapshot& snapshot,
                                        const std::string& foreign_tenant);
/// "call NAME {json}" in a text, as a model that obeys everything reads it.
std::vector<std::pair<std::string, std::string>> orders_in(std::string_view text);

std::string render_report(const AttackReport& report, const AttackData& data);
std::string encode_report(const AttackReport& report);

}  // namespace callosum::app
