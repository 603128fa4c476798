#include "serve/access.h"

#include <chrono>
#include <stdexcept>

#include "serve/authorization.h"

namespace trailkeeper::serve {
namespace {

event::Timestamp now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

HttpResponse unauthorized(std::string_view message) {
  HttpResponse response = error_response(401, message);
  response.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="trailkeeper", Basic realm="trailkeeper")");
  return response;
}

std::optional<std::string> secret_of(const HttpRequest& request) {
  if (const auto key = request.header("X-Amz-Firehose-Access-Key"); !key.empty()) return std::string{key};
  if (const auto authorization = request.header("Authorization"); !authorization.empty()) {
    return presented_secret(authorization);
  }
  return std::nullopt;
}

}  // namespace

Access::Access(TokenFile& tokens, const TlsContext* tls)
    : tokens_(tokens), tls_(tls), tokens_seen_(!tokens.current()->empty()) {}

bool Access::open_to(const Connection& connection, const TokenSet& tokens) const {
  tokens_seen_ = tokens_seen_ || !tokens.empty();
  return connection.local() && !tokens_seen_ && (tls_ == nullptr || !tls_->asks_for_certificates());
}

std::optional<HttpResponse> Access::refusal(const HttpRequest& request, const Connection& connection,
                                            Right right) const {
  const auto tokens = tokens_.current();
  if (open_to(connection, *tokens)) return std::nullopt;
  // A certificate of the client CA is as good as a token to send events.
  if (right == Right::ingest && !connection.client_names().empty()) return std::nullopt;
  const auto secret = secret_of(request);
  if (!secret) return unauthorized("a token is needed: `trailkeeper token create` makes one");
  const Token* const token = tokens->find(*secret, now());
  if (token == nullptr) return unauthorized("the token is unknown, revoked or expired");
  if (!token->rights.has(right)) {
    return error_response(403, "the token '" + token->name + "' lacks the right '" + rights_text({right}) + "'");
  }
  return std::nullopt;
}

std::string Access::token_name(const HttpRequest& request) const {
  const auto secret = secret_of(request);
  const auto tokens = tokens_.current();
  const Token* const token = secret ? tokens->find(*secret, now()) : nullptr;
  return token == nullptr ? std::string{} : token->name;
}

SignatureVerdict Access::check_signature(const HttpRequest& request, const Connection& connection,
                                         std::string_view service, Right right) const {
  const auto tokens = tokens_.current();
  if (open_to(connection, *tokens)) return {};
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  for (const auto& field : request.headers) {
    headers.emplace_back(std::string_view{field.name_string().data(), field.name_string().size()},
                         std::string_view{field.value().data(), field.value().size()});
  }
  const SignedRequest signed_request{request.method, request.path, request.query, headers, request.body};
  SignatureVerdict verdict = verify_sigv4(signed_request, *tokens, service, now());
  if (verdict.accepted() && !verdict.token->rights.has(right)) {
    verdict.message = "The access key lacks the right '" + rights_text({right}) + "'.";
    verdict.problem = SignatureProblem::unrecognized;
  }
  verdict.token = nullptr;  // It may go with the next reload.
  return verdict;
}

bool Access::may_send(const Connection& connection, bool allow_unauthenticated) const {
  if (!connection.client_names().empty()) return true;
  return connection.local() || allow_unauthenticated;
}

void check_exposure(const ServerOptions& options, const TokenSet& tokens) {
  const bool certificates = !options.tls.client_ca.empty();
  for (const ListenerOptions& listener : options.listeners) {
    if (listener.loopback()) continue;
    const std::string where =
        std::string{protocol_name(listener.protocol)} + " on " + listener.host + ":" + std::to_string(listener.port);
    if (!listener.tls && !options.allow_plaintext) {
      throw std::runtime_error(
          "refusing to serve " + where +
          " without TLS beyond this machine: give --tls-cert and --tls-key and listen with TLS, or "
          "say --allow-plaintext");
    }
    const bool guarded = certificates && listener.tls;
    const bool keyed = listener.protocol == Protocol::forward && !options.forward_shared_key.empty();
    if (listener.protocol == Protocol::http && tokens.empty() && !guarded) {
      throw std::runtime_error("refusing to serve " + where +
                               " beyond this machine without a token or client certificates: run `trailkeeper token "
                               "create`, or give --tls-client-ca");
    }
    if (listener.protocol != Protocol::http && !guarded && !keyed && !options.allow_unauthenticated) {
      throw std::runtime_error("refusing to serve " + where +
                               ", which has no tokens, beyond this machine: give --tls-client-ca, or say "
                               "--allow-unauthenticated");
    }
  }
}

}  // namespace trailkeeper::serve
