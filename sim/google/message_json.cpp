#include "sim/google/message_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "net/http_syntax.hpp"
#include "sim/google/base64_text.hpp"

namespace callosum::sim::google {
namespace {

std::string attachment_id(const Mail& mail, const MailPart& part) {
  return "ANGjdJ" + to_base64url(mail.id + "/" + part.id);
}

json::array encode_headers(const MailPart& part, const std::vector<std::string>& wanted) {
  json::array out;
  for (const auto& [name, value] : part.headers) {
    const bool is_wanted =
        wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&, &known = name](auto& one) {
          return net::equal_ignoring_case(known, one);
        });
    if (is_wanted) out.push_back(json::object{{"name", name}, {"value", value}});
  }
  return out;
}

json::object encode_part(const Mail& mail, const MailPart& part) {
  json::object body{{"size", part.body.size()}};
  if (!part.filename.empty()) {
    body["attachmentId"] = attachment_id(mail, part);
  } else if (!part.body.empty()) {
    body["data"] = to_base64url(part.body);
  }
  json::object out{{"partId", part.id},
                   {"mimeType", part.mime_type},
                   {"filename", part.filename},
                   {"headers", encode_headers(part, {})},
                   {"body", std::move(body)}};
  if (part.parts.empty()) return out;
  json::array parts;
  for (const auto& inner : part.parts) parts.push_back(encode_part(mail, inner));
  out["parts"] = std::move(parts);
  return out;
}

}  // namespace

Answer<MailFormat> parse_mail_format(const std::string& text) {
  if (text.empty() || text == "full") return MailFormat::full;
  if (text == "minimal") return MailFormat::minimal;
  if (text == "raw") return MailFormat::raw;
  if (text == "metadata") return MailFormat::metadata;
  return bad_request("Invalid value at 'format' (type.googleapis.com/gmail.v1.Format), \"" + text +
                     "\"");
}

json::object encode_mail_name(const Mail& mail) {
  return {{"id", mail.id}, {"threadId", mail.thread_id}};
}

json::object encode_mail(const Mail& mail, const MailView& view) {
  auto out = encode_mail_name(mail);
  json::array labels;
  for (const auto& label : mail.labels) labels.push_back(json::value(label));
  if (!labels.empty()) out["labelIds"] = std::move(labels);
  out["snippet"] = mail.snippet;
  out["sizeEstimate"] = mail.raw.size();
  out["historyId"] = std::to_string(mail.history_id);
  out["internalDate"] = std::to_string(mail.time_ms);
  if (view.format == MailFormat::raw) out["raw"] = to_base64url(mail.raw);
  if (view.format == MailFormat::full) out["payload"] = encode_part(mail, mail.root);
  if (view.format == MailFormat::metadata) {
    out["payload"] = json::object{{"mimeType", mail.root.mime_type},
                                  {"headers", encode_headers(mail.root, view.headers)}};
  }
  return out;
}

const MailPart* find_attachment(const Mail& mail, const std::string& wanted) {
  constexpr std::string_view kPrefix = "ANGjdJ";
  if (!wanted.starts_with(kPrefix)) return nullptr;
  const auto place = from_any_base64(std::string_view(wanted).substr(kPrefix.size()));
  if (!place || !place->starts_with(mail.id + "/")) return nullptr;
  const auto* part = mail.root.find(std::string_view(*place).substr(mail.id.size() + 1));
  return part && !part->filename.empty() ? part : nullptr;
}

}  // namespace callosum::sim::google
