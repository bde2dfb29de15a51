#pragma once

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "real_world.hpp"
#include "storage/database.hpp"
#include "tool/sql/sql_kind.hpp"

namespace callosum::tool::sql {

using namespace std::chrono_literals;

inline constexpr const char* kTenantA = "aaaaaaaa-0000-4000-8000-000000000001";
inline constexpr const char* kTenantB = "bbbbbbbb-0000-4000-8000-000000000002";

/// Two businesses in one file; every text of a row carries its owner's watermark.
struct TwoTenants {
  testing::TempFolder folder;
  testing::RealWorld world;
  std::unique_ptr<storage::Database> database = open();
  registry::Pack pack = make_pack();
  SqlOptions options{.readers = 2};
  std::unique_ptr<ToolKind> kind = make_sql_kind(*database, options);

  std::unique_ptr<storage::Database> open() {
    auto opened = storage::Database::open({.path = folder.path() / "gateway.db", .readers = 1});
    EXPECT_TRUE(opened);
    const auto filled = (*opened)->change_at_start([](storage::sqlite::Connection& c) {
      return c.execute(R"sql(
        CREATE TABLE bookings (
          id TEXT PRIMARY KEY, business_id TEXT NOT NULL, customer TEXT,
          status TEXT NOT NULL DEFAULT 'open', price REAL, extras TEXT, paid INTEGER, at TEXT);
        CREATE TABLE customers (id TEXT PRIMARY KEY, business_id TEXT NOT NULL, mark TEXT);
        CREATE TABLE secrets (id TEXT, mark TEXT);
        CREATE TABLE notes (business_id TEXT, note TEXT);
        INSERT INTO tenants (id, slug, name, timezone) VALUES
          ('aaaaaaaa-0000-4000-8000-000000000001', 'a', 'MARK-A', 'America/New_York'),
          ('bbbbbbbb-0000-4000-8000-000000000002', 'b', 'MARK-B', 'Europe/Berlin');
        INSERT INTO bookings (id, business_id, customer, price, extras, paid, at) VALUES
          ('a1', 'aaaaaaaa-0000-4000-8000-000000000001', 'MARK-A one', 10.5, '["x"]', 1, '2026-11-21T14:30:00Z'),
          ('a2', 'aaaaaaaa-0000-4000-8000-000000000001', 'MARK-A two', 20, NULL, 0, '2026-07-01T14:30:00Z'),
          ('b1', 'bbbbbbbb-0000-4000-8000-000000000002', 'MARK-B one', 30, '[]', 1, '2026-11-21T14:30:00Z'),
          ('b2', 'bbbbbbbb-0000-4000-8000-000000000002', 'MARK-B two', 40, '{}', 0, NULL),
          ('b3', 'bbbbbbbb-0000-4000-8000-000000000002', 'MARK-B three', 50, '{}', 0, NULL);
        INSERT INTO customers VALUES
          ('ca', 'aaaaaaaa-0000-4000-8000-000000000001', 'MARK-A'),
          ('cb', 'bbbbbbbb-0000-4000-8000-000000000002', 'MARK-B');
        INSERT INTO secrets VALUES ('s', 'MARK-S');
        INSERT INTO notes VALUES ('aaaaaaaa-0000-4000-8000-000000000001', 'MARK-A'),
                                 ('bbbbbbbb-0000-4000-8000-000000000002', 'MARK-B');
      )sql");
    });
    EXPECT_TRUE(filled) << filled.error().detail;
    return std::move(*opened);
  }

  static registry::Pack make_pack() {
    registry::Pack pack;
    pack.name = "test";
    pack.tenant_columns = {
        {"bookings", "business_id"}, {"customers", "business_id"}, {"notes", "business_id"}};
    return pack;
  }

  /// A tool with the inputs `id` and `text`, and business_id bound.
  static registry::ToolSpec make_tool(std::string sql, std::string result = "many",
                                      registry::Access access = registry::Access::read) {
    registry::ToolSpec tool;
    tool.pack = "test";
    tool.name = "tool";
    tool.id = "test.tool";
    tool.access = access;
    tool.input_schema = {
        {"type", "object"},
        {"properties", {{"id", {{"type", "string"}}}, {"text", {{"type", "string"}}}}}};
    tool.bind = {{"business_id", "session.tenant_id"}};
    tool.run.kind = "sql";
    tool.run.config = {{"sql", sql}, {"result", result}};
    return tool;
  }

  Result<std::unique_ptr<ToolHandler>> load(const registry::ToolSpec& tool) {
    return kind->make(tool, pack);
  }

  Result<json::value> run(const registry::ToolSpec& tool, const char* tenant = kTenantA,
                          json::object arguments = {}, std::chrono::nanoseconds within = 10s) {
    const auto handler = load(tool);
    if (!handler) return handler.error();
    return run(**handler, tool, tenant, std::move(arguments), within);
  }

  Result<json::value> run(ToolHandler& handler, const registry::ToolSpec& tool, const char* tenant,
                          json::object arguments, std::chrono::nanoseconds within) {
    auto whole = output(handler, tool, tenant, std::move(arguments), within);
    if (!whole) return whole.error();
    return std::move(whole->data);
  }
  Result<ToolOutput> output(ToolHandler& handler, const registry::ToolSpec& tool,
                            const char* tenant, json::object arguments,
                            std::chrono::nanoseconds within = 10s) {
    registry::CallContext context;
    context.tenant_id = tenant;
    arguments["business_id"] = tenant;
    const std::string key;
    const Invocation invocation{tool, arguments, context, key};
    return world.run(handler.run(invocation, world.in(within)));
  }

  /// What the file really holds.
  json::value look(std::string_view sql) {
    const auto connection = storage::sqlite::Connection::open({.path = database->options().path});
    const auto rows = (*connection)->query(sql);
    if (!rows) return json::value(rows.error().detail);
    return rows->empty() ? json::value(nullptr) : rows->front().as_object().begin()->value();
  }
};

}  // namespace callosum::tool::sql
