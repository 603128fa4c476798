// AWS Signature Version 4, as the receiving side checks it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "serve/tokens.h"
#include "text/timestamp.h"

namespace trailkeeper::serve {

/// A request as it came over the wire.
struct SignedRequest {
  std::string_view method;
  std::string_view path;   ///< Of the request line, still percent-encoded, without `?` and what follows.
  std::string_view query;  ///< What stands behind the `?`, still encoded.
  std::span<const std::pair<std::string_view, std::string_view>> headers;  ///< In their order; names in any case.
  /// As it came: before Content-Encoding is taken off. Nothing: only the head is there yet.
  std::optional<std::string_view> body;
};

/// Why a request was refused.
enum class SignatureProblem {
  none,
  missing,          ///< No Authorization header (or query) of AWS4-HMAC-SHA256.
  incomplete,       ///< A header that lacks a part or has it wrong.
  unrecognized,     ///< No such access key, or it has expired, or a session token came with it.
  wrong_scope,      ///< Another service, date or terminator than the request's.
  expired,          ///< x-amz-date is more than 15 minutes off.
  wrong_signature,  ///< The signature doesn't fit.
  wrong_body,       ///< x-amz-content-sha256 isn't the body's.
};

/// Who signed; or what to answer, in AWS's words.
struct SignatureVerdict {
  const Token* token = nullptr;  ///< Of the set that was passed; null if refused.
  SignatureProblem problem = SignatureProblem::none;
  std::string message;  ///< Holds no secret and no signature that would be right.
  /// False if the body isn't there yet and the head has no hash of it: then everything but the signature was checked.
  bool signature_checked = true;

  [[nodiscard]] bool accepted() const { return token != nullptr; }
};

/// AWS's name of the error, as `__type` of JSON 1.1 and `x-amzn-ErrorType` of REST JSON carry it
/// (`InvalidSignatureException`). https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html
std::string_view aws_error_type(SignatureProblem problem);
/// 400 or 403, as AWS's services answer with that error.
int aws_error_status(SignatureProblem problem);

/// Checks the Authorization header's signature for `service` (`cloudtrail`, `cloudtrail-data`) and any region. `host`,
/// `x-amz-date` and, where it is sent, `x-amz-target` must be among the signed
/// headers, so that a signature serves no other request than the one it was made for. Pure: `now` is the clock. The
/// caller checks the token's rights.
SignatureVerdict verify_sigv4(const SignedRequest& request, const TokenSet& tokens, std::string_view service,
                              text::Timestamp now);

}  // namespace trailkeeper::serve
