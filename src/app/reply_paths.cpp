#include "app/reply_paths.hpp"

#include "session/brain_port.hpp"
#include "session/bridge_port.hpp"

namespace callosum::app {

using registry::ReplyPath;

namespace {

std::unique_ptr<realtime::ModelPort> make_brain(Parts& parts, const ProviderFactory& provider,
                                                const std::string& model, bool is_alone,
                                                std::shared_ptr<session::PlanReports> reports) {
  auto mouth = provider.make_mouth ? nullptr : provider.make(model);
  auto name = mouth ? mouth->profile().provider : provider.profile.provider;
  auto on_ignored_call = [&parts, name = std::move(name)](std::string_view tool) {
    parts.metrics.provider_calls_ignored(name).add();
    parts.log->warn("provider_call_ignored", {{"provider", name}, {"tool", tool}});
  };
  auto on_planned = [reports] { reports->on_planned(); };
  auto on_plan_failed = [&parts, reports, breaker = provider.breaker,
                         provider = provider.name](const Error& why) {
    if (reports->on_failed(why.type, parts.time.now())) {
      parts.log->warn("provider_rests",
                      {{"provider", provider}, {"seconds", breaker->rest().count()}});
    }
    parts.log->error(
        "brain_failed",
        {{"type", to_string(why.type)}, {"message", why.message}, {"detail", why.detail}});
  };
  return session::make_brain_port(
      {parts.time, parts.random, std::move(mouth), provider.chat, provider.make_ears,
       kUnnamedSpeaker, static_cast<std::size_t>(parts.config.context_tokens),
       std::move(on_ignored_call), std::move(on_plan_failed), provider.make_mouth, provider.profile,
       provider.thinks_ahead, provider.interrupt_after, !is_alone, std::move(on_planned)});
}

}  // namespace

void latch_reply_path(std::string_view word, registry::CallContext& context) {
  context.reply_path = registry::parse_word<ReplyPath>(word).value_or(ReplyPath::native);
  const bool is_transport = context.reply_path == ReplyPath::brain;
  context.tool_ownership = is_transport ? registry::ToolOwnership::transport_only
                                        : registry::ToolOwnership::provider_native;
  context.is_provider_planned = !is_transport;
}

std::function<std::unique_ptr<realtime::ModelPort>()> make_model_of(
    Parts& parts, std::shared_ptr<const ProviderFactory> provider, ReplyPath path,
    std::string model, const ModelUse& use) {
  auto reports = std::make_shared<session::PlanReports>(provider->breaker, use.was_served);
  return [&parts, provider = std::move(provider), path, is_alone = use.is_alone,
          reports = std::move(reports),
          model = std::move(model)]() -> std::unique_ptr<realtime::ModelPort> {
    if (path == ReplyPath::bridge) {
      return session::make_bridge_port(
          {parts.random, provider->make(model), provider->make_ears, kUnnamedSpeaker});
    }
    if (path == ReplyPath::brain) {
      return make_brain(parts, *provider, model, is_alone, reports);
    }
    return provider->make(model);
  };
}

}  // namespace callosum::app
