#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/text.hpp"
#include "net/http_syntax.hpp"
#include "tool/http/plan.hpp"
#include "tool/run_fields.hpp"

namespace callosum::tool::http {
namespace {

constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
/// Framing, routing and what the gateway itself says.
constexpr std::array<std::string_view, 14> kOurHeaders{"host",
                                                       "content-length",
                                                       "transfer-encoding",
                                                       "connection",
                                                       "keep-alive",
                                                       "date",
                                                       "te",
                                                       "trailer",
                                                       "upgrade",
                                                       "expect",
                                                       "proxy-authorization",
                                                       "proxy-connection",
                                                       "accept-encoding",
                                                       "idempotency-key"};
constexpr std::size_t kMostRedirects = 8;

class Reader {
 public:
  Reader(const registry::ToolSpec& tool, const PlanGround& ground, const json::object& run)
      : tool_(tool), ground_(ground), names_(argument_names(tool)), fields_(run, "run.http") {}

  Result<Plan> read() {
    plan_.is_write = may_write(tool_);
    read_method();
    read_url();
    read_headers();
    read_body();
    read_result();
    read_redirects();
    read_repeats();
    plan_.max_body_bytes =
        static_cast<std::size_t>(fields_.number("max_bytes", 1 << 20, 256, 4 << 20));
    const auto finished = fields_.finish();
    if (!finished) return finished.error();
    return std::move(plan_);
  }

 private:
  void read_method() {
    const auto method = fields_.text("method");
    if (!method.empty()) plan_.method = method;
    if (std::find(kMethods.begin(), kMethods.end(), plan_.method) == kMethods.end()) {
      fields_.problem("method", "expected GET, HEAD, POST, PUT, PATCH or DELETE in capitals");
    }
    const bool is_safe = plan_.method == "GET" || plan_.method == "HEAD";
    if (is_safe && plan_.is_write) {
      fields_.problem("method", "a tool whose access is write does not " + plan_.method +
                                    "; expected POST, PUT, PATCH or DELETE");
    }
    if (plan_.method == "DELETE" && !plan_.is_write) {
      fields_.problem("method", "DELETE is for tools whose access is write or destructive");
    }
  }

  void read_url() {
    const auto text = fields_.text("url", Need::required);
    if (text.empty()) return;
    auto url = UrlTemplate::parse(text, names_);
    if (!url) return fields_.problem("url", url.error().message);
    plan_.url = std::move(*url);
    const auto entry = ground_.egress.find(plan_.url.origin());
    if (!entry) return fields_.problem("url", entry.error().message);
    plan_.is_private = entry->is_private;
  }

  void read_headers() {
    const auto* headers = fields_.map("headers");
    if (headers == nullptr) return;
    for (const auto& member : *headers) {
      const std::string name(member.key());
      const std::string key = "headers." + name;
      if (!net::is_http_token(name)) return fields_.problem(key, "no name of a header field");
      const auto lower = to_lower_ascii(name);
      if (std::find(kOurHeaders.begin(), kOurHeaders.end(), lower) != kOurHeaders.end()) {
        return fields_.problem(key, "the gateway sets it itself, where it is due");
      }
      read_header(key, name, member.value());
    }
  }

  void read_header(const std::string& key, const std::string& name, const json::value& written) {
    HeaderPlan header{.name = name};
    if (const auto* map = written.if_object()) {
      const auto secret = read_secret(*map, header);
      if (!secret) return fields_.problem(key, secret.error().message);
    } else if (const auto* text = written.if_string()) {
      if (!net::is_field_value(*text)) return fields_.problem(key, "expected one line of text");
      auto parsed = TextTemplate::parse(*text, names_);
      if (!parsed) return fields_.problem(key, parsed.error().message);
      header.text = std::move(*parsed);
      if (is_credential(name)) {
        return fields_.problem(key,
                               "a credential is never in a manifest; expected {secret: NAME}, "
                               "with secrets.NAME in the configuration");
      }
    } else {
      return fields_.problem(key, "expected text, or {secret: NAME}");
    }
    plan_.headers.push_back(std::move(header));
  }

  static bool is_credential(std::string_view name) {
    return net::equal_ignoring_case(name, "authorization") ||
           net::equal_ignoring_case(name, "cookie");
  }

  Result<void> read_secret(const json::object& map, HeaderPlan& header) {
    const std::string wrong = "expected {secret: NAME}, with or without prefix: \"Bearer \"";
    for (const auto& member : map) {
      const bool is_known = member.key() == "secret" || member.key() == "prefix";
      if (!is_known || !member.value().is_string()) return fail(ErrorType::validation, wrong);
    }
    const std::string name(text_at(map, "secret"));
    if (name.empty()) return fail(ErrorType::validation, wrong);
    header.is_secret = true;
    header.prefix = text_at(map, "prefix");
    if (!net::is_field_value(header.prefix)) return fail(ErrorType::validation, wrong);
    const auto found = ground_.secrets.find(name);
    if (found != ground_.secrets.end()) {
      header.secret = found->second;
    } else if (!ground_.is_trial) {
      Names known;
      for (const auto& secret : ground_.secrets) known.insert(secret.first);
      return fail(ErrorType::validation, "there is no secrets." + name + " in the configuration" +
                                             (known.empty() ? std::string("; add its env or file")
                                                            : hint_of(name, known)));
    }
    return {};
  }

  void read_body() {
    const auto* written = fields_.find("body");
    if (written == nullptr) return;
    if (plan_.method == "GET" || plan_.method == "HEAD") {
      return fields_.problem("body", plan_.method + " has none");
    }
    auto body = BodyTemplate::parse(*written, names_);
    if (!body) return fields_.problem("body", body.error().message);
    plan_.body = std::move(*body);
  }

  void read_result() {
    auto result = ResultMap::read(fields_.find("result"));
    if (!result) return fields_.problem("result", result.error().message);
    plan_.result = std::move(*result);
  }

  void read_redirects() {
    const auto listed = fields_.texts("redirects");
    if (listed.size() > kMostRedirects) return fields_.problem("redirects", "expected at most 8");
    for (const auto& text : listed) {
      const auto origin = origin_of(text);
      if (!origin) return fields_.problem("redirects", origin.error().message);
      const auto entry = ground_.egress.find(*origin);
      if (!entry) return fields_.problem("redirects", entry.error().message);
      plan_.redirects.push_back(*entry);
    }
  }

  void read_repeats() {
    plan_.honours_key = fields_.flag("honours_key");
    const bool is_idempotent = fields_.flag("idempotent");
    if (!plan_.is_write && (plan_.honours_key || is_idempotent)) {
      fields_.problem(plan_.honours_key ? "honours_key" : "idempotent",
                      "is for tools whose access is write: a read may always be repeated");
    }
    plan_.is_repeatable = !plan_.is_write || plan_.honours_key || is_idempotent;
    plan_.retries = static_cast<int>(fields_.number("retries", plan_.is_repeatable ? 2 : 0, 0, 5));
    if (plan_.retries > 0 && !plan_.is_repeatable) {
      fields_.problem("retries",
                      "a write is sent again only where the backend takes it once: say "
                      "honours_key: true (it keeps Idempotency-Key) or idempotent: true");
    }
  }

  const registry::ToolSpec& tool_;
  const PlanGround& ground_;
  const Names names_;
  RunFields fields_;
  Plan plan_;
};

}  // namespace

Result<Plan> read_plan(const registry::ToolSpec& tool, const PlanGround& ground) {
  const auto run = find_run(tool, "http");
  if (!run) return run.error();
  return Reader(tool, ground, **run).read();
}

}  // namespace callosum::tool::http
