// Tokens: made, found, expired, revoked; the file that holds them.
#include "serve/tokens.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "serve/authorization.h"
#include "serve/token_edit.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::serve;
using trailkeeper::tests::TemporaryDirectory;

namespace {

constexpr text::Timestamp kNow = 1'714'557'600'000;

std::string read(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream{path, std::ios::binary}.rdbuf();
  return out.str();
}

TokenRequest request(const std::string& name, Rights rights = {Right::ingest}) {
  TokenRequest wanted;
  wanted.name = name;
  wanted.rights = rights;
  return wanted;
}

}  // namespace

TEST_CASE("rights are words, separated by commas") {
  CHECK(parse_rights("ingest") == Rights{Right::ingest});
  CHECK(parse_rights("query,ingest") == Rights{Right::ingest, Right::query});
  CHECK(rights_text({Right::admin, Right::ingest, Right::query, Right::reveal}) == "ingest,query,reveal,admin");
  for (const char* text : {"", ",", "ingest,", "Ingest", "ingest query", "all"}) {
    CAPTURE(text);
    CHECK(!parse_rights(text));
  }
}

TEST_CASE("tokens are needed once one was made, however they went, until somebody takes that back") {
  using Need = TokenSet::Need;
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  const auto need = [&] { return TokenSet::load(path).need(); };
  CHECK(need() == Need::never_made);
  CHECK_FALSE(revoke_token(path, "nobody"));
  CHECK(need() == Need::never_made);
  create_token(path, request("one"), kNow);
  CHECK(need() == Need::needed);
  CHECK(revoke_token(path, "one"));
  CHECK(TokenSet::load(path).empty());
  CHECK(need() == Need::needed);
  std::filesystem::remove(path);
  CHECK(need() == Need::needed);
  std::filesystem::remove(path + ".lock");
  CHECK(need() == Need::needed);
  open_access(path);
  CHECK(need() == Need::taken_back);
  create_token(path, request("two"), kNow);
  CHECK(need() == Need::needed);
  for (const char* damaged : {"", "{}", "[]", "{\"version\":1}", "{\"version\":1,\"open\":true}"}) {
    CAPTURE(damaged);
    std::ofstream{path, std::ios::trunc} << damaged;
    CHECK_THROWS_AS(TokenSet::load(path), TokenError);
  }
  // A store of before there was a mark.
  std::filesystem::remove(path);
  std::filesystem::remove(token_mark(path));
  CHECK(need() == Need::needed);
}

TEST_CASE("a token's secret finds it; the file holds only its SHA-256, and nobody else may read it") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  CHECK(TokenSet::load(path).empty());
  const NewToken made = *create_token(path, request("shipper", {Right::ingest, Right::query}), kNow);
  CHECK(made.secret.starts_with("tk_"));
  CHECK(made.secret.size() == 3 + 43);
  CHECK(made.access_key_id.empty());
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  CHECK(read(path).find(made.secret.substr(3)) == std::string::npos);
  const TokenSet tokens = TokenSet::load(path);
  const Token* const found = tokens.find(made.secret, kNow);
  REQUIRE(found != nullptr);
  CHECK(found->name == "shipper");
  CHECK(found->rights.has(Right::query));
  CHECK(!found->rights.has(Right::admin));
  CHECK(found->created == kNow);
  CHECK(tokens.find("", kNow) == nullptr);
  CHECK(tokens.find(made.secret + "x", kNow) == nullptr);
  CHECK(tokens.find("shipper", kNow) == nullptr);
}

TEST_CASE("an expired token isn't found") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  TokenRequest wanted = request("short");
  wanted.expires = kNow + text::kDay;
  const std::string secret = create_token(path, wanted, kNow)->secret;
  const TokenSet tokens = TokenSet::load(path);
  CHECK(tokens.find(secret, kNow + text::kDay - 1) != nullptr);
  CHECK(tokens.find(secret, kNow + text::kDay) == nullptr);
}

