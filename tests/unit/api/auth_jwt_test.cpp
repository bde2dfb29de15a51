#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

#include "api/auth/jwt.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"

namespace callosum::api::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kOutside = "not authenticated: a valid token or key is needed";
const WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::int64_t kNow_s = 1'800'000'000;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string base64url(std::string_view text) { return encode_base64url(bytes_of(text)); }

/// Keys of every kind, made once by the openssl program, and what it signs: a second opinion beside
/// the library.
class Keys : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string name = (std::filesystem::temp_directory_path() / "callosum-keys-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    openssl("genrsa -out rsa.pem 2048");
    openssl("genrsa -out weak.pem 1024");
    openssl("ecparam -name prime256v1 -genkey -noout -out ec.pem");
    openssl("ecparam -name secp384r1 -genkey -noout -out ec384.pem");
    for (const std::string key : {"rsa", "weak", "ec", "ec384"}) {
      openssl("pkey -in " + key + ".pem -pubout -out " + key + ".pub");
    }
    openssl("req -x509 -key rsa.pem -subj /CN=x -days 1 -out cert.pem");
    openssl("pkey -in rsa.pem -aes128 -passout pass:secret -out locked.pem");
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static void openssl(const std::string& arguments) {
    const std::string command =
        "cd " + folder_.string() + " && openssl " + arguments + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  static std::string read(const std::string& name) {
    std::ifstream file(folder_ / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  static std::string signed_by_openssl(const std::string& text, const std::string& arguments) {
    std::ofstream(folder_ / "text", std::ios::binary) << text;
    openssl("dgst -sha256 " + arguments + " -binary -out signature text");
    return read("signature");
  }

  static Secret secret(const std::string& name) { return Secret(read(name)); }
  static JwtRules rules(JwtAlgorithm algorithm, const std::string& key) {
    return {algorithm, secret(key), "", ""};
  }

  static inline std::filesystem::path folder_;
};

const Secret kShared("0123456789abcdef0123456789abcdef");

JwtRules shared_rules() { return {JwtAlgorithm::hs256, kShared, "", ""}; }

json::object good_claims() {
  return {{"sub", "u1"},
          {"email", "u1@example.com"},
          {"tenants", json::array{"t1", "t2"}},
          {"roles", json::array{"admin"}},
          {"channel", "voice"},
          {"phone", "+15551234567"},
          {"assurance", "carrier"},
          {"exp", kNow_s + 60}};
}

json::object with(std::string_view name, json::value value) {
  auto claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}

std::string mint(const json::object& claims) {
  return mint_token(claims, kShared, JwtAlgorithm::hs256).value();
}

std::string reason(std::string_view token, const JwtRules& rules = shared_rules()) {
  const auto principal = verify_token(token, rules, kNow);
  if (principal) return "accepted";
  EXPECT_EQ(principal.error().type, ErrorType::auth);
  EXPECT_EQ(principal.error().message, kOutside);
  return principal.error().detail;
}

TEST(Jwt, CarriesEveryClaimOfTheDesign) {
  const auto principal = verify_token(mint(good_claims()), shared_rules(), kNow);

  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->subject, "u1");
  EXPECT_EQ(principal->email, "u1@example.com");
  EXPECT_THAT(principal->tenants, ElementsAre("t1", "t2"));
  EXPECT_THAT(principal->roles, ElementsAre("admin"));
  EXPECT_EQ(principal->channel, registry::Channel::voice);
  EXPECT_EQ(principal->phone, "+15551234567");
  EXPECT_EQ(principal->assurance, registry::Assurance::carrier);
  EXPECT_EQ(principal->expires_at, kNow + std::chrono::seconds(60));
  EXPECT_EQ(principal->kind, CredentialKind::jwt);
  EXPECT_TRUE(principal->is_member_of("t2"));
  EXPECT_FALSE(principal->is_member_of("t3"));
}

TEST(Jwt, GivesNothingThatTheTokenDoesNotSay) {
  const auto principal =
      verify_token(mint({{"sub", "u1"}, {"exp", kNow_s + 1}}), shared_rules(), kNow);

  ASSERT_TRUE(principal);
  EXPECT_TRUE(principal->tenants.empty());
  EXPECT_TRUE(principal->roles.empty());
  EXPECT_FALSE(principal->channel);
  EXPECT_EQ(principal->assurance, registry::Assurance::none);
}

TEST_F(Keys, VerifyWhatTheyAndOpensslSigned) {
  for (const auto& [algorithm, key] :
       {std::pair{JwtAlgorithm::rs256, "rsa"}, {JwtAlgorithm::es256, "ec"}}) {
    const auto token = mint_token(good_claims(), secret(std::string(key) + ".pem"), algorithm);
    ASSERT_TRUE(token) << key;
    EXPECT_EQ(reason(*token, rules(algorithm, std::string(key) + ".pub")), "accepted");
  }
  const std::string input = base64url(R"({"alg":"RS256","typ":"JWT","kid":"1"})") + "." +
                            base64url(json::serialize(good_claims()));
  const auto signature = signed_by_openssl(input, "-sign rsa.pem");
  EXPECT_EQ(reason(input + "." + base64url(signature), rules(JwtAlgorithm::rs256, "rsa.pub")),
            "accepted");
}

/// JOSE wants r and s as 32 bytes each where openssl writes DER.
std::string raw_ecdsa(const std::string& der) {
  std::string out;
  std::size_t at = 2;
  for (int part = 0; part < 2; ++part) {
    const auto size = static_cast<std::size_t>(der[at + 1]);
    std::string number = der.substr(at + 2, size);
    while (number.size() > 32) number.erase(0, 1);
    out += std::string(32 - number.size(), '\0') + number;
    at += 2 + size;
  }
  return out;
}

TEST_F(Keys, VerifyEs256SignaturesOfOpenssl) {
  const std::string input =
      base64url(R"({"alg":"ES256"})") + "." + base64url(json::serialize(good_claims()));
  for (int round = 0; round < 4; ++round) {
    const auto signature = raw_ecdsa(signed_by_openssl(input, "-sign ec.pem"));

    EXPECT_EQ(reason(input + "." + base64url(signature), rules(JwtAlgorithm::es256, "ec.pub")),
              "accepted");
  }
}

TEST_F(Keys, DoNotOpenForAnotherKeysToken) {
  openssl("genrsa -out other.pem 2048");
  openssl("ecparam -name prime256v1 -genkey -noout -out otherec.pem");

  const auto rs = mint_token(good_claims(), secret("other.pem"), JwtAlgorithm::rs256).value();
  const auto es = mint_token(good_claims(), secret("otherec.pem"), JwtAlgorithm::es256).value();
  const auto hs =
      mint_token(good_claims(), Secret(std::string(32, 'x')), JwtAlgorithm::hs256).value();

  EXPECT_THAT(reason(rs, rules(JwtAlgorithm::rs256, "rsa.pub")),
              HasSubstr("signature does not fit"));
  EXPECT_THAT(reason(es, rules(JwtAlgorithm::es256, "ec.pub")),
              HasSubstr("signature does not fit"));
  EXPECT_THAT(reason(hs), HasSubstr("signature does not fit"));
}

TEST_F(Keys, CannotBeUsedAsASharedSecret) {
  // The classic: the public key, which everybody has, taken as the bytes of an HS256 key.
  const std::string input =
      base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(json::serialize(good_claims()));
  const std::string hex = encode_hex(bytes_of(read("rsa.pub")));
  const auto signature = signed_by_openssl(input, "-mac HMAC -macopt hexkey:" + hex);
  const std::string forged = input + "." + base64url(signature);

  EXPECT_THAT(reason(forged, rules(JwtAlgorithm::rs256, "rsa.pub")),
              HasSubstr("another algorithm"));
  EXPECT_THAT(reason(forged, rules(JwtAlgorithm::es256, "ec.pub")), HasSubstr("another algorithm"));
  EXPECT_FALSE(check_verifying_key(read("rsa.pub"), JwtAlgorithm::hs256));
}

TEST_F(Keys, PinTheAlgorithmInEveryDirection) {
  const std::map<JwtAlgorithm, std::pair<Secret, JwtRules>> all{
      {JwtAlgorithm::hs256, {kShared, shared_rules()}},
      {JwtAlgorithm::rs256, {secret("rsa.pem"), rules(JwtAlgorithm::rs256, "rsa.pub")}},
      {JwtAlgorithm::es256, {secret("ec.pem"), rules(JwtAlgorithm::es256, "ec.pub")}}};
  for (const auto& [used, signer] : all) {
    const auto token = mint_token(good_claims(), signer.first, used).value();
    for (const auto& [pinned, verifier] : all) {
      const auto why = reason(token, verifier.second);
      EXPECT_EQ(why == "accepted", used == pinned)
          << to_string(used) << " for " << to_string(pinned);
    }
  }
}

TEST(Jwt, RefusesNoneInEverySpelling) {
  const std::string payload = json::serialize(good_claims());
  for (const std::string alg :
       {"none", "None", "NONE", "nOnE", "", "HS256 ", "hs256", "HS384", "HS512"}) {
    const std::string header = R"({"alg":")" + alg + R"(","typ":"JWT"})";
    const std::string input = base64url(header) + "." + base64url(payload);
    const auto signature = mint(good_claims()).substr(mint(good_claims()).rfind('.') + 1);

    EXPECT_NE(reason(input + "."), "accepted") << alg;
    EXPECT_NE(reason(input), "accepted") << alg;
    EXPECT_NE(reason(input + "." + signature), "accepted") << alg;
  }
  EXPECT_NE(reason(base64url(R"({"typ":"JWT"})") + "." + base64url(payload) + ".AAAA"), "accepted");
  EXPECT_NE(reason(base64url(R"({"alg":null})") + "." + base64url(payload) + ".AAAA"), "accepted");
}

TEST(Jwt, ExpiresToTheSecondAndDoesNotBeginEarly) {
  EXPECT_EQ(reason(mint(with("exp", kNow_s + 1))), "accepted");
  EXPECT_EQ(reason(mint(with("exp", kNow_s))), "claim exp has passed");
  EXPECT_EQ(reason(mint(with("exp", kNow_s - 1000))), "claim exp has passed");
  EXPECT_EQ(reason(mint(with("exp", static_cast<double>(kNow_s) + 0.5))), "accepted");
  EXPECT_EQ(reason(mint(with("nbf", kNow_s))), "accepted");
  EXPECT_EQ(reason(mint(with("nbf", kNow_s + 1))), "claim nbf is in the future");
  auto eternal = good_claims();
  eternal.erase("exp");
  EXPECT_EQ(reason(mint(eternal)), "claim exp is missing");
}

TEST(Jwt, ChecksIssuerAndAudienceWhereTheyAreConfigured) {
  auto rules = shared_rules();
  rules.issuer = "https://id.example";
  rules.audience = "callosum";
  auto claims = with("iss", "https://id.example");
  claims["aud"] = "callosum";
  EXPECT_EQ(reason(mint(claims), rules), "accepted");

  claims["aud"] = json::array{"other", "callosum"};
  EXPECT_EQ(reason(mint(claims), rules), "accepted");
  claims["aud"] = json::array{"other"};
  EXPECT_EQ(reason(mint(claims), rules), "claim aud does not name us");
  claims["aud"] = "callosum2";
  EXPECT_EQ(reason(mint(claims), rules), "claim aud does not name us");
  claims.erase("aud");
  EXPECT_EQ(reason(mint(claims), rules), "claim aud does not name us");
  claims["aud"] = "callosum";
  claims["iss"] = "https://id.example/";
  EXPECT_EQ(reason(mint(claims), rules), "claim iss is another");
  EXPECT_EQ(reason(mint(good_claims()), rules), "claim iss is another");
}

TEST(Jwt, RefusesAClaimOfTheWrongTypeOrSize) {
  std::string many = "[\"r\"";
  for (int i = 0; i < 64; ++i) many += ",\"r\"";
  many += "]";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"sub", "7"},
      {"sub", "\"\""},
      {"sub", "null"},
      {"sub", "\"" + std::string(257, 'a') + "\""},
      {"sub", "\"a\\nb\""},
      {"email", "[]"},
      {"tenants", "\"t1\""},
      {"tenants", "[1]"},
      {"tenants", "[\"\"]"},
      {"roles", "{}"},
      {"roles", many},
      {"channel", "\"fax\""},
      {"channel", "1"},
      {"assurance", "\"total\""},
      {"assurance", "true"},
      {"phone", "\"5551234567\""},
      {"phone", "\"+1555123456x\""},
      {"phone", "\"+0123456789\""},
      {"exp", "\"1900000000\""},
      {"exp", "-1"},
      {"exp", "1e300"},
      {"exp", "null"},
      {"nbf", "\"x\""}};
  for (const auto& [name, text] : wrong) {
    const auto value = parse_strict(text).value();

    EXPECT_THAT(reason(mint(with(name, value))), HasSubstr("claim " + name)) << text;
  }
}

