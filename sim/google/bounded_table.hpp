#pragma once

#include <deque>
#include <string>
#include <unordered_map>

namespace callosum::sim::google {

/// Values by key; beyond its limit the oldest goes.
template <class T>
class BoundedTable {
 public:
  explicit BoundedTable(std::size_t most) : most_(most) {}

  T& put(const std::string& key, T value) {
    if (!values_.contains(key)) order_.push_back(key);
    while (order_.size() > most_) {
      values_.erase(order_.front());
      order_.pop_front();
    }
    return values_.insert_or_assign(key, std::move(value)).first->second;
  }
  T* find(const std::string& key) {
    const auto at = values_.find(key);
    return at == values_.end() ? nullptr : &at->second;
  }

 private:
  std::size_t most_;
  std::unordered_map<std::string, T> values_;
  std::deque<std::string> order_;
};

}  // namespace callosum::sim::google
