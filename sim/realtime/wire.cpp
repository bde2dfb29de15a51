#include "sim/realtime/wire.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "sim/realtime/dialect.hpp"

namespace callosum::sim {
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

Wire::Wire(World& world, const Dialect& dialect, net::WsConnection& socket,
           const boost::asio::any_io_executor& executor)
    : world_(world),
      dialect_(dialect),
      socket_(socket),
      script_(world.script),
      number_(++world.connections),
      name_("c" + std::to_string(number_)),
      id_prefix_(dialect.make_id(world, "event_")),
      told_(executor) {}

void Wire::send(json::object event) {
  if (ending_) return;
  ++sent_;
  json::object out;
  out.reserve(event.size() + 1);
  out["type"] = text_at(event, "type");
  out["event_id"] = dialect_.event_id(world_, id_prefix_, sent_);
  for (auto& member : event) {
    if (member.key() != "type") out[member.key()] = std::move(member.value());
  }
  dialect_.dress(out, world_);
  world_.stats.count("events_out");
  world_.log.event(name_, "out", out);
  count_sent(socket_.send(json::serialize(out)));
}

void Wire::send_binary(std::string_view bytes) {
  if (ending_) return;
  ++sent_;
  world_.stats.count("binary_frames_out");
  count_sent(socket_.send_binary(bytes));
}

void Wire::count_sent(bool is_sent) {
  if (!is_sent) return end({.manner = Manner::eof});
  const auto& cut = script_->cut;
  if (sent_ == cut.at_event && number_ <= cut.connections) {
    note("injected_faults", "disconnect");
    end(cut.disconnect);
  }
}

void Wire::send_error(json::object error) {
  world_.stats.count("errors_sent");
  send(dialect_.error_event(std::move(error), *script_));
}

std::string Wire::make_id(std::string_view prefix) { return dialect_.make_id(world_, prefix); }

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

}  // namespace callosum::sim
