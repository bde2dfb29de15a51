// The methods of Gmail v1, and what each may be called with.
#include <array>

#include "sim/google/mail_calls.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::array kReads{scope::kMailAll, scope::kMailMetadata, scope::kMailModify,
                            scope::kMailReadonly};
constexpr std::array kReadsContent{scope::kMailAll, scope::kMailModify, scope::kMailReadonly};
constexpr std::array kReadsLabels{scope::kMailAll, scope::kMailLabels, scope::kMailMetadata,
                                  scope::kMailModify, scope::kMailReadonly};
constexpr std::array kReadsProfile{scope::kMailAll, scope::kMailCompose, scope::kMailMetadata,
                                   scope::kMailModify, scope::kMailReadonly};
constexpr std::array kReadsDrafts{scope::kMailAll, scope::kMailCompose, scope::kMailModify,
                                  scope::kMailReadonly};
constexpr std::array kComposes{scope::kMailAll, scope::kMailCompose, scope::kMailModify};
constexpr std::array kSends{scope::kMailAll, scope::kMailCompose, scope::kMailModify,
                            scope::kMailSend};
constexpr std::array kModifies{scope::kMailAll, scope::kMailModify};
constexpr std::array kErases{scope::kMailAll};

/// Of the user that the path names.
template <Answer<ApiReply> (*run)(ApiCall&)>
Answer<ApiReply> own(ApiCall& call) {
  const auto checked = check_user(call);
  if (!checked) return checked.error();
  return run(call);
}

constexpr std::array<Route, 19> kRoutes{{
    {"GET", "{}/profile", "GetProfile", kReadsProfile, own<get_profile>},
    {"GET", "{}/messages", "ListMessages", kReads, own<list_messages>},
    {"POST", "{}/messages/send", "SendMessage", kSends, own<send_message>},
    {"GET", "{}/messages/{}", "GetMessage", kReads, own<get_message>},
    {"DELETE", "{}/messages/{}", "DeleteMessage", kErases, own<delete_message>},
    {"POST", "{}/messages/{}/modify", "ModifyMessage", kModifies, own<modify_message>},
    {"POST", "{}/messages/{}/trash", "TrashMessage", kModifies, own<trash_message>},
    {"POST", "{}/messages/{}/untrash", "UntrashMessage", kModifies, own<untrash_message>},
    {"GET", "{}/messages/{}/attachments/{}", "GetAttachment", kReadsContent, own<get_attachment>},
    {"GET", "{}/threads", "ListThreads", kReads, own<list_threads>},
    {"GET", "{}/threads/{}", "GetThread", kReads, own<get_thread>},
    {"GET", "{}/labels", "ListLabels", kReadsLabels, own<list_labels>},
    {"GET", "{}/labels/{}", "GetLabel", kReadsLabels, own<get_label>},
    {"POST", "{}/drafts", "CreateDraft", kComposes, own<create_draft>},
    {"GET", "{}/drafts", "ListDrafts", kReadsDrafts, own<list_drafts>},
    {"POST", "{}/drafts/send", "SendDraft", kComposes, own<send_draft>},
    {"GET", "{}/drafts/{}", "GetDraft", kReadsDrafts, own<get_draft>},
    {"PUT", "{}/drafts/{}", "UpdateDraft", kComposes, own<update_draft>},
    {"DELETE", "{}/drafts/{}", "DeleteDraft", kComposes, own<delete_draft>},
}};

}  // namespace

const Service& mail_service() {
  static constexpr Service kService{"gmail.googleapis.com", "/gmail/v1/users/",
                                    "caribou.api.proto.MailboxService.", kRoutes};
  return kService;
}

}  // namespace callosum::sim::google
