// Lists of mail: messages, threads, labels.
#include <boost/json/array.hpp>
#include <set>

#include "sim/google/mail_calls.hpp"
#include "sim/google/message_json.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kUsualPage = 100;
constexpr std::size_t kMostPage = 500;

/// Those that a list asks for, the newest first.
Answer<std::vector<Mail*>> find_mails(ApiCall& call) {
  const auto q = call.query.get("q");
  constexpr std::string_view kReads[] = {scope::kMailAll, scope::kMailModify, scope::kMailReadonly};
  if (!q.empty() && !has_any_scope(call.scopes, kReads)) {
    return ApiError{.code = 403,
                    .reason = "forbidden",
                    .message = "Metadata scope does not support 'q' parameter"};
  }
  auto& mailbox = call.account.mailbox;
  const auto labels = call.query.all("labelIds");
  bool is_everywhere = call.query.is_true("includeSpamTrash");
  for (const auto& label : labels) {
    if (!mailbox.find_label(label)) return bad_request("Invalid label: " + label);
    is_everywhere |= label == "TRASH" || label == "SPAM";
  }
  const auto query = MailQuery::parse(q, {mailbox.zone(), call.account.email});
  is_everywhere |= query.names_trash();
  auto mails = mailbox.newest_first();
  const auto now_ms = mailbox.now_ms();
  std::erase_if(mails, [&](const Mail* mail) {
    if (!is_everywhere && (mail->has_label("TRASH") || mail->has_label("SPAM"))) return true;
    for (const auto& label : labels) {
      if (!mail->has_label(label)) return true;
    }
    return !query.matches({mail->facts, mail->labels, now_ms});
  });
  return mails;
}

struct Page {
  std::vector<Mail*> mails;
  std::string next;  ///< empty: there is no more
  std::size_t total = 0;
};

Answer<Page> find_page(ApiCall& call) {
  const auto size = page_size(call.query, kUsualPage, kMostPage);
  if (!size) return size.error();
  const auto after = decode_page(call.query.get("pageToken"));
  if (!after) return after.error();
  auto mails = find_mails(call);
  if (!mails) return mails.error();
  Page page;
  page.total = mails->size();
  if (*after) {
    std::erase_if(*mails, [&](const Mail* mail) {
      return std::tie(mail->time_ms, mail->id) >= std::tie((*after)->order, (*after)->id);
    });
  }
  if (mails->size() > *size) {
    mails->resize(*size);
    page.next = encode_page({mails->back()->time_ms, mails->back()->id});
  }
  page.mails = std::move(*mails);
  return page;
}

json::object encode_label(const Label& label) {
  json::object out{{"id", label.id}, {"name", label.name}};
  if (label.is_system) {
    out["type"] = "system";
  } else {
    out["type"] = "user";
    out["messageListVisibility"] = "show";
    out["labelListVisibility"] = "labelShow";
  }
  return out;
}

}  // namespace

Answer<ApiReply> list_messages(ApiCall& call) {
  const auto page = find_page(call);
  if (!page) return page.error();
  json::object body;
  json::array messages;
  for (const auto* mail : page->mails) messages.push_back(encode_mail_name(*mail));
  if (!messages.empty()) body["messages"] = std::move(messages);
  if (!page->next.empty()) body["nextPageToken"] = page->next;
  body["resultSizeEstimate"] = page->total;
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> list_threads(ApiCall& call) {
  const auto page = find_page(call);
  if (!page) return page.error();
  json::array threads;
  std::set<std::string_view> seen;
  for (const auto* mail : page->mails) {
    if (!seen.insert(mail->thread_id).second) continue;
    threads.push_back(json::object{{"id", mail->thread_id},
                                   {"snippet", mail->snippet},
                                   {"historyId", std::to_string(mail->history_id)}});
  }
  json::object body;
  if (!threads.empty()) body["threads"] = std::move(threads);
  if (!page->next.empty()) body["nextPageToken"] = page->next;
  body["resultSizeEstimate"] = page->total;
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> list_labels(ApiCall& call) {
  json::array labels;
  for (const auto& label : call.account.mailbox.labels()) labels.push_back(encode_label(label));
  json::object body;
  body["labels"] = std::move(labels);
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> get_label(ApiCall& call) {
  const auto* label = call.account.mailbox.find_label(call.ids[1]);
  if (!label) return not_found("Requested entity was not found.");
  std::size_t messages = 0;
  std::size_t unread = 0;
  std::set<std::string_view> threads;
  std::set<std::string_view> unread_threads;
  for (const auto* mail : call.account.mailbox.newest_first()) {
    if (!mail->has_label(label->id)) continue;
    ++messages;
    threads.insert(mail->thread_id);
    if (!mail->has_label("UNREAD")) continue;
    ++unread;
    unread_threads.insert(mail->thread_id);
  }
  auto body = encode_label(*label);
  body["messagesTotal"] = messages;
  body["messagesUnread"] = unread;
  body["threadsTotal"] = threads.size();
  body["threadsUnread"] = unread_threads.size();
  return ApiReply{.body = std::move(body)};
}

Answer<ApiReply> get_profile(ApiCall& call) {
  std::set<std::string_view> threads;
  const auto mails = call.account.mailbox.newest_first();
  for (const auto* mail : mails) threads.insert(mail->thread_id);
  const json::object body{{"emailAddress", call.account.email},
                          {"messagesTotal", mails.size()},
                          {"threadsTotal", threads.size()},
                          {"historyId", std::to_string(call.account.mailbox.history_id())}};
  return ApiReply{.body = body};
}

}  // namespace callosum::sim::google
