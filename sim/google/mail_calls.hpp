#pragma once

#include "sim/google/api_call.hpp"

namespace callosum::sim::google {

/// The user named in the path is who the token is of; else what the service says.
Answer<void> check_user(const ApiCall& call);
/// The mail of an id; 404 for those of others, too.
Answer<Mail*> get_mail(ApiCall& call, const std::string& id);
/// `raw` of {raw, threadId}, decoded; its thread is one of this mailbox.
Answer<NewMail> read_new_mail(ApiCall& call, const json::object& message);
/// Sends: into the sender's own box and those of recipients here.
Answer<Mail*> send_mail(ApiCall& call, NewMail mail);

Answer<ApiReply> list_messages(ApiCall& call);
Answer<ApiReply> get_message(ApiCall& call);
Answer<ApiReply> send_message(ApiCall& call);
Answer<ApiReply> modify_message(ApiCall& call);
Answer<ApiReply> trash_message(ApiCall& call);
Answer<ApiReply> untrash_message(ApiCall& call);
Answer<ApiReply> delete_message(ApiCall& call);
Answer<ApiReply> get_attachment(ApiCall& call);
Answer<ApiReply> list_threads(ApiCall& call);
Answer<ApiReply> get_thread(ApiCall& call);
Answer<ApiReply> list_labels(ApiCall& call);
Answer<ApiReply> get_label(ApiCall& call);
Answer<ApiReply> get_profile(ApiCall& call);

Answer<ApiReply> create_draft(ApiCall& call);
Answer<ApiReply> list_drafts(ApiCall& call);
Answer<ApiReply> get_draft(ApiCall& call);
Answer<ApiReply> update_draft(ApiCall& call);
Answer<ApiReply> send_draft(ApiCall& call);
Answer<ApiReply> delete_draft(ApiCall& call);

}  // namespace callosum::sim::google
