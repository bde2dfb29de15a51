#include "net/content_coding.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace callosum::net {
namespace {

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(ContentCoding, IsTakenOff) {
  EXPECT_EQ(*decode_content("", "plain", 100), "plain");
  EXPECT_EQ(*decode_content("Identity", "plain", 100), "plain");
  EXPECT_EQ(*decode_content("gzip", gzip("hello"), 100), "hello");
  EXPECT_EQ(*decode_content("X-GZIP", gzip("a") + gzip("b"), 100), "ab");
  EXPECT_EQ(*decode_content("gzip", gzip(std::string(100, 'x')), 100), std::string(100, 'x'));
  EXPECT_EQ(*decode_content("gzip", "", 100), "");
}

TEST(ContentCoding, StopsABombAtTheCap) {
  const auto bomb = gzip(std::string(200 << 20, '\0'));
  ASSERT_LT(bomb.size(), 1U << 20);

  const auto decoded = decode_content("gzip", bomb, 1 << 20);

  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().type, ErrorType::output_too_large);
}

TEST(ContentCoding, RefusesWhatIsBrokenCutOrNotAskedFor) {
  const auto whole = gzip("hello, hello, hello");

  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto cut = decode_content("gzip", whole.substr(0, size), 100);
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().type, ErrorType::transient);
  }
  EXPECT_FALSE(decode_content("gzip", "no gzip at all", 100));
  EXPECT_FALSE(decode_content("gzip", whole + "rest", 100));
  EXPECT_EQ(decode_content("br", "x", 100).error().type, ErrorType::permanent);
  EXPECT_EQ(decode_content("gzip, gzip", "x", 100).error().type, ErrorType::permanent);
}

}  // namespace
}  // namespace callosum::net
