// Who may do what: tokens, signatures, client certificates.
#pragma once

#include <optional>
#include <string>

#include "serve/connection.h"
#include "serve/http_message.h"
#include "serve/options.h"
#include "serve/sigv4.h"
#include "serve/tls_context.h"
#include "serve/tokens.h"

namespace trailkeeper::serve {

/// Decides about requests. As long as there is no token, whoever reaches the server from its own machine may do
/// anything; from elsewhere a token or a client certificate is always needed.
class Access {
 public:
  Access(TokenFile& tokens, const TlsContext* tls);

  /// Nothing if the request may do this; else what to answer (401 or 403, in plain JSON).
  [[nodiscard]] std::optional<HttpResponse> refusal(const HttpRequest& request, const Connection& connection,
                                                    Right right) const;

  /// The name of the request's token; empty where none is needed.
  [[nodiscard]] std::string token_name(const HttpRequest& request) const;

  /// What is wrong with a request signed for an AWS service; problem `none` if it may do this. Where no tokens are
  /// needed any signature will do.
  [[nodiscard]] SignatureVerdict check_signature(const HttpRequest& request, const Connection& connection,
                                                 std::string_view service, Right right) const;

  /// Whether a client of a raw protocol (no token) may send events.
  [[nodiscard]] bool may_send(const Connection& connection, bool allow_unauthenticated) const;

 private:
  [[nodiscard]] bool open_to(const Connection& connection, const TokenSet& tokens) const;

  TokenFile& tokens_;
  const TlsContext* tls_;
  mutable bool tokens_seen_ = false;
};

/// Throws std::runtime_error if these listeners would let strangers in: beyond loopback without tokens or client
/// certificates, or without TLS where that isn't allowed.
void check_exposure(const ServerOptions& options, const TokenSet& tokens);

}  // namespace trailkeeper::serve
