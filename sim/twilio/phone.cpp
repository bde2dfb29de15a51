#include "sim/twilio/phone.hpp"

#include "async/with_deadline.hpp"

namespace callosum::sim::twilio {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kWebhookTime{15};
constexpr std::chrono::milliseconds kRetryPause{250};

std::string origin_of(const net::Url& url, std::string_view scheme) {
  const bool is_v6 = url.host.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (is_v6 ? "[" + url.host + "]" : url.host) + ":" +
         std::to_string(url.port);
}

net::HttpRequest make_request(Phone& phone, const std::string& url, const FormFields& fields,
                              Signing signing) {
  net::HttpRequest request;
  request.method = "POST";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  const bool is_twilio = phone.options.carrier == CarrierKind::twilio;
  request.headers.set("User-Agent", is_twilio ? "TwilioProxy/1.1" : "callosum-sim");
  request.body = encode_form(fields);
  if (signing == Signing::none) return request;
  signer_of(phone, signing).sign(request, url, fields);
  return request;
}

bool was_reached(const Result<net::HttpResponse>& response) {
  return response ? response->status != 502 && response->status != 503
                  : response.error().type != ErrorType::transient;
}

}  // namespace

Signer signer_of(Phone& phone, Signing signing) {
  return {phone.options.carrier,
          phone.options.auth_token + (signing == Signing::wrong ? "-other" : ""),
          phone.time.wall_now(), phone.random};
}

std::string Phone::reached_at(const std::string& url) const {
  const auto asked = net::parse_url(url);
  const auto known = net::parse_url(signed_base());
  const auto local = net::parse_url(options.to);
  if (!asked || !known || !local) return url;
  if (asked->host != known->host || asked->port != known->port) return url;
  const bool is_socket = asked->scheme.starts_with("ws");
  const std::string scheme = is_socket ? "ws" : "http";
  return origin_of(*local, scheme + (local->is_tls() ? "s" : "")) + asked->target;
}

std::string resolve_url(std::string_view base, std::string_view url) {
  if (url.find("://") != std::string_view::npos) return std::string(url);
  const auto authority = base.find("://") + 3;
  const auto path = std::min(base.find('/', authority), base.size());
  if (url.starts_with('/')) return std::string(base.substr(0, path)) + std::string(url);
  const auto query = std::min(base.find('?'), base.size());
  const auto slash = base.substr(0, query).rfind('/');
  const auto folder = slash < authority ? std::string(base.substr(0, path)) + "/"
                                        : std::string(base.substr(0, slash + 1));
  return url.empty() ? std::string(base) : folder + std::string(url);
}

asio::awaitable<Result<net::HttpResponse>> post_webhook(Phone& phone, std::string url,
                                                        FormFields fields, Signing signing) {
  const auto give_up = async::Deadline::after(phone.time, phone.options.retry_for);
  while (true) {
    auto request = make_request(phone, url, fields, signing);
    net::HttpClientOptions options;
    options.tls = phone.tls;
    const auto deadline = async::Deadline::after(phone.time, kWebhookTime);
    auto sending = net::send_http(phone.time, phone.reached_at(url), std::move(request),
                                  std::move(options), deadline);
    auto response = co_await std::move(sending);
    if (was_reached(response) || give_up.passed()) co_return response;
    const auto pause = async::Deadline::after(phone.time, kRetryPause);
    co_await async::sleep_until(pause);
  }
}

}  // namespace callosum::sim::twilio
