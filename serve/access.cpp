#include "serve/access.h"

#include <algorithm>
#include <stdexcept>

#include "serve/authorization.h"
#include "serve/http_message.h"
#include "serve/http_query.h"
#include "text/clock.h"

namespace trailkeeper::serve {
namespace {

std::optional<std::string> secret_of(const RequestHead& request) {
  if (const auto key = request.header("X-Amz-Firehose-Access-Key"); !key.empty()) return std::string{key};
  if (const auto authorization = request.header("Authorization"); !authorization.empty()) {
    return presented_secret(authorization);
  }
  return std::nullopt;
}

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

Headers headers_of(const RequestHead& head) {
  Headers headers;
  for (const auto& field : head.headers) {
    headers.emplace_back(std::string_view{field.name_string().data(), field.name_string().size()},
                         std::string_view{field.value().data(), field.value().size()});
  }
  return headers;
}

std::string_view service_of(const Route& route) {
  return route.handler == Handler::cloudtrail ? "cloudtrail" : "cloudtrail-data";
}

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kWrongMethod = 405;

Refused refused(int status, std::string message) { return {status, std::move(message), nullptr, {}, {}, false}; }

}  // namespace

bool Admission::holds() const { return access_->holds(*this); }

Access::Access(TokenFile& tokens, const TlsContext* tls, const ServerOptions& options)
    : tokens_(tokens),
      tls_(tls),
      options_(options),
      hosts_(options.host_names),
      needed_once_(tokens.current()->need() == TokenSet::Need::needed) {}

bool Access::open_to(bool local, const TokenSet& tokens) const {
  needed_once_ =
      tokens.need() == TokenSet::Need::needed || (needed_once_ && tokens.need() != TokenSet::Need::taken_back);
  return local && !needed_once_ && (tls_ == nullptr || !tls_->asks_for_certificates());
}

std::variant<Admission, Refused> Access::admit(const RequestHead& head, const Connection& connection) const {
  const RouteFound found = route_of(head);
  const auto with_route = [&](Refused why) {
    why.route = found.route;
    return why;
  };
  if (std::string problem = cross_site_problem(head); !problem.empty()) {
    Refused why = refused(kForbidden, std::move(problem));
    why.foreign = true;
    return with_route(std::move(why));
  }
  if (std::string problem = host_problem(head); !problem.empty()) {
    return with_route(refused(kBadRequest, std::move(problem)));
  }
  Admission admission{*this};
  admission.route_ = found.route;
  admission.local_ = connection.local();
  admission.peer_ = connection.address();
  admission.listener_ = connection.listener();
  std::optional<Refused> why = show_proof(head, connection, admission);
  if (auto unknown = check_host(head, connection, !why && admission.by_ != Admission::By::open_door)) {
    return with_route(std::move(*unknown));
  }
  if (why) return with_route(std::move(*why));
  if (!found.allow.empty()) {
    Refused wrong = refused(kWrongMethod, "this path takes " + found.allow + " only");
    wrong.allow = found.allow;
    return with_route(std::move(wrong));
  }
  admission.body_limit_ = body_limit(admission);
  return admission;
}

// A client that names no host is no browser.
std::optional<Refused> Access::check_host(const RequestHead& head, const Connection& connection, bool shown) const {
  const std::string_view host = head.header("Host");
  if (host.empty() || hosts_.knows(host, connection.own_address())) return std::nullopt;
  if (tls_ != nullptr && KnownHosts{tls_->names()}.knows(host, "")) return std::nullopt;
  if (shown && !connection.own_address_is_loopback()) return std::nullopt;
  Refused why = refused(kForbidden, "this server has no name '" + std::string{host.substr(0, 256)} +
                                        "': ask for localhost or 127.0.0.1, or start it with --host-name NAME");
  why.foreign = true;
  return why;
}

std::optional<Refused> Access::show_proof(const RequestHead& head, const Connection& connection,
                                          Admission& admission) const {
  const Route& route = *admission.route_;
  const bool shows_events = route.handler == Handler::read || route.handler == Handler::sql;
  const bool reveals = shows_events && asks_to_reveal(head.query);
  if (route.proof == Proof::none || (route.proof == Proof::local && connection.local())) return std::nullopt;
  if (!reveals && open_to(connection.local(), *tokens_.current())) {
    admission.by_ = Admission::By::open_door;
    return std::nullopt;
  }
  if (route.proof == Proof::signature) return show_signature(head, admission);
  // A certificate of the client CA is as good as a token to send events.
  if (route.right == Right::ingest && !connection.client_names().empty()) {
    admission.by_ = Admission::By::certificate;
    return std::nullopt;
  }
  if (auto why = show_token(head, route.right, admission)) return why;
  return reveals ? show_token(head, Right::reveal, admission) : std::nullopt;
}

std::optional<Refused> Access::show_token(const RequestHead& head, Right right, Admission& admission) const {
  const auto secret = secret_of(head);
  if (!secret) return refused(kUnauthorized, "a token is needed: `trailkeeper token create` makes one");
  const auto tokens = tokens_.current();
  const Token* const token = tokens->find(*secret, text::now());
  if (token == nullptr) return refused(kUnauthorized, "the token is unknown, revoked or expired");
  if (!token->rights.has(right)) {
    return refused(kForbidden, "the token '" + token->name + "' lacks the right '" + rights_text({right}) + "'");
  }
  admission.by_ = Admission::By::token;
  admission.token_name_ = token->name;
  admission.token_hash_ = token->hash;
  return std::nullopt;
}

std::optional<Refused> Access::show_signature(const RequestHead& head, Admission& admission) const {
  const Headers headers = headers_of(head);
  const auto tokens = tokens_.current();
  const Route& route = *admission.route_;
  SignatureVerdict verdict = verify_sigv4({head.method, head.path, head.query, headers, std::nullopt}, *tokens,
                                          service_of(route), text::now());
  if (verdict.accepted() && !verdict.token->rights.has(route.right)) {
    verdict.problem = SignatureProblem::unrecognized;
    verdict.message = "The access key lacks the right '" + rights_text({route.right}) + "'.";
  }
  if (verdict.problem != SignatureProblem::none) {
    Refused why = refused(aws_error_status(verdict.problem), std::move(verdict.message));
    why.signature = verdict.problem;
    return why;
  }
  admission.by_ = Admission::By::access_key;
  admission.token_name_ = verdict.token->name;
  admission.proven_ = verdict.signature_checked;
  return std::nullopt;
}

SignatureVerdict Access::check_signature(const HttpRequest& request, const Admission& admission) const {
  if (admission.by_ != Admission::By::access_key) return {};
  const Headers headers = headers_of(request);
  const auto tokens = tokens_.current();
  SignatureVerdict verdict = verify_sigv4({request.method, request.path, request.query, headers, request.body}, *tokens,
                                          service_of(*admission.route_), text::now());
  verdict.token = nullptr;  // It may go with the next reload.
  return verdict;
}

std::size_t Access::body_limit(const Admission& admission) const {
  constexpr std::size_t kLittle = std::size_t{64} << 10;
  constexpr std::size_t kDocument = std::size_t{4} << 20;
  const std::size_t most = options_.max_body;
  switch (admission.route_->body) {
    case BodyRoom::little: return std::min(kLittle, most);
    case BodyRoom::document: return std::min(kDocument, most);
    case BodyRoom::full: break;
  }
  return most;
}

bool Access::holds(const Admission& admission) const {
  const auto tokens = tokens_.current();
  switch (admission.by_) {
    case Admission::By::open_door: return open_to(admission.local_, *tokens);
    case Admission::By::token: {
      const Token* const token = tokens->find_hash(admission.token_hash_, text::now());
      return token != nullptr && token->rights.has(admission.route_->right);
    }
    default: break;
  }
  return true;
}

std::optional<Admission> Access::admit_stream(const Connection& connection, bool keyed) const {
  Admission admission{*this};
  admission.peer_ = connection.address();
  admission.listener_ = connection.listener();
  admission.local_ = connection.local();
  if (!connection.client_names().empty()) admission.by_ = Admission::By::certificate;
  if (admission.by_ == Admission::By::nothing && !keyed && !connection.local() && !options_.allow_unauthenticated) {
    return std::nullopt;
  }
  return admission;
}

void check_exposure(const ServerOptions& options, const TokenSet& tokens) {
  const bool certificates = !options.tls.client_ca.empty();
  for (const ListenerOptions& listener : options.listeners) {
    if (listener.loopback()) continue;
    const std::string where =
        std::string{protocol_name(listener.protocol)} + " on " + listener.host + ":" + std::to_string(listener.port);
    if (!listener.tls && !options.allow_plaintext) {
      throw WrongOptions("refusing to serve " + where +
                         " without TLS beyond this machine: give --tls-cert and --tls-key and listen with TLS, or "
                         "say --allow-plaintext");
    }
    const bool guarded = certificates && listener.tls;
    const bool keyed = listener.protocol == Protocol::forward && !options.forward_shared_key.empty();
    if (listener.protocol == Protocol::http && tokens.empty() && !guarded) {
      throw WrongOptions("refusing to serve " + where +
                         " beyond this machine without a token or client certificates: run `trailkeeper token "
                         "create`, or give --tls-client-ca");
    }
    if (listener.protocol != Protocol::http && !guarded && !keyed && !options.allow_unauthenticated) {
      throw WrongOptions("refusing to serve " + where +
                         ", which has no tokens, beyond this machine: give --tls-client-ca, or say "
                         "--allow-unauthenticated");
    }
  }
}

}  // namespace trailkeeper::serve
