#include "session/session_board.hpp"

#include <boost/asio/post.hpp>

#include "session/session_host.hpp"

namespace callosum::session {

void SessionBoard::asked(const storage::Confirmation& question) {
  tell(question, &Session::show_confirmation);
}

void SessionBoard::answered(const storage::Confirmation& question) {
  tell(question, &Session::on_confirmation_answered);
}

void SessionBoard::on_loaded(const std::string& session_id) {
  for (const auto& place : places_) {
    boost::asio::post(place.thread, [host = place.host, session_id] {
      if (auto* session = host->find(session_id)) session->take_loaded();
    });
  }
}

void SessionBoard::on_call_elsewhere(const std::string& session_id,
                                     std::shared_ptr<const registry::Envelope> envelope) {
  for (const auto& place : places_) {
    boost::asio::post(place.thread, [host = place.host, session_id, envelope] {
      if (auto* session = host->find(session_id)) session->on_call_elsewhere(*envelope);
    });
  }
}

void SessionBoard::hand_over(const std::string& session_id) {
  for (const auto& place : places_) {
    boost::asio::post(place.thread, [host = place.host, session_id] {
      if (auto* session = host->find(session_id)) session->hand_over();
    });
  }
}

void SessionBoard::tell(const storage::Confirmation& question, Tell how) {
  const auto shared = std::make_shared<const storage::Confirmation>(question);
  for (const auto& place : places_) {
    boost::asio::post(place.thread, [host = place.host, shared, how] {
      if (auto* session = host->find(shared->session_id)) (session->*how)(*shared);
    });
  }
}

}  // namespace callosum::session
