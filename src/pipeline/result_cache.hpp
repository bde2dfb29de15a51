#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/prepared_call.hpp"

namespace callosum::pipeline {

namespace json = boost::json;

/// Results of reading tools, for as long as their manifests say, for exactly who asked: session
/// (or, where the tool says so, tenant), principal, roles, account, versions and arguments after
/// binding. One asks, the others wait for that answer. Shared by all threads.
class ResultCache {
 public:
  struct Cached {
    std::shared_ptr<const json::value> data;  ///< null: there is none
    std::chrono::milliseconds age{0};
    std::size_t total = 0;  ///< entries before it was truncated; 0: it was not
  };
  /// Whoever holds it is the one that asks the tool. Lets the others go when it goes.
  class Lead {
   public:
    Lead(ResultCache& cache, std::string key, std::string subject, std::uint64_t generation)
        : cache_(cache),
          key_(std::move(key)),
          subject_(std::move(subject)),
          generation_(generation) {}
    ~Lead() { cache_.end_lead(key_); }
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;
    /// Kept, unless a write has made it old meanwhile.
    void keep(const registry::Envelope& result, std::size_t bytes, std::chrono::milliseconds life);

   private:
    ResultCache& cache_;
    const std::string key_, subject_;
    const std::uint64_t generation_;
  };
  struct LookUp {
    Cached cached;
    std::unique_ptr<Lead> lead;  ///< set where nothing is cached: ask the tool
  };

  explicit ResultCache(async::TimeSource& time, std::size_t max_bytes = 64 << 20)
      : time_(time), max_bytes_(max_bytes) {}

  /// A result, or the lead; waits for whoever has that. At the deadline: neither.
  boost::asio::awaitable<LookUp> look_up(const policy::PreparedCall& call,
                                         async::Deadline deadline);
  /// This caller's own earlier result, not older than the tool allows after a time-out.
  Cached stale(const policy::PreparedCall& call) const;
  /// A write has changed what these tools (ids) of the tenant would return.
  void drop(const std::string& tenant_id, const std::vector<std::string>& tool_ids);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const json::value> data;
    std::size_t total = 0;
    std::size_t bytes = 0;
    std::string subject;
    std::uint64_t generation = 0;
    SteadyTime made_at, gone_at;
  };
  using Entries = std::list<Entry>;

  static std::string key_of(const policy::PreparedCall& call);
  static std::string subject_of(const std::string& tenant_id, const std::string& tool_id);
  const Entry* find(const std::string& key) const;
  std::uint64_t generation_of(const std::string& subject) const;
  void keep(Entry entry);
  void erase(Entries::iterator entry);
  void end_lead(const std::string& key);

  async::TimeSource& time_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;  // the latest made first
  std::unordered_map<std::string_view, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;
  std::map<std::string, std::uint64_t> generations_;  // by subject: raised by each write
  std::map<std::string, std::vector<std::function<void()>>> leads_;  // by key: who waits
};

}  // namespace callosum::pipeline
