#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim::google {

/// What a query asks of a mail. Texts are folded (`fold_words`).
struct MailFacts {
  std::string from;
  std::string to;
  std::string cc;
  std::string bcc;
  std::string subject;
  std::string text;  ///< all that a person reads of it: subject, names, body
  std::string filenames;
  std::string message_id;  ///< as the header has it, without brackets
  std::int64_t time_ms = 0;
  std::size_t bytes = 0;
  bool has_attachment = false;
};
struct MailState {
  const MailFacts& facts;
  const std::vector<std::string>& labels;
  std::int64_t now_ms;
};

/// Whose box is searched: where days begin, and who `me` is.
struct SearchHome {
  std::string_view zone;
  std::string_view address;
};

/// A text as its words in lower case, each between blanks: " ada work example ".
std::string fold_words(std::string_view text);

/// Gmail's search: words, "phrases", from: to: cc: bcc: subject: label: in: is: has: filename:
/// category: after: before: newer: older: newer_than: older_than: larger: smaller: rfc822msgid:,
/// `-`, OR, ( ) and { }; `me` is the box's owner. A word matches whole words; an operator that is
/// none is a word, as there.
class MailQuery {
 public:
  static MailQuery parse(std::string_view text, const SearchHome& home);

  bool matches(const MailState& mail) const;
  /// It names a place outside of the mail that searches look at (in:trash, in:spam, in:anywhere).
  bool names_trash() const { return names_trash_; }

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
  bool names_trash_ = false;
};

}  // namespace callosum::sim::google
