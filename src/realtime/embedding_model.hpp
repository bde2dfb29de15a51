#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"

namespace callosum::realtime {

/// What a text means, as a direction: of length 1. Two are compared by their dot product, where one
/// model has made both.
using Meaning = std::vector<float>;

/// A model that turns texts into what they mean. Shared by threads; holds nothing of who asks.
class EmbeddingModel {
 public:
  virtual ~EmbeddingModel() = default;
  /// One for each text, in order, all of one size. TRANSIENT: it cannot be reached, fails, or
  /// answers nonsense. RATE_LIMIT: it is busy. AUTH: it does not know us. PERMANENT: these texts it
  /// will not take.
  virtual boost::asio::awaitable<Result<std::vector<Meaning>>> embed(std::vector<std::string> texts,
                                                                     async::Deadline deadline) = 0;
};

}  // namespace callosum::realtime
