#include "tool/sql/meanings.hpp"

#include <algorithm>
#include <numeric>

#include "async/with_deadline.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "net/kept_connections.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/text_vectors.hpp"

namespace callosum::tool::sql {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using realtime::Meaning;
using storage::sqlite::Connection;

namespace {

constexpr auto kGather = 100ms;  // rows are often written one after the other
constexpr auto kLeastWait = 50ms;
constexpr auto kFirstRest = 1s;
constexpr auto kLongestRest = 60s;
constexpr auto kBatchPatience = 30s;
constexpr auto kWritePatience = 10s;
constexpr std::size_t kMostAtOnce = 32;
constexpr std::size_t kMostBytesAtOnce = 48 * 1024;
/// Small models read some hundred tokens; what a text is about stands at its beginning.
constexpr std::size_t kMostOfAText = 4000;
constexpr std::size_t kLeastOfAText = 1000;  // for a model that reads less
constexpr int kMostFailures = 3;             // of a text alone, while others are made
constexpr std::size_t kMostRefused = 10'000;
constexpr std::size_t kMostOfAQuestion = 1000;

std::vector<std::string> hashes_of(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const auto& text : texts) out.push_back(sha256_hex(text));
  return out;
}

void add_unknown(const std::vector<std::string>& texts, std::vector<std::string>& hashes,
                 const std::vector<bool>& is_known, std::vector<UnknownText>& unknown) {
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const bool is_empty = trim(texts[row]).empty();  // of nothing nothing is meant
    if (is_known[row] || is_empty) continue;
    unknown.push_back({std::move(hashes[row]), std::string(cut_utf8(texts[row], kMostOfAText))});
  }
}

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(
      a.begin(), a.end(), b.begin(), 0.0, [](double sum, double part) { return sum + part; },
      [](float x, float y) { return static_cast<double>(x) * y; });
}

}  // namespace

std::chrono::milliseconds Meanings::Rest::begin(SteadyTime now) {
  const auto doubled = kFirstRest * (1 << std::min(failures_++, 10));
  const auto rest = std::min<std::chrono::milliseconds>(doubled, kLongestRest);
  until_ = now + rest;
  return rest;
}

Meanings::Meanings(const MeaningGround& ground, std::shared_ptr<realtime::EmbeddingModel> model,
                   MeaningOptions options)
    : ground_(ground),
      model_(std::move(model)),
      options_(std::move(options)),
      tasks_([&log = ground.log] { log.error("meanings_ended"); }) {}

Meanings::~Meanings() { stop(); }

/// A connection that is kept for the next request would keep the thread until it is let go.
void Meanings::stop() {
  tasks_.post(
      [executor = tasks_.executor()](async::TaskGroup&) { net::close_kept_connections(executor); });
  tasks_.stop();
}

void Meanings::count(std::string_view purpose, std::string_view outcome) const {
  ground_.metrics
      .counter("embedding_requests_total",
               "Requests to the embeddings server, by what for and how they ended.",
               {{"purpose", std::string(purpose)}, {"outcome", std::string(outcome)}})
      .add();
}

void Meanings::tell(std::string_view event, const Error& why) const {
  ground_.log.warn(event, {{"type", to_string(why.type)},
                           {"reason", why.message},
                           {"detail", why.detail},
                           {"model", options_.model}});
}

asio::awaitable<Result<Meaning>> Meanings::of_question(std::string question,
                                                       async::Deadline deadline) {
  auto& time = deadline.time();
  if (deadline.left() < kLeastWait) {  // too little to blame it for
    count("question", "spared");
    co_return fail(ErrorType::timeout, "there is no time to ask what is meant");
  }
  {
    const std::lock_guard lock(mutex_);
    if (!questions_.is_over(time.now())) {
      count("question", "resting");
      co_return fail(ErrorType::transient, "the embeddings server has failed a moment ago");
    }
  }
  std::vector<std::string> texts{std::string(cut_utf8(question, kMostOfAQuestion))};
  const auto soon = deadline.within(kPatience);
  auto asking = async::with_deadline(soon, model_->embed(std::move(texts), soon));
  auto made = co_await std::move(asking);
  if (made && made->size() != 1)
    made = fail(ErrorType::transient, "not one meaning for a question");
  count("question", made ? "ok" : to_string(made.error().type));
  note_question(made, time.now());
  if (!made) co_return made.error();
  co_return std::move(made->front());
}

