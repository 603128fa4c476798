#include "serve/token_edit.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "serve/token_files.h"

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
  if (bytes.size() > kMaxTokenBytes) throw TokenRefused("there are too many tokens: revoke some that have expired");
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

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
  std::array<unsigned char, Size> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw TokenError("the system gives no random numbers");
  }
  return bytes;
}

// Six bits a character, the last one's free bits zero.
template <std::size_t Size>
std::string base64(const std::array<unsigned char, Size>& bytes, const char* last_two) {
  const std::string digits =
      std::string{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"} + std::string{last_two};
  std::string text;
  unsigned bits = 0;
  unsigned held = 0;
  for (const unsigned char byte : bytes) {
    held = held << 8U | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text.push_back(digits[held >> bits & 63U]);
    }
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text.push_back(digits[held << (6 - bits) & 63U]);
  return text;
}

// AKIA and 16 of A-Z 2-7, as AWS's long-term access keys look.
std::string new_access_key_id() {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "AKIA";
  for (const unsigned char byte : random_bytes<16>()) id.push_back(kDigits[byte & 31U]);
  return id;
}

void check_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  const bool plain = name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@") ==
                     std::string_view::npos;
  if (name.empty() || name.size() > kLongest || !plain) {
    throw TokenRefused("a token's name has 1 to 64 letters, digits, or . _ - @");
  }
}

}  // namespace

NewToken create_token(const std::string& path, const TokenRequest& request, text::Timestamp now) {
  check_name(request.name);
  if (request.rights.empty()) throw TokenRefused("a token without rights is of no use: give --rights");
  const Lock lock{path};
  std::vector<Token> tokens = TokenSet::load(path).tokens();
  const bool taken =
      std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.name == request.name; });
  if (taken)
    throw TokenRefused("there is a token named " + request.name + " already: revoke it, or choose another name");
  Token token;
  token.name = request.name;
  token.rights = request.rights;
  token.created = now;
  token.expires = request.expires;
  NewToken made;
  if (request.aws) {
    made.access_key_id = token.access_key_id = new_access_key_id();
    made.secret = token.aws_secret = base64(random_bytes<30>(), "+/");
  } else {
    made.secret = "tk_" + base64(random_bytes<32>(), "-_");
    token.hash = text::sha256(made.secret);
  }
  tokens.push_back(std::move(token));
  make_mark(path);
  replace_file(path, TokenSet{std::move(tokens)}.encode());
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
