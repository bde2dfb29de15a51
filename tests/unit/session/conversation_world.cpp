#include "conversation_world.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "async/with_deadline.hpp"
#include "base/json.hpp"

namespace callosum::testing {
namespace {

std::vector<std::string> of_type(const std::vector<std::string>& events, const std::string& type) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    if (realtime::peek_type_text(event) == type) out.push_back(event);
  }
  return out;
}

}  // namespace

Conversation::Conversation(std::vector<registry::ToolSpec> tools, session::SessionStart start,
                           session::SessionRecords* records, std::map<std::string, Error> refused,
                           Wrap around, session::LoadBook* book)
    : w(std::move(tools)), refusals(std::move(refused)), wrap(std::move(around)) {
  caller = std::make_shared<CallerScript>(w.world.executor());
  json::array list;
  std::vector<std::string> names;
  for (const auto& tool : w.catalog->snapshot()->tools()) {
    list.push_back(json::object{{"type", "function"}, {"name", tool.name}});
    names.push_back(tool.name);
  }
  const auto latched = std::move(start.context);
  start.context = w.context();
  start.context.call_sid = latched.call_sid;
  start.context.loaded = latched.loaded;
  start.context.epoch = latched.epoch;
  start.context.mode = latched.mode;
  start.context.call_sid = latched.call_sid;
  start.context.reply_path = latched.reply_path;
  start.context.tool_ownership = latched.tool_ownership;
  start.context.is_provider_planned = latched.is_provider_planned;
  offer = std::make_shared<session::ToolOffer>(list, names);
  if (start.models.empty()) start.models.emplace_back();
  for (auto& source : start.models) complete(source);
  start.product.persona = "PROMPT";
  session::SessionParts parts{w.world.time(), random,  *w.executor,      log,  metrics,
                              w.catalog,      records, &w.confirmations, book, &usual_times};
  // As the board does it, on the session's own thread.
  w.confirmations.on_asked = [this](const storage::Confirmation& question) {
    boost::asio::post(w.world.executor(),
                      [this, question] { session->show_confirmation(question); });
  };
  w.confirmations.on_answered = [this](const storage::Confirmation& question) {
    boost::asio::post(w.world.executor(),
                      [this, question] { session->on_confirmation_answered(question); });
  };
  session = std::make_unique<session::Session>(std::move(parts), std::move(start),
                                               std::make_unique<FakeCaller>(caller));
  boost::asio::co_spawn(w.world.context(), session->run(),
                        [this](const std::exception_ptr& e) { ended = true, failure = e; });
  w.world.settle();
}

Conversation::~Conversation() {
  hang_up();
  w.world.run(async::sleep_until(w.world.in(std::chrono::minutes(2))));
}

void Conversation::hang_up() {
  caller->says.close();
  w.world.settle();
}

void Conversation::model_says(std::string event) {
  EXPECT_TRUE(models.back()->says.push(std::move(event)));
  w.world.settle();
}

void Conversation::caller_says(std::string event) {
  EXPECT_TRUE(caller->says.push(std::move(event)));
  w.world.settle();
}

void Conversation::pass(std::chrono::milliseconds span) {
  w.world.run(async::sleep_until(w.world.in(span)));
  w.world.settle();
}

void Conversation::lose_model() {
  models.back()->says.close();
  w.world.settle();
}

void Conversation::response_created(const std::string& id, const std::string& metadata) {
  model_says(R"({"type":"response.created","response":{"id":")" + id +
             R"(","status":"in_progress","conversation_id":"conv_1","output":[],"metadata":)" +
             metadata + "}}");
}

