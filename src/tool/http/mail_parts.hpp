#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::tool::http {

namespace json = boost::json;

/// What a person reads of a message as Gmail gives it (`payload` of users.messages.get, format
/// full): the first text/plain part, else the first text/html without its tags; never an attached
/// file. At most so many bytes, and then "…". A stranger's text.
std::string text_of_mail(const json::object& payload, std::size_t max_bytes);
/// Names of the attached files, ten at most.
std::vector<std::string> files_of_mail(const json::object& payload);

/// "&amp;" and the like as the characters they stand for.
std::string without_escapes(std::string_view html);
/// HTML as plain lines. Scripts and styles are left out.
std::string without_tags(std::string_view html);
/// Valid UTF-8 without what nobody sees; bytes that are none are taken for Latin-1.
std::string readable(std::string_view bytes);

}  // namespace callosum::tool::http
