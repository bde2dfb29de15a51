#include "sim/chat/embeddings.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/realtime/yaml_sheet.hpp"

namespace callosum::sim::chat {
namespace {

constexpr std::size_t kMostTexts = 2048;
constexpr std::size_t kHuge = 20'000;
constexpr auto kCommon = std::to_array<std::string_view>(
    {"a",  "an", "and", "are", "at",   "be",   "can",   "do",  "does", "for",  "how", "i",
     "if", "in", "is",  "it",  "me",   "my",   "of",    "on",  "or",   "our",  "the", "there",
     "to", "us", "we",  "was", "what", "when", "where", "who", "will", "with", "you", "your"});

bool is_of_a_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z');
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : to_lower_ascii(text) + " ") {
    if (is_of_a_word(c)) {
      word += c;
    } else if (!word.empty()) {
      const bool is_common = std::find(kCommon.begin(), kCommon.end(), word) != kCommon.end();
      if (!is_common) out.push_back(word);
      word.clear();
    }
  }
  return out;
}

/// The first of the words that mean the same.
std::string_view meant_by(const std::string& word, const Embeddings& how) {
  for (const auto& group : how.alike) {
    if (std::find(group.begin(), group.end(), word) != group.end()) return group.front();
  }
  return word;
}

/// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

net::HttpResponse refuse(int status, const std::string& message) {
  const json::object details{{"message", message},
                             {"type", status >= 500 ? "server_error" : "invalid_request_error"},
                             {"param", nullptr},
                             {"code", nullptr}};
  return net::HttpResponse::json(status, json::serialize(json::object{{"error", details}}));
}

Result<std::vector<std::string>> read_texts(const json::object& request) {
  const auto* input = request.if_contains("input");
  const auto* list = input ? input->if_array() : nullptr;
  const auto bad = fail(ErrorType::validation, "'$.input' is invalid.");
  if (!input || text_at(request, "model").empty()) return bad;
  std::vector<std::string> out;
  for (const auto& each : list ? *list : json::array{*input}) {
    const auto* text = each.if_string();
    if (!text || text->empty()) return bad;
    out.emplace_back(*text);
  }
  if (out.empty() || out.size() > kMostTexts) return bad;
  return out;
}

json::array numbers_of(const std::vector<double>& vector, const std::string& nonsense) {
  if (nonsense == "text") return {"north"};
  if (nonsense == "huge") return json::array(kHuge, json::value(0.1));
  json::array out;
  const auto count = nonsense == "short" ? vector.size() / 2 : vector.size();
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(nonsense == "zero" ? json::value(0) : json::value(vector[i]));
  }
  return out;
}

/// JSON has no such number, and some servers write it all the same.
std::string with_nan(std::string body) {
  constexpr std::string_view kKey = R"("embedding":[)";
  const auto at = body.find(kKey);
  if (at != std::string::npos) body.insert(at + kKey.size(), "NaN,");
  return body;
}

}  // namespace

void Embeddings::read(Sheet& sheet) {
  sheet.each("alike", [this](const YAML::Node& group) {
    std::vector<std::string> words;
    for (const auto& word : group) words.push_back(to_lower_ascii(word.Scalar()));
    if (!words.empty()) alike.push_back(std::move(words));
  });
  sheet.read("dimensions", dimensions);
  sheet.read_ms("delay_ms", delay);
  sheet.read("status", status);
  sheet.read("nonsense", nonsense);
  dimensions = std::clamp<std::size_t>(dimensions, 2, 4096);
}

std::vector<double> embed(std::string_view text, const Embeddings& how) {
  std::vector<double> out(how.dimensions);
  for (const auto& word : words_of(text)) out[hash_of(meant_by(word, how)) % out.size()] += 1;
  double squares = 0;
  for (const auto part : out) squares += part * part;
  if (squares == 0) {
    out.back() = squares = 1;  // of no word: somewhere
  }
  for (auto& part : out) part /= std::sqrt(squares);
  return out;
}

net::HttpResponse answer_embeddings(std::string_view body, const Embeddings& how) {
  if (how.status != 0) return refuse(static_cast<int>(how.status), "The server had an error.");
  const auto parsed = parse_strict(body, {.max_bytes = 16 << 20});
  const auto* request = parsed ? parsed->if_object() : nullptr;
  if (!request) return refuse(400, "We could not parse the JSON body of your request.");
  const auto texts = read_texts(*request);
  if (!texts) return refuse(400, texts.error().message);
  json::array data;
  std::size_t words = 0;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    words += words_of((*texts)[i]).size();
    data.push_back(json::object{{"object", "embedding"},
                                {"index", i},
                                {"embedding", numbers_of(embed((*texts)[i], how), how.nonsense)}});
  }
  if (how.nonsense == "few") data.pop_back();
  const json::object answer{{"object", "list"},
                            {"data", std::move(data)},
                            {"model", text_at(*request, "model")},
                            {"usage", {{"prompt_tokens", words}, {"total_tokens", words}}}};
  auto text = json::serialize(answer);
  if (how.nonsense == "nan") text = with_nan(std::move(text));
  return net::HttpResponse::json(200, std::move(text));
}

}  // namespace callosum::sim::chat
