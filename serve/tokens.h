// Who may talk to the server: named tokens with rights, kept in a file beside the store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "text/mutex.h"
#include "text/sha256.h"
#include "text/timestamp.h"

namespace trailkeeper::serve {

/// What a token's bearer may do.
enum class Right : std::uint8_t {
  ingest = 1,  ///< Send events.
  query = 2,   ///< Read events.
  reveal = 4,  ///< See what is otherwise masked.
  admin = 8,   ///< Metrics, and what changes the server.
};

/// A set of rights.
class Rights {
 public:
  constexpr Rights() = default;
  constexpr Rights(std::initializer_list<Right> rights) {
    for (const Right right : rights) bits_ |= static_cast<std::uint8_t>(right);
  }
  [[nodiscard]] constexpr bool has(Right right) const { return (bits_ & static_cast<std::uint8_t>(right)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr void add(Right right) { bits_ |= static_cast<std::uint8_t>(right); }
  constexpr bool operator==(const Rights&) const = default;

 private:
  std::uint8_t bits_ = 0;
};

/// A right's word, and what it allows.
struct RightWord {
  Right right;
  std::string_view name;
  std::string_view what;
};
std::span<const RightWord> right_words();

/// `ingest,query`; nothing if a word is none of right_words(), or there is none.
std::optional<Rights> parse_rights(std::string_view text);
std::string rights_text(Rights rights);

/// One entry of the file. A token proper has `hash`; an AWS access key has `access_key_id` and `aws_secret`.
struct Token {
  std::string name;
  Rights rights;
  text::Timestamp created = 0;
  std::optional<text::Timestamp> expires;  ///< From then on it is refused.
  text::Sha256 hash{};
  std::string access_key_id;
  std::string aws_secret;

  [[nodiscard]] bool is_aws() const { return !access_key_id.empty(); }
  [[nodiscard]] bool expired(text::Timestamp now) const { return expires && now >= *expires; }
};

/// The file can't be read, locked or written, or isn't what this program writes. Never holds a secret.
class TokenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// All tokens at one moment. Immutable, so that any number of threads may use it.
///
/// Secrets are kept as their SHA-256: they are 256 random bits, which nobody guesses however fast the hash, so a slow
/// one would only make every request slower. The secrets of AWS access keys are kept as they are, because Signature
/// Version 4 is an HMAC over them: the file's mode (0600) is what protects those.
class TokenSet {
 public:
  /// Whether tokens are required although none is left.
  enum class Need : std::uint8_t {
    never_made,  ///< No token was ever made here: there is nothing to ask for.
    needed,      ///< One was made once. Even if all are gone, that opens nothing.
    taken_back,  ///< Somebody said that none is needed any more: open_access().
  };

  TokenSet() = default;
  explicit TokenSet(std::vector<Token> tokens, Need need = Need::needed) : tokens_(std::move(tokens)), need_(need) {}

  /// Reads a file. One that doesn't exist holds no tokens; a mark beside it, made before the first token, says whether
  /// they are needed all the same. Throws TokenError, also for an empty file.
  static TokenSet load(const std::string& path);
  /// The file's bytes. Throws TokenError (without a path) for bytes that aren't tokens.
  static TokenSet parse(std::string_view json);
  [[nodiscard]] std::string encode() const;

  /// The token with this secret, unless it has expired; null if there is none. Compares the SHA-256 of `secret` with
  /// every token's, each in constant time, and doesn't stop at a match.
  [[nodiscard]] const Token* find(std::string_view secret, text::Timestamp now) const;
  /// The token whose secret has this SHA-256, unless it has expired.
  [[nodiscard]] const Token* find_hash(const text::Sha256& hash, text::Timestamp now) const;
  /// The access key with this ID, unless it has expired. An ID is no secret.
  [[nodiscard]] const Token* find_access_key(std::string_view id, text::Timestamp now) const;

  [[nodiscard]] const std::vector<Token>& tokens() const { return tokens_; }
  [[nodiscard]] bool empty() const { return tokens_.empty(); }
  [[nodiscard]] Need need() const { return need_; }

 private:
  std::vector<Token> tokens_;
  Need need_ = Need::never_made;
};

/// `tokens.json` of a store's directory.
std::string token_path(const std::string& store_directory);

/// The tokens of a file that others may change at any time. Thread-safe.
class TokenFile {
 public:
  /// Loads; throws TokenError.
  explicit TokenFile(std::string path);

  /// The tokens as of about a second ago: the file is looked at once a second at most, and read when its time, size or
  /// inode changed. While it can't be read, the previous tokens stay in force: see error().
  [[nodiscard]] std::shared_ptr<const TokenSet> current();

  /// Reads the file now, whatever its time (SIGHUP). False if it can't be read: see error().
  bool reload();

  /// Why the file could not be read the last time; empty if it could. For the log: holds no secret.
  [[nodiscard]] std::string error() const;

 private:
  struct Mark {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Mark&) const = default;
  };
  [[nodiscard]] Mark look() const;
  bool load() TRAILKEEPER_REQUIRES(mutex_);

  std::string path_;
  mutable text::Mutex mutex_;
  std::shared_ptr<const TokenSet> tokens_ TRAILKEEPER_GUARDED_BY(mutex_);
  Mark mark_ TRAILKEEPER_GUARDED_BY(mutex_);
  std::int64_t looked_ TRAILKEEPER_GUARDED_BY(mutex_) = 0;  // Milliseconds of a steady clock.
  std::string error_ TRAILKEEPER_GUARDED_BY(mutex_);
};

/// The mark's name: `tokens.required` for `tokens.json`.
std::string token_mark(const std::string& path);

}  // namespace trailkeeper::serve
