// Searching by meaning beside the words: whose texts are compared, who waits for what, and what
// becomes of a model that fails.
#include "tool/sql/meanings.hpp"

#include <gmock/gmock.h>
#include <thread>

#include "async/shared_outcome.hpp"
#include "async/with_deadline.hpp"
#include "base/encoding.hpp"
#include "sql_fixture.hpp"

namespace callosum::tool::sql {
namespace {

namespace asio = boost::asio;
using realtime::Meaning;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Answer = Result<std::vector<Meaning>>;

/// What texts mean to a test: by the words in them.
Meaning meaning_of(const std::string& text) {
  const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
  if (has("one") || has("first")) return {1, 0, 0};
  if (has("two") || has("second")) return {0, 1, 0};
  return {0, 0, 1};
}
Answer meanings_of(const std::vector<std::string>& texts) {
  std::vector<Meaning> out;
  for (const auto& text : texts) out.push_back(meaning_of(text));
  return out;
}

/// A model played by a test.
class FakeModel final : public realtime::EmbeddingModel {
 public:
  using Say = std::function<Answer(const std::vector<std::string>&)>;
  explicit FakeModel(Say say = meanings_of) : say_(std::move(say)) {}

  asio::awaitable<Answer> embed(std::vector<std::string> texts, async::Deadline deadline) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(texts);
    }
    if (hangs) co_await async::sleep_until(async::Deadline::none(deadline.time()));
    co_return say_(texts);
  }
  std::vector<std::vector<std::string>> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  /// One after the other.
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const auto& each : asked()) out.insert(out.end(), each.begin(), each.end());
    return out;
  }
  std::atomic<bool> hangs{false};

 private:
  const Say say_;
  mutable std::mutex mutex_;
  std::vector<std::vector<std::string>> asked_;
};

/// Keeps the names of what it is told.
class NamesLog final : public telemetry::Log {
 public:
  bool is_on(telemetry::LogLevel) const noexcept override { return true; }
  std::size_t count(std::string_view event) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
  }

 protected:
  void write(telemetry::LogLevel, std::string_view event, telemetry::LogFields) noexcept override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

class MeaningsTest : public ::testing::Test {
 protected:
  MeaningsTest() { begin(meanings_of); }
  ~MeaningsTest() override { tenants.kind.reset(); }

  void begin(FakeModel::Say say, const std::string& name = "small") {
    model = std::make_shared<FakeModel>(std::move(say));
    tenants.kind =
        make_sql_kind(*tenants.database, tenants.options,
                      std::make_unique<Meanings>(MeaningGround{*tenants.database, log, metrics},
                                                 model, MeaningOptions{name, 0.5}));
  }
  static registry::ToolSpec tool() {
    auto out = TwoTenants::make_tool(
        "SELECT id, customer FROM bookings WHERE business_id = :business_id ORDER BY id");
    out.run.config.as_object()["rank"] =
        json::object{{"by", "text"}, {"over", json::array{"customer"}}};
    return out;
  }
  /// The ids of what is found.
  std::vector<std::string> search(const std::string& text, const char* tenant = kTenantA) {
    const auto found = tenants.run(tool(), tenant, {{"text", text}});
    EXPECT_TRUE(found) << found.error().message;
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& item : found->at("items").as_array()) {
      out.emplace_back(item.at("id").as_string());
    }
    return out;
  }
  void until(const std::function<bool()>& is_so) const {
    while (!is_so()) std::this_thread::yield();
  }
  std::int64_t kept() { return tenants.look("SELECT count(*) AS n FROM text_vectors").as_int64(); }
  void write_more(const std::string& id, const std::string& customer) {
    const auto done = tenants.database->change_at_start([&](storage::sqlite::Connection& c) {
      const auto changed = c.change(
          "INSERT INTO bookings (id, business_id, customer) VALUES (:id, :business, :customer)",
          {{"id", id}, {"business", kTenantA}, {"customer", customer}});
      return changed ? Result<void>() : Result<void>(changed.error());
    });
    ASSERT_TRUE(done);
  }
  bool is_counted(const std::string& labels) const {
    return metrics.render().find("embedding_requests_total{" + labels + "}") != std::string::npos;
  }

  TwoTenants tenants;
  NamesLog log;
  telemetry::Metrics metrics;
  std::shared_ptr<FakeModel> model;
};