TEST_F(Keys, MakeNoDifferenceToTwiceTheSameClaim) {
  // Signed rightly, so that only the second look at the payload can refuse it.
  const auto sign = [](const std::string& header, const std::string& payload) {
    const std::string input = base64url(header) + "." + base64url(payload);
    const std::string hex = encode_hex(bytes_of(kShared.reveal()));
    return input + "." + base64url(signed_by_openssl(input, "-mac HMAC -macopt hexkey:" + hex));
  };
  const std::string header = R"({"alg":"HS256"})";
  const std::string claims = R"("sub":"u1","exp":1800000060)";

  EXPECT_EQ(reason(sign(header, "{" + claims + "}")), "accepted");
  EXPECT_THAT(reason(sign(header, "{" + claims + R"(,"tenants":["a"],"tenants":["b"]})")),
              HasSubstr("same key twice"));
  EXPECT_THAT(reason(sign(header, "{" + claims + R"(,"roles":[],"\u0072oles":["admin"]})")),
              HasSubstr("same key twice"));
  EXPECT_THAT(reason(sign(R"({"alg":"HS256","alg":"HS256"})", "{" + claims + "}")),
              HasSubstr("same key twice"));
  EXPECT_THAT(reason(sign(header, "{" + claims + "} x")), HasSubstr("payload is no JSON object"));
  EXPECT_THAT(reason(sign(header, "[" + std::string(20, '[') + std::string(20, ']') + "]")),
              HasSubstr("payload is no JSON object"));
  EXPECT_THAT(reason(sign(header, "[1]")), HasSubstr("payload is no JSON object"));
  EXPECT_THAT(reason(sign(R"({"alg":"HS256","crit":["exp"]})", "{" + claims + "}")),
              HasSubstr("critical"));
}

