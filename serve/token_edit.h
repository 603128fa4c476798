// Changes to the token file: made under a lock, completely or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "serve/tokens.h"
#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::serve {

/// What `token create` was asked for.
struct TokenRequest {
  std::string name;  ///< 1 to 64 of A-Z a-z 0-9 . _ - @
  Rights rights;
  std::optional<text::Timestamp> expires;
  bool aws = false;
};

/// A token that was just made. The secret is nowhere else.
struct NewToken {
  std::string access_key_id;  ///< Only of AWS access keys.
  std::string secret;         ///< `tk_` and 256 random bits as base64url; of an AWS access key 40 characters.
};

/// Adds a token to the file, which is made if there is none. The file is replaced as a whole, with mode 0600 and
/// synced, under a lock against others who do the same. A request that is wrong, or whose name is taken, changes
/// nothing. Throws TokenError.
text::Result<NewToken> create_token(const std::string& path, const TokenRequest& request, text::Timestamp now);

/// Removes a token; false if there is none of that name. Throws TokenError. Tokens are needed as before, even if it was
/// the last.
bool revoke_token(const std::string& path, std::string_view name);

/// Removes all tokens, and records that none is needed from this machine any more. Throws TokenError.
void open_access(const std::string& path);

}  // namespace trailkeeper::serve
