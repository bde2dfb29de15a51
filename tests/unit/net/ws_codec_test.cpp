#include "net/ws_codec.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace callosum::net {
namespace {

using Kind = WsEvent::Kind;

struct FrameSpec {
  int opcode = 1;
  std::string payload;
  bool is_final = true;
  bool is_masked = true;
  int reserved = 0;
};

std::string frame(const FrameSpec& spec) {
  std::string out;
  out.push_back(static_cast<char>((spec.is_final ? 0x80 : 0) | spec.reserved | spec.opcode));
  const int mask_bit = spec.is_masked ? 0x80 : 0;
  const std::size_t size = spec.payload.size();
  if (size < 126) {
    out.push_back(static_cast<char>(mask_bit | size));
  } else if (size <= 0xFFFF) {
    out.push_back(static_cast<char>(mask_bit | 126));
    out.push_back(static_cast<char>(size >> 8));
    out.push_back(static_cast<char>(size));
  } else {
    out.push_back(static_cast<char>(mask_bit | 127));
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  }
  const std::string key = "\x12\x34\x56\x78";
  if (spec.is_masked) out += key;
  for (std::size_t i = 0; i < size; ++i) {
    const char mask = spec.is_masked ? key[i % 4] : '\0';
    out.push_back(static_cast<char>(spec.payload[i] ^ mask));
  }
  return out;
}

std::string close_frame(int code, const std::string& reason = {}) {
  return frame({8, std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason});
}

/// What a decoder makes of bytes that come in the given pieces: one word an event.
std::vector<std::string> decode(const std::vector<std::string>& pieces, const WsLimits& limits = {},
                                WsRole role = WsRole::server) {
  WsDecoder decoder(role, limits);
  std::vector<std::string> out;
  std::string buffer;
  for (const auto& piece : pieces) {
    buffer += piece;
    while (true) {
      const auto event = decoder.next({buffer.data(), buffer.size()});
      const std::string data(event.data);
      buffer.erase(0, event.consumed);
      if (event.kind == Kind::need_more && event.consumed > 0) continue;
      if (event.kind == Kind::need_more) break;
      if (event.kind == Kind::message)
        out.push_back((event.is_binary ? "binary " : "text ") + data);
      if (event.kind == Kind::ping) out.push_back("ping " + data);
      if (event.kind == Kind::pong) out.push_back("pong " + data);
      if (event.kind == Kind::close) out.push_back("close " + std::to_string(event.code) + data);
      if (event.kind == Kind::fault) out.push_back("fault " + std::to_string(event.code));
      if (event.kind == Kind::close || event.kind == Kind::fault) return out;
    }
  }
  return out;
}

using Words = std::vector<std::string>;

TEST(WsDecoder, TakesWholeMessagesPingsAndCloses) {
  const std::string bytes =
      frame({1, "hello"}) + frame({2, "\x01\x02"}) + frame({9, "p"}) + close_frame(1000, "bye");

  EXPECT_EQ(decode({bytes}), (Words{"text hello", "binary \x01\x02", "ping p", "close 1000bye"}));
}

TEST(WsDecoder, FindsTheSameAtEveryPointWhereTheBytesMayBeCut) {
  const std::string bytes = frame({1, "ab", false}) + frame({9, "in between"}) +
                            frame({0, "\xC3", false}) + frame({0, "\xA9 end"}) +
                            frame({2, std::string(300, 'z')}) + close_frame(1001);
  const auto whole = decode({bytes});

  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(decode({bytes.substr(0, cut), bytes.substr(cut)}), whole) << "cut at " << cut;
  }
  Words single;
  for (const char c : bytes) single.emplace_back(1, c);
  EXPECT_EQ(decode(single), whole);
  EXPECT_EQ(whole[1], "text ab\xC3\xA9 end");
}

TEST(WsDecoder, RefusesWhatTheProtocolReserves) {
  EXPECT_EQ(decode({frame({1, "x", true, true, 0x40})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({1, "x", true, true, 0x20})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({1, "x", true, true, 0x10})}), Words{"fault 1002"});
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(decode({frame({opcode, "x"})}), Words{"fault 1002"}) << opcode;
  }
}

TEST(WsDecoder, WantsClientsToMaskAndServersNotTo) {
  EXPECT_EQ(decode({frame({1, "x", true, false})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({1, "x"})}, {}, WsRole::client), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({1, "x", true, false})}, {}, WsRole::client), Words{"text x"});
}

TEST(WsDecoder, RefusesControlFramesThatAreFragmentedOrTooLong) {
  EXPECT_EQ(decode({frame({9, "x", false})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({10, std::string(126, 'x')})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({8, std::string(70000, 'x')})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({9, std::string(125, 'x')})}), Words{"ping " + std::string(125, 'x')});
}

TEST(WsDecoder, RefusesInterleavedMessages) {
  EXPECT_EQ(decode({frame({0, "x"})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({1, "x", false}) + frame({1, "y"})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({1, "x", false}) + frame({2, "y"})}), Words{"fault 1002"});
}

