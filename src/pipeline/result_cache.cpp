#include "pipeline/result_cache.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "async/event.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;

namespace {

std::chrono::milliseconds ms(std::chrono::nanoseconds span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span);
}

}  // namespace

std::string ResultCache::key_of(const policy::PreparedCall& call) {
  const auto& context = call.context;
  const bool is_tenants = call.tool->cache_scope == registry::CacheScope::tenant;
  std::string key;
  const auto add = [&key](std::string_view part) {
    key += part;
    key += '\n';
  };
  add(context.tenant_id);
  add(is_tenants ? std::string_view() : std::string_view(context.session_id));
  add(context.subject);
  for (const auto& role : context.roles) add(role);
  add("/");
  add(context.account);
  add(registry::to_string(context.channel));
  add(context.snapshot ? std::string_view(context.snapshot->version()) : std::string_view());
  add(call.tool->id);
  add(call.tool->version);
  add(call.arguments_hash);
  return key;
}

std::string ResultCache::subject_of(const std::string& tenant_id, const std::string& tool_id) {
  return tenant_id + "\n" + tool_id;
}

const ResultCache::Entry* ResultCache::find(const std::string& key) const {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return nullptr;
  const auto& entry = *at->second;
  return entry.generation == generation_of(entry.subject) ? &entry : nullptr;
}

std::uint64_t ResultCache::generation_of(const std::string& subject) const {
  const auto at = generations_.find(subject);
  return at == generations_.end() ? 0 : at->second;
}

asio::awaitable<ResultCache::LookUp> ResultCache::look_up(const policy::PreparedCall& call,
                                                          async::Deadline deadline) {
  const auto key = key_of(call);
  const auto executor = co_await asio::this_coro::executor;
  while (!deadline.passed()) {
    auto event = std::make_shared<async::Event>(executor);
    {
      const std::lock_guard lock(mutex_);
      const auto now = time_.now();
      const auto* entry = find(key);
      const bool is_fresh =
          entry && now < entry->gone_at && now < entry->made_at + call.tool->cache_ttl;
      if (is_fresh) {
        co_return LookUp{{entry->data, ms(now - entry->made_at), entry->total}, nullptr};
      }
      const auto led = leads_.find(key);
      if (led == leads_.end()) {
        leads_[key];
        const auto subject = subject_of(call.context.tenant_id, call.tool->id);
        co_return LookUp{{}, std::make_unique<Lead>(*this, key, subject, generation_of(subject))};
      }
      led->second.push_back([executor, event] { asio::post(executor, [event] { event->set(); }); });
    }
    co_await event->wait(deadline);
  }
  co_return LookUp{};
}

ResultCache::Cached ResultCache::stale(const policy::PreparedCall& call) const {
  const std::lock_guard lock(mutex_);
  const auto* entry = find(key_of(call));
  if (!entry) return {};
  const auto age = time_.now() - entry->made_at;
  if (age > call.tool->stale_on_timeout) return {};
  return {entry->data, ms(age), entry->total};
}

void ResultCache::drop(const std::string& tenant_id, const std::vector<std::string>& tool_ids) {
  const std::lock_guard lock(mutex_);
  for (const auto& tool : tool_ids) ++generations_[subject_of(tenant_id, tool)];
}

void ResultCache::Lead::keep(const registry::Envelope& result, std::size_t bytes,
                             std::chrono::milliseconds life) {
  const auto now = cache_.time_.now();
  cache_.keep({key_, std::make_shared<const json::value>(result.data, json::storage_ptr()),
               result.meta.total, bytes + key_.size() + 256, subject_, generation_, now,
               now + life});
}

void ResultCache::keep(Entry entry) {
  const std::lock_guard lock(mutex_);
  if (entry.bytes > max_bytes_ / 16 || entry.generation != generation_of(entry.subject)) return;
  const auto known = by_key_.find(entry.key);
  if (known != by_key_.end()) erase(known->second);
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  const auto now = time_.now();
  while (bytes_ > max_bytes_ || (!entries_.empty() && entries_.back().gone_at <= now)) {
    erase(std::prev(entries_.end()));
  }
}

void ResultCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

void ResultCache::end_lead(const std::string& key) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto at = leads_.find(key);
    if (at == leads_.end()) return;
    waiting = std::move(at->second);
    leads_.erase(at);
  }
  for (const auto& wake : waiting) wake();
}

}  // namespace callosum::pipeline
