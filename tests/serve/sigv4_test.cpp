// Signature Version 4: AWS's published examples, and everything that must not pass.
#include "serve/sigv4.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

using namespace trailkeeper;
using namespace trailkeeper::serve;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request that owns its parts.
struct Request {
  std::string method = "GET";
  std::string path = "/";
  std::string query;
  Headers headers;
  std::string body;

  [[nodiscard]] SignatureVerdict verify(const TokenSet& tokens, std::string_view service, text::Timestamp now) const {
    std::vector<std::pair<std::string_view, std::string_view>> views(headers.begin(), headers.end());
    return verify_sigv4({method, path, query, views, body}, tokens, service, now);
  }

  std::string& header(std::string_view name) {
    return std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; })->second;
  }
};

Token key(const std::string& id, const std::string& secret) {
  Token token;
  token.name = "key";
  token.rights = {Right::query};
  token.access_key_id = id;
  token.aws_secret = secret;
  return token;
}

// The credentials of AWS's documentation.
const TokenSet& example_tokens() {
  static const TokenSet kTokens{{key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")}};
  return kTokens;
}

text::Timestamp example_time() { return *text::parse_timestamp("20150830T123600Z"); }

std::string authorization(const std::string& service, const std::string& signed_headers, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + service +
         "/aws4_request, SignedHeaders=" + signed_headers + ", Signature=" + signature;
}

std::string hmac(const std::string& key_bytes, const std::string& text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha256(), key_bytes.data(), static_cast<int>(key_bytes.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &length);
  return {reinterpret_cast<const char*>(bytes), length};
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += digits;
  }
  return text;
}

std::string hash(const std::string& bytes) {
  const text::Sha256 digest = text::sha256(bytes);
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// As awscli signs LookupEvents; an implementation of its own, for what has no published example.
Request lookup(const std::string& payload_hash = "") {
  Request request;
  request.method = "POST";
  request.body = R"({"MaxResults":5})";
  request.headers = {{"Host", "127.0.0.1:8080"},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Date", "20150830T123600Z"},
                     {"X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"}};
  std::string signed_headers = "content-type;host;x-amz-date;x-amz-target";
  std::string canonical = "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:127.0.0.1:8080\n";
  if (!payload_hash.empty()) {
    request.headers.emplace_back("x-amz-content-sha256", payload_hash);
    canonical += "x-amz-content-sha256:" + payload_hash + "\n";
    signed_headers = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target";
  }
  canonical += "x-amz-date:20150830T123600Z\nx-amz-target:" + request.header("X-Amz-Target") + "\n\n" + signed_headers +
               "\n" + (payload_hash.empty() ? hash(request.body) : payload_hash);
  std::string signing = "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  for (const char* part : {"20150830", "us-east-1", "cloudtrail", "aws4_request"}) signing = hmac(signing, part);
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/cloudtrail/aws4_request\n" + hash(canonical);
  request.headers.emplace_back("Authorization",
                               authorization("cloudtrail", signed_headers, hex(hmac(signing, to_sign))));
  return request;
}

SignatureProblem problem(const Request& request, text::Timestamp now = example_time()) {
  const SignatureVerdict verdict = request.verify(example_tokens(), "cloudtrail", now);
  CHECK(verdict.accepted() == (verdict.problem == SignatureProblem::none));
  CHECK(verdict.message.empty() == verdict.accepted());
  return verdict.problem;
}

}  // namespace

TEST_CASE("AWS's example of a signed request: IAM's ListUsers") {
  // IAM User Guide, "Create a signed AWS API request", earlier editions: "Examples of the complete Signature Version 4
  // signing process".
  Request request;
  request.query = "Action=ListUsers&Version=2010-05-08";
  request.headers = {
      {"Host", "iam.amazonaws.com"},
      {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
      {"X-Amz-Date", "20150830T123600Z"},
      {"Authorization", authorization("iam", "content-type;host;x-amz-date",
                                      "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")}};
  CHECK(request.verify(example_tokens(), "iam", example_time()).accepted());
  request.query = "Version=2010-05-08&Action=ListUsers";
  CHECK(request.verify(example_tokens(), "iam", example_time()).accepted());
  request.query = "Version=2010-05-08&Action=ListRoles";
  CHECK(!request.verify(example_tokens(), "iam", example_time()).accepted());
}

TEST_CASE("AWS's test suite: get-vanilla, and the ways to write the same path") {
  Request request;
  request.headers = {
      {"Host", "example.amazonaws.com"},
      {"X-Amz-Date", "20150830T123600Z"},
      {"Authorization", authorization("service", "host;x-amz-date",
                                      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")}};
  for (const char* path : {"/", "", "//", "/./", "/example/..", "/a/b/../.."}) {
    CAPTURE(path);
    request.path = path;
    CHECK(request.verify(example_tokens(), "service", example_time()).accepted());
  }
  request.path = "/example";
  CHECK(!request.verify(example_tokens(), "service", example_time()).accepted());
}

TEST_CASE("a request as awscli signs it passes: spaces, case and order of headers don't matter") {
  Request request = lookup();
  CHECK(problem(request) == SignatureProblem::none);
  CHECK(request.verify(example_tokens(), "cloudtrail", example_time()).token->name == "key");
  request.header("Content-Type") = "  application/x-amz-json-1.1 ";
  std::reverse(request.headers.begin(), request.headers.end());
  request.headers.emplace_back("X-Forwarded-For", "203.0.113.7");
  CHECK(problem(request) == SignatureProblem::none);
}

TEST_CASE("requests that botocore 1.43 signed pass: LookupEvents, and PutAuditEvents with parameters") {
  const auto signed_by = [](const std::string& service, const std::string& headers, const std::string& signature) {
    return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/" + service +
           "/aws4_request, SignedHeaders=" + headers + ", Signature=" + signature;
  };
  Request lookup;
  lookup.method = "POST";
  lookup.body = R"({"MaxResults":5})";
  lookup.headers = {{"Host", "127.0.0.1:8080"},
                    {"Content-Type", "application/x-amz-json-1.1"},
                    {"X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"},
                    {"User-Agent", "aws-cli/2"},
                    {"X-Amz-Date", "20150830T123600Z"},
                    {"Authorization", signed_by("cloudtrail", "content-type;host;x-amz-date;x-amz-target",
                                                "9a300aa4077501fa5864a966689c5bebabcce74b352bf1610a5bdd0c2f8d7e93")},
                    {"Content-Length", "16"}};
  CHECK(lookup.verify(example_tokens(), "cloudtrail", example_time()).accepted());
  Request put;
  put.method = "POST";
  put.path = "/PutAuditEvents";
  put.query = "channelArn=arn%3Aaws%3Acloudtrail%3Aeu-west-1%3A111122223333%3Achannel%2Fa%20b&externalId=x%2Fy%2Bz";
  put.body = R"({"auditEvents":[]})";
  put.headers = {{"Host", "127.0.0.1:8080"},
                 {"Content-Type", "application/json"},
                 {"X-Amz-Date", "20150830T123600Z"},
                 {"Authorization", signed_by("cloudtrail-data", "content-type;host;x-amz-date",
                                             "9d719fea1f2d6befc11ec75fdc90644711222c82db2f2e4fd05e669f096e4407")}};
  CHECK(put.verify(example_tokens(), "cloudtrail-data", example_time()).accepted());
  put.query += "&more=1";
  CHECK(!put.verify(example_tokens(), "cloudtrail-data", example_time()).accepted());
}

TEST_CASE("whatever was signed and is changed, the signature doesn't fit") {
  const auto changed = [](auto change) {
    Request request = lookup();
    change(request);
    return problem(request);
  };
  CHECK(changed([](Request& r) { r.body = R"({"MaxResults":6})"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.method = "PUT"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.path = "/x"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.query = "a=b"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.header("Host") = "127.0.0.2:8080"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.header("X-Amz-Target") += "2"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.header("X-Amz-Date") = "20150830T123601Z"; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.headers.emplace_back("X-Amz-Target", "twice"); }) ==
        SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.header("Authorization").back() ^= 1; }) == SignatureProblem::wrong_signature);
  CHECK(changed([](Request& r) { r.header("Authorization").pop_back(); }) == SignatureProblem::wrong_signature);
}

TEST_CASE("host, date and target must be signed") {
  for (const std::string& left_out : {std::string{"host;"}, std::string{"x-amz-date;"}, std::string{";x-amz-target"}}) {
    Request request = lookup();
    std::string& header = request.header("Authorization");
    header.erase(header.find(left_out), left_out.size());
    CHECK(problem(request) == SignatureProblem::wrong_signature);
  }
}

TEST_CASE("x-amz-content-sha256: the body's hash, or UNSIGNED-PAYLOAD") {
  const std::string right = hash(R"({"MaxResults":5})");
  CHECK(problem(lookup(right)) == SignatureProblem::none);
  Request request = lookup("UNSIGNED-PAYLOAD");
  CHECK(problem(request) == SignatureProblem::none);
  request.body = "{}";
  CHECK(problem(request) == SignatureProblem::none);
  request = lookup(right);
  request.body = "{}";
  CHECK(problem(request) == SignatureProblem::wrong_body);
  CHECK(problem(lookup("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")) == SignatureProblem::wrong_body);
}

TEST_CASE("the clock may be 15 minutes off, in both directions") {
  const Request request = lookup();
  CHECK(problem(request, example_time() + 15 * text::kMinute) == SignatureProblem::none);
  CHECK(problem(request, example_time() - 15 * text::kMinute) == SignatureProblem::none);
  CHECK(problem(request, example_time() + 15 * text::kMinute + 1000) == SignatureProblem::expired);
  CHECK(problem(request, example_time() - 15 * text::kMinute - 1000) == SignatureProblem::expired);
  const auto verdict = request.verify(example_tokens(), "cloudtrail", example_time() + text::kHour);
  CHECK(verdict.message ==
        "Signature expired: 20150830T123600Z is now earlier than 20150830T132100Z (20150830T133600Z - 15 min.)");
}

TEST_CASE("unknown, expired and temporary credentials are not recognised") {
  const Request request = lookup();
  CHECK(request.verify(TokenSet{}, "cloudtrail", example_time()).problem == SignatureProblem::unrecognized);
  Token old = key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  old.expires = example_time();
  CHECK(request.verify(TokenSet{{old}}, "cloudtrail", example_time()).problem == SignatureProblem::unrecognized);
  Request session = lookup();
  session.headers.emplace_back("X-Amz-Security-Token", "FwoG");
  CHECK(problem(session) == SignatureProblem::unrecognized);
}

TEST_CASE("the scope is the service's, the day's, and ends in aws4_request") {
  const Request request = lookup();
  CHECK(request.verify(example_tokens(), "cloudtrail-data", example_time()).problem == SignatureProblem::wrong_scope);
  for (const auto& [from, to] : {std::pair{"20150830/", "20150829/"}, std::pair{"aws4_request", "aws5_request"}}) {
    Request other = lookup();
    std::string& header = other.header("Authorization");
    header.replace(header.find(from), std::string{from}.size(), to);
    CHECK(problem(other) == SignatureProblem::wrong_scope);
  }
}

TEST_CASE("what is missing or misshapen is named") {
  Request request = lookup();
  request.headers.pop_back();
  CHECK(problem(request) == SignatureProblem::missing);
  for (const char* header :
       {"Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/e",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/cloudtrail, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host", "AWS4-HMAC-SHA256 ,,,=,=="}) {
    CAPTURE(header);
    Request other = lookup();
    other.header("Authorization") = header;
    CHECK(problem(other) == SignatureProblem::incomplete);
  }
  Request dateless = lookup();
  dateless.header("X-Amz-Date") = "Sun, 30 Aug 2015 12:36:00 GMT";
  CHECK(problem(dateless) == SignatureProblem::incomplete);
}

TEST_CASE("problems have AWS's names") {
  CHECK(aws_error_type(SignatureProblem::missing) == "MissingAuthenticationTokenException");
  CHECK(aws_error_status(SignatureProblem::missing) == 403);
  CHECK(aws_error_type(SignatureProblem::unrecognized) == "UnrecognizedClientException");
  CHECK(aws_error_type(SignatureProblem::wrong_signature) == "InvalidSignatureException");
  CHECK(aws_error_type(SignatureProblem::expired) == "RequestExpired");
  CHECK(aws_error_status(SignatureProblem::expired) == 400);
}
