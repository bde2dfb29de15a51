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

/// `account`, which must be the service that the tool itself asks for.
std::string read_account(const registry::ToolSpec& tool, const AccountApis& apis,
                         RunFields& fields) {
  auto account = fields.text("account");
  if (account.empty()) return account;
  if (!apis.contains(account)) {
    Names known;
    for (const auto& [service, origins] : apis) known.insert(service);
    fields.problem("account",
                   "there is no service " + account + " to connect" + hint_of(account, known));
  } else if (account != tool.account) {
    fields.problem("account", "expected `account: " + account + "` of the tool itself as well");
  }
  return account;
}

/// Where a plan stands, and what its tool says of it.
struct Setting {
  const registry::ToolSpec& tool;
  const PlanGround& ground;
  const Names& names;
  std::string path;
  bool is_write = false;
  bool is_case = false;
  std::string account;  ///< of all cases
};

class Reader {
 public:
  Reader(const Setting& setting, const json::object& run)
      : tool_(setting.tool),
        ground_(setting.ground),
        names_(setting.names),
        setting_(setting),
        fields_(run, setting.path) {}

  Result<Plan> read() {
    plan_.is_write = setting_.is_write;
    plan_.account =
        setting_.is_case ? setting_.account : read_account(tool_, ground_.apis, fields_);
    if (fields_.find("function") != nullptr) {
      read_function();
    } else {
      read_method();
      read_url();
      read_body();
      read_each();
      read_repeats();
    }
    read_headers();
    read_result();
    read_redirects();
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
    // Of a tool whose access is one word that is its author's business; a case has no such word.
    const bool only_reads = setting_.is_case && fields_.flag("only_reads");
    const bool must_write = setting_.is_case && !is_safe && !only_reads;
    if (must_write && !plan_.is_write) {
      fields_.problem("method",
                      "`risk` has no rule that makes this value a write; expected one, or "
                      "only_reads: true for a POST that looks something up");
    }
    if (only_reads && (plan_.is_write || plan_.method != "POST")) {
      fields_.problem("only_reads", "is for a POST whose access is read");
    }
  }

  void read_url() {
    const auto text = fields_.text("url", Need::required);
    if (text.empty()) return;
    auto url = UrlTemplate::parse(text, names_);
    if (!url) return fields_.problem("url", url.error().message);
    plan_.url = std::move(*url);
    read_place();
  }

  /// A token goes to the service it is of. That needs no entry in the configuration: nothing is
  /// sent before somebody has connected an account.
  void read_place() {
    const auto& origin = plan_.url.origin();
    const bool is_account = !plan_.account.empty();
    if (is_account && !is_api_of_account(origin)) {
      return fields_.problem("url", origin.to_string() + " is not where " + plan_.account +
                                        "'s accounts are; their tokens go nowhere else");
    }
    const auto entry = is_account ? ground_.egress.find_known(origin) : ground_.egress.find(origin);
    if (!entry) return fields_.problem("url", entry.error().message);
    plan_.place = *entry;
  }

  bool is_api_of_account(const Origin& origin) const {
    const auto service = ground_.apis.find(plan_.account);
    if (service == ground_.apis.end()) return false;
    return std::find(service->second.begin(), service->second.end(), origin) !=
           service->second.end();
  }

  void read_each() {
    const auto* written = fields_.map("each");
    if (written == nullptr) return;
    RunFields each(*written, setting_.path + ".each");
    EachPlan plan;
    if (plan_.method != "GET") each.problem("in", "is for answers to a GET");
    auto list = JsonPointer::parse(each.text("in", Need::required));
    if (!list) {
      each.problem("in", list.error().message);
    } else {
      plan.list = std::move(*list);
    }
    const auto text = each.text("url", Need::required);
    if (each.is_good()) read_entry_url(text, plan, each);
    plan.most = static_cast<std::size_t>(each.number("most", 10, 1, 20));
    fields_.adopt(each.finish());
    plan_.each = std::move(plan);
  }

  void read_entry_url(const std::string& text, EachPlan& plan, RunFields& each) const {
    if (names_.contains("item")) return each.problem("url", "no argument may be called item");
    auto url = UrlTemplate::parse(text, with_entry(text));
    if (!url) return each.problem("url", url.error().message);
    if (!(url->origin() == plan_.url.origin())) {
      return each.problem("url", "expected the origin of the first request");
    }
    plan.url = std::move(*url);
  }