TEST(WsDecoder, RefusesLengthsThatAreNotInTheirShortestForm) {
  const std::string key(4, '\0');
  const std::string two{'\x81', '\xFE', '\0', '\x05'};
  const std::string eight{'\x81', '\xFF', '\0', '\0', '\0', '\0', '\0', '\0', '\x7F', '\x00'};
  const std::string negative{'\x81', '\xFF', '\x80', '\0', '\0', '\0', '\0', '\0', '\0', '\0'};

  EXPECT_EQ(decode({two + key + "hello"}), Words{"fault 1002"});
  EXPECT_EQ(decode({eight + key}), Words{"fault 1002"});
  EXPECT_EQ(decode({negative + key}), Words{"fault 1002"});
}

TEST(WsDecoder, AllowsExactlyTheCloseCodesThatMayBeSent) {
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_EQ(decode({close_frame(code)}), Words{"fault 1002"}) << code;
  }
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4000, 4999}) {
    EXPECT_EQ(decode({close_frame(code)}), Words{"close " + std::to_string(code)}) << code;
  }
  EXPECT_EQ(decode({frame({8, "\x03"})}), Words{"fault 1002"});
  EXPECT_EQ(decode({frame({8, ""})}), Words{"close 1005"});
  EXPECT_EQ(decode({close_frame(1000, "\xFF")}), Words{"fault 1007"});
}

TEST(WsDecoder, RefusesTextThatIsNotUtf8AlsoAcrossFragments) {
  for (const char* bad : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80", "\xE2\x82", "\xF0\x80\x80\x80", "ok until \xFE"}) {
    EXPECT_EQ(decode({frame({1, bad})}), Words{"fault 1007"}) << bad;
    EXPECT_EQ(decode({frame({1, bad, false}) + frame({0, ""})}), Words{"fault 1007"}) << bad;
  }
  const std::string smile = "\xF0\x9F\x98\x80";
  for (std::size_t cut = 0; cut <= smile.size(); ++cut) {
    const auto first = frame({1, smile.substr(0, cut), false});
    EXPECT_EQ(decode({first + frame({0, smile.substr(cut)})}), Words{"text " + smile});
  }
  EXPECT_EQ(decode({frame({2, "\xFF\xFE"})}), Words{"binary \xFF\xFE"});
}

TEST(WsDecoder, RefusesMessagesThatAreTooBigBeforeTheyCome) {
  WsLimits limits;
  limits.max_message_bytes = 1000;

  EXPECT_EQ(decode({frame({1, std::string(1001, 'x')}).substr(0, 4)}, limits), Words{"fault 1009"});
  EXPECT_EQ(
      decode({frame({1, std::string(600, 'x'), false}), frame({0, std::string(401, 'x')})}, limits),
      Words{"fault 1009"});
  EXPECT_EQ(decode({frame({1, std::string(1000, 'x')})}, limits),
            Words{"text " + std::string(1000, 'x')});
}

TEST(WsDecoder, RefusesAMessageOfTooManyFragmentsEvenIfTheyAreEmpty) {
  WsLimits limits;
  limits.max_fragments = 3;
  const std::string begin = frame({1, "", false});
  const std::string more = frame({0, "", false});

  EXPECT_EQ(decode({begin + more + more + more}, limits), Words{"fault 1008"});
  EXPECT_EQ(decode({begin + more + frame({0, "x"})}, limits), Words{"text x"});
}

TEST(WsCodec, EncodesWhatItDecodes) {
  for (const std::size_t size : {0, 1, 7, 125, 126, 65535, 65536, 100000}) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) payload.push_back(static_cast<char>('a' + i % 26));
    const WsMaskKey key{'\x01', '\x7F', '\x33', '\x55'};
    std::array<char, kMaxWsHeaderBytes> head{};
    const auto head_size = encode_ws_header(WsOpcode::text, size, key, head);
    std::string bytes(head.data(), head_size);
    bytes.resize(head_size + size);
    mask_ws(payload.data(), bytes.data() + head_size, size, key);

    EXPECT_EQ(decode({bytes}), Words{"text " + payload});
  }
}

TEST(WsCodec, MasksTheSameAtEveryLengthAsByteByByte) {
  const WsMaskKey key{'\x11', '\x22', '\x44', '\x08'};
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string plain(size, 'q');
    std::string expected = plain;
    for (std::size_t i = 0; i < size; ++i) expected[i] = static_cast<char>(plain[i] ^ key[i % 4]);
    std::string masked(size, '\0');

    mask_ws(plain.data(), masked.data(), size, key);

    EXPECT_EQ(masked, expected);
  }
}

TEST(WsCodec, CutsACloseReasonBetweenCharacters) {
  const std::string reason = std::string(122, 'x') + "\xC3\xA9";

  const auto payload = encode_ws_close(1000, reason);

  EXPECT_EQ(payload.size(), 2 + 122u);
  EXPECT_EQ(encode_ws_close(1005, "ignored"), "");
}

}  // namespace
}  // namespace callosum::net
