// Drafts: mails that are not sent yet, under an id of their own.
#include <boost/json/array.hpp>

#include "base/json.hpp"
#include "sim/google/mail_calls.hpp"
#include "sim/google/message_json.hpp"
#include "sim/google/outgoing.hpp"

namespace callosum::sim::google {
namespace {

ApiError no_such_draft() { return not_found("Requested entity was not found."); }

Answer<NewMail> read_draft(ApiCall& call) {
  const auto* message = find_object(call.body, "message");
  if (!message) return bad_request("Missing draft message");
  auto mail = read_new_mail(call, *message);
  if (!mail) return mail.error();
  auto prepared = prepare_outgoing(call.account, std::move(mail->raw), false);
  if (!prepared) return prepared.error();
  mail->raw = std::move(prepared->raw);
  return mail;
}

json::object encode_draft(ApiCall& call, const Draft& draft, const MailView* view) {
  const auto* mail = call.account.mailbox.find(draft.message_id);
  json::object message;
  if (mail) message = view ? encode_mail(*mail, *view) : encode_mail_name(*mail);
  if (mail && !view) {
    json::array labels;
    labels.push_back("DRAFT");
    message["labelIds"] = std::move(labels);
  }
  json::object out{{"id", draft.id}};
  out["message"] = std::move(message);
  return out;
}

}  // namespace

Answer<ApiReply> create_draft(ApiCall& call) {
  auto mail = read_draft(call);
  if (!mail) return mail.error();
  const auto draft = call.account.mailbox.add_draft(std::move(*mail));
  if (!draft) return draft.error();
  call.world.stats.count("drafts_created");
  return ApiReply{.body = encode_draft(call, *draft, nullptr)};
}

Answer<ApiReply> list_drafts(ApiCall& call) {
  const auto size = page_size(call.query, 100, 500);
  if (!size) return size.error();
  const auto after = decode_page(call.query.get("pageToken"));
  if (!after) return after.error();
  auto& mailbox = call.account.mailbox;
  const auto query = MailQuery::parse(call.query.get("q"), {mailbox.zone(), call.account.email});
  json::array drafts;
  std::string next;
  const Draft* last = nullptr;
  for (const auto& draft : mailbox.drafts()) {
    const auto* mail = mailbox.find(draft.message_id);
    if (!mail || (*after && draft.number >= (*after)->order)) continue;
    if (!query.matches({mail->facts, mail->labels, mailbox.now_ms()})) continue;
    if (drafts.size() == *size) {
      next = encode_page({last->number, last->id});
      break;
    }
    last = &draft;
    json::object one{{"id", draft.id}};
    one["message"] = encode_mail_name(*mail);
    drafts.push_back(std::move(one));
  }
  json::object body{{"resultSizeEstimate", drafts.size()}};
  if (!drafts.empty()) body["drafts"] = std::move(drafts);
  if (!next.empty()) body["nextPageToken"] = next;
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> get_draft(ApiCall& call) {
  const auto format = parse_mail_format(call.query.get("format"));
  if (!format) return format.error();
  const auto* draft = call.account.mailbox.find_draft(call.ids[1]);
  if (!draft) return no_such_draft();
  const MailView view{*format, {}};
  return ApiReply{.body = encode_draft(call, *draft, &view)};
}

Answer<ApiReply> update_draft(ApiCall& call) {
  auto mail = read_draft(call);
  if (!mail) return mail.error();
  const auto draft = call.account.mailbox.replace_draft(call.ids[1], std::move(*mail));
  if (!draft) return draft.error();
  return ApiReply{.body = encode_draft(call, *draft, nullptr)};
}

Answer<ApiReply> send_draft(ApiCall& call) {
  auto& mailbox = call.account.mailbox;
  const auto id = std::string(text_at(call.body, "id"));
  const auto* draft = mailbox.find_draft(id);
  if (!draft) return no_such_draft();
  const auto* kept = mailbox.find(draft->message_id);
  if (!kept) return no_such_draft();
  NewMail mail{.raw = kept->raw, .thread_id = kept->thread_id};
  if (find_object(call.body, "message")) {
    auto changed = read_draft(call);
    if (!changed) return changed.error();
    mail.raw = std::move(changed->raw);
  }
  const auto draft_mail = kept->id;
  const auto sent = send_mail(call, std::move(mail));
  if (!sent) return sent.error();
  mailbox.erase(draft_mail);
  mailbox.erase_draft(id);
  call.world.stats.count("drafts_sent");
  auto body = encode_mail_name(**sent);
  json::array labels;
  for (const auto& label : (*sent)->labels) labels.push_back(json::value(label));
  body["labelIds"] = std::move(labels);
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> delete_draft(ApiCall& call) {
  auto& mailbox = call.account.mailbox;
  const auto* draft = mailbox.find_draft(call.ids[1]);
  if (!draft) return no_such_draft();
  mailbox.erase(draft->message_id);
  mailbox.erase_draft(call.ids[1]);
  return ApiReply{.status = 204};
}

}  // namespace callosum::sim::google
