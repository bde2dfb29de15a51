#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "tool/builtin/builtin_kind.hpp"

namespace callosum::tool::builtin {

/// What the meta tools ask of whoever knows what each conversation has loaded. Called from every
/// session thread at once. The answers are what the model reads.
class SessionTools {
 public:
  using Answer = Result<json::object>;

  virtual ~SessionTools() = default;
  /// FORBIDDEN: not for this user; NOT_LOADED: not from here, or an account is missing.
  virtual Answer set_mode(const registry::CallContext& context, const std::string& mode) = 0;
  /// `wanted`: an e-mail address or a part of it. NOT_FOUND, VALIDATION where it is that of two.
  virtual Answer select_account(const registry::CallContext& context,
                                const std::string& wanted) = 0;
  virtual boost::asio::awaitable<Answer> search_tools(const registry::CallContext& context,
                                                      std::string query, std::size_t limit,
                                                      async::Deadline deadline) = 0;
  virtual Answer describe_tool(const registry::CallContext& context, const std::string& name) = 0;
};

/// The functions of the gateway's own pack. `sessions` outlives the kind; null: there are none.
void add_meta_tools(BuiltinKind& kind, SessionTools* sessions);

}  // namespace callosum::tool::builtin