TEST(Jwt, RefusesGiantsAndGarbage) {
  const std::string good = mint(good_claims());
  const std::vector<std::string> bad{
      "",
      ".",
      "..",
      "...",
      "a.b.c",
      good + ".",
      good + "x",
      "." + good,
      good + "=",
      good.substr(0, good.size() - 3),
      good + "\n",
      " " + good,
      std::string(100'000, 'a'),
      good + std::string(9000, 'A'),
      std::string("\0.\0.\0", 5),
      good.substr(good.find('.')),
      base64url("{}") + "." + base64url("{}") + "." + base64url("x")};
  for (const auto& token : bad) EXPECT_NE(reason(token), "accepted") << token.substr(0, 80);
  EXPECT_THAT(reason(mint(with("email", json::string(9000, 'a')))), HasSubstr("larger than 8 KiB"));
}

TEST(Jwt, RefusesEveryTokenWithOneChangedCharacter) {
  const std::string good = mint(good_claims());
  ASSERT_EQ(reason(good), "accepted");
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string token = good;
    token[at] = token[at] == 'A' ? 'B' : 'A';

    const auto why = reason(token);

    EXPECT_NE(why, "accepted") << at;
    EXPECT_EQ(why.find(good.substr(good.rfind('.') + 1)), std::string::npos);
  }
}