void Conversation::call(const std::string& response, const std::string& call_id,
                        const std::string& name, const std::string& arguments,
                        const std::string& status) {
  const json::object item{{"id", "item_" + call_id},
                          {"type", "function_call"},
                          {"status", status},
                          {"call_id", call_id},
                          {"name", name},
                          {"arguments", arguments}};
  json::object added = item;
  added["status"] = "in_progress";
  added["arguments"] = "";
  model_says(json::serialize(json::object{
      {"type", "response.output_item.added"}, {"response_id", response}, {"item", added}}));
  model_says(json::serialize(json::object{
      {"type", "conversation.item.added"}, {"previous_item_id", nullptr}, {"item", added}}));
  model_says(json::serialize(json::object{{"type", "response.function_call_arguments.done"},
                                          {"response_id", response},
                                          {"item_id", "item_" + call_id},
                                          {"call_id", call_id},
                                          {"name", name},
                                          {"arguments", arguments}}));
  model_says(json::serialize(json::object{
      {"type", "conversation.item.done"}, {"previous_item_id", nullptr}, {"item", item}}));
  model_says(json::serialize(json::object{
      {"type", "response.output_item.done"}, {"response_id", response}, {"item", item}}));
}

void Conversation::message(const std::string& response, const std::string& text) {
  const json::object item{{"id", "item_m" + response},
                          {"type", "message"},
                          {"role", "assistant"},
                          {"status", "completed"},
                          {"content", json::array{}}};
  model_says(json::serialize(json::object{
      {"type", "response.output_item.added"}, {"response_id", response}, {"item", item}}));
  model_says(json::serialize(json::object{
      {"type", "response.output_text.done"}, {"response_id", response}, {"text", text}}));
  model_says(json::serialize(json::object{
      {"type", "response.output_item.done"}, {"response_id", response}, {"item", item}}));
}

void Conversation::accept_updates(int count) {
  for (int i = 0; i < count; ++i) {
    model_says(R"({"type":"session.updated","session":{"id":"s"}})");
  }
}

void Conversation::refuse_last(const std::string& type, const std::string& code,
                               const std::string& param) {
  const auto event = parse_strict(sent(type).back()).value().as_object();
  const json::object error{{"type", "invalid_request_error"},
                           {"code", code},
                           {"message", "no"},
                           {"param", param},
                           {"event_id", event.at("event_id")}};
  model_says(json::serialize(json::object{{"type", "error"}, {"event_id", "e"}, {"error", error}}));
}

void Conversation::response_done(const std::string& id, const std::string& status,
                                 const std::string& output) {
  model_says(R"({"type":"response.done","response":{"id":")" + id + R"(","status":")" + status +
             R"(","status_details":null,"conversation_id":"conv_1","output":)" + output + "}}");
}

bool Conversation::caller_saw(const std::string& text) const {
  for (const auto& event : caller->got) {
    if (event.find(text) != std::string::npos) return true;
  }
  return false;
}

void Conversation::complete(session::ModelSource& source) {
  if (!source.offer) source.offer = offer;
  source.make = [this, name = source.name]() -> std::unique_ptr<realtime::ModelPort> {
    models.push_back(std::make_shared<ModelScript>(w.world.executor(), w.world.time()));
    auto& model = *models.back();
    model.source = name;
    model.opening_takes = opening_takes;
    model.is_broken = is_born_broken;
    model.can_change_tools = can_change_tools;
    model.keeps_conversation = keeps_conversation;
    model.kept = kept;
    const auto refusal = refusals.find(name);
    if (refusal != refusals.end()) {
      model.refusal = refusal->second;
    } else if (models.size() > 1 && refusals_left-- > 0) {
      model.refusal = fail(ErrorType::transient, "unreachable");
    }
    auto provider = std::make_unique<FakeModel>(models.back());
    if (wrap) return wrap(*this, std::move(provider));
    return provider;
  };
}

std::vector<std::string> Conversation::sent(const std::string& type, std::size_t model) const {
  return of_type(models[std::min(model, models.size() - 1)]->sent, type);
}

std::vector<std::string> Conversation::got(const std::string& type) const {
  return of_type(caller->got, type);
}

}  // namespace callosum::testing
