#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim::google {

/// UTF-8 of bytes in a charset: UTF-8, US-ASCII and ISO-8859-1 (and what is close to it); whatever
/// does not fit becomes U+FFFD.
std::string to_utf8(std::string_view bytes, std::string_view charset);
/// RFC 2045 §6.7; what is broken stays as it is.
std::string decode_quoted_printable(std::string_view text);
/// "=?utf-8?B?…?=" as what it says (RFC 2047).
std::string decode_header(std::string_view value);
/// As an encoded word where it is not plain ASCII.
std::string encode_header(std::string_view text);

/// The addresses of "Ada <ada@work.example>, bob@home.example", in lower case; not those of
/// comments and names.
std::vector<std::string> addresses_of(std::string_view header);
/// Something@somewhere, printable ASCII without spaces.
bool is_mail_address(std::string_view text);

/// "multipart/mixed" of "Multipart/Mixed; boundary=x", in lower case.
std::string media_type_of(std::string_view value);
/// A parameter of a Content-Type or Content-Disposition, in or without quotes; RFC 2231's
/// `name*=utf-8''x` too.
std::string header_parameter(std::string_view value, std::string_view name);

/// The text of a page: without tags, their entities as characters.
std::string text_of_html(std::string_view html);

}  // namespace callosum::sim::google