TEST(Jwt, SurvivesRandomBytesInEveryPart) {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string parts[3];
    for (auto& part : parts) {
      part.resize(random() % 60);
      for (char& c : part) c = static_cast<char>(random());
    }
    const bool encoded = round % 2 == 0;
    const std::string token =
        encoded ? base64url(parts[0]) + "." + base64url(parts[1]) + "." + base64url(parts[2])
                : parts[0] + "." + parts[1] + "." + parts[2];

    EXPECT_NE(reason(token), "accepted");
  }
}

TEST(Jwt, HoldsLongClaimsInOneLine) {
  const auto token = mint(with("email", json::string(200, 'e')));

  EXPECT_EQ(token.find_first_of("\r\n= "), std::string::npos);
  EXPECT_EQ(reason(token), "accepted");
}

TEST_F(Keys, AreRefusedWithAWordOnWhatToDo) {
  const auto why = [&](const std::string& name, JwtAlgorithm algorithm) {
    const auto checked = check_verifying_key(read(name), algorithm);
    return checked ? std::string("fine") : checked.error().message;
  };
  EXPECT_EQ(why("rsa.pub", JwtAlgorithm::rs256), "fine");
  EXPECT_EQ(why("ec.pub", JwtAlgorithm::es256), "fine");
  EXPECT_THAT(why("rsa.pem", JwtAlgorithm::rs256), HasSubstr("this is a private key"));
  EXPECT_THAT(why("ec.pem", JwtAlgorithm::es256), HasSubstr("this is a private key"));
  EXPECT_THAT(why("cert.pem", JwtAlgorithm::rs256), HasSubstr("openssl x509 -pubkey"));
  EXPECT_THAT(why("rsa.pub", JwtAlgorithm::es256), HasSubstr("P-256"));
  EXPECT_THAT(why("ec.pub", JwtAlgorithm::rs256), HasSubstr("RSA public key"));
  EXPECT_THAT(why("ec384.pub", JwtAlgorithm::es256), HasSubstr("P-256"));
  EXPECT_THAT(why("weak.pub", JwtAlgorithm::rs256), HasSubstr("at least 2048 bits"));
  EXPECT_THAT(why("no such file", JwtAlgorithm::rs256), HasSubstr("expected a PEM public key"));
  EXPECT_FALSE(check_verifying_key("short", JwtAlgorithm::hs256));
  EXPECT_THAT(mint_token({}, secret("locked.pem"), JwtAlgorithm::rs256).error().message,
              HasSubstr("passphrase"));
  EXPECT_FALSE(mint_token({}, secret("rsa.pub"), JwtAlgorithm::rs256));
  EXPECT_FALSE(mint_token({}, secret("ec.pem"), JwtAlgorithm::rs256));
  EXPECT_FALSE(mint_token({}, secret("rsa.pem"), JwtAlgorithm::es256));
}

