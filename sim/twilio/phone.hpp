#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "net/client.hpp"
#include "sim/twilio/carrier.hpp"
#include "sim/twilio/report.hpp"
#include "sim/twilio/script.hpp"

namespace callosum::sim::twilio {

struct PhoneOptions {
  CarrierKind carrier = CarrierKind::twilio;
  std::string to;          ///< where the voice webhook is reached
  std::string public_url;  ///< what it is signed as, where that differs
  std::string auth_token = "12345";
  std::string account = std::string(usual_account(CarrierKind::twilio));
  std::string from = "+31612345678";
  std::string called = "+31201234567";
  std::string attestation = "TN-Validation-Passed-A";  ///< StirVerstat; empty: none
  std::string status_callback;
  UpgradeForm upgrade_form = UpgradeForm::plain;
  Ms length{0};      ///< of a call; 0: as long as its steps take
  Ms retry_for{0};   ///< how long a webhook that cannot be reached is tried again
  std::string save;  ///< WAV of what was heard; of several calls the number is put before ".wav"
};

class Call;

/// What all calls share. Outlives them; one thread.
struct Phone {
  async::TimeSource& time;
  Random& random;
  Report& report;
  PhoneOptions options;
  std::shared_ptr<net::TlsContext> tls = {};  ///< null: the system's authorities
  std::map<std::string, Call*, std::less<>> live = {};

  /// The address that is really connected to: that of `to` for what has the host of `public_url`.
  std::string reached_at(const std::string& url) const;
  const std::string& signed_base() const {
    return options.public_url.empty() ? options.to : options.public_url;
  }
};

/// An address as it stands in TwiML, made absolute.
std::string resolve_url(std::string_view base, std::string_view url);

enum class Signing : std::uint8_t { right, wrong, none };
/// `wrong`: of somebody else.
Signer signer_of(Phone& phone, Signing signing);

/// One signed POST. As Twilio, 15 s at most.
boost::asio::awaitable<Result<net::HttpResponse>> post_webhook(Phone& phone, std::string url,
                                                               FormFields fields, Signing signing);

}  // namespace callosum::sim::twilio
