#include "tool/account/sign_ins.hpp"

#include <fstream>

#include "account_fixture.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::tool::account {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string id_token(json::object claims) {
  const auto part = [](const json::object& object) {
    const auto text = json::serialize(object);
    return encode_base64url(std::vector<std::uint8_t>(text.begin(), text.end()));
  };
  return part({{"alg", "RS256"}}) + "." + part(claims) + ".c2ln";
}

/// Somebody who signs in.
struct SignInWorld : AccountWorld {
  static SignInWish wish() {
    SignInWish out;
    out.service = "acme";
    out.tenant_id = "t1";
    out.tenant_name = "Bella";
    out.subject = "ada";
    out.user_name = "ada@work.example";
    out.redirect_uri = "https://voice.example/back";
    out.return_to = "/console";
    return out;
  }
  /// The address that the browser is sent to; its state is in `state`.
  std::string start(const SignInWish& wanted = wish()) {
    const auto url = world.run(sign_ins->start(wanted, world.in(5s))).value();
    state = part_of(url, "state");
    return url;
  }
  static std::string part_of(const std::string& url, std::string_view name) {
    net::HttpRequest request;
    request.target = "/" + url.substr(url.find('?'));
    return request.query(name);
  }
  json::object claims() const {
    return {{"iss", "https://accounts.acme.example"}, {"aud", "client-1"},
            {"exp", epoch_s(time.wall_now()) + 3600}, {"nonce", nonce_of(state)},
            {"email", "John@Work.example"},           {"email_verified", true}};
  }
  /// What the token endpoint will say.
  void answer_with(const json::object& token_claims) {
    server.say({{"refresh_token", "refresh-9"},
                {"scope", "openid mail"},
                {"id_token", id_token(token_claims)}});
  }
  Result<SignInEnd> finish(const std::string& given_state, const std::string& service = "acme") {
    return world.run(sign_ins->finish(service, given_state, "4/code", world.in(10s)));
  }
  std::string state;
};

TEST(SignIns, SendTheBrowserWithAStateAndTheHashOfAVerifier) {
  SignInWorld world;
  auto wish = SignInWorld::wish();
  wish.email_hint = "john@work.example";
  const auto url = world.start(wish);

  const auto part = [&url](std::string_view name) { return SignInWorld::part_of(url, name); };
  EXPECT_THAT(url, ::testing::StartsWith("https://accounts.acme.example/auth?"));
  EXPECT_EQ(part("response_type"), "code");
  EXPECT_EQ(part("client_id"), "client-1");
  EXPECT_EQ(part("redirect_uri"), "https://voice.example/back");
  EXPECT_EQ(part("scope"), "openid email mail");
  EXPECT_EQ(part("code_challenge_method"), "S256");
  EXPECT_EQ(part("code_challenge").size(), 43u);
  EXPECT_EQ(part("access_type"), "offline");
  EXPECT_THAT(part("prompt"), HasSubstr("consent"));
  EXPECT_EQ(part("login_hint"), "john@work.example");
  EXPECT_EQ(part("state").size(), 43u);
  EXPECT_THAT(url, Not(HasSubstr("very-secret")));
  const auto first = world.state;
  world.start();
  EXPECT_NE(world.state, first);
}

TEST(SignIns, KeepTheAccountOfWhoeverBegan) {
  SignInWorld world;
  const auto url = world.start();
  world.answer_with(world.claims());

  const auto end = world.finish(world.state);

  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->email, "john@work.example");
  EXPECT_EQ(end->return_to, "/console");
  EXPECT_TRUE(end->has_all);
  EXPECT_EQ(world.token(), "access-1");
  ASSERT_EQ(world.watcher.told.size(), 1u);
  net::HttpRequest form;
  form.target = "/?" + world.server.forms("/token").front();
  EXPECT_EQ(form.query("code"), "4/code");
  EXPECT_EQ(form.query("redirect_uri"), "https://voice.example/back");
  EXPECT_EQ(encode_base64url(sha256(form.query("code_verifier"))),
            SignInWorld::part_of(url, "code_challenge"));
}

