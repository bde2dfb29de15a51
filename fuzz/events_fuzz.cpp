// Events from a caller or a model: the peek never reads outside the frame and agrees with a full
// parse; what decodes can be read field by field.
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "realtime/event_type.hpp"
#include "realtime/server_event.hpp"

namespace {

using namespace callosum;

void read_everything(const realtime::ServerEvent& event) {
  realtime::read_response(event.body);
  realtime::read_error(event.body);
  for (const char* key : {"item", "part", "session"}) {
    const auto* object = find_object(event.body, key);
    if (!object) continue;
    realtime::read_item(*object);
    realtime::item_text(*object);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto type = realtime::peek_type(text);
  const auto peeked = realtime::peek_type_text(text);
  const auto server = realtime::decode_server_event({type, text});
  if (server) {
    read_everything(*server);
    // A valid event whose type has no escape is seen alike by both. (Escapes spell no type there
    // is.)
    const auto* parsed = find_string(server->body, "type");
    if (parsed && type != realtime::EventType::unknown && std::string_view(*parsed) != peeked) {
      std::abort();
    }
    realtime::encode_function_output(text_at(server->body, "call_id"), text.substr(0, 256), "evt");
  }
  const auto client = realtime::decode_client_event({type, text});
  if (client) realtime::encode_session_update(*client, "evt");
  return 0;
}
