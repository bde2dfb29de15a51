#include "sim/google/mail_query.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sim/google/mail_query_node.hpp"

namespace callosum::sim::google {
namespace {

using Node = MailQuery::Node;
using Kind = Node::Kind;

bool is_word_byte(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  return is_letter || c == '_' || (c & 0x80) != 0;
}

bool has_words(const std::string& folded, const std::string& words) {
  return words.size() < 2 || folded.find(words) != std::string::npos;
}

bool has_label(const MailState& mail, std::string_view name) {
  return std::any_of(mail.labels.begin(), mail.labels.end(), [&](const std::string& label) {
    auto folded = to_lower_ascii(label);
    std::replace(folded.begin(), folded.end(), ' ', '-');
    return folded == name || folded == "category_" + std::string(name);
  });
}

bool is_in_place(const MailState& mail, std::string_view name) {
  if (name == "anywhere") return true;
  if (name == "drafts") name = "draft";
  if (name == "read") return !has_label(mail, "unread");
  if (name == "starred" || name == "important") return has_label(mail, name);
  return has_label(mail, name);
}

std::string_view without_brackets(std::string_view id) {
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return id;
}

bool holds_words(const Node& term, const MailFacts& facts) {
  const std::string_view field = term.field;
  if (field == "from") return has_words(facts.from, term.value);
  // The service's `to:` finds those who got a copy, too.
  if (field == "to") {
    return has_words(facts.to, term.value) || has_words(facts.cc, term.value) ||
           has_words(facts.bcc, term.value);
  }
  if (field == "cc") return has_words(facts.cc, term.value);
  if (field == "bcc") return has_words(facts.bcc, term.value);
  if (field == "subject") return has_words(facts.subject, term.value);
  if (field == "filename") return has_words(facts.filenames, term.value);
  return has_words(facts.text, term.value);
}

bool holds(const Node& term, const MailState& mail) {
  const std::string_view field = term.field;
  const auto& facts = mail.facts;
  if (field == "in" || field == "label" || field == "is") return is_in_place(mail, term.value);
  if (field == "category") return has_label(mail, "category_" + term.value);
  if (field == "has") return term.value == "attachment" && facts.has_attachment;
  if (field == "after" || field == "newer") return facts.time_ms >= term.number;
  if (field == "before" || field == "older") return facts.time_ms < term.number;
  if (field == "newer_than") return facts.time_ms >= mail.now_ms - term.number;
  if (field == "older_than") return facts.time_ms < mail.now_ms - term.number;
  if (field == "larger") return facts.bytes > static_cast<std::size_t>(term.number);
  if (field == "smaller") return facts.bytes < static_cast<std::size_t>(term.number);
  if (field == "rfc822msgid") return facts.message_id == without_brackets(term.value);
  return holds_words(term, facts);
}

bool holds_tree(const Node& node, const MailState& mail) {
  const auto one = [&](const Node& part) { return holds_tree(part, mail); };
  switch (node.kind) {
    case Kind::term:
      return holds(node, mail);
    case Kind::none:
      return !one(node.parts.front());
    case Kind::any:
      return node.parts.empty() || std::any_of(node.parts.begin(), node.parts.end(), one);
    case Kind::all:
      return std::all_of(node.parts.begin(), node.parts.end(), one);
  }
  return false;
}

}  // namespace

std::string fold_words(std::string_view text) {
  std::string out = " ";
  const auto folded = fold_name(text);
  for (const char c : folded) {
    if (is_word_byte(c)) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

MailQuery MailQuery::parse(std::string_view text, const SearchHome& home) {
  MailQuery query;
  query.root_ = std::make_shared<const Node>(parse_mail_query(text, home, query.names_trash_));
  return query;
}

bool MailQuery::matches(const MailState& mail) const { return holds_tree(*root_, mail); }

}  // namespace callosum::sim::google