TEST(SignIns, TakeAStateOnceAndInTime) {
  SignInWorld world;
  world.start();
  world.answer_with(world.claims());
  const auto first = world.state;
  const auto look = [&](const std::string& state) {
    return world.world.run(world.sign_ins->find("acme", state, world.world.in(5s)));
  };
  EXPECT_EQ(look(first)->user_name, "ada@work.example");
  EXPECT_EQ(look(first)->tenant_name, "Bella");
  ASSERT_TRUE(world.finish(first));

  EXPECT_EQ(world.finish(first).error().type, ErrorType::not_found);
  EXPECT_EQ(look(first).error().type, ErrorType::not_found);
  EXPECT_EQ(world.finish("guessed").error().type, ErrorType::not_found);
  world.start();
  EXPECT_EQ(world.finish(world.state, "other").error().type, ErrorType::not_found);
  world.time.turn(601s);
  EXPECT_THAT(world.finish(world.state).error().message, HasSubstr("ten minutes"));
  EXPECT_EQ(world.refreshes(), 1u);
}

TEST(SignIns, UseAStateUpWhateverComesOfIt) {
  SignInWorld world;
  world.start();
  const auto denied = world.state;
  ASSERT_TRUE(world.world.run(world.sign_ins->give_up("acme", denied, world.world.in(5s))));
  EXPECT_EQ(world.finish(denied).error().type, ErrorType::not_found);

  world.start();
  world.server.manner = TokenServer::Manner::refuses;
  EXPECT_THAT(world.finish(world.state).error().message, HasSubstr("start again"));
  EXPECT_THAT(world.log.last("account_not_connected"),
              HasSubstr("tenant_id=t1 subject=ada service=acme"));
  EXPECT_EQ(world.finish(world.state).error().type, ErrorType::not_found);
  EXPECT_EQ(world.refreshes(), 1u);
}

TEST(SignIns, TakeNoIdTokenOfAnybodyElse) {
  SignInWorld world;
  const std::vector<std::pair<std::string, json::value>> kWrong{{"iss", "https://evil.example"},
                                                                {"aud", "client-2"},
                                                                {"exp", 1},
                                                                {"nonce", "another"},
                                                                {"email_verified", false},
                                                                {"email", "nobody"},
                                                                {"email", "a b@work.example"},
                                                                {"aud", json::array{"client-1"}}};
  for (const auto& [name, value] : kWrong) {
    world.start();
    auto claims = world.claims();
    claims[name] = value;
    world.answer_with(claims);

    const auto end = world.finish(world.state);

    ASSERT_FALSE(end) << name;
    EXPECT_EQ(end.error().type, ErrorType::validation) << name;
    EXPECT_THAT(end.error().message, HasSubstr("whose account"));
    EXPECT_THAT(end.error().detail, Not(HasSubstr("access-")));
  }
  world.start();
  world.server.say({{"refresh_token", "refresh-9"}});
  EXPECT_FALSE(world.finish(world.state));
  world.server.say({{"id_token", id_token(world.claims())}});
  EXPECT_FALSE(world.finish(world.state));  // and no lasting access
  EXPECT_EQ(world.row().key.email, "");
  EXPECT_TRUE(world.watcher.told.empty());
}

TEST(SignIns, SayWhereNotAllWasAllowed) {
  SignInWorld world;
  world.start();
  world.server.say({{"refresh_token", "refresh-9"},
                    {"scope", "openid"},
                    {"id_token", id_token(world.claims())}});

  EXPECT_FALSE(world.finish(world.state)->has_all);
  EXPECT_EQ(world.row().scopes, "openid");
}

TEST(SignIns, LeaveNeitherStateNorVerifierNorTokenInTheDatabase) {
  SignInWorld world;
  world.start();
  const auto waiting = world.state;
  world.start();
  world.answer_with(world.claims());
  ASSERT_TRUE(world.finish(world.state));
  net::HttpRequest form;
  form.target = "/?" + world.server.forms("/token").front();

  std::string kept;
  for (const auto& file : std::filesystem::directory_iterator(world.folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    kept.append(std::istreambuf_iterator<char>(in), {});
  }

  EXPECT_THAT(kept, HasSubstr("john@work.example"));
  for (const auto& text :
       {waiting, world.state, form.query("code_verifier"), std::string("access-1"),
        std::string("refresh-9"), std::string("very-secret"), std::string("4/code")}) {
    EXPECT_EQ(kept.find(text), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace callosum::tool::account