  /// Nothing is known of an entry until it comes: any member of it may be named.
  Names with_entry(std::string_view text) const {
    Names names = names_;
    constexpr std::string_view kEntry = "{item.";
    for (auto at = text.find(kEntry); at != std::string_view::npos;
         at = text.find(kEntry, at + 1)) {
      const auto end = text.find('}', at);
      if (end != std::string_view::npos) names.emplace(text.substr(at + 1, end - at - 1));
    }
    return names;
  }

  void read_function() {
    const auto found = find_function(fields_.text("function", Need::required));
    if (!found) return fields_.problem("function", found.error().message);
    plan_.function = *found;
    if (plan_.function->is_write && !plan_.is_write) {
      fields_.problem("function", "it changes something, and `access` and `risk` do not say so");
    }
    if (!plan_.function->is_write && plan_.is_write) {
      fields_.problem("function", "it only reads, and `access` or `risk` say that it writes");
    }
    plan_.is_repeatable = plan_.function->is_repeatable;
    plan_.honours_key = plan_.function->is_write && plan_.is_repeatable;
    const auto text = fields_.text("url", Need::required);
    if (text.empty()) return;
    auto url = UrlTemplate::parse(text, {});
    if (!url) return fields_.problem("url", url.error().message);
    plan_.url = std::move(*url);
    read_place();
    if (const auto* written = fields_.find("with")) {
      auto with = BodyTemplate::parse(*written, names_);
      if (!with) return fields_.problem("with", with.error().message);
      plan_.with = std::move(*with);
    }
  }

  void read_headers() {
    const auto* headers = fields_.map("headers");
    if (headers == nullptr) return;
    for (const auto& member : *headers) {
      const std::string name(member.key());
      const std::string key = "headers." + name;
      if (!net::is_http_token(name)) return fields_.problem(key, "no name of a header field");
      if (!plan_.account.empty() && is_credential(name)) {
        return fields_.problem(key, "the account's own is sent; a request has one credential");
      }
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
      if (is_credential(name) && plan_.account.empty()) {
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
  const Names& names_;
  const Setting& setting_;
  RunFields fields_;
  Plan plan_;
};

Names names_of(const registry::ToolSpec& tool) {
  Names names;
  add_names(tool.input_schema, names);
  for (const auto& binding : tool.bind) names.insert(binding.parameter);
  return names;
}

Result<Plans> read_cases(const Setting& setting, const json::object& run) {
  RunFields fields(run, setting.path);
  Plans plans;
  auto each = setting;
  each.is_case = true;
  each.account = read_account(setting.tool, setting.ground.apis, fields);
  const auto cases = read_case_list(setting.tool, fields);
  if (!cases) return cases.error();
  const auto finished = fields.finish();
  if (!finished) return finished.error();
  plans.by = cases->by;
  for (const auto& [value, written] : cases->cases) {
    each.path = setting.path + ".cases." + value;
    each.is_write = may_write(setting.tool, plans.by, value);
    auto plan = Reader(each, *written).read();
    if (!plan) return plan.error();
    plans.cases.emplace(value, std::move(*plan));
  }
  return plans;
}

}  // namespace

Result<Plans> read_plans(const registry::ToolSpec& tool, const PlanGround& ground) {
  const auto run = find_run(tool, "http");
  if (!run) return run.error();
  const Names names = names_of(tool);
  const Setting setting{tool, ground, names, "run.http", may_write(tool), false, {}};
  if ((*run)->contains("cases") || (*run)->contains("by")) return read_cases(setting, **run);
  auto plan = Reader(setting, **run).read();
  if (!plan) return plan.error();
  Plans plans;
  plans.cases.emplace("", std::move(*plan));
  return plans;
}

Result<const Plan*> Plans::find(const json::object& arguments) const {
  if (by.empty()) return &cases.begin()->second;
  const auto found = cases.find(text_at(arguments, by));
  if (found != cases.end()) return &found->second;
  std::vector<std::string> known;
  for (const auto& [value, plan] : cases) known.push_back(value);
  return fail(ErrorType::validation, by + ": expected one of " + join(known, ", "));
}

}  // namespace callosum::tool::http
