#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "net/ws_connection.hpp"
#include "realtime/provider_profile.hpp"
#include "realtime/server_event.hpp"

namespace callosum::realtime {

/// A tool list as a provider is given it, with its JSON text: made once, shared by every session of
/// an audience.
struct OfferedTools {
  json::array list;
  std::string text;
};

/// What a connection begins with.
struct SessionOpening {
  json::object session;  ///< the GA session (type, instructions, audio ...), without its tools
  std::shared_ptr<const OfferedTools> tools;  ///< never null
  /// What the connection before gave as its `resumption`; empty: the conversation begins here.
  std::string resumption;
};

/// An item of a conversation that was taken up, as the provider has shown it.
struct KeptItem {
  std::string item_id;     ///< the provider's own
  std::string role, text;  ///< of a message
  std::string call_id;     ///< of a function's call or its output
  bool is_output = false;
};

/// What the model is to do about a function's output.
enum class OutputDelivery : std::uint8_t {
  when_idle,  ///< speak to it behind what it is saying
  interrupt,  ///< speak to it at once
  silent      ///< know it
};

/// A function call whose item is complete (§0.3): safe to run. Views into the event it was read
/// from.
struct FinishedCall {
  std::string_view response_id, item_id, call_id, name, arguments;
};

/// How a model is reached: one per realtime provider, every one under the same names. Speaks GA
/// events inwards whatever its wire is. Lives on its session's thread.
class ModelPort {
 public:
  virtual ~ModelPort() = default;
  virtual const ProviderProfile& profile() const = 0;

  /// Connects; the first server frame to follow is session.created. The opening is sent as the
  /// first session.update.
  virtual boost::asio::awaitable<Result<void>> open(SessionOpening opening,
                                                    async::Deadline deadline) = 0;
  /// The next server frame. Any error but TIMEOUT means the connection is gone: TRANSIENT may be
  /// opened again, PERMANENT and AUTH may not.
  virtual boost::asio::awaitable<Result<ServerFrame>> next(async::Deadline deadline) = 0;
  /// Passes a GA client event on as it is. Never waits. False: the connection is gone.
  virtual bool send(std::string_view client_event, net::FrameKind kind) = 0;
  /// Ends the connection. `next` then fails.
  virtual boost::asio::awaitable<void> close(async::Deadline deadline) = 0;
  virtual std::uint64_t dropped_audio_frames() const { return 0; }
  /// What a new connection goes on from, in the provider's own words, as of now, even when this one
  /// is gone; empty: it cannot. One that is opened with it knows what was said until it was given,
  /// or does not open; calls that were open then are unknown to it unless `take_kept` has them.
  virtual std::string resumption() const { return {}; }
  /// The opening's `resumption` was taken up: the model knows what was said. True from `open` on.
  virtual bool has_resumed() const { return false; }
  /// What was found there, in its order, where the provider shows it (`Resumption::conversation`).
  /// It is given once.
  virtual std::vector<KeptItem> take_kept() { return {}; }
  /// The caller's program knows that message by another id, and will name it so.
  virtual void name_kept(const KeptItem& /*item*/, std::string_view /*known_as*/) {}

  // The five acts, named alike everywhere (DESIGN "Words").
  /// Declares the whole tool list anew; session.updated acknowledges it.
  virtual bool refresh_realtime_tools(const json::array& tools, std::string_view event_id);
  /// The finished call in a response.output_item.done, or nothing (cut off, not a call).
  virtual std::optional<FinishedCall> handle_realtime_function_call_event(
      const ServerEvent& event) const;
  /// `delivery` is for a model that speaks to an output by itself; others speak when asked to.
  virtual bool send_function_call_output(std::string_view call_id, std::string_view output,
                                         std::string_view event_id, OutputDelivery delivery);
  /// One response.create. The session's sequencer says when.
  virtual bool schedule_realtime_tool_followup_response(const json::object& response,
                                                        std::string_view event_id);
  /// Asks for exactly these words to be spoken, outside the conversation (transport only).
  virtual bool request_playback_utterance(std::string_view text, std::string_view event_id);
};

}  // namespace callosum::realtime
