#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hostile_server.hpp"
#include "served.hpp"

namespace callosum::testing {

/// A business that counts what it is asked, and answers when it is let.
class SlowBackend {
 public:
  SlowBackend();

  std::string url() const { return server_.url(); }
  std::size_t requests() { return server_.requests().size(); }
  void hold() { is_held_ = true; }
  void release() { is_held_ = false; }

 private:
  static boost::asio::awaitable<void> serve(SlowBackend& self, HostileServer& server,
                                            HostileServer::Socket& socket);
  std::atomic<bool> is_held_{false};
  HostileServer server_;
};

/// A gateway whose tool `reserve` is a write to that business, and a caller who asks for it.
class SlowWrite {
 public:
  SlowWrite(const std::vector<std::string>& options, const Environment& keys);

  /// A caller who begins a conversation; false where none comes about.
  bool call();
  void hang_up() { caller_.reset(); }
  void send(const std::string& event);
  void ask_for(const std::string& text);
  /// All that the caller is sent, until this is in it; "(the end)" where it never is.
  std::string hear(std::string_view what);

  std::size_t open_files();
  /// Nothing of a conversation is left within two seconds: no session, and no more open files than
  /// `files`.
  bool is_at_rest(std::size_t files);

  SlowBackend backend;
  std::unique_ptr<Served> gateway;
  std::string session;  ///< the event that began it

 private:
  std::unique_ptr<RawClient> caller_;
};

/// How often `what` was said to the end, in what a caller was sent.
std::size_t times_said(const std::string& heard, std::string_view what);

/// The options of a provider that is played by a simulator.
std::vector<std::string> played_by(const std::string& provider, const Cloud& cloud);
const Environment& any_keys();

}  // namespace callosum::testing