TEST_F(MeaningsTest, TheFirstSearchIsByWordsAndTheNextByMeaningToo) {
  EXPECT_THAT(search("the first"), IsEmpty());
  until([&] { return kept() == 2; });

  EXPECT_THAT(search("the first"), ElementsAre("a1"));
  EXPECT_THAT(search("the second"), ElementsAre("a2"));
  EXPECT_THAT(search("the two of the first"), ElementsAre("a2", "a1"));
  EXPECT_TRUE(is_counted(R"(outcome="ok",purpose="question")"));
  EXPECT_TRUE(is_counted(R"(outcome="ok",purpose="text")"));
}

TEST_F(MeaningsTest, WhatIsUnlikeIsNotFound) {
  search("the first");
  until([&] { return kept() == 2; });

  EXPECT_THAT(search("dragons"), IsEmpty());
}

TEST_F(MeaningsTest, NobodyIsComparedWithAnothersTexts) {
  search("the first", kTenantB);
  until([&] { return kept() == 3; });

  EXPECT_THAT(search("the first"), IsEmpty());  // that of the other one alone is known
  EXPECT_THAT(search("the first", kTenantB), ElementsAre("b1"));
  until([&] { return kept() == 5; });
  EXPECT_EQ(tenants.look("SELECT count(*) AS n FROM text_vectors WHERE tenant_id = '" +
                         std::string(kTenantA) + "'"),
            json::value(2));
  EXPECT_THAT(search("the first"), ElementsAre("a1"));
}

TEST_F(MeaningsTest, ATextThatIsNewIsMadeKnownWhenItIsWritten) {
  const auto handler = tenants.load(tool());
  ASSERT_TRUE(handler);
  (*handler)->on_data_changed(kTenantA);
  until([&] { return kept() == 2; });
  write_more("a3", "MARK-A the first of all");
  (*handler)->on_data_changed(kTenantA);
  until([&] { return kept() == 3; });

  EXPECT_THAT(model->asked(), SizeIs(2));  // each text once
  EXPECT_THAT(model->texts(),
              ElementsAre("MARK-A one\n", "MARK-A two\n", "MARK-A the first of all\n"));
  EXPECT_THAT(search("one"), ElementsAre("a1", "a3"));
}

TEST_F(MeaningsTest, AnotherModelMakesThemAnew) {
  search("the first");
  until([&] { return kept() == 2; });
  begin(meanings_of, "large");

  EXPECT_THAT(search("the first"), IsEmpty());
  until([&] { return kept() == 4; });
  EXPECT_THAT(search("the first"), ElementsAre("a1"));
}

TEST_F(MeaningsTest, VectorsOfAnotherSizeAreMadeAnew) {
  search("the first");
  until([&] { return kept() == 2; });
  begin([](const std::vector<std::string>& texts) {
    auto out = *meanings_of(texts);
    for (auto& each : out) each.push_back(0);
    return Answer(out);
  });

  EXPECT_THAT(search("the first"), IsEmpty());
  until([&] { return model->texts().size() >= 3; });  // the question, and both texts
  until([&] { return !search("the first").empty(); });
}

TEST_F(MeaningsTest, AModelThatFailsIsLeftAloneForAWhile) {
  begin([](const auto&) { return Answer(fail(ErrorType::transient, "down")); });

  EXPECT_THAT(search("one"), ElementsAre("a1"));
  EXPECT_THAT(search("two"), ElementsAre("a2"));
  EXPECT_THAT(search("the first"), IsEmpty());

  EXPECT_EQ(model->asked().size(), 1u);
  EXPECT_EQ(log.count("search_by_words_alone"), 1u);
  EXPECT_TRUE(is_counted(R"(outcome="TRANSIENT",purpose="question")"));
  EXPECT_TRUE(is_counted(R"(outcome="resting",purpose="question")"));
}

TEST_F(MeaningsTest, AModelThatIsLateIsNotWaitedFor) {
  model->hangs = true;

  EXPECT_THAT(search("one"), ElementsAre("a1"));
  EXPECT_TRUE(is_counted(R"(outcome="TIMEOUT",purpose="question")"));
}

TEST_F(MeaningsTest, OfASearchInAHurryNothingIsAsked) {
  const auto handler = tenants.load(tool());
  ASSERT_TRUE(handler);
  tenants.run(**handler, tool(), kTenantA, {{"text", "one"}}, 100ms);

  EXPECT_THAT(model->asked(), IsEmpty());
  EXPECT_TRUE(is_counted(R"(outcome="spared",purpose="question")"));
  EXPECT_THAT(search("one"), ElementsAre("a1"));
  EXPECT_THAT(model->asked(), SizeIs(::testing::Ge(1)));  // it is not at rest
}

TEST_F(MeaningsTest, AnAnswerOfTheWrongNumberIsNone) {
  begin([](const auto&) { return Answer(std::vector<Meaning>{}); });
  EXPECT_THAT(search("one"), ElementsAre("a1"));
  EXPECT_EQ(log.count("search_by_words_alone"), 1u);
}

