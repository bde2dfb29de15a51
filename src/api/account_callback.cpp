#include "api/account_callback.hpp"

#include "api/account_pages.hpp"
#include "base/ids.hpp"
#include "tool/account/sign_ins.hpp"

namespace callosum::api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kLookTime = 5s;
constexpr auto kConnectTime = 25s;  // the service is asked too
constexpr std::size_t kMaxForm = 8 * 1024;
constexpr std::size_t kMaxWord = 512;  // of a state, and of a code

net::HttpResponse no_page() {
  return account_page({404, "There is nothing here",
                       "Accounts of that kind cannot be connected at this gateway.", ""});
}

net::HttpResponse trouble_page(const AccountCallbackParts& parts, const Error& error) {
  AccountPage page{http_status(error.type), "Not connected", error.message + ".", ""};
  if (page.text.ends_with("..")) page.text.pop_back();
  if (!page.text.empty() && page.text[0] >= 'a' && page.text[0] <= 'z') page.text[0] ^= 0x20;
  if (page.status == 401 || error.type == ErrorType::not_found) page.status = 400;
  if (page.status < 500 || error.type == ErrorType::transient || error.type == ErrorType::timeout) {
    return account_page(page);
  }
  const auto id = make_id("err_", parts.random);
  parts.log.error("http_failed", {{"error_id", id},
                                  {"type", to_string(error.type)},
                                  {"message", error.message},
                                  {"detail", error.detail}});
  page.text =
      "Something went wrong here. Whoever runs this gateway finds it in the log as " + id + ".";
  return account_page(page);
}

/// What the service said instead of giving a code.
std::string refusal_text(const std::string& title, std::string_view word) {
  if (word == "access_denied") return "You did not allow it, so nothing was connected.";
  const bool is_plain =
      word.size() <= 40 &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
  return title + " did not give access" + (is_plain ? " (" + std::string(word) + ")" : "") + ".";
}

bool is_word(const std::string& text) { return !text.empty() && text.size() <= kMaxWord; }

}  // namespace

asio::awaitable<net::HttpResponse> AccountCallbackResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  auto* sign_ins = parts_.sign_ins;
  const auto* service = sign_ins ? sign_ins->book().find_service(parts.front()) : nullptr;
  if (!service) co_return no_page();
  const auto state = request.query("state");
  const auto code = request.query("code");
  const auto refusal = request.query("error");
  const auto issuer = request.query("iss");
  // RFC 9207: an answer of another service is none of this one's.
  const bool is_theirs = issuer.empty() || issuer == service->issuer;
  const bool goes_on = refusal.empty() && is_theirs && is_word(code);
  const auto deadline = async::Deadline::after(parts_.time, kLookTime);
  auto looking = goes_on ? sign_ins->find(service->name, state, deadline)
                         : sign_ins->give_up(service->name, state, deadline);
  const auto found = co_await std::move(looking);
  if (!found) co_return trouble_page(parts_, found.error());
  if (goes_on) {
    co_return account_question({service->title, found->user_name, found->tenant_name, state, code});
  }
  const auto text = !is_theirs ? std::string("The answer came from somewhere else. Start again.")
                    : refusal.empty() ? "The sign-in came back without its code. Start again."
                                      : refusal_text(service->title, refusal);
  co_return account_page({400, "Not connected", text, found->return_to});
}

asio::awaitable<net::HttpResponse> AccountConnectResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  auto* sign_ins = parts_.sign_ins;
  const auto* service = sign_ins ? sign_ins->book().find_service(parts.front()) : nullptr;
  if (!service) co_return no_page();
  // A form has the syntax of a query.
  net::HttpRequest form;
  if (request.body.size() <= kMaxForm) form.target = "/?" + request.body;
  const auto deadline = async::Deadline::after(parts_.time, kConnectTime);
  auto finishing =
      sign_ins->finish(service->name, form.query("state"), form.query("code"), deadline);
  const auto end = co_await std::move(finishing);
  if (!end) co_return trouble_page(parts_, end.error());
  std::string text = end->email + " is connected.";
  if (!end->has_all) {
    text += " You did not allow all that was asked for: what needs the rest will not work.";
  }
  co_return account_page({200, "Connected", text, end->return_to});
}

}  // namespace callosum::api
