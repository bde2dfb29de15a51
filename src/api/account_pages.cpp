#include "api/account_pages.hpp"

#include "base/text.hpp"

namespace callosum::api {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em}"
    "button{font:inherit;padding:.4em 1.2em}";

net::HttpResponse html(int status, std::string_view title, const std::string& body) {
  auto response = net::HttpResponse::text(
      status,
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
          escape_html(title) + "</title><style>" + std::string(kStyle) + "</style><h1>" +
          escape_html(title) + "</h1>" + body + "</html>\n");
  auto& headers = response.headers;
  headers.set("Content-Type", "text/html; charset=utf-8");
  headers.set("Cache-Control", "no-store");
  headers.set("Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
              "base-uri 'none'; frame-ancestors 'none'");
  headers.set("X-Frame-Options", "DENY");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  return response;
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escape_html(value) +
         "\">";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : make_visible(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

net::HttpResponse account_page(const AccountPage& page) {
  auto body = "<p>" + escape_html(page.text) + "</p>";
  if (!page.return_to.empty()) {
    body += "<p><a href=\"" + escape_html(page.return_to) + "\">Go on</a></p>";
  }
  return html(page.status, page.title, body);
}

net::HttpResponse account_question(const AccountQuestion& question) {
  // The address is this very one: behind a proxy it may have a prefix.
  return html(200, "Connect your " + question.title_of_service + " account?",
              "<p>It will be used for <b>" + escape_html(question.user_name) + "</b> at <b>" +
                  escape_html(question.tenant_name) +
                  "</b>.</p><p>Go on only if that is you and you began this yourself. If somebody "
                  "sent you here, close this page.</p><form method=\"post\" action=\"callback\">" +
                  hidden("state", question.state) + hidden("code", question.code) +
                  "<button>Connect</button></form>");
}

}  // namespace callosum::api