/// Of several that fail together one is told of, and one rest begins.
void Meanings::note_question(const Result<std::vector<Meaning>>& made, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (made) return questions_.end();
  if (!questions_.is_over(now)) return;
  questions_.begin(now);
  tell("search_by_words_alone", made.error());
}

bool Meanings::is_refused(const Key& key) const {
  const std::lock_guard lock(mutex_);
  return refused_.contains(key);
}

/// Nothing better will come of those.
void Meanings::drop_refused(const std::string& tenant_id, std::vector<UnknownText>& unknown) const {
  std::erase_if(unknown, [&](const UnknownText& each) {
    return is_refused({tenant_id, each.sha256});
  });
}

Result<Ranks> Meanings::rank(Connection& connection, const std::string& tenant_id,
                             const std::vector<std::string>& texts, const Meaning& question,
                             std::vector<UnknownText>& unknown) const {
  auto hashes = hashes_of(texts);
  std::vector<bool> is_known(texts.size());
  std::vector<Nearness> rows;
  const Connection::Trusted ours(connection);
  const auto visited = storage::visit_vectors(connection, {tenant_id, options_.model}, hashes,
                                              [&](std::size_t row, std::span<const float> vector) {
                                                if (vector.size() != question.size())
                                                  return;  // of what the model was before
                                                is_known[row] = true;
                                                rows.push_back({row, dot(vector, question)});
                                              });
  if (!visited) return visited.error();
  add_unknown(texts, hashes, is_known, unknown);
  drop_refused(tenant_id, unknown);
  return rank_by_nearness(std::move(rows), options_.least_nearness, kMostNear);
}

Result<std::vector<UnknownText>> Meanings::find_unknown(
    Connection& connection, const std::string& tenant_id,
    const std::vector<std::string>& texts) const {
  auto hashes = hashes_of(texts);
  std::vector<bool> is_known(texts.size());
  const Connection::Trusted ours(connection);
  const auto visited = storage::visit_vectors(
      connection, {tenant_id, options_.model}, hashes,
      [&](std::size_t row, std::span<const float>) { is_known[row] = true; });
  if (!visited) return visited.error();
  std::vector<UnknownText> out;
  add_unknown(texts, hashes, is_known, out);
  drop_refused(tenant_id, out);
  return out;
}

void Meanings::look_soon(std::string name, std::function<asio::awaitable<void>()> look_at) {
  tasks_.post(
      [this, name = std::move(name), look_at = std::move(look_at)](async::TaskGroup& tasks) {
        if (soon_.insert(name).second) tasks.spawn("meanings soon", look(name, look_at));
      });
}

asio::awaitable<void> Meanings::look(std::string name,
                                     std::function<asio::awaitable<void>()> look_at) {
  const auto soon = async::Deadline::after(tasks_.time(), kGather);
  co_await async::sleep_until(soon);
  soon_.erase(name);
  auto looking = look_at();
  co_await std::move(looking);
}

void Meanings::want(std::string tenant_id, std::vector<UnknownText> texts) {
  if (texts.empty()) return;
  const auto all = std::make_shared<std::vector<UnknownText>>(std::move(texts));
  tasks_.post([this, all, tenant = std::move(tenant_id)](async::TaskGroup& tasks) {
    take(tasks, tenant, std::move(*all));
  });
}

void Meanings::take(async::TaskGroup& tasks, const std::string& tenant_id,
                    std::vector<UnknownText> texts) {
  for (auto& each : texts) {
    const Key key{tenant_id, each.sha256};
    if (waiting_.size() >= kMostWanted || is_refused(key)) continue;
    if (!known_.insert(key).second) continue;
    waiting_.push_back({tenant_id, std::move(each)});
  }
  if (waiting_.empty() || is_working_) return;
  is_working_ = true;
  tasks.spawn("meanings", work());
}

/// Of one tenant, as they came.
std::vector<Meanings::Wanted> Meanings::next_batch() {
  std::vector<Wanted> batch;
  std::size_t bytes = 0;
  const bool is_alone = alone_ > 0 || (!waiting_.empty() && waiting_.front().failures > 0);
  const auto most = is_alone ? 1 : kMostAtOnce;
  if (alone_ > 0) --alone_;
  while (!waiting_.empty() && batch.size() < most) {
    auto& next = waiting_.front();
    const bool is_same = batch.empty() || next.tenant_id == batch.front().tenant_id;
    bytes += next.text.text.size();
    const bool is_apart = !is_same || next.failures > 0 || bytes > kMostBytesAtOnce;
    if (!batch.empty() && is_apart) break;
    batch.push_back(std::move(next));
    waiting_.pop_front();
  }
  return batch;
}

