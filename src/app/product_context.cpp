#include "app/product_context.hpp"

#include "app/reply_paths.hpp"

namespace callosum::app {
namespace {

std::vector<std::string> told_of_channel(const registry::CallContext& context) {
  std::vector<std::string> out;
  out.emplace_back(
      context.channel == registry::Channel::voice
          ? "It is spoken: the answers are heard, so they are short and without markup."
          : "It is written: the answers are read.");
  switch (context.assurance) {
    case registry::Assurance::none:
      out.emplace_back("Nobody has checked who is on the line.");
      break;
    case registry::Assurance::carrier:
      out.emplace_back("The caller's number is attested; the tools know it.");
      break;
    case registry::Assurance::verified:
      out.emplace_back("The caller has proved who they are; the tools know it.");
      break;
  }
  return out;
}

std::vector<std::string> told_of_tools(const registry::CallContext& context) {
  switch (context.access_mode) {
    case registry::AccessMode::read_only:
      return {"They look things up; nothing can be changed in this conversation."};
    case registry::AccessMode::propose_actions:
      return {"What would change something becomes a proposal, which a person applies later."};
    case registry::AccessMode::confirm:
      return {"What changes something may ask for the caller's confirmation first."};
  }
  return {};
}

}  // namespace

session::ProductContext make_product_context(TenantPrompt prompt, const storage::Tenant& tenant,
                                             const registry::CallContext& context) {
  session::ProductContext out;
  out.persona = std::move(prompt.text);
  out.facts = {{"business", tenant.name}, {"time zone", tenant.timezone}};
  std::erase_if(out.facts, [](const session::Fact& fact) { return fact.value.empty(); });
  out.channel = told_of_channel(context);
  if (context.reply_path != registry::ReplyPath::native) out.speakers = {kUnnamedSpeaker};
  out.tool_policy = told_of_tools(context);
  return out;
}

}  // namespace callosum::app
