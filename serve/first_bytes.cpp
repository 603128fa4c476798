#include "serve/first_bytes.h"

#include <algorithm>
#include <cctype>

namespace trailkeeper::serve {
namespace {

constexpr std::size_t kLongestMethod = 64;
constexpr std::size_t kLongestLine = std::size_t{16} << 10;
constexpr char kHandshake = 0x16;
constexpr char kTlsMajor = 0x03;

// RFC 9110 section 5.6.2.
bool in_method(char character) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || kSigns.find(character) != std::string_view::npos;
}

bool in_target(char character) { return static_cast<unsigned char>(character) > ' ' && character != '\x7f'; }

bool begins_target(char character) {
  return character == '/' || character == '*' || std::isalpha(static_cast<unsigned char>(character)) != 0;
}

// A method, a space, a target, a space and HTTP's version.
Foreign request_line(std::string_view line) {
  const auto* const method_end = std::find_if_not(line.begin(), line.end(), in_method);
  const auto method = static_cast<std::size_t>(method_end - line.begin());
  if (method > kLongestMethod) return Foreign::no;
  if (method == line.size()) return Foreign::undecided;
  if (method == 0 || line[method] != ' ') return Foreign::no;
  const std::string_view rest = line.substr(method + 1);
  if (rest.empty()) return Foreign::undecided;
  if (!begins_target(rest.front())) return Foreign::no;
  const auto* const target_end = std::find_if_not(rest.begin(), rest.end(), in_target);
  const auto target = static_cast<std::size_t>(target_end - rest.begin());
  if (target == rest.size()) return rest.size() < kLongestLine ? Foreign::undecided : Foreign::http;
  if (rest[target] != ' ') return Foreign::no;
  constexpr std::string_view kVersion = "HTTP/";
  const std::string_view version = rest.substr(target + 1);
  if (version.size() < kVersion.size()) return kVersion.starts_with(version) ? Foreign::undecided : Foreign::no;
  if (!version.starts_with(kVersion)) return Foreign::no;
  const bool preface = line.substr(0, method) == "PRI";
  if (preface && version.size() == kVersion.size()) return Foreign::undecided;
  return preface && version[kVersion.size()] == '2' ? Foreign::http2 : Foreign::http;
}

}  // namespace

Foreign foreign_protocol(std::string_view beginning) {
  if (beginning.starts_with(kHandshake)) {
    if (beginning.size() < 2) return Foreign::undecided;
    return beginning[1] == kTlsMajor ? Foreign::tls : Foreign::no;
  }
  // Servers let empty lines in front of a request line go by (RFC 9112 section 2.2).
  const std::size_t begin = beginning.substr(0, kLongestLine).find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return beginning.size() < kLongestLine ? Foreign::undecided : Foreign::no;
  return request_line(beginning.substr(begin));
}

std::string_view foreign_text(Foreign what) {
  switch (what) {
    case Foreign::http: return "the client speaks HTTP, which this port does not: nothing of it was taken";
    case Foreign::http2: return "the client speaks HTTP/2, which this port does not: nothing of it was taken";
    case Foreign::tls: return "the client begins a TLS handshake, but this port is a plain one";
    case Foreign::no:
    case Foreign::undecided: break;
  }
  return {};
}

}  // namespace trailkeeper::serve
