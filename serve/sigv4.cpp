#include "serve/sigv4.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "serve/http_message.h"
#include "serve/query_parameters.h"
#include "text/ascii.h"
#include "text/hex.h"
#include "text/percent.h"
#include "text/sha256.h"

namespace trailkeeper::serve {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr text::Timestamp kTolerance = 15 * text::kMinute;
constexpr std::size_t kMostHeaders = 100;

std::string hash_hex(std::string_view bytes) { return text::hex_of(text::sha256(bytes)); }

// Without `.`, `..` and empty segments, then encoded once more: all services but S3 do so.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool closed = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out.push_back('/');
    text::append_percent_encoded(segment, out);
  }
  if (out.empty() || closed) out.push_back('/');
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (const auto encoded = take_encoded_parameter(query)) {
    auto& [name, value] = parameters.emplace_back();
    text::append_percent_encoded(text::percent_decoded(encoded->name), name);
    text::append_percent_encoded(text::percent_decoded(encoded->value), value);
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out.push_back('&');
    out += name;
    out.push_back('=');
    out += value;
  }
  return out;
}

// Spaces around it go, runs of them become one.
void append_trimmed(std::string_view value, std::string& out) {
  bool pending = false;
  const std::size_t begin = out.size();
  for (const char character : value) {
    if (character == ' ' || character == '\t' || character == '\r' || character == '\n') {
      pending = out.size() > begin;
      continue;
    }
    if (pending) out.push_back(' ');
    pending = false;
    out.push_back(character);
  }
}

// All values of a header, joined by commas; nothing if it isn't there.
std::optional<std::string> header_value(const SignedRequest& request, std::string_view name) {
  std::optional<std::string> value;
  for (const auto& [key, text] : request.headers) {
    if (!text::same_ignoring_case(key, name)) continue;
    if (value) {
      value->push_back(',');
    } else {
      value.emplace();
    }
    append_trimmed(text, *value);
  }
  return value;
}

/// What the Authorization header says.
struct Authorization {
  std::string access_key_id;
  std::string date;
  std::string region;
  std::string service;
  std::string terminator;
  std::vector<std::string> signed_headers;
  std::string signature;

  [[nodiscard]] std::string scope() const { return date + "/" + region + "/" + service + "/" + terminator; }
};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// Returns what is wrong, in AWS's words; empty if nothing is.
std::string parse_authorization(std::string_view text, Authorization& out) {
  std::string credential;
  std::string signed_headers;
  text.remove_prefix(kAlgorithm.size());
  for (const std::string& part : split(text, ',')) {
    std::string trimmed;
    append_trimmed(part, trimmed);
    const std::size_t equals = trimmed.find('=');
    const std::string name = trimmed.substr(0, equals);
    const std::string value = equals == std::string::npos ? std::string{} : trimmed.substr(equals + 1);
    if (name == "Credential") credential = value;
    if (name == "SignedHeaders") signed_headers = value;
    if (name == "Signature") out.signature = value;
  }
  std::string problem;
  for (const auto& [name, value] : {std::pair{"Credential", &credential}, std::pair{"Signature", &out.signature},
                                    std::pair{"SignedHeaders", &signed_headers}}) {
    if (value->empty()) problem += std::string{"Authorization header requires '"} + name + "' parameter. ";
  }
  if (!problem.empty()) return problem;
  std::vector<std::string> parts = split(credential, '/');
  constexpr std::size_t kParts = 5;
  if (parts.size() != kParts || std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); })) {
    return "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.";
  }
  out.access_key_id = std::move(parts[0]);
  out.date = std::move(parts[1]);
  out.region = std::move(parts[2]);
  out.service = std::move(parts[3]);
  out.terminator = std::move(parts[4]);
  out.signed_headers = split(signed_headers, ';');
  if (out.signed_headers.size() > kMostHeaders) return "SignedHeaders has too many names.";
  return {};
}

// `20150830T123600Z` and nothing else.
std::optional<text::Timestamp> parse_amz_date(std::string_view text) {
  constexpr std::size_t kLength = 16;
  if (text.size() != kLength || text[8] != 'T') return std::nullopt;
  return text::parse_timestamp(text);
}

std::string amz_date(text::Timestamp time) {
  std::string text = text::format_timestamp(time / text::kSecond * text::kSecond);
  std::erase_if(text, [](char character) { return character == '-' || character == ':'; });
  return text;
}

SignatureVerdict refuse(SignatureProblem problem, std::string message) {
  return {nullptr, problem, std::move(message), true};
}

std::optional<SignatureVerdict> scope_problem(const Authorization& authorization, std::string_view service,
                                              std::string_view date) {
  if (authorization.terminator != kTerminator) {
    return refuse(SignatureProblem::wrong_scope,
                  "Credential should be scoped with a valid terminator: 'aws4_request'.");
  }
  if (authorization.service != service) {
    return refuse(SignatureProblem::wrong_scope,
                  "Credential should be scoped to correct service: '" + std::string{service} + "'.");
  }
  if (authorization.date != date.substr(0, 8)) {
    return refuse(SignatureProblem::wrong_scope,
                  "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
                      authorization.date + "' != '" + std::string{date.substr(0, 8)} + "', from '" + std::string{date} +
                      "'.");
  }
  return std::nullopt;
}

