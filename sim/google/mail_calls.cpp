#include "sim/google/mail_calls.hpp"

#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/message_json.hpp"
#include "sim/google/outgoing.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostLabels = 100;    // of a change
constexpr std::size_t kMostRecorded = 500;  // of a text, in bytes

ApiError no_such_mail() { return not_found("Requested entity was not found."); }

bool reads_metadata_only(const Scopes& scopes) {
  constexpr std::string_view kReads[] = {scope::kMailAll, scope::kMailModify, scope::kMailReadonly};
  return !has_any_scope(scopes, kReads);
}

Answer<MailView> read_view(const ApiCall& call) {
  const auto format = parse_mail_format(call.query.get("format"));
  if (!format) return format.error();
  const bool shows_content = *format == MailFormat::full || *format == MailFormat::raw;
  if (shows_content && reads_metadata_only(call.scopes)) {
    return ApiError{.code = 403,
                    .reason = "forbidden",
                    .message = *format == MailFormat::full
                                   ? "Metadata scope doesn't allow format FULL"
                                   : "Metadata scope doesn't allow format RAW"};
  }
  return MailView{*format, call.query.all("metadataHeaders")};
}

/// The names of labels under `key`, known ones; null and absence are none.
Answer<std::vector<std::string>> read_labels(const ApiCall& call, const char* key) {
  std::vector<std::string> out;
  const auto* given = call.body.if_contains(key);
  if (!given || given->is_null()) return out;
  const auto* list = given->if_array();
  if (!list || list->size() > kMostLabels) {
    return bad_request(std::string("Invalid value at '") + key + "', a list of at most 100 ids");
  }
  for (const auto& entry : *list) {
    const auto* id = entry.if_string();
    const auto* label = id ? call.account.mailbox.find_label(*id) : nullptr;
    const bool may_change = label && label->id != "SENT" && label->id != "DRAFT";
    if (!may_change) return bad_request("Invalid label: " + std::string(id ? *id : ""));
    out.push_back(label->id);
  }
  return out;
}

ApiReply reply_of(const Mail& mail) {
  const MailView view{MailFormat::minimal, {}};
  auto body = encode_mail(mail, view);
  // What changes a mail answers its name and labels only.
  for (const char* key : {"snippet", "sizeEstimate", "historyId", "internalDate"}) body.erase(key);
  return {.body = std::move(body)};
}

}  // namespace

Answer<void> check_user(const ApiCall& call) {
  const auto& user = call.ids.front();
  if (user == "me" || call.world.accounts.find(user) == &call.account) return {};
  return ApiError{
      .code = 403, .reason = "forbidden", .message = "Delegation denied for " + call.account.email};
}

Answer<Mail*> get_mail(ApiCall& call, const std::string& id) {
  auto* const mail = call.account.mailbox.find(id);
  return mail ? Answer<Mail*>(mail) : no_such_mail();
}

Answer<NewMail> read_new_mail(ApiCall& call, const json::object& message) {
  const auto raw = from_any_base64(text_at(message, "raw"));
  if (!raw) return bad_request("Invalid value at 'message.raw' (TYPE_BYTES), base64url expected");
  if (raw->empty()) {
    return bad_request(
        "'raw' RFC822 payload message string or uploading message via /upload/* URL required");
  }
  const auto thread = std::string(text_at(message, "threadId"));
  if (!thread.empty() && call.account.mailbox.thread(thread).empty()) return no_such_mail();
  return NewMail{.raw = *raw, .thread_id = thread};
}

