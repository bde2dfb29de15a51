#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "sim/realtime/script.hpp"

namespace callosum::sim::chat {

/// What the texts that it is sent are held to mean.
struct Embeddings {
  std::vector<std::vector<std::string>> alike;  ///< words that mean the same, each a list
  std::size_t dimensions = 256;
  Ms delay{0};
  std::size_t status = 0;  ///< instead of an answer; 0: none
  /// What is wrong with an answer: nan, text, few, short, zero, huge; empty: nothing.
  std::string nonsense;

  void read(Sheet& sheet);
};

/// Where a text points: each word but the commonest adds to one dimension, by its hash; words that
/// are alike add to the same. Of length 1. Pure.
std::vector<double> embed(std::string_view text, const Embeddings& how);

/// `POST /v1/embeddings`, as strict as the service: one text or a list of them, none empty.
net::HttpResponse answer_embeddings(std::string_view body, const Embeddings& how);

}  // namespace callosum::sim::chat
