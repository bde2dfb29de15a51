#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "tool/http/url_template.hpp"

namespace callosum::tool::http {

/// Where tools may connect to: scheme, host and port, and nothing that is not written. Immutable.
class EgressList {
 public:
  struct Entry {
    Origin origin;
    bool is_private = false;
    /// Where it really is, if the configuration puts something in its place.
    std::optional<Origin> at;
    const Origin& where() const { return at ? *at : origin; }
  };

  /// VALIDATION where a rule is no origin.
  static Result<EgressList> make(const std::vector<config::EgressRule>& rules);
  /// Lets everything pass: to try a manifest away from the machine that it is for.
  static EgressList of_a_trial();

  /// VALIDATION says what to add to the configuration, or why the entry is not enough.
  Result<Entry> find(const Origin& origin) const;
  /// Likewise for an origin that needs no entry.
  Result<Entry> find_known(const Origin& origin) const;

 private:
  std::vector<Entry> entries_;
  bool is_trial_ = false;
};

}  // namespace callosum::tool::http
