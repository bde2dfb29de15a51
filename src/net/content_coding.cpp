#include "net/content_coding.hpp"

#include <array>
#include <zlib.h>

#include "base/text.hpp"

namespace callosum::net {
namespace {

constexpr std::size_t kPieceBytes = 16 * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater() { is_good_ = inflateInit2(&stream_, kGzipOnly) == Z_OK; }
  ~Inflater() {
    if (is_good_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> run(std::string& body, std::size_t max_bytes) {
    if (!is_good_) return fail(ErrorType::internal, "no memory to decode a response");
    stream_.next_in = reinterpret_cast<Bytef*>(body.data());
    stream_.avail_in = static_cast<uInt>(body.size());
    std::string out;
    std::array<char, kPieceBytes> piece;
    int state = Z_OK;
    while (state == Z_OK) {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      state = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t count = piece.size() - stream_.avail_out;
      if (count > max_bytes - out.size()) {
        return fail(ErrorType::output_too_large, "the response is bigger than allowed",
                    "more than " + std::to_string(max_bytes) + " bytes after decoding");
      }
      out.append(piece.data(), count);
      // More members may follow one another (RFC 1952 §2.2).
      if (state == Z_STREAM_END && stream_.avail_in > 0) state = inflateReset(&stream_);
    }
    if (state == Z_STREAM_END) return out;
    return fail(ErrorType::transient, "the response is malformed", "broken gzip");
  }

 private:
  z_stream stream_{};
  bool is_good_ = false;
};

}  // namespace

Result<std::string> decode_content(std::string_view coding, std::string body,
                                   std::size_t max_bytes) {
  const auto name = to_lower_ascii(trim(coding));
  if (name.empty() || name == "identity") return body;
  if (name != "gzip" && name != "x-gzip") {
    return fail(ErrorType::permanent, "the response is coded in a way we did not ask for",
                "a Content-Encoding other than gzip");
  }
  if (body.empty()) return body;  // as a 204 may say it
  return Inflater().run(body, max_bytes);
}

}  // namespace callosum::net
