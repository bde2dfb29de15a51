#pragma once

#include <array>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "api/admin_tools.hpp"
#include "api/realtime_tools.hpp"
#include "app/parts.hpp"
#include "app/planner.hpp"
#include "real_world.hpp"

namespace callosum::testing {

namespace json = boost::json;

/// One of a hundred businesses. Its mark is in the texts of all its rows, and nowhere else.
struct MarkedTenant {
  std::string id, slug, mark;
  std::vector<std::string> tokens;  ///< of people with other roles each
  struct Line {
    std::shared_ptr<policy::SessionCalls> calls;
    std::shared_ptr<const registry::CallContext> context;
  };
  std::vector<Line> lines;  ///< open realtime sessions
};

/// The packs that are shipped, for a hundred businesses with the same rows, behind the doors there
/// are, in one process.
class WatermarkWorld {
 public:
  WatermarkWorld();
  ~WatermarkWorld();

  const std::vector<registry::ToolSpec>& tools() const { return catalog_->snapshot()->tools(); }
  std::vector<MarkedTenant>& tenants() { return tenants_; }

  // One call each; the answer's text.
  std::string realtime(MarkedTenant& tenant, const registry::ToolCall& call);
  std::string execute(const MarkedTenant& tenant, const registry::ToolCall& call,
                      const std::string& as_tenant);
  std::string admin(const MarkedTenant& tenant, const registry::ToolCall& call,
                    const std::string& as_tenant);

  /// Rows of what is kept of calls, each with its tenant's id: audit, ledger, proposals. The last
  /// thing that is asked of this world.
  std::vector<std::pair<std::string, std::string>> kept();
  /// Lines of the log so far.
  std::vector<std::string> log_lines();

 private:
  void fill();
  void open_lines(MarkedTenant& tenant);
  /// Another conversation of the same person.
  void begin_anew(MarkedTenant::Line& line);
  net::HttpRequest request(const MarkedTenant& tenant, const json::object& body);

  TempFolder folder_;
  RealWorld world_;
  std::unique_ptr<app::Parts> parts_;
  std::unique_ptr<app::Planner> planner_;
  std::shared_ptr<const pipeline::Catalog> catalog_;
  std::unique_ptr<pipeline::Executor> executor_;
  std::unique_ptr<api::AdminToolsResource> admin_;
  std::unique_ptr<api::SessionDesk> desk_;
  std::unique_ptr<api::SessionDesk::Place> place_;
  std::unique_ptr<api::RealtimeToolsResource> execute_;
  std::vector<MarkedTenant> tenants_;
  std::size_t asked_ = 0;
};

}  // namespace callosum::testing
