#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <vector>

#include "pipeline/confirmations.hpp"
#include "session/load_book.hpp"

namespace callosum::session {

class Session;
class SessionHost;

/// Tells live conversations of what happens to their questions and their tools, whichever thread it
/// happened on: each host looks for the session on its own. One that lives in another process
/// learns it when the model calls again.
class SessionBoard final : public pipeline::ConfirmationWatcher, public LoadWatcher {
 public:
  /// All of them before the first question; none of them goes before the last.
  void add(boost::asio::any_io_executor thread, SessionHost& host) {
    places_.push_back({std::move(thread), &host});
  }
  void asked(const storage::Confirmation& question) override;
  void answered(const storage::Confirmation& question) override;
  void on_loaded(const std::string& session_id) override;
  /// A call of this session was run over HTTP: what its answer asks of the session is for whoever
  /// holds it.
  void on_call_elsewhere(const std::string& session_id,
                         std::shared_ptr<const registry::Envelope> envelope);
  /// Another connection goes on with this session: the one that has it ends, wherever it is.
  void hand_over(const std::string& session_id);

 private:
  struct Place {
    boost::asio::any_io_executor thread;
    SessionHost* host;
  };
  using Tell = void (Session::*)(const storage::Confirmation&);
  void tell(const storage::Confirmation& question, Tell how);

  std::vector<Place> places_;
};

}  // namespace callosum::session
