// JSON, or what looks like it, token by token.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::rules::credits {

/// One token of a text.
struct LooseToken {
  enum class Kind {
    key,     ///< A string with a colon behind it.
    string,  ///< Another string, with its quotes; the last may lack one.
    scalar,  ///< What a number, `true` or a bare word is made of, in whatever script.
    open,    ///< `{` or `[`.
    close,   ///< `}` or `]`.
    comma,
    other,  ///< One byte of anything else.
  };
  Kind kind = Kind::other;
  std::string_view bytes;
};

/// Takes a text apart; all tokens together are the text. Nothing counts as wrong: rejected records are texts, too.
class LooseJson {
 public:
  explicit LooseJson(std::string_view text) : text_(text) {}

  [[nodiscard]] bool ended() const { return at_ == text_.size(); }
  /// Precondition: it hasn't ended.
  LooseToken next();

 private:
  [[nodiscard]] bool colon_follows() const;
  LooseToken take(LooseToken::Kind kind, std::size_t size);

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The characters that a string token stands for; if its escapes are broken, as they are written.
std::string text_of_token(std::string_view token);

/// Whether a text looks like a JSON object or array.
bool looks_like_json(std::string_view text);

/// Whether a text is a JSON object, array or string, and nothing else.
bool is_json(std::string_view text);

/// Whether a text contains what may be an object or array.
bool may_have_json(std::string_view text);

}  // namespace trailkeeper::rules::credits
