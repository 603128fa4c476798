#include "serve/token_edit.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "serve/token_files.h"
#include "text/base64.h"

namespace trailkeeper::serve {
namespace {

std::string system_reason() { return std::strerror(errno); }

using store::Descriptor;

constexpr mode_t kOwnerOnly = 0600;

// The lock lies beside the file, since the file itself is replaced.
class Lock {
 public:
  explicit Lock(const std::string& path) : file_(open_token_file(path + ".lock", O_RDWR | O_CREAT)) {
    int result = 0;
    do {
      result = ::flock(file_.get(), LOCK_EX);
    } while (result != 0 && errno == EINTR);
    if (result != 0) throw TokenError("cannot lock " + path + ".lock: " + system_reason());
  }

 private:
  Descriptor file_;
};

void write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw TokenError("cannot write " + path + ": " + system_reason());
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_directory(const std::string& path) {
  const std::string directory = std::filesystem::path{path}.parent_path().string();
  const Descriptor folder{::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::fsync(folder.get()) != 0) {
    throw TokenError("cannot sync the folder of " + path + ": " + system_reason());
  }
}

// A new file takes the old one's name only when it is whole and on disk. Its owner stays who it was, so that a server
// under its own account can still read what root has changed.
void replace_file(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const Descriptor file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly)};
  if (!file) throw TokenError("cannot make " + fresh + ": " + system_reason());
  try {
    struct stat info {};
    const std::string folder = std::filesystem::path{path}.parent_path().string();
    if (::lstat(path.c_str(), &info) == 0 || ::stat(folder.empty() ? "." : folder.c_str(), &info) == 0) {
      // Only root may give files away; for anybody else they are the own ones already.
      if (::geteuid() == 0 && ::fchown(file.get(), info.st_uid, info.st_gid) != 0) {
        throw TokenError("cannot set the owner of " + fresh + ": " + system_reason());
      }
    }
    write_all(file.get(), bytes, fresh);
    if (::fsync(file.get()) != 0) throw TokenError("cannot sync " + fresh + ": " + system_reason());
    if (::rename(fresh.c_str(), path.c_str()) != 0) throw TokenError("cannot replace " + path + ": " + system_reason());
  } catch (const TokenError&) {
    ::unlink(fresh.c_str());
    throw;
  }
  sync_directory(path);
}

// Before there is a token there is the mark: however the tokens go, it stays.
void make_mark(const std::string& path) {
  constexpr std::string_view kText =
      "Tokens were made for this store: without one nobody gets in over HTTP, even if tokens.json is gone.\n"
      "`trailkeeper token open` takes that back.\n";
  const std::string mark = token_mark(path);
  const Descriptor file = open_token_file(mark, O_WRONLY | O_CREAT);
  write_all(file.get(), kText, mark);
  if (::fsync(file.get()) != 0) throw TokenError("cannot sync " + mark + ": " + system_reason());
  sync_directory(mark);
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw TokenError("the system gives no random numbers");
  }
  return bytes;
}

// AKIA and 16 of A-Z 2-7, as AWS's long-term access keys look.
std::string new_access_key_id() {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "AKIA";
  for (const char byte : random_bytes(16)) id.push_back(kDigits[static_cast<unsigned char>(byte) & 31U]);
  return id;
}

bool is_token_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@") ==
             std::string_view::npos;
}

text::Problem refused_token(std::string why) { return {std::move(why), "", 0}; }

}  // namespace

text::Result<NewToken> create_token(const std::string& path, const TokenRequest& request, text::Timestamp now) {
  if (!is_token_name(request.name)) return refused_token("a token's name has 1 to 64 letters, digits, or . _ - @");
  if (request.rights.empty()) return refused_token("a token without rights is of no use: give --rights");
  const Lock lock{path};
  std::vector<Token> tokens = TokenSet::load(path).tokens();
  const bool taken =
      std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.name == request.name; });
  if (taken) {
    return refused_token("there is a token named " + request.name + " already: revoke it, or choose another name");
  }
  Token token;
  token.name = request.name;
  token.rights = request.rights;
  token.created = now;
  token.expires = request.expires;
  NewToken made;
  if (request.aws) {
    made.access_key_id = token.access_key_id = new_access_key_id();
    made.secret = token.aws_secret = text::encode_base64(random_bytes(30));
  } else {
    made.secret = "tk_" + text::encode_base64url(random_bytes(32));
    token.hash = text::sha256(made.secret);
  }
  tokens.push_back(std::move(token));
  const std::string bytes = TokenSet{std::move(tokens)}.encode();
  if (bytes.size() > kMaxTokenBytes) {
    return refused_token("there are too many tokens: revoke some that have expired");
  }
  make_mark(path);
  replace_file(path, bytes);
  return made;
}

bool revoke_token(const std::string& path, std::string_view name) {
  // Where there are no tokens nothing is made, not even the lock: it would count as a sign that there were some.
  if (TokenSet::load(path).empty()) return false;
  const Lock lock{path};
  std::vector<Token> tokens = TokenSet::load(path).tokens();
  if (std::erase_if(tokens, [&](const Token& token) { return token.name == name; }) == 0) return false;
  make_mark(path);
  replace_file(path, TokenSet{std::move(tokens)}.encode());
  return true;
}

void open_access(const std::string& path) {
  const Lock lock{path};
  replace_file(path, TokenSet{{}, TokenSet::Need::taken_back}.encode());
}

}  // namespace trailkeeper::serve
