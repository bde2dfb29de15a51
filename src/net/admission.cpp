#include "net/admission.hpp"

#include <boost/asio/ip/address.hpp>

namespace callosum::net {

namespace asio = boost::asio;

namespace {

asio::ip::address plain(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

/// An IPv4 address, or the upper half of an IPv6 one: whoever has a /64 has all of it.
std::uint64_t key_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_v4().to_uint();
  std::uint64_t upper = 0;
  const auto bytes = address.to_v6().to_bytes();
  for (std::size_t i = 0; i < 8; ++i) upper = upper << 8 | bytes[i];
  return upper;
}

/// Loopback, link-local, private (RFC 1918, RFC 4193) and carriers' shared space (RFC 6598).
bool is_neighbour(const asio::ip::address& address) {
  if (address.is_loopback()) return true;
  if (address.is_v6()) {
    return address.to_v6().is_link_local() || (address.to_v6().to_bytes()[0] & 0xfe) == 0xfc;
  }
  const auto bits = address.to_v4().to_uint();
  return bits >> 24 == 10 || bits >> 20 == 0xac1 || bits >> 16 == 0xc0a8 || bits >> 16 == 0xa9fe ||
         bits >> 22 == 0x64400000u >> 22;
}

std::string_view reason(AdmissionVerdict verdict) {
  return verdict == AdmissionVerdict::too_many_from_there ? "address" : "total";
}

}  // namespace

Admission::Ticket::Ticket(Ticket&& other) noexcept
    : owner_(std::move(other.owner_)),
      address_(other.address_),
      verdict_(other.verdict_),
      is_counted_there_(other.is_counted_there_) {}

Admission::Ticket::~Ticket() {
  if (owner_) owner_->leave(*this);
}

Admission::Ticket Admission::enter(const asio::ip::address& from) {
  const auto address = plain(from);
  Ticket ticket;
  ticket.address_ = key_of(address);
  const bool counts =
      limits_.per_address > 0 && (limits_.counts_neighbours || !is_neighbour(address));
  auto verdict = AdmissionVerdict::welcome;
  {
    const std::scoped_lock lock(mutex_);
    verdict = decide(counts, ticket.address_);
    ticket.is_counted_there_ = counts && verdict == AdmissionVerdict::welcome;
    ticket.verdict_ = verdict;
    if (verdict == AdmissionVerdict::welcome) {
      ++connections_;
      if (counts) ++by_address_[ticket.address_];
    } else if (refusing_ < limits_.refusals) {
      ++refusing_;
    } else {
      ticket.verdict_ = AdmissionVerdict::no_answer;
    }
  }
  ticket.owner_ = shared_from_this();
  if (verdict != AdmissionVerdict::welcome && tell_) tell_(reason(verdict));
  return ticket;
}

AdmissionVerdict Admission::decide(bool counts, std::uint64_t address) {
  if (counts) {
    const auto at = by_address_.find(address);
    if (at != by_address_.end() && at->second >= limits_.per_address) {
      return AdmissionVerdict::too_many_from_there;
    }
  }
  return connections_ < limits_.connections ? AdmissionVerdict::welcome
                                            : AdmissionVerdict::too_many;
}

void Admission::leave(const Ticket& ticket) {
  const std::scoped_lock lock(mutex_);
  if (ticket.verdict_ == AdmissionVerdict::no_answer) return;
  if (ticket.verdict_ != AdmissionVerdict::welcome) {
    --refusing_;
    return;
  }
  --connections_;
  if (!ticket.is_counted_there_) return;
  const auto at = by_address_.find(ticket.address_);
  if (--at->second == 0) by_address_.erase(at);
}

std::size_t Admission::connections() const {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

}  // namespace callosum::net
