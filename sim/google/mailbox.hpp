#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "sim/google/api_error.hpp"
#include "sim/google/mail_message.hpp"
#include "sim/google/mail_query.hpp"

namespace callosum::sim::google {

/// A mail in somebody's box.
struct Mail {
  std::string id;
  std::string thread_id;
  std::vector<std::string> labels;
  std::int64_t time_ms = 0;
  std::uint64_t history_id = 0;
  std::string raw;
  MailPart root;
  MailFacts facts;
  std::string snippet;

  bool has_label(std::string_view label) const;
  void add_label(std::string_view label);
  void remove_label(std::string_view label);
};

/// What comes into a box.
struct NewMail {
  std::string raw;
  std::vector<std::string> labels;
  std::string thread_id;     ///< empty: as its References say, else a new one
  std::int64_t time_ms = 0;  ///< 0: now
};

struct Draft {
  std::string id;
  std::string message_id;
  std::int64_t number = 0;  ///< in the order that they were made
};

struct Label {
  std::string id;
  std::string name;
  bool is_system = true;
};

/// One account's mail. In memory; beyond its limits nothing more is taken.
class Mailbox {
 public:
  Mailbox(const Clock& clock, Random& random, std::string zone);

  Answer<Mail*> add(NewMail mail);
  Mail* find(std::string_view id);
  bool erase(std::string_view id);
  void touch(Mail& mail);  ///< it has changed
  /// The newest first.
  std::vector<Mail*> newest_first();
  /// Those of a thread, the oldest first.
  std::vector<Mail*> thread(std::string_view thread_id);

  Answer<Draft> add_draft(NewMail mail);
  const Draft* find_draft(std::string_view id) const;
  const Draft* draft_of(std::string_view message_id) const;
  const std::deque<Draft>& drafts() const { return drafts_; }
  void erase_draft(std::string_view id);
  /// The draft's content is another one from then on, its id the same.
  Answer<Draft> replace_draft(std::string_view id, NewMail mail);

  const std::vector<Label>& labels() const { return labels_; }
  const Label* find_label(std::string_view id) const;
  std::uint64_t history_id() const { return history_id_; }
  const std::string& zone() const { return zone_; }
  std::int64_t now_ms() const { return epoch_ms(clock_.wall_now()); }

 private:
  std::string make_id();
  std::string thread_of(const MailPart& root);

  const Clock& clock_;
  Random& random_;
  std::string zone_;
  std::map<std::string, std::unique_ptr<Mail>, std::less<>> mails_;
  std::deque<Draft> drafts_;  // the newest first
  std::vector<Label> labels_;
  std::size_t bytes_ = 0;
  std::uint64_t history_id_ = 100000;
  std::int64_t drafts_made_ = 0;
};

}  // namespace callosum::sim::google