TEST_F(Keys, AreLoadedFromTheFilesThatTheConfigurationNames) {
  config::AuthConfig config;
  config.jwt.algorithm = "RS256";
  config.jwt.key_file = (folder_ / "rsa.pub").string();
  config.jwt.audience = "callosum";
  config.api_keys.push_back({"", sha256_hex("a long enough key"), "billing", {"t1"}, {"admin"}});

  const auto keys = load_auth_keys(config);

  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->jwt->algorithm, JwtAlgorithm::rs256);
  EXPECT_EQ(keys->jwt->audience, "callosum");
  EXPECT_EQ(keys->api_keys.at(0).hash, sha256("a long enough key"));

  config.jwt.key_file = (folder_ / "missing.pub").string();
  EXPECT_THAT(load_auth_keys(config).error().message, HasSubstr("missing.pub: No such file"));
  config.jwt.key_file = folder_.string();
  EXPECT_THAT(load_auth_keys(config).error().message, HasSubstr("is a folder"));
  config.jwt.key_file = "/dev/zero";
  EXPECT_THAT(load_auth_keys(config).error().message, HasSubstr("larger than 16 KiB"));
  config.jwt.key_file = (folder_ / "rsa.pem").string();
  EXPECT_THAT(load_auth_keys(config).error().message,
              HasSubstr("auth.jwt.key_file: this is a private key"));
}

}  // namespace
}  // namespace callosum::api::auth
