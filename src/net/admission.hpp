#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace boost::asio::ip {
class address;
}

namespace callosum::net {

/// What the listeners of a process hold at once, together.
struct AdmissionLimits {
  std::size_t connections = SIZE_MAX;  ///< in all; beyond it 503
  std::size_t refusals = 64;           ///< being told why they are refused; beyond it: just closed
  /// Without a first request yet, of each listener. Beyond it the oldest ends once it has had a
  /// second: who is slow on purpose makes room for who is not.
  std::size_t handshakes = SIZE_MAX;
  std::size_t per_address = 0;  ///< from one address (IPv6: from its /64); 0: no cap
  /// Also counts loopback and private addresses, from where a proxy may bring everybody.
  bool counts_neighbours = false;
};

enum class AdmissionVerdict : std::uint8_t { welcome, too_many, too_many_from_there, no_answer };

/// Who is let in. One for all listeners of a process; thread-safe. A lock for each connection that
/// comes or goes, none in between.
class Admission : public std::enable_shared_from_this<Admission> {
 public:
  /// A connection's place, given back by its destruction.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();
    AdmissionVerdict verdict() const { return verdict_; }

   private:
    friend class Admission;
    std::shared_ptr<Admission> owner_;
    std::uint64_t address_ = 0;
    AdmissionVerdict verdict_ = AdmissionVerdict::welcome;
    bool is_counted_there_ = false;
  };

  /// Before anybody is let in.
  void limit(const AdmissionLimits& limits) { limits_ = limits; }
  const AdmissionLimits& limits() const { return limits_; }
  /// Called with a word for each connection that is refused, on its thread.
  void on_refusal(std::function<void(std::string_view)> tell) { tell_ = std::move(tell); }

  Ticket enter(const boost::asio::ip::address& from);
  std::size_t connections() const;

 private:
  AdmissionVerdict decide(bool counts, std::uint64_t address);
  void leave(const Ticket& ticket);

  AdmissionLimits limits_;
  std::function<void(std::string_view)> tell_;
  mutable std::mutex mutex_;
  std::size_t connections_ = 0;
  std::size_t refusing_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> by_address_;
};

}  // namespace callosum::net
