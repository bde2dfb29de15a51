// The request and response decoders: no crash, and the same answer wherever the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http_encode.hpp"
#include "net/http_request_decoder.hpp"
#include "net/http_response_decoder.hpp"

namespace {

using callosum::net::HttpLimits;
using callosum::net::HttpRequestDecoder;
using callosum::net::HttpResponseDecoder;
using Step = HttpRequestDecoder::Step;

HttpLimits small_limits() {
  HttpLimits limits;
  limits.max_header_bytes = 512;
  limits.max_headers = 8;
  limits.max_body_bytes = 256;
  return limits;
}

/// What was found, as text; whole or cut at `cut`.
std::string decode(std::string_view bytes, std::size_t cut) {
  std::string input(bytes.substr(0, cut));
  std::string rest(bytes.substr(cut));
  std::string found;
  while (true) {
    HttpRequestDecoder decoder(small_limits());
    Step step = decoder.feed(input);
    if (step == Step::need_head || step == Step::need_body) {
      input += rest;
      rest.clear();
      step = decoder.feed(input);
    }
    if (step == Step::fault) return found + std::to_string(decoder.fault().status);
    if (step != Step::done) return found + "more";
    const auto& request = decoder.request();
    if (!callosum::net::is_encodable(request)) std::abort();
    if (request.body.size() > small_limits().max_body_bytes) std::abort();
    found += request.method + " " + request.target + " " + request.body + "\n";
    request.query_all();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.size() * data[0] / 256;
  if (decode(bytes, cut) != decode(bytes, bytes.size())) std::abort();

  HttpResponseDecoder response(small_limits(), (data[0] & 1) != 0);
  std::string input(bytes);
  if (response.feed(input) == HttpResponseDecoder::Step::need_more) response.end_of_stream();
  return 0;
}
