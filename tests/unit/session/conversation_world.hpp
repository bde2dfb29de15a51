#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "fake_ends.hpp"
#include "session/load_book.hpp"
#include "session/session.hpp"
#include "tool_world.hpp"

namespace callosum::testing {

/// A whole session under virtual time, with a test on both of its sides.
class Conversation {
 public:
  /// Puts a reply path around the provider.
  using Wrap = std::function<std::unique_ptr<realtime::ModelPort>(
      Conversation&, std::unique_ptr<realtime::ModelPort>)>;

  explicit Conversation(std::vector<registry::ToolSpec> tools, session::SessionStart start = {},
                        session::SessionRecords* records = nullptr,
                        std::map<std::string, Error> refused = {}, Wrap around = {},
                        session::LoadBook* book = nullptr);
  ~Conversation();

  void hang_up();
  void model_says(std::string event);
  void caller_says(std::string event);
  void pass(std::chrono::milliseconds span);
  void lose_model();

  // The model's usual words.
  void response_created(const std::string& id, const std::string& metadata = "null");
  void call(const std::string& response, const std::string& call_id, const std::string& name,
            const std::string& arguments = "{}", const std::string& status = "completed");
  void message(const std::string& response, const std::string& text);
  /// So many session.updates, the gateway's opening first.
  void accept_updates(int count);
  /// The model refuses the event of ours or the caller's that went out last under this type.
  void refuse_last(const std::string& type, const std::string& code, const std::string& param);
  void response_done(const std::string& id, const std::string& status = "completed",
                     const std::string& output = "[]");

  std::vector<std::string> sent(const std::string& type, std::size_t model = SIZE_MAX) const;
  std::vector<std::string> got(const std::string& type) const;
  bool caller_saw(const std::string& text) const;

  ToolWorld w;
  SeededRandom random{7};
  telemetry::NullLog log;
  telemetry::Metrics metrics;
  session::UsualTimes usual_times;
  std::shared_ptr<CallerScript> caller;
  std::vector<std::shared_ptr<ModelScript>> models;
  std::unique_ptr<session::Session> session;
  std::shared_ptr<const session::ToolOffer> offer;  // what a source without one gets
  int refusals_left = 0;
  std::map<std::string, Error> refusals;  // by source: why it never opens
  Wrap wrap;
  bool keeps_conversation = false;             // connections to come
  std::vector<realtime::KeptItem> kept;        // what they show
  bool is_born_broken = false;                 // connections to come
  bool can_change_tools = true;                // likewise
  std::chrono::milliseconds opening_takes{0};  // of connections to come
  bool ended = false;
  std::exception_ptr failure;

 private:
  void complete(session::ModelSource& source);
};

}  // namespace callosum::testing
