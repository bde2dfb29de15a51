// A context within its tokens: what is given up, and in which order.
#include <algorithm>

#include "session/context.hpp"

namespace callosum::session {
namespace {

constexpr std::size_t kPerMessage = 6;     // role and separators
constexpr std::size_t kWorthAHandle = 64;  // tokens: below it a handle saves nothing
constexpr std::string_view kHandle = "[left out: ";

std::size_t tokens_of(const Moment& moment) {
  return kPerMessage + estimate_tokens(moment.text) + estimate_tokens(moment.speaker) +
         estimate_tokens(moment.tool) + estimate_tokens(moment.arguments);
}

bool is_handle(const Moment& moment) { return moment.text.starts_with(kHandle); }

/// Where the newest turn begins: with the user's last words.
std::size_t newest_turn(const std::vector<Moment>& continuity) {
  for (std::size_t i = continuity.size(); i-- > 0;) {
    if (continuity[i].role == "user") return i;
  }
  return continuity.size();
}

/// The result before `end` that is most worth leaving out, by age and size; `end`: there is none.
std::size_t heaviest(const std::vector<Moment>& continuity, std::size_t end) {
  std::size_t found = end;
  std::size_t most = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const auto& moment = continuity[i];
    const auto size = estimate_tokens(moment.text);
    if (!moment.is_done() || is_handle(moment) || size < kWorthAHandle) continue;
    const auto weight = size * (continuity.size() - i);
    if (weight <= most) continue;
    most = weight;
    found = i;
  }
  return found;
}

class Fitting {
 public:
  Fitting(ProductContext& context, std::size_t budget)
      : context_(context), budget_(budget), used_(session::tokens_of(context)) {}

  void run() {
    auto turn = newest_turn(context_.continuity);
    leave_out_results(turn);
    auto& moments = context_.continuity;
    std::size_t gone = 0;
    while (used_ > budget_ && gone < turn) used_ -= tokens_of(moments[gone++]);
    moments.erase(moments.begin(), moments.begin() + static_cast<std::ptrdiff_t>(gone));
    while (used_ > budget_ && !context_.memory.empty()) {
      context_.memory.erase(context_.memory.begin());
      used_ = session::tokens_of(context_);
    }
    leave_out_results(moments.size());
  }

 private:
  void leave_out_results(std::size_t end) {
    auto& moments = context_.continuity;
    while (used_ > budget_) {
      const auto at = heaviest(moments, end);
      if (at == end) return;
      used_ -= tokens_of(moments[at]);
      moments[at].text = handle_of(moments[at]);
      used_ += tokens_of(moments[at]);
    }
  }

  ProductContext& context_;
  std::size_t budget_;
  std::size_t used_;
};

}  // namespace

std::string handle_of(const Moment& done) {
  return std::string(kHandle) + std::to_string(done.text.size()) + " bytes of result, handle " +
         done.call_id + "; call " + done.tool + " again if they are needed]";
}

std::size_t estimate_tokens(std::string_view text) {
  // Tokenisers make about four characters of English a token, three of JSON, and one or two of
  // what takes several bytes a character.
  const auto wide = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0x80) != 0;
  }));
  return (text.size() - wide + 2) / 3 + (wide + 1) / 2;
}

std::size_t tokens_of(const ProductContext& context) {
  std::size_t sum = kPerMessage + estimate_tokens(render_instructions(context));
  for (const auto& moment : context.continuity) sum += tokens_of(moment);
  return sum;
}

std::size_t tokens_left(const ProductContext& context, std::size_t tokens) {
  const auto taken = estimate_tokens(render_instructions(context));
  return tokens > taken ? tokens - taken : 0;
}

void fit_into(ProductContext& context, std::size_t tokens) { Fitting(context, tokens).run(); }

}  // namespace callosum::session
