#pragma once

#include <string>
#include <vector>

namespace callosum::net {

struct SmugglingCase {
  std::string name;
  std::string bytes;
  int status = 400;
};

/// A POST with these field lines and this body.
inline std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

inline std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

/// Requests that must not reach a handler: each a known way to make two readers disagree, or junk.
inline std::vector<SmugglingCase> smuggling_cases() {
  using namespace std::string_literals;
  const std::string cl = "Content-Length: 3\r\n";
  const std::string te = "Transfer-Encoding: chunked\r\n";
  const std::string get = "GET / HTTP/1.1\r\n";
  const std::string host = "Host: h\r\n";
  return {
      {"CL and TE", post(cl + te, "0\r\n\r\n")},
      {"TE and CL", post(te + cl, "0\r\n\r\n")},
      {"two lengths that differ", post(cl + "Content-Length: 4\r\n", "abcd")},
      {"two lengths that agree", post(cl + cl, "abc")},
      {"a list of lengths", post("Content-Length: 3, 3\r\n", "abc")},
      {"length with a plus", post("Content-Length: +3\r\n", "abc")},
      {"length below zero", post("Content-Length: -3\r\n", "abc")},
      {"length in hexadecimal", post("Content-Length: 0x3\r\n", "abc")},
      {"length with a point", post("Content-Length: 3.0\r\n", "abc")},
      {"length with a space inside", post("Content-Length: 1 3\r\n", "abc")},
      {"empty length", post("Content-Length: \r\n", "abc")},
      {"length that overflows", post("Content-Length: 18446744073709551619\r\n", "abc")},
      {"two encodings", post(te + te, "0\r\n\r\n")},
      {"chunked twice in one", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
      {"gzip then chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"chunked then identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
      {"identity", post("Transfer-Encoding: identity\r\n", "abc")},
      {"almost chunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
      {"vertical tab before chunked", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")},
      {"empty encoding", post("Transfer-Encoding: \r\n", "0\r\n\r\n")},
      {"space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
      {"tab before the colon", post("Content-Length\t: 3\r\n", "abc")},
      {"space before the name", post(" Content-Length: 3\r\n", "abc")},
      {"folded field", post("X: a\r\n b\r\n")},
      {"folded encoding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
      {"bare LF after a field", post("X: a\nY: b\r\n")},
      {"bare LF all over", "GET / HTTP/1.1\nHost: h\n\n"},
      {"bare CR in a value", post("X: a\rTransfer-Encoding: chunked\r\n")},
      {"CR CR LF", post("X: a\r\r\n")},
      {"NUL in a value", post("X: a\0b\r\n"s)},
      {"NUL in a name", post("X\0: a\r\n"s)},
      {"field without a colon", post("Junk\r\n")},
      {"field without a name", post(": a\r\n")},
      {"name with a bracket", post("X[]: a\r\n")},
      {"name beyond ASCII", post("X\xC3\xA9: a\r\n")},
      {"chunk size with a sign", chunked("+3\r\nabc\r\n0\r\n\r\n")},
      {"chunk size below zero", chunked("-3\r\nabc\r\n0\r\n\r\n")},
      {"chunk size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n")},
      {"chunk size with a space", chunked("3 \r\nabc\r\n0\r\n\r\n")},
      {"space before a chunk size", chunked(" 3\r\nabc\r\n0\r\n\r\n")},
      {"empty chunk size", chunked("\r\nabc\r\n0\r\n\r\n")},
      {"chunk size that is a word", chunked("three\r\nabc\r\n0\r\n\r\n")},
      {"chunk size that overflows", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n")},
      {"chunk size ended by LF", chunked("3\nabc\r\n0\r\n\r\n")},
      {"chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n")},
      {"chunk ended by LF", chunked("3\r\nabc\n0\r\n\r\n")},
      {"bare CR in a chunk extension", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n")},
      {"endless chunk extension", chunked("3;" + std::string(300, 'x') + "\r\nabc\r\n0\r\n\r\n")},
      {"folded trailer", chunked("0\r\n X: a\r\n\r\n")},
      {"trailer ended by LF", chunked("0\r\nX: a\n\r\n")},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\n" + host + te + "\r\n0\r\n\r\n"},
      {"no Host", get + "\r\n"},
      {"two Hosts", get + host + "Host: other\r\n\r\n"},
      {"two equal Hosts", get + host + host + "\r\n"},
      {"empty Host", get + "Host: \r\n\r\n"},
      {"Host with a path", get + "Host: h/x\r\n\r\n"},
      {"Host with a user", get + "Host: a@h\r\n\r\n"},
      {"Host with a space", get + "Host: a b\r\n\r\n"},
      {"two Hosts in one", get + "Host: a, b\r\n\r\n"},
      {"method with a brace", "G{T / HTTP/1.1\r\n" + host + "\r\n"},
      {"method of 40 letters", std::string(40, 'G') + " / HTTP/1.1\r\n" + host + "\r\n"},
      {"space before the method", " GET / HTTP/1.1\r\n" + host + "\r\n"},
      {"two spaces before the target", "GET  / HTTP/1.1\r\n" + host + "\r\n"},
      {"tab before the target", "GET\t/ HTTP/1.1\r\n" + host + "\r\n"},
      {"space in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n"},
      {"no version", "GET /\r\n" + host + "\r\n"},
      {"version in small letters", "GET / http/1.1\r\n" + host + "\r\n"},
      {"version 1.10", "GET / HTTP/1.10\r\n" + host + "\r\n"},
      {"version 1.2", "GET / HTTP/1.2\r\n" + host + "\r\n"},
      {"version 2.0", "GET / HTTP/2.0\r\n" + host + "\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"absolute target", "GET http://other/ HTTP/1.1\r\n" + host + "\r\n"},
      {"target of a proxy", "CONNECT h:443 HTTP/1.1\r\n" + host + "\r\n"},
      {"asterisk for GET", "GET * HTTP/1.1\r\n" + host + "\r\n"},
      {"target that goes up", "GET /a/../admin HTTP/1.1\r\n" + host + "\r\n"},
      {"target that goes up in disguise", "GET /a/%2E%2e/admin HTTP/1.1\r\n" + host + "\r\n"},
      {"encoded slash", "GET /a%2fadmin HTTP/1.1\r\n" + host + "\r\n"},
      {"encoded NUL", "GET /a%00 HTTP/1.1\r\n" + host + "\r\n"},
      {"broken escape", "GET /a%2 HTTP/1.1\r\n" + host + "\r\n"},
      {"backslash in the target", "GET /a\\b HTTP/1.1\r\n" + host + "\r\n"},
      {"fragment in the target", "GET /a#b HTTP/1.1\r\n" + host + "\r\n"},
      {"target beyond ASCII", "GET /\xC3\xA9 HTTP/1.1\r\n" + host + "\r\n"},
      {"empty line first", "\r\nGET / HTTP/1.1\r\n" + host + "\r\n"},
      {"TLS to a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"s},
      {"NUL bytes", std::string(64, '\0')},
      {"a word and nothing", "hello\r\n\r\n"},
      {"unknown expectation", post("Expect: 200-maybe\r\n"), 417},
  };
}

}  // namespace callosum::net
