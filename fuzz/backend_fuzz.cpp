// What backends and workers say beyond HTTP's own frame: codings, redirects, results, lines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "net/content_coding.hpp"
#include "tool/http/answer.hpp"
#include "tool/http/mail_parts.hpp"
#include "tool/process/line_protocol.hpp"

namespace {

namespace http = callosum::tool::http;

constexpr std::size_t kMaxBytes = 4096;

const http::Plan& plan() {
  static const http::Plan kPlan = [] {
    http::Plan plan;
    plan.max_body_bytes = kMaxBytes;
    const auto origin = http::origin_of("https://a.example").value();
    plan.redirects.push_back({origin, false, std::nullopt});
    const auto result =
        callosum::parse_strict(
            R"({"one":"/a/0","all":"",)"
            R"("mails":{"each":"/m","give":{"text":{"at":"/p","as":"mail_text"},"files":{"at":"/p","as":"mail_files"},)"
            R"("from":{"at":"/h","as":"header","name":"From"},"at":{"at":"/t","as":"time"},"short":{"at":"/s","as":"words"}}}})")
            .value();
    plan.result = http::ResultMap::read(&result).value();
    return plan;
  }();
  return kPlan;
}

void follow(std::string_view location) {
  callosum::net::HttpResponse response;
  response.status = 307;
  response.headers.set("Location", std::string(location));
  response.headers.set("Retry-After", std::string(location));
  http::retry_after(response);
  const auto from = http::origin_of("https://a.example").value();
  const auto hop = http::read_redirect(plan(), response, from);
  if (!hop) return;
  // Wherever it leads, it is to what is listed, and to nowhere else once it is taken apart again.
  const auto to = http::origin_of(hop->url);
  if (!to || *to != from) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto decoded = callosum::net::decode_content("gzip", std::string(bytes), kMaxBytes);
  if (decoded && decoded->size() > kMaxBytes) std::abort();
  follow(bytes);
  callosum::net::HttpResponse response;
  response.body = bytes;
  if (const auto read = http::read_answer(plan(), response, "a")) plan().result.apply(*read);
  http::without_tags(bytes);
  http::error_of_account(response, "a");
  const auto answer = callosum::tool::process::decode_answer(bytes, kMaxBytes);
  if (answer && !answer->data && answer->data.error().message.empty()) std::abort();
  return 0;
}
