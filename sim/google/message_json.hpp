#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/google/mailbox.hpp"

namespace callosum::sim::google {

enum class MailFormat : std::uint8_t { minimal, full, raw, metadata };

struct MailView {
  MailFormat format = MailFormat::full;
  std::vector<std::string> headers;  ///< of metadata: only these; empty: all
};

/// 400 where `format` is none of minimal, full, raw and metadata.
Answer<MailFormat> parse_mail_format(const std::string& text);

json::object encode_mail(const Mail& mail, const MailView& view);
/// {id, threadId}, as lists have it.
json::object encode_mail_name(const Mail& mail);
/// The content of an attachment; null where the mail has none of that id.
const MailPart* find_attachment(const Mail& mail, const std::string& attachment_id);

}  // namespace callosum::sim::google
