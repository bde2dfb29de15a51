#include "sim/google/mailbox.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "sim/google/mail_text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostMails = 5000;
constexpr std::size_t kMostBytes = 64u << 20;
/// Of a body that searches look at.
constexpr std::size_t kMostSearched = 64 * 1024;
constexpr std::size_t kSnippetBytes = 200;
constexpr std::size_t kMostReferences = 20;

constexpr std::array kSystemLabels{"INBOX",
                                   "SENT",
                                   "DRAFT",
                                   "TRASH",
                                   "SPAM",
                                   "UNREAD",
                                   "STARRED",
                                   "IMPORTANT",
                                   "CHAT",
                                   "CATEGORY_PERSONAL",
                                   "CATEGORY_SOCIAL",
                                   "CATEGORY_PROMOTIONS",
                                   "CATEGORY_UPDATES",
                                   "CATEGORY_FORUMS"};

/// A text on one line, every run of blanks one blank.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return std::string(trim(out));
}

void add_filenames(const MailPart& part, std::string& into) {
  into += part.filename + " ";
  for (const auto& inner : part.parts) add_filenames(inner, into);
}

std::string without_brackets(std::string_view id) {
  id = trim(id);
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return std::string(id);
}

MailFacts facts_of(const Mail& mail, std::string_view text) {
  const auto& root = mail.root;
  MailFacts facts;
  facts.from = fold_words(root.header("From"));
  facts.to = fold_words(root.header("To"));
  facts.cc = fold_words(root.header("Cc"));
  facts.bcc = fold_words(root.header("Bcc"));
  facts.subject = fold_words(root.header("Subject"));
  std::string filenames;
  add_filenames(root, filenames);
  facts.filenames = fold_words(filenames);
  facts.text = facts.subject + facts.from + facts.to + facts.cc + facts.filenames +
               fold_words(cut_utf8(text, kMostSearched));
  facts.message_id = without_brackets(root.header("Message-ID"));
  facts.time_ms = mail.time_ms;
  facts.bytes = mail.raw.size();
  facts.has_attachment = has_attachment(root);
  return facts;
}

}  // namespace

bool Mail::has_label(std::string_view label) const {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}
void Mail::add_label(std::string_view label) {
  if (!has_label(label)) labels.emplace_back(label);
}
void Mail::remove_label(std::string_view label) { std::erase(labels, label); }

Mailbox::Mailbox(const Clock& clock, Random& random, std::string zone)
    : clock_(clock), random_(random), zone_(std::move(zone)) {
  for (const char* name : kSystemLabels) labels_.push_back({name, name, true});
  labels_.push_back({"Label_1", "Travel", false});
  labels_.push_back({"Label_2", "Invoices", false});
}

Answer<Mail*> Mailbox::add(NewMail given) {
  if (mails_.size() >= kMostMails || bytes_ + given.raw.size() > kMostBytes) {
    return ApiError{.code = 403,
                    .reason = "quotaExceeded",
                    .message = "This mailbox is full: it holds 5000 messages or 64 MiB."};
  }
  auto root = parse_mail(given.raw);
  if (!root) return bad_request("Invalid RFC822 message: " + root.error().message);
  auto mail = std::make_unique<Mail>();
  mail->id = make_id();
  mail->root = std::move(*root);
  mail->thread_id = given.thread_id.empty() ? thread_of(mail->root) : given.thread_id;
  if (mail->thread_id.empty()) mail->thread_id = mail->id;
  mail->labels = std::move(given.labels);
  mail->time_ms = given.time_ms != 0 ? given.time_ms : now_ms();
  mail->raw = std::move(given.raw);
  const auto text = readable_text(mail->root);
  mail->snippet = cut_utf8(on_one_line(cut_utf8(text, 4 * kSnippetBytes)), kSnippetBytes);
  mail->facts = facts_of(*mail, text);
  bytes_ += mail->raw.size();
  touch(*mail);
  auto* const added = mail.get();
  mails_.emplace(added->id, std::move(mail));
  return added;
}

Mail* Mailbox::find(std::string_view id) {
  const auto at = mails_.find(id);
  return at == mails_.end() ? nullptr : at->second.get();
}

bool Mailbox::erase(std::string_view id) {
  const auto at = mails_.find(id);
  if (at == mails_.end()) return false;
  bytes_ -= at->second->raw.size();
  mails_.erase(at);
  ++history_id_;
  return true;
}

void Mailbox::touch(Mail& mail) { mail.history_id = ++history_id_; }

std::vector<Mail*> Mailbox::newest_first() {
  std::vector<Mail*> out;
  for (auto& [id, mail] : mails_) out.push_back(mail.get());
  std::sort(out.begin(), out.end(), [](const Mail* a, const Mail* b) {
    return std::tie(a->time_ms, a->id) > std::tie(b->time_ms, b->id);
  });
  return out;
}

std::vector<Mail*> Mailbox::thread(std::string_view thread_id) {
  auto all = newest_first();
  std::erase_if(all, [&](const Mail* mail) { return mail->thread_id != thread_id; });
  std::reverse(all.begin(), all.end());
  return all;
}

Answer<Draft> Mailbox::add_draft(NewMail mail) {
  mail.labels = {"DRAFT"};
  const auto added = add(std::move(mail));
  if (!added) return added.error();
  drafts_.push_front({"r" + std::to_string(random_.next_u64() >> 2), (*added)->id, ++drafts_made_});
  return drafts_.front();
}

const Draft* Mailbox::find_draft(std::string_view id) const {
  const auto at = std::find_if(drafts_.begin(), drafts_.end(),
                               [&](const Draft& draft) { return draft.id == id; });
  return at == drafts_.end() ? nullptr : &*at;
}

const Draft* Mailbox::draft_of(std::string_view message_id) const {
  const auto at = std::find_if(drafts_.begin(), drafts_.end(),
                               [&](const Draft& draft) { return draft.message_id == message_id; });
  return at == drafts_.end() ? nullptr : &*at;
}

void Mailbox::erase_draft(std::string_view id) {
  std::erase_if(drafts_, [&](const Draft& draft) { return draft.id == id; });
}

Answer<Draft> Mailbox::replace_draft(std::string_view id, NewMail mail) {
  const auto at = std::find_if(drafts_.begin(), drafts_.end(),
                               [&](const Draft& draft) { return draft.id == id; });
  if (at == drafts_.end()) return not_found("Requested entity was not found.");
  mail.labels = {"DRAFT"};
  const auto added = add(std::move(mail));
  if (!added) return added.error();
  erase(at->message_id);
  at->message_id = (*added)->id;
  return *at;
}

const Label* Mailbox::find_label(std::string_view id) const {
  const auto at = std::find_if(labels_.begin(), labels_.end(),
                               [&](const Label& label) { return label.id == id; });
  return at == labels_.end() ? nullptr : &*at;
}

std::string Mailbox::make_id() {
  std::array<std::uint8_t, 8> bytes{};
  random_.fill(bytes);
  bytes[0] = 0x19;  // as the service's of these years begin
  return encode_hex(bytes);
}

std::string Mailbox::thread_of(const MailPart& root) {
  const auto named =
      std::string(root.header("References")) + " " + std::string(root.header("In-Reply-To"));
  std::size_t looked_up = 0;
  for (const auto word : split(named, ' ')) {
    const auto id = without_brackets(word);
    if (id.empty()) continue;
    if (++looked_up > kMostReferences) break;
    for (const auto& [key, mail] : mails_) {
      if (mail->facts.message_id == id) return mail->thread_id;
    }
  }
  return {};
}

}  // namespace callosum::sim::google
