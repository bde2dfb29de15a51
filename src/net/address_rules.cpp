#include "net/address_rules.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <string>

namespace callosum::net {
namespace {

template <std::size_t kBytes>
struct Range {
  std::array<std::uint8_t, kBytes> begin;  // the rest of it is zero
  unsigned bits;
};

// The IANA registries of special purpose addresses, what is not globally reachable.
constexpr Range<4> kRefusedV4[] = {
    {{0}, 8},              // this host: 0.0.0.0 connects to loopback
    {{10}, 8},             // private
    {{100, 64}, 10},       // carrier-grade NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, and the clouds' metadata
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, broadcast
};

// Of IPv6 only 2000::/3 is given out; within it:
constexpr Range<4> kRefusedV6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: an IPv4 address within
    {{0x3f, 0xff}, 20},              // documentation
};

template <std::size_t kBytes>
bool holds(const Range<kBytes>& range, std::span<const std::uint8_t> bytes) {
  for (unsigned bit = 0; bit < range.bits; bit += 8) {
    const unsigned left = std::min(8U, range.bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> left);
    if ((bytes[bit / 8] & mask) != (range.begin[bit / 8] & mask)) return false;
  }
  return true;
}

}  // namespace

bool is_public_address(std::span<const std::uint8_t> bytes) {
  const auto refuses = [&](const auto& range) { return holds(range, bytes); };
  if (bytes.size() == 4) {
    return std::none_of(std::begin(kRefusedV4), std::end(kRefusedV4), refuses);
  }
  if (bytes.size() != 16 || (bytes[0] & 0xE0) != 0x20) return false;
  return std::none_of(std::begin(kRefusedV6), std::end(kRefusedV6), refuses);
}

std::optional<bool> is_public_literal(std::string_view host) {
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address(std::string(host), not_an_address);
  if (not_an_address) return std::nullopt;
  if (address.is_v4()) return is_public_address(address.to_v4().to_bytes());
  return is_public_address(address.to_v6().to_bytes());
}

}  // namespace callosum::net
