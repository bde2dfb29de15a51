#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace callosum::net {

/// Whether an address (4 or 16 bytes, network order) is one of the open Internet: not this host, a
/// private or link-local net, a carrier's inner one, multicast, documentation, nor IPv6 that wraps
/// an IPv4 address (mapped, NAT64, 6to4, Teredo).
bool is_public_address(std::span<const std::uint8_t> bytes);

/// The same of a host that is written as an address; nothing where it is a name.
std::optional<bool> is_public_literal(std::string_view host);

}  // namespace callosum::net