TEST_CASE("an AWS access key is found by its ID, not by its secret, which stays readable for Signature Version 4") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  TokenRequest wanted = request("cli", {Right::query});
  wanted.aws = true;
  const NewToken made = *create_token(path, wanted, kNow);
  CHECK(made.access_key_id.starts_with("AKIA"));
  CHECK(made.access_key_id.size() == 20);
  CHECK(made.secret.size() == 40);
  const TokenSet tokens = TokenSet::load(path);
  const Token* const found = tokens.find_access_key(made.access_key_id, kNow);
  REQUIRE(found != nullptr);
  CHECK(found->aws_secret == made.secret);
  CHECK(tokens.find(made.secret, kNow) == nullptr);
  CHECK(tokens.find("", kNow) == nullptr);
  CHECK(tokens.find_access_key("", kNow) == nullptr);
}

TEST_CASE("names are unique and plain; a token is revoked by its name") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  const std::string secret = create_token(path, request("a.b-c_d@e"), kNow)->secret;
  CHECK(!create_token(path, request("a.b-c_d@e"), kNow));
  for (const std::string& name : {std::string{}, std::string{"a b"}, std::string{"a\nb"}, std::string(65, 'a')}) {
    CHECK(!create_token(path, request(name), kNow));
  }
  CHECK(!create_token(path, request("none", {}), kNow));
  create_token(path, request("other"), kNow);
  CHECK(!revoke_token(path, "nobody"));
  CHECK(revoke_token(path, "a.b-c_d@e"));
  const TokenSet tokens = TokenSet::load(path);
  CHECK(tokens.find(secret, kNow) == nullptr);
  REQUIRE(tokens.tokens().size() == 1);
  CHECK(tokens.tokens().front().name == "other");
}

TEST_CASE("tokens made at one time by several are all kept, and no two are alike") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) create_token(path, request("t" + std::to_string(t) + "-" + std::to_string(i)), kNow);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const TokenSet tokens = TokenSet::load(path);
  std::set<text::Sha256> hashes;
  for (const Token& token : tokens.tokens()) hashes.insert(token.hash);
  CHECK(hashes.size() == 40);
}

TEST_CASE("a file that isn't tokens is refused as a whole, without quoting what it holds") {
  const std::string good =
      R"({"name":"n","rights":"ingest","created":"2024-05-01T10:00:00Z","sha256":")" + std::string(64, 'a') + "\"}";
  const auto file = [](const std::string& tokens) { return R"({"version":1,"tokens":[)" + tokens + "]}"; };
  CHECK(TokenSet::parse(file("")).empty());
  CHECK(TokenSet::parse(file(good)).tokens().size() == 1);
  for (const std::string& bytes :
       {std::string{}, std::string{"[]"}, std::string{"{}"}, std::string{R"({"version":2,"tokens":[]})"},
        std::string{R"({"version":1})"}, file("1"), file("{}"), file(good + "," + good),
        file(R"({"name":"n","rights":"secret!","created":"2024-05-01T10:00:00Z","sha256":")" + std::string(64, 'a') +
             "\"}"),
        file(R"({"name":"n","rights":"ingest","created":"2024-05-01T10:00:00Z","sha256":"secret!"})"),
        file(R"({"name":"n","rights":"ingest","created":"2024-05-01T10:00:00Z","expires":7,"sha256":")" +
             std::string(64, 'a') + "\"}"),
        file(R"({"name":"n","rights":"ingest","created":"2024-05-01T10:00:00Z","accessKeyId":"AKIA"})")}) {
    CAPTURE(bytes);
    bool refused = false;
    try {
      static_cast<void>(TokenSet::parse(bytes));
    } catch (const TokenError& error) {
      refused = true;
      CHECK(std::string{error.what()}.find("secret!") == std::string::npos);
    }
    CHECK(refused);
  }
}

TEST_CASE("a running server sees changes, and keeps the old tokens while the file can't be read") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  TokenFile file{path};
  CHECK(file.current()->empty());
  const std::string secret = create_token(path, request("late"), kNow)->secret;
  CHECK(file.reload());
  const auto before = file.current();
  CHECK(before->find(secret, kNow) != nullptr);
  directory.write("tokens.json", "broken");
  CHECK(!file.reload());
  CHECK(file.error().find(path) != std::string::npos);
  CHECK(file.current()->find(secret, kNow) != nullptr);
  std::filesystem::remove(path);
  CHECK(file.reload());
  CHECK(file.error().empty());
  CHECK(file.current()->empty());
  CHECK(before->find(secret, kNow) != nullptr);
  create_token(path, request("later"), kNow);
  for (int i = 0; i < 40 && file.current()->empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{100});
  CHECK(file.current()->tokens().size() == 1);
}

