#include "sim/openai/wire.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::chrono::seconds kGoodbye{2};

json::value or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

}  // namespace

std::string World::make_id(std::string_view prefix) {
  constexpr char kHex[] = "0123456789abcdef";
  auto bits = random.next_u64();
  std::string out(prefix);
  for (int i = 0; i < 16; ++i, bits >>= 4) out += kHex[bits & 15];
  return out;
}

Wire::Wire(World& world, net::WsConnection& socket, const boost::asio::any_io_executor& executor)
    : world_(world),
      socket_(socket),
      script_(world.script),
      number_(++world.connections),
      name_("c" + std::to_string(number_)),
      id_prefix_(world.make_id("event_") + "_"),
      told_(executor) {}

void Wire::send(json::object event) {
  if (ending_) return;
  ++sent_;
  json::object out;
  out.reserve(event.size() + 1);
  out["type"] = text_at(event, "type");
  out["event_id"] = id_prefix_ + std::to_string(sent_);
  for (auto& member : event) {
    if (member.key() != "type") out[member.key()] = std::move(member.value());
  }
  world_.stats.count("events_out");
  world_.log.event(name_, "out", out);
  const bool is_sent = socket_.send(json::serialize(out));
  if (!is_sent) return end({.manner = Manner::eof});
  const auto& cut = script_->cut;
  if (sent_ == cut.at_event && number_ <= cut.connections) {
    note("injected_faults", "disconnect");
    end(cut.disconnect);
  }
}

void Wire::send_error(json::object error) {
  world_.stats.count("errors_sent");
  send({{"type", "error"}, {"error", std::move(error)}});
}

void Wire::refuse(const WireError& error, const json::object* about) {
  note("refused_events", error.code + ": " + error.message);
  json::value event_id;
  if (about && script_->has_error_event_ids) {
    const auto* given = find_string(*about, "event_id");
    if (given) event_id = *given;
  }
  send_error({{"type", error.type},
              {"code", or_null(error.code)},
              {"message", error.message},
              {"param", or_null(error.param)},
              {"event_id", std::move(event_id)}});
}

void Wire::note(std::string_view counter, std::string_view detail) {
  world_.stats.count(counter);
  world_.log.note(name_, counter, detail);
}

void Wire::end(Disconnect how) {
  if (ending_) return;
  ending_ = std::move(how);
  told_.set();
}

boost::asio::awaitable<void> Wire::close_when_told() {
  const auto never = async::Deadline::none(world_.time);  // the connection's end cancels this
  co_await told_.wait(never);
  if (ending_->manner == Manner::hang) {
    told_.reset();
    co_await told_.wait(never);
  }
  if (ending_->manner == Manner::eof || ending_->manner == Manner::reset) {
    if (ending_->manner == Manner::reset) {
      socket_.reset();
    } else {
      socket_.abort();
    }
    co_return;
  }
  const auto deadline = async::Deadline::after(world_.time, kGoodbye);
  co_await socket_.close(ending_->code, ending_->reason, deadline);
}

}  // namespace callosum::sim::openai
