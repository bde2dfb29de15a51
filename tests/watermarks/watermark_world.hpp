#pragma once

#include <array>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "app/doors.hpp"
#include "app/parts.hpp"
#include "app/planner.hpp"
#include "fake_ends.hpp"
#include "real_world.hpp"
#include "session/session_host.hpp"

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
  std::string session_id;   ///< of one that is named over HTTP
  /// A whole conversation, between a model and a caller of the test's.
  struct Talk {
    std::shared_ptr<ModelScript> model;
    std::shared_ptr<CallerScript> caller;
    int calls = 0;
    bool has_ended = false;
  };
  std::shared_ptr<Talk> talk;
};

/// A request at an HTTP door: "GET /api/admin/audit", what stands for the names in its path, and
/// the rest.
struct DoorCall {
  std::string door;
  std::vector<std::string> parts;
  std::string query;
  json::object body;
  std::size_t token = 0;  ///< of the tenant's
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
  /// What the model and the caller are sent.
  std::string talk(MarkedTenant& tenant, const registry::ToolCall& call);
  std::string ask(const MarkedTenant& tenant, const DoorCall& call);
  std::string realtime(MarkedTenant& tenant, const registry::ToolCall& call);
  std::string execute(const MarkedTenant& tenant, const registry::ToolCall& call,
                      const std::string& as_tenant);
  std::string admin(const MarkedTenant& tenant, const registry::ToolCall& call,
                    const std::string& as_tenant);

  /// "GET /api/admin/audit": all there are, and those that were asked.
  std::set<std::string> doors();
  const std::set<std::string>& asked_doors() const { return asked_doors_; }
  const std::string& last_door() const { return last_door_; }

  /// Rows of what is kept of calls, each with its tenant's id: audit, ledger, proposals,
  /// and the businesses' own. The last thing that is asked of this world.
  std::vector<std::pair<std::string, std::string>> kept();
  /// Lines of the log so far.
  std::vector<std::string> log_lines();

 private:
  void fill();
  void open_lines(MarkedTenant& tenant);
  /// Another conversation of the same person.
  void begin_anew(MarkedTenant::Line& line);
  void note_door(const std::string& door) {
    asked_doors_.insert(door);
    last_door_ = door;
  }
  void begin_talk(MarkedTenant& tenant);
  void end_talks();
  /// While conversations go on.
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr failure;
    bool is_done = false;
    boost::asio::co_spawn(world_.context(), std::move(work), [&](std::exception_ptr e, T value) {
      failure = e;
      if (!e) result.emplace(std::move(value));
      is_done = true;
    });
    run_until([&] { return is_done; });
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }
  void run_until(const std::function<bool()>& is_so);

  TempFolder folder_;
  RealWorld world_;
  std::unique_ptr<app::Parts> parts_;
  std::unique_ptr<app::Planner> planner_;
  std::shared_ptr<const pipeline::Catalog> catalog_;
  std::unique_ptr<pipeline::Executor> executor_;
  std::unique_ptr<api::SessionDesk> desk_;
  std::unique_ptr<api::SessionDesk::Place> place_;
  std::unique_ptr<app::Doors> doors_;
  std::unique_ptr<session::SessionHost> host_;
  std::vector<MarkedTenant> tenants_;
  std::vector<std::shared_ptr<MarkedTenant::Talk>> talks_;
  std::set<std::string> asked_doors_;
  std::string last_door_;
  std::size_t asked_ = 0;
};

}  // namespace callosum::testing