TEST_CASE(
    "the tokens' files are files of their own: links, pipes, folders and devices are refused, and not waited for") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  const std::string secret = create_token(path, request("first"), kNow)->secret;
  namespace fs = std::filesystem;
  TokenFile file{path};
  const std::string outside = directory.path("outside");
  directory.write("other.json", read(path));
  const std::vector<std::function<void(const std::string&)>> makers{
      [](const std::string& name) { REQUIRE(::mkfifo(name.c_str(), 0600) == 0); },
      [](const std::string& name) { fs::create_symlink("/dev/zero", name); },
      [&](const std::string& name) { fs::create_symlink(directory.path("other.json"), name); },
      [&](const std::string& name) { fs::create_symlink(outside, name); },
      [](const std::string& name) { fs::create_directory(name); },
  };
  for (std::size_t kind = 0; kind < makers.size(); ++kind) {
    for (const std::string& name : {path, path + ".lock", token_mark(path)}) {
      CAPTURE(kind);
      CAPTURE(name);
      fs::rename(name, name + ".kept");
      makers[kind](name);
      try {
        static_cast<void>(create_token(path, request("more"), kNow));
        FAIL("it was taken");
      } catch (const TokenError& error) {
        CHECK(std::string{error.what()}.find(name) != std::string::npos);
      }
      CHECK(file.reload() == (name != path));
      CHECK(file.current()->find(secret, kNow) != nullptr);
      CHECK(!fs::exists(outside));
      fs::remove(name);
      fs::rename(name + ".kept", name);
    }
  }
  CHECK(TokenSet::load(path).tokens().size() == 1);
  fs::resize_file(path, 17 << 20);
  CHECK_THROWS_AS(TokenSet::load(path), TokenError);
}

TEST_CASE("the secret of an Authorization header, as each kind of sender presents it") {
  CHECK(presented_secret("Bearer tk_abc") == "tk_abc");
  CHECK(presented_secret("bearer   tk_abc ") == "tk_abc");
  CHECK(presented_secret("Splunk tk_abc") == "tk_abc");
  CHECK(presented_secret("Basic dXNlcjp0a19hYmM=") == "tk_abc");
  CHECK(presented_secret("Basic OnRrX2FiYw==") == "tk_abc");
  CHECK(presented_secret("Basic dXNlcjphOmI") == "a:b");
  CHECK(presented_secret("ApiKey aWQ6dGtfYWJj") == "tk_abc");
  CHECK(presented_secret("ApiKey tk_abc") == "tk_abc");
  for (const char* header : {"", " ", "Bearer", "Bearer ", "tk_abc", "Basic dXNlcg==", "Basic !!!", "Digest x=1",
                             "AWS4-HMAC-SHA256 Credential=a"}) {
    CAPTURE(header);
    CHECK(!presented_secret(header));
  }
  CHECK(!presented_secret("Bearer " + std::string(5000, 'a')));
}

TEST_CASE("a changed byte in the tokens' file is found, whatever it says then; a file without a checksum is read") {
  const TemporaryDirectory directory;
  const std::string path = directory.path("tokens.json");
  TokenRequest wanted = request("shipper", {Right::ingest});
  wanted.expires = kNow + 86'400'000;
  static_cast<void>(create_token(path, wanted, kNow));
  const std::string whole = read(path);
  const std::string right = TokenSet::parse(whole).encode();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 7)));
    std::string got;
    try {
      got = TokenSet::parse(bytes).encode();
    } catch (const TokenError& error) {
      CHECK(std::string{error.what()}.find("tk_") == std::string::npos);
      continue;
    }
    CHECK(got == right);
  }
  CHECK(TokenSet::parse(whole.substr(0, whole.find(",\"sum\"")) + "}").encode() == right);
}
