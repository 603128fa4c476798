#include "serve/tokens.h"

#include <openssl/crypto.h>
#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <set>

#include "serve/token_files.h"
#include "text/hex.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {

namespace dom = simdjson::dom;

namespace {

constexpr RightWord kRights[] = {
    {Right::ingest, "ingest", "send events"},
    {Right::query, "query", "read events"},
    {Right::reveal, "reveal", "see what is masked otherwise"},
    {Right::admin, "admin", "metrics, what changes the server, and facts of the credit ledger"},
};

// A string member; empty if there is none.
std::string member(const dom::object& object, std::string_view key) {
  std::string_view text;
  if (object.at_key(key).get_string().get(text)) return {};
  return std::string{text};
}

std::optional<Token> parse_token(const dom::object& object) {
  Token token;
  token.name = member(object, "name");
  const auto rights = parse_rights(member(object, "rights"));
  const auto created = text::parse_timestamp(member(object, "created"));
  if (token.name.empty() || !rights || !created) return std::nullopt;
  token.rights = *rights;
  token.created = *created;
  dom::element expires;
  if (!object.at_key("expires").get(expires)) {
    token.expires = text::parse_timestamp(member(object, "expires"));
    if (!token.expires) return std::nullopt;
  }
  token.access_key_id = member(object, "accessKeyId");
  token.aws_secret = member(object, "awsSecret");
  if (token.is_aws()) return token.aws_secret.empty() ? std::nullopt : std::optional{token};
  const std::string hex = member(object, "sha256");
  const auto hash = text::parse_sha256(hex);
  if (!hash || text::hex_of(*hash) != hex) return std::nullopt;  // In lower case, as it is written.
  token.hash = *hash;
  return token;
}

// All of the file but its checksum.
std::string plain_encoding(const std::vector<Token>& tokens, bool taken_back) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member("version", 1);
  if (taken_back) json.member("open", true);
  json.name("tokens").open('[');
  for (const Token& token : tokens) {
    // A line each.
    text += text.back() == '[' ? "\n" : ",\n";
    text::JsonWriter entry{text};
    entry.open('{').member("name", token.name).member("rights", rights_text(token.rights));
    entry.member("created", text::format_timestamp(token.created));
    if (token.expires) entry.member("expires", text::format_timestamp(*token.expires));
    if (token.is_aws()) {
      entry.member("accessKeyId", token.access_key_id).member("awsSecret", token.aws_secret);
    } else {
      entry.member("sha256", text::hex_of(token.hash));
    }
    entry.close('}');
  }
  json.close(']');
  return text;
}

// The lock's file exists since a token was made, even in stores from before there was a mark.
bool made_once(const std::string& path) {
  struct stat info {};
  for (const std::string& name : {token_mark(path), path + ".lock"}) {
    if (::lstat(name.c_str(), &info) == 0 || errno != ENOENT) return true;
  }
  return false;
}

std::int64_t steady_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::optional<Rights> parse_rights(std::string_view text) {
  Rights rights;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view word = text.substr(0, comma);
    const auto* const known = std::find_if(std::begin(kRights), std::end(kRights),
                                           [&](const RightWord& right) { return right.name == word; });
    if (known == std::end(kRights)) return std::nullopt;
    rights.add(known->right);
    if (comma == std::string_view::npos) return rights;
    text.remove_prefix(comma + 1);
  }
}

std::span<const RightWord> right_words() { return kRights; }

std::string rights_text(Rights rights) {
  std::string text;
  for (const RightWord& word : kRights) {
    if (!rights.has(word.right)) continue;
    if (!text.empty()) text.push_back(',');
    text += word.name;
  }
  return text;
}

TokenSet TokenSet::load(const std::string& path) {
  const std::optional<std::string> bytes = read_token_file(path);
  if (!bytes) return TokenSet{{}, made_once(path) ? Need::needed : Need::never_made};
  try {
    return parse(*bytes);
  } catch (const TokenError& error) {
    throw TokenError(path + ": " + error.what() + "; put a backup back, or remove it and make the tokens anew");
  }
}