std::optional<SignatureVerdict> clock_problem(text::Timestamp time, text::Timestamp now) {
  if (time < now - kTolerance) {
    return refuse(SignatureProblem::expired, "Signature expired: " + amz_date(time) + " is now earlier than " +
                                                 amz_date(now - kTolerance) + " (" + amz_date(now) + " - 15 min.)");
  }
  if (time > now + kTolerance) {
    return refuse(SignatureProblem::expired, "Signature not yet current: " + amz_date(time) + " is still later than " +
                                                 amz_date(now + kTolerance) + " (" + amz_date(now) + " + 15 min.)");
  }
  return std::nullopt;
}

bool names(const Authorization& authorization, std::string_view header) {
  return std::any_of(authorization.signed_headers.begin(), authorization.signed_headers.end(),
                     [&](const std::string& name) { return text::same_ignoring_case(name, header); });
}

// The signature that the request should have.
std::string expected_signature(const SignedRequest& request, const Authorization& authorization, const Token& token,
                               std::string_view date, std::string_view payload_hash) {
  std::string canonical{request.method};
  canonical += "\n" + canonical_path(request.path) + "\n" + canonical_query(request.query) + "\n";
  std::string names_text;
  for (const std::string& name : authorization.signed_headers) {
    const std::string plain = text::lowered(name);
    canonical += plain + ":" + header_value(request, plain).value_or("") + "\n";
    if (!names_text.empty()) names_text.push_back(';');
    names_text += plain;
  }
  canonical += "\n" + names_text + "\n" + std::string{payload_hash};
  const std::string to_sign =
      std::string{kAlgorithm} + "\n" + std::string{date} + "\n" + authorization.scope() + "\n" + hash_hex(canonical);
  text::Sha256 key = text::hmac_sha256("AWS4" + token.aws_secret, authorization.date);
  for (const std::string_view part :
       {std::string_view{authorization.region}, std::string_view{authorization.service}, kTerminator}) {
    key = text::hmac_sha256(text::bytes_of(key), part);
  }
  return text::hex_of(text::hmac_sha256(text::bytes_of(key), to_sign));
}

constexpr std::string_view kWrongSignature =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details.";

}  // namespace

std::string_view aws_error_type(SignatureProblem problem) {
  switch (problem) {
    case SignatureProblem::none: return {};
    case SignatureProblem::missing: return "MissingAuthenticationTokenException";
    case SignatureProblem::incomplete: return "IncompleteSignatureException";
    case SignatureProblem::unrecognized: return "UnrecognizedClientException";
    case SignatureProblem::expired: return "RequestExpired";
    case SignatureProblem::wrong_scope:
    case SignatureProblem::wrong_signature:
    case SignatureProblem::wrong_body: return "InvalidSignatureException";
  }
  return {};
}

int aws_error_status(SignatureProblem problem) {
  constexpr int kForbidden = 403;
  return problem == SignatureProblem::missing ? kForbidden : kBadRequest;
}

SignatureVerdict verify_sigv4(const SignedRequest& request, const TokenSet& tokens, std::string_view service,
                              text::Timestamp now) {
  const auto header = header_value(request, "authorization");
  if (!header) return refuse(SignatureProblem::missing, "Missing Authentication Token");
  if (!header->starts_with(std::string{kAlgorithm} + " ")) {
    return refuse(SignatureProblem::incomplete, "Authorization header requires the algorithm AWS4-HMAC-SHA256.");
  }
  Authorization authorization;
  if (std::string problem = parse_authorization(*header, authorization); !problem.empty()) {
    return refuse(SignatureProblem::incomplete, std::move(problem));
  }
  const std::string date = header_value(request, "x-amz-date").value_or("");
  const auto time = parse_amz_date(date);
  if (!time) {
    return refuse(SignatureProblem::incomplete, "Date must be in ISO-8601 'basic format'. Got '" + date.substr(0, 64) +
                                                    "'. See http://en.wikipedia.org/wiki/ISO_8601");
  }
  // Temporary credentials are AWS's alone.
  const Token* const token = tokens.find_access_key(authorization.access_key_id, now);
  if (token == nullptr || header_value(request, "x-amz-security-token")) {
    return refuse(SignatureProblem::unrecognized, "The security token included in the request is invalid.");
  }
  if (auto problem = scope_problem(authorization, service, date)) return *problem;
  if (auto problem = clock_problem(*time, now)) return *problem;
  for (const std::string_view needed : {"host", "x-amz-date", "x-amz-target"}) {
    const bool sent = needed != "x-amz-target" || header_value(request, needed);
    if (sent && !names(authorization, needed)) {
      return refuse(SignatureProblem::wrong_signature,
                    "'" + std::string{needed} + "' must be a signed header in the AWS Authorization.");
    }
  }
  const auto declared = header_value(request, "x-amz-content-sha256");
  if (!declared && !request.body) return {token, SignatureProblem::none, {}, false};
  const std::string body_hash = request.body ? hash_hex(*request.body) : *declared;
  const std::string expected = expected_signature(request, authorization, *token, date, declared.value_or(body_hash));
  const bool equal = expected.size() == authorization.signature.size() &&
                     CRYPTO_memcmp(expected.data(), authorization.signature.data(), expected.size()) == 0;
  if (!equal) return refuse(SignatureProblem::wrong_signature, std::string{kWrongSignature});
  if (declared && *declared != body_hash && *declared != "UNSIGNED-PAYLOAD") {
    return refuse(SignatureProblem::wrong_body,
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return {token, SignatureProblem::none, {}, true};
}

}  // namespace trailkeeper::serve
