// Any bytes as a request's headers, path and query: nothing that isn't signed is accepted. The first line is the path
// and query, each further line a header, what follows an empty line the body.
#include <cstdlib>
#include <string>
#include <vector>

#include "serve/authorization.h"
#include "serve/sigv4.h"

using namespace trailkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  const auto line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return text;
  };
  const std::string_view target = line();
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  while (!rest.empty()) {
    const std::string_view text = line();
    if (text.empty()) break;
    const std::size_t colon = text.find(':');
    headers.emplace_back(text.substr(0, colon), colon == std::string_view::npos ? "" : text.substr(colon + 1));
    static_cast<void>(serve::presented_secret(headers.back().second));
  }
  serve::SignedRequest request;
  request.method = "POST";
  request.path = target.substr(0, target.find('?'));
  request.query = target.find('?') == std::string_view::npos ? "" : target.substr(target.find('?') + 1);
  request.headers = headers;
  request.body = rest;
  serve::Token token;
  token.name = "key";
  token.access_key_id = "AKIDEXAMPLE";
  token.aws_secret = "a secret that no input knows";
  const serve::TokenSet tokens{{token}};
  const auto now = text::parse_timestamp("20150830T123600Z");
  const serve::SignatureVerdict verdict = serve::verify_sigv4(request, tokens, "cloudtrail", *now);
  if (verdict.accepted() || verdict.message.empty()) std::abort();
  // libFuzzer sees what strings are compared with, and puts it into its inputs.
  const bool known =
      std::string_view{reinterpret_cast<const char*>(data), size}.find(token.aws_secret) != std::string_view::npos;
  if (!known && verdict.message.find(token.aws_secret) != std::string::npos) std::abort();
  if (serve::aws_error_type(verdict.problem).empty()) std::abort();
  return 0;
}