TEST_F(MeaningsTest, OfNoWordNothingIsAsked) {
  EXPECT_THAT(search("?!"), IsEmpty());
  EXPECT_THAT(model->asked(), IsEmpty());
}

TEST_F(MeaningsTest, OneTextThatTheModelRefusesKeepsNoOtherFromItsMeaning) {
  begin([](const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      if (text.find("two") != std::string::npos) {
        return Answer(fail(ErrorType::permanent, "too long"));
      }
    }
    return meanings_of(texts);
  });
  const auto handler = tenants.load(tool());
  (*handler)->on_data_changed(kTenantA);
  until([&] { return kept() == 1 && log.count("meanings_not_made") == 2; });
  const auto asked = model->asked().size();

  EXPECT_THAT(search("the first"), ElementsAre("a1"));
  EXPECT_THAT(search("the first thing"), ElementsAre("a1"));
  EXPECT_EQ(model->asked().size(), asked + 2);  // for the questions alone: it is not asked again
}

TEST_F(MeaningsTest, OneTextThatTheModelFailsOnKeepsNoOtherFromItsMeaning) {
  begin([](const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      if (text.find("A two") != std::string::npos) {
        return Answer(fail(ErrorType::transient, "HTTP 500"));
      }
    }
    return meanings_of(texts);
  });
  const auto handler = tenants.load(tool());
  (*handler)->on_data_changed(kTenantA);
  until([&] { return kept() == 1; });
  (*handler)->on_data_changed(kTenantB);

  until([&] { return kept() == 4; });
}

TEST_F(MeaningsTest, OfATextThatIsTooLongForTheModelItsBeginningIsTaken) {
  begin([](const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      if (text.size() > 1000) return Answer(fail(ErrorType::permanent, "too long"));
    }
    return meanings_of(texts);
  });
  write_more("long", "the third " + std::string(5000, 'x'));
  const auto handler = tenants.load(tool());
  (*handler)->on_data_changed(kTenantA);

  until([&] { return kept() == 3; });
  EXPECT_LE(model->texts().back().size(), 1000u);
}

TEST_F(MeaningsTest, WhatWasFoundWithoutAllThatIsMeantIsNotKept) {
  const auto handler = tenants.load(tool());
  EXPECT_FALSE(tenants.output(**handler, tool(), kTenantA, {{"text", "one"}})->is_whole);
  until([&] { return kept() == 2; });
  EXPECT_TRUE(tenants.output(**handler, tool(), kTenantA, {{"text", "one"}})->is_whole);
  model->hangs = true;
  EXPECT_FALSE(tenants.output(**handler, tool(), kTenantA, {{"text", "one"}})->is_whole);
}

TEST_F(MeaningsTest, TriesAgainWhereTheModelWasBusy) {
  std::atomic<int> requests{0};
  begin([&requests](const std::vector<std::string>& texts) {
    if (requests++ == 0) return Answer(fail(ErrorType::transient, "busy"));
    return meanings_of(texts);
  });
  const auto handler = tenants.load(tool());
  (*handler)->on_data_changed(kTenantA);
  until([&] { return kept() == 2; });

  EXPECT_EQ(log.count("meanings_not_made"), 1u);
  EXPECT_GE(requests, 2);
  tenants.kind.reset();
}

TEST_F(MeaningsTest, ManyTextsAreMadeInBatches) {
  for (int i = 0; i < 70; ++i) write_more("m" + std::to_string(i), "text " + std::to_string(i));
  const auto handler = tenants.load(tool());
  (*handler)->on_data_changed(kTenantA);
  until([&] { return kept() == 72; });

  EXPECT_GE(model->asked().size(), 3u);
  for (const auto& batch : model->asked()) EXPECT_LE(batch.size(), 32u);
  EXPECT_THAT(model->texts(), SizeIs(72));
}

TEST_F(MeaningsTest, GoesAlthoughTheModelNeverAnswers) {
  model->hangs = true;
  const auto handler = tenants.load(tool());
  (*handler)->on_data_changed(kTenantA);
  until([&] { return !model->asked().empty(); });
  tenants.kind.reset();

  EXPECT_EQ(kept(), 0);
}

TEST_F(MeaningsTest, AToolSeesNothingOfWhatIsKept) {
  const auto peeking = tenants.load(TwoTenants::make_tool("SELECT model FROM text_vectors"));
  ASSERT_FALSE(peeking);
  EXPECT_THAT(peeking.error().message, HasSubstr("run.sql"));
}

}  // namespace
}  // namespace callosum::tool::sql
