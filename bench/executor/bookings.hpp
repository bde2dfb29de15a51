#pragma once

#include <cstdint>
#include <string>

namespace callosum::bench {

inline constexpr auto kTenant = "018f4e7a-93c1-7c5b-9d1e-1f0a3b5c7d9e";
inline constexpr std::uint64_t kBookings = 20'000;

/// SQL that fills the pack's table with them, all of that tenant: "B1", "B2", …
inline std::string some_bookings() {
  return "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " +
         std::to_string(kBookings) + ") INSERT INTO bookings SELECT 'B' || n, '" + kTenant +
         "', 'Customer ' || n, '+1555' || (n % 5000), 'haircut', '2026-11-21T14:30:00Z', 45,"
         " 'confirmed', 35.5, 'by the window', '', '' FROM numbers";
}

}  // namespace callosum::bench