Answer<Mail*> send_mail(ApiCall& call, NewMail mail) {
  auto& world = call.world;
  auto prepared = prepare_outgoing(call.account, std::move(mail.raw), true);
  if (!prepared) return prepared.error();
  mail.raw = prepared->raw;
  mail.labels = {"SENT"};
  for (const auto& address : prepared->recipients) {
    if (address == call.account.email) mail.labels = {"UNREAD", "SENT", "INBOX"};
  }
  const auto sent = call.account.mailbox.add(std::move(mail));
  if (!sent) return sent.error();
  world.stats.count("sends");
  world.stats.count("deliveries", deliver(world.accounts, call.account, *prepared));
  const auto& root = (*sent)->root;
  json::object record{{"account", call.account.email},
                      {"id", (*sent)->id},
                      {"to", cut_utf8(root.header("To"), kMostRecorded)},
                      {"subject", cut_utf8(root.header("Subject"), kMostRecorded)},
                      {"message_id", cut_utf8(root.header("Message-ID"), kMostRecorded)}};
  const auto& given_id = prepared->given_message_id;
  if (!given_id.empty()) record["given_message_id"] = cut_utf8(given_id, kMostRecorded);
  const auto key = repair_utf8(call.request.headers.get("Idempotency-Key"));
  if (!key.empty()) record["idempotency_key"] = cut_utf8(key, kMostRecorded);
  world.stats.record_sent(std::move(record));
  return *sent;
}

Answer<ApiReply> get_message(ApiCall& call) {
  const auto view = read_view(call);
  if (!view) return view.error();
  const auto mail = get_mail(call, call.ids[1]);
  if (!mail) return mail.error();
  return ApiReply{.body = encode_mail(**mail, *view)};
}

Answer<ApiReply> send_message(ApiCall& call) {
  auto mail = read_new_mail(call, call.body);
  if (!mail) return mail.error();
  const auto sent = send_mail(call, std::move(*mail));
  if (!sent) return sent.error();
  return reply_of(**sent);
}

Answer<ApiReply> modify_message(ApiCall& call) {
  const auto added = read_labels(call, "addLabelIds");
  if (!added) return added.error();
  const auto removed = read_labels(call, "removeLabelIds");
  if (!removed) return removed.error();
  if (added->empty() && removed->empty()) return bad_request("No label add or removes specified");
  const auto mail = get_mail(call, call.ids[1]);
  if (!mail) return mail.error();
  for (const auto& label : *added) (*mail)->add_label(label);
  for (const auto& label : *removed) (*mail)->remove_label(label);
  call.account.mailbox.touch(**mail);
  call.world.stats.count("messages_modified");
  return reply_of(**mail);
}

Answer<ApiReply> trash_message(ApiCall& call) {
  const auto mail = get_mail(call, call.ids[1]);
  if (!mail) return mail.error();
  (*mail)->remove_label("INBOX");
  (*mail)->add_label("TRASH");
  call.account.mailbox.touch(**mail);
  call.world.stats.count("messages_trashed");
  return reply_of(**mail);
}

Answer<ApiReply> untrash_message(ApiCall& call) {
  const auto mail = get_mail(call, call.ids[1]);
  if (!mail) return mail.error();
  (*mail)->remove_label("TRASH");
  call.account.mailbox.touch(**mail);
  return reply_of(**mail);
}

Answer<ApiReply> delete_message(ApiCall& call) {
  const auto mail = get_mail(call, call.ids[1]);
  if (!mail) return mail.error();
  if (const auto* draft = call.account.mailbox.draft_of((*mail)->id)) {
    call.account.mailbox.erase_draft(std::string(draft->id));
  }
  call.account.mailbox.erase(std::string((*mail)->id));
  call.world.stats.count("messages_deleted");
  return ApiReply{.status = 204};
}

Answer<ApiReply> get_attachment(ApiCall& call) {
  const auto mail = get_mail(call, call.ids[1]);
  if (!mail) return mail.error();
  const auto* part = find_attachment(**mail, call.ids[2]);
  if (!part) return bad_request("Invalid attachment token");
  const json::object body{{"size", part->body.size()}, {"data", to_base64url(part->body)}};
  return ApiReply{.body = body};
}

Answer<ApiReply> get_thread(ApiCall& call) {
  const auto view = read_view(call);
  if (!view) return view.error();
  const auto mails = call.account.mailbox.thread(call.ids[1]);
  if (mails.empty()) return no_such_mail();
  json::array messages;
  for (const auto* mail : mails) messages.push_back(encode_mail(*mail, *view));
  const json::object body{{"id", call.ids[1]},
                          {"historyId", std::to_string(mails.back()->history_id)},
                          {"messages", std::move(messages)}};
  return ApiReply{.body = body};
}

}  // namespace callosum::sim::google
