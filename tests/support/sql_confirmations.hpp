#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "pipeline/confirmations.hpp"
#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {

/// The gateway's own statements on a real file, at once, so that virtual time can run over them.
class SqlConfirmations final : public policy::ConfirmationStore,
                               public pipeline::ConfirmationAnswers {
 public:
  SqlConfirmations(async::TimeSource& time, Random& random) : time_(time), random_(random) {}

  boost::asio::awaitable<Result<Settled>> settle(const policy::PreparedCall& call,
                                                 std::string preview,
                                                 std::int64_t expires_at_ms) override {
    if (problem) co_return *problem;
    auto wanted = pipeline::question_of(call);
    wanted.id = make_id("confirm_", random_);
    wanted.preview = std::move(preview);
    wanted.expires_at_ms = expires_at_ms;
    wanted.created_at_ms = now_ms();
    const auto found = storage::settle_confirmation(connection(), wanted);
    if (!found) co_return found.error();
    if (found->is_new) asked.push_back(found->row);
    const bool is_open = found->row.state == storage::ConfirmationState::open;
    if (is_open && on_asked) on_asked(found->row);
    co_return pipeline::standing_of(found->row);
  }
  boost::asio::awaitable<Result<storage::Confirmation>> answer(
      storage::ConfirmationAnswer answer) override {
    co_return give(answer);
  }
  Result<storage::Confirmation> give(const storage::ConfirmationAnswer& answer) {
    if (problem) return *problem;
    auto answered = storage::answer_confirmation(connection(), answer, now_ms());
    if (answered && on_answered) on_answered(*answered);
    return answered;
  }
  /// By whoever is asked.
  Result<storage::Confirmation> give(const storage::Confirmation& question, bool agrees) {
    storage::ConfirmationAnswer answer;
    answer.id = question.id;
    answer.tenant_id = question.tenant_id;
    answer.subject = question.subject;
    answer.session_id = question.session_id;
    answer.agrees = agrees;
    return give(answer);
  }
  storage::sqlite::Connection& connection() {
    if (!connection_) {
      const auto path = folder_.path() / "gateway.db";
      if (!storage::Database::open({.path = path, .readers = 1})) throw std::runtime_error("open");
      connection_ = std::move(*storage::sqlite::Connection::open({.path = path}));
    }
    return *connection_;
  }

  std::vector<storage::Confirmation> asked;  ///< new questions
  std::optional<Error> problem;              ///< of the storage
  std::function<void(const storage::Confirmation&)> on_asked, on_answered;

 private:
  std::int64_t now_ms() const { return epoch_ms(time_.wall_now()); }

  async::TimeSource& time_;
  Random& random_;
  TempFolder folder_;
  std::unique_ptr<storage::sqlite::Connection> connection_;
};

}  // namespace callosum::testing
