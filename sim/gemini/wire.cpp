#include "sim/gemini/wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::chrono::seconds kGoodbye{2};
/// What a close frame holds (RFC 6455 section 5.5); Google's reasons are cut there.
constexpr std::size_t kLongestReason = 123;
constexpr std::size_t kLongestText = 64;

void shorten(json::value& value) {
  if (auto* array = value.if_array()) {
    for (auto& member : *array) shorten(member);
  }
  auto* object = value.if_object();
  if (!object) return;
  const bool is_blob = object->contains("mimeType") || object->contains("mime_type");
  for (auto& member : *object) {
    const auto* text = member.value().if_string();
    if (is_blob && member.key() == "data" && text && text->size() > kLongestText) {
      member.value() = "<" + std::to_string(text->size()) + " characters>";
    } else {
      shorten(member.value());
    }
  }
}

}  // namespace

json::object without_data(const json::object& message) {
  json::value copy(message);
  shorten(copy);
  return std::move(copy.get_object());
}

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
      told_(executor) {}

void Wire::send(const json::object& message) {
  if (ending_) return;
  ++sent_;
  world_.stats.count("messages_out");
  if (world_.log.is_on()) world_.log.event(name_, "out", without_data(message));
  const auto text = json::serialize(message);
  // Sound too must not be lost here: what a slow client misses is its own affair.
  const bool is_sent = script_->has_text_frames
                           ? socket_.send(text)
                           : socket_.send_binary(text, net::FrameKind::control);
  if (!is_sent) return end({.manner = Manner::eof});
  const auto& cut = script_->cut;
  if (sent_ == cut.at_message && number_ <= cut.connections) {
    note("injected_faults", "disconnect");
    end(cut.disconnect);
  }
}

void Wire::received(const json::object& message) {
  ++received_;
  if (world_.log.is_on()) world_.log.event(name_, "in", without_data(message));
}

void Wire::note(std::string_view counter, std::string_view detail) {
  world_.stats.count(counter);
  world_.log.note(name_, counter, detail);
}

void Wire::violate(std::string_view counter, std::string_view detail) {
  world_.stats.count("protocol_violations");
  note(counter, detail);
}

void Wire::refuse(const Complaint& complaint) {
  violate(complaint.counter, complaint.detail.empty() ? complaint.reason : complaint.detail);
  end({.manner = Manner::close, .code = complaint.code, .reason = complaint.reason});
}

void Wire::end(Disconnect how) {
  if (ending_) return;
  how.reason = std::string(cut_utf8(how.reason, kLongestReason));
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

}  // namespace callosum::sim::gemini
