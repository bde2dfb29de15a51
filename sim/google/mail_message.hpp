#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace callosum::sim::google {

/// A part of a mail, or all of it (RFC 5322, RFC 2045).
struct MailPart {
  std::string id;                                            ///< "", "0", "1.2": its place
  std::vector<std::pair<std::string, std::string>> headers;  ///< unfolded and decoded, UTF-8
  std::string mime_type = "text/plain";
  std::string filename;  ///< empty: no attachment
  std::string body;      ///< its bytes; of text UTF-8
  std::vector<MailPart> parts;

  /// The first of that name, whatever its case; empty when there is none.
  std::string_view header(std::string_view name) const;
  /// The part at a place; null when there is none.
  const MailPart* find(std::string_view place) const;
};

/// VALIDATION: no header, or more of anything than a mail may have.
Result<MailPart> parse_mail(std::string_view raw);

/// What a person reads of it: its plain text, else that of its page.
std::string readable_text(const MailPart& mail);
bool has_attachment(const MailPart& mail);

/// The header fields of a raw mail without one of them, whose value may be folded.
std::string without_header(std::string_view raw, std::string_view name);

}  // namespace callosum::sim::google