void Meanings::put_back(std::vector<Wanted> batch) {
  for (auto one = batch.rbegin(); one != batch.rend(); ++one) {
    waiting_.push_front(std::move(*one));
  }
}

/// Of several nobody knows which it was: each is asked about alone. One that fails alone lets the
/// others pass.
void Meanings::take_back(std::vector<Wanted> batch, ErrorType why) {
  if (batch.size() > 1) {
    alone_ = batch.size();
    return put_back(std::move(batch));
  }
  auto& one = batch.front();
  // While nothing else is made either, it is not the text's doing.
  const bool may_be_its_own = why == ErrorType::transient || why == ErrorType::timeout;
  if (may_be_its_own && (one.failures == 0 || made_ > one.made)) ++one.failures;
  one.made = made_;
  if (why == ErrorType::permanent || one.failures >= kMostFailures) return give_up(std::move(one));
  waiting_.push_back(std::move(one));
}

/// The model will not take it: but perhaps its beginning.
void Meanings::give_up(Wanted one) {
  if (one.text.text.size() > kLeastOfAText) {
    one.text.text.resize(cut_utf8(one.text.text, kLeastOfAText).size());
    one.failures = 0;
    return waiting_.push_back(std::move(one));
  }
  const Key key{one.tenant_id, one.text.sha256};
  known_.erase(key);
  const std::lock_guard lock(mutex_);
  if (refused_.size() >= kMostRefused) refused_.clear();  // they are asked about once more
  refused_.insert(key);
}

/// Until nothing is wanted any more. One that the model refuses is told from its neighbours by
/// asking for each alone.
asio::awaitable<void> Meanings::work() {
  struct Done {
    bool& is_working;
    ~Done() { is_working = false; }
  } const done{is_working_};
  Rest rest;
  while (!waiting_.empty()) {
    auto batch = next_batch();
    auto making = make(batch);
    const auto made = co_await std::move(making);
    if (made) {
      rest.end();
      made_ += batch.size();
      for (const auto& one : batch) known_.erase({one.tenant_id, one.text.sha256});
      continue;
    }
    tell("meanings_not_made", made.error());
    const auto why = made.error().type;
    take_back(std::move(batch), why);
    if (why == ErrorType::permanent) continue;
    const auto now = tasks_.time().now();
    const auto until = async::Deadline::at(tasks_.time(), now + rest.begin(now));
    co_await async::sleep_until(until);
  }
}

asio::awaitable<Result<void>> Meanings::make(const std::vector<Wanted>& batch) {
  std::vector<std::string> texts;
  for (const auto& one : batch) texts.push_back(one.text.text);
  const auto deadline = async::Deadline::after(tasks_.time(), kBatchPatience);
  auto asking = async::with_deadline(deadline, model_->embed(std::move(texts), deadline));
  auto made = co_await std::move(asking);
  if (made && made->size() != batch.size()) {
    made = fail(ErrorType::transient, "not one meaning for each text");
  }
  count("text", made ? "ok" : to_string(made.error().type));
  if (!made) co_return made.error();
  auto keeping = keep(batch, std::move(*made));
  const auto kept = co_await std::move(keeping);
  // However that failed: the texts are good.
  if (!kept) co_return fail(ErrorType::internal, kept.error().message, kept.error().detail);
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Meanings::keep(const std::vector<Wanted>& batch,
                                             std::vector<Meaning> made) {
  std::vector<storage::TextVector> vectors;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    vectors.push_back({batch[i].text.sha256, std::move(made[i])});
  }
  const auto now_ms = epoch_ms(tasks_.time().wall_now());
  std::function<Result<bool>(Connection&)> write =
      [place = storage::VectorPlace{batch.front().tenant_id, options_.model},
       vectors = std::move(vectors), now_ms](Connection& connection) -> Result<bool> {
    const auto kept = storage::keep_vectors(connection, place, vectors, now_ms);
    if (!kept) return kept.error();
    return true;
  };
  const auto deadline = async::Deadline::after(tasks_.time(), kWritePatience);
  auto writing = ground_.database.write<bool>(deadline, std::move(write), batch.front().tenant_id);
  const auto written = co_await std::move(writing);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

}  // namespace callosum::tool::sql
