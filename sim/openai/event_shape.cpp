#include <array>

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::size_t kLongestEventId = 512;

Problem is_event_id(const json::value& value, const std::string& path) {
  return check_text(value, path, kLongestEventId);
}
Problem is_index(const json::value& value, const std::string& path) {
  return check_integer(value, path, 0, 1e9);
}

constexpr Field kType{"type", is_text, true};
constexpr Field kId{"event_id", is_event_id, false, true};

constexpr std::array kBare{kType, kId};
constexpr std::array kUpdate{kType, kId, Field{"session", is_object, true}};
constexpr std::array kAppend{kType, kId, Field{"audio", is_text, true}};
constexpr std::array kCreateItem{kType, kId, Field{"item", is_object, true},
                                 Field{"previous_item_id", is_text, false, true}};
constexpr std::array kItemId{kType, kId, Field{"item_id", is_text, true}};
constexpr std::array kTruncate{kType, kId, Field{"item_id", is_text, true},
                               Field{"content_index", is_index, true},
                               Field{"audio_end_ms", is_index, true}};
constexpr std::array kCreateResponse{kType, kId, Field{"response", is_object, false, true}};
constexpr std::array kCancel{kType, kId, Field{"response_id", is_text, false, true}};

struct Row {
  std::string_view type;
  std::span<const Field> fields;
};
constexpr std::array<Row, 11> kRows{{{"session.update", kUpdate},
                                     {"input_audio_buffer.append", kAppend},
                                     {"input_audio_buffer.commit", kBare},
                                     {"input_audio_buffer.clear", kBare},
                                     {"conversation.item.create", kCreateItem},
                                     {"conversation.item.truncate", kTruncate},
                                     {"conversation.item.delete", kItemId},
                                     {"conversation.item.retrieve", kItemId},
                                     {"response.create", kCreateResponse},
                                     {"response.cancel", kCancel},
                                     {"output_audio_buffer.clear", kBare}}};

const Row* find_row(std::string_view type) {
  for (const auto& row : kRows) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

}  // namespace

bool is_client_event(std::string_view type) { return find_row(type) != nullptr; }

Problem check_event(std::string_view type, const json::object& event) {
  return check_fields(event, "", find_row(type)->fields);
}

WireError unknown_event_type(std::string_view type) {
  std::vector<std::string_view> words;
  for (const auto& row : kRows) words.push_back(row.type);
  // The wire names these two as well, though only translation sessions take them.
  words.push_back("session.close");
  words.push_back("session.input_audio_buffer.append");
  return *not_one_of("type", type, words);
}

}  // namespace callosum::sim::openai