TokenSet TokenSet::parse(std::string_view json) {
  dom::parser parser;
  dom::object object;
  dom::array entries;
  // The parser's own messages could quote a secret: they aren't passed on.
  const simdjson::padded_string padded{json};
  if (parser.parse(padded).get_object().get(object)) throw TokenError("this is not a JSON object");
  std::uint64_t version = 0;
  if (object["version"].get_uint64().get(version) || version != 1) {
    throw TokenError("this is not a list of tokens that this version can read (version 1)");
  }
  if (object["tokens"].get_array().get(entries)) throw TokenError("there is no list of tokens");
  std::vector<Token> tokens;
  std::set<std::string> names;
  for (const dom::element entry : entries) {
    dom::object fields;
    const std::optional<Token> token = entry.get_object().get(fields) ? std::nullopt : parse_token(fields);
    if (!token) throw TokenError("token " + std::to_string(tokens.size() + 1) + " lacks something or has it wrong");
    if (!names.insert(token->name).second) throw TokenError("two tokens have the name " + token->name);
    tokens.push_back(*token);
  }
  bool open = false;
  const bool taken_back = tokens.empty() && !object["open"].get_bool().get(open) && open;
  // Files of earlier versions, and those written by hand, have none.
  const std::string sum = member(object, "sum");
  if (!sum.empty() && sum != text::hex_of(text::sha256(plain_encoding(tokens, taken_back)))) {
    throw TokenError("its tokens are not those that were stored");
  }
  return TokenSet{std::move(tokens), taken_back ? Need::taken_back : Need::needed};
}

std::string TokenSet::encode() const {
  std::string text = plain_encoding(tokens_, need_ == Need::taken_back);
  const std::string sum = text::hex_of(text::sha256(text));
  text::JsonWriter::inside(text).member("sum", sum).close('}');
  return text + "\n";
}

const Token* TokenSet::find(std::string_view secret, text::Timestamp now) const {
  return find_hash(text::sha256(secret), now);
}

const Token* TokenSet::find_hash(const text::Sha256& hash, text::Timestamp now) const {
  const Token* found = nullptr;
  for (const Token& token : tokens_) {
    const bool equal = CRYPTO_memcmp(hash.data(), token.hash.data(), hash.size()) == 0;
    if (equal && !token.is_aws()) found = &token;
  }
  return found == nullptr || found->expired(now) ? nullptr : found;
}

const Token* TokenSet::find_access_key(std::string_view id, text::Timestamp now) const {
  const auto found = std::find_if(tokens_.begin(), tokens_.end(),
                                  [&](const Token& token) { return token.is_aws() && token.access_key_id == id; });
  return found == tokens_.end() || found->expired(now) ? nullptr : &*found;
}

std::string token_mark(const std::string& path) {
  return (std::filesystem::path{path}.replace_extension(".required")).string();
}

std::string token_path(const std::string& store_directory) { return store_directory + "/tokens.json"; }

TokenFile::TokenFile(std::string path) : path_(std::move(path)), mark_(look()), looked_(steady_milliseconds()) {
  tokens_ = std::make_shared<const TokenSet>(TokenSet::load(path_));
}

std::shared_ptr<const TokenSet> TokenFile::current() {
  constexpr std::int64_t kLookEvery = 1000;
  const std::int64_t now = steady_milliseconds();
  const text::Lock lock{mutex_};
  if (now - looked_ >= kLookEvery) {
    looked_ = now;
    if (look() != mark_) load();
  }
  return tokens_;
}

bool TokenFile::reload() {
  const text::Lock lock{mutex_};
  looked_ = steady_milliseconds();
  return load();
}

std::string TokenFile::error() const {
  const text::Lock lock{mutex_};
  return error_;
}

TokenFile::Mark TokenFile::look() const {
  struct stat info {};
  if (::lstat(path_.c_str(), &info) != 0) return Mark{};
  return {info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size, info.st_ino};
}

// Looks before it reads: a file that is replaced in between is read again.
bool TokenFile::load() {
  const Mark mark = look();
  try {
    tokens_ = std::make_shared<const TokenSet>(TokenSet::load(path_));
  } catch (const TokenError& error) {
    error_ = error.what();
    return false;
  }
  mark_ = mark;
  error_.clear();
  return true;
}

}  // namespace trailkeeper::serve
