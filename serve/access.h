// Who may do what: names, origins, tokens, signatures, client certificates.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "serve/admission.h"
#include "serve/connection.h"
#include "serve/cross_site.h"
#include "serve/http_message.h"
#include "serve/options.h"
#include "serve/route_table.h"
#include "serve/sigv4.h"
#include "serve/tls_context.h"
#include "serve/tokens.h"

namespace trailkeeper::serve {

/// Why a request isn't let in.
struct Refused {
  int status = 403;
  std::string message;
  const Route* route = nullptr;
  SignatureProblem signature = SignatureProblem::none;  ///< If a signature was required.
  std::string allow;                                    ///< With 405.
  bool foreign = false;  ///< A browser sent it for another page: worth a line in the log.
};

/// Decides about requests. As long as no token was ever made, or since `token open`, whoever reaches the server from
/// its own machine may do anything except reveal; from other machines a token or a client certificate is always needed.
/// Used in the server's thread.
class Access {
 public:
  Access(TokenFile& tokens, const TlsContext* tls, const ServerOptions& options);

  /// Decides by a request's head, before anything of its body is read:
  ///
  /// - a Host that isn't one of the server's names is refused: a page can have its own name resolve to this machine.
  ///   If the connection comes from another machine, a token, a signature or a certificate makes up for it: no page has
  ///   those, and not all names that lead there are known;
  /// - a request that a browser sends for a page of another origin is refused, even with a token, because browsers
  ///   remember passwords;
  /// - the route's right must be proven; asking to reveal needs a token that has that right.
  [[nodiscard]] std::variant<Admission, Refused> admit(const RequestHead& head, const Connection& connection) const;

  /// Checks the signature of a complete request that was admitted for one.
  [[nodiscard]] SignatureVerdict check_signature(const HttpRequest& request, const Admission& admission) const;

  /// Lets in a client of a raw protocol, which has no token: one from this machine, one with a certificate, one that
  /// knows the shared key (`keyed`), or anybody if the options say so.
  [[nodiscard]] std::optional<Admission> admit_stream(const Connection& connection, bool keyed) const;

 private:
  friend class Admission;
  [[nodiscard]] bool open_to(bool local, const TokenSet& tokens) const;
  [[nodiscard]] bool holds(const Admission& admission) const;
  [[nodiscard]] std::optional<Refused> check_host(const RequestHead& head, const Connection& connection,
                                                  bool shown) const;
  [[nodiscard]] std::optional<Refused> show_proof(const RequestHead& head, const Connection& connection,
                                                  Admission& admission) const;
  [[nodiscard]] std::optional<Refused> show_token(const RequestHead& head, Right right, Admission& admission) const;
  [[nodiscard]] std::optional<Refused> show_signature(const RequestHead& head, Admission& admission) const;
  [[nodiscard]] std::size_t body_limit(const Admission& admission) const;

  TokenFile& tokens_;
  const TlsContext* tls_;
  const ServerOptions& options_;
  KnownHosts hosts_;
  mutable bool needed_once_ = false;  // Deleting the files while this runs opens nothing.
};

/// Throws WrongOptions if these listeners would let strangers in: beyond loopback without tokens or client
/// certificates, or without TLS if that isn't allowed.
void check_exposure(const ServerOptions& options, const TokenSet& tokens);

}  // namespace trailkeeper::serve
