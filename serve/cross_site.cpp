#include "serve/cross_site.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "text/ascii.h"

namespace trailkeeper::serve {
namespace {

bool is_port(std::string_view text) {
  constexpr std::size_t kLongest = 5;
  return text.size() <= kLongest && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// What names and addresses are made of, narrower than RFC 3986's reg-name: a browser sends a name in another script as
// "xn--", and an address' zone ("%eth0") is of the machine that wrote it, not of a URL's (RFC 6874 section 1).
constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
constexpr std::string_view kOfAddresses = "abcdefABCDEF0123456789:.";

/// The name or address in a Host header's value, without brackets, port and the root's dot; empty if it is none.
std::string name_of(std::string_view host) {
  std::string_view name = host;
  std::string_view behind;
  const bool bracketed = host.starts_with('[');
  if (bracketed) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return {};
    name = host.substr(1, end - 1);
    behind = host.substr(end + 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    behind = host.substr(colon);
  }
  if (!behind.empty() && (behind.front() != ':' || !is_port(behind.substr(1)))) return {};
  if (name.find_first_not_of(bracketed ? kOfAddresses : kOfNames) != std::string_view::npos) return {};
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  return text::lowered(name);
}

/// `scheme://host:port` without the scheme and its usual port.
std::string authority_of(std::string_view origin) {
  std::string_view rest = origin;
  std::string_view usual;
  if (rest.starts_with("http://")) {
    usual = ":80";
  } else if (rest.starts_with("https://")) {
    usual = ":443";
  } else {
    return {};
  }
  rest.remove_prefix(rest.find("//") + 2);
  if (rest.ends_with(usual)) rest.remove_suffix(usual.size());
  return text::lowered(rest);
}

// Whether an origin is the server that the request is for.
bool same_origin(std::string_view origin, std::string_view host) {
  const std::string authority = authority_of(origin);
  if (authority.empty()) return false;
  // Which scheme the client used, a proxy in front may hide; so either's usual port may be missing.
  for (const std::string_view usual : {"", ":80", ":443"}) {
    if (text::lowered(host) == authority + std::string{usual}) return true;
  }
  return false;
}

template <typename Visit>
void each(const RequestHead& head, std::string_view name, Visit visit) {
  const auto [first, last] = head.headers.equal_range(boost::beast::string_view{name.data(), name.size()});
  for (auto field = first; field != last; ++field) {
    visit(std::string_view{field->value().data(), field->value().size()});
  }
}

}  // namespace

KnownHosts::KnownHosts(const std::vector<std::string>& names) {
  for (const std::string& name : names) names_.push_back(text::lowered(name));
}

bool KnownHosts::knows(std::string_view host, std::string_view own) const {
  const std::string name = name_of(host);
  if (name.empty()) return false;
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(name, no_address);
  if (!no_address && (address.is_loopback() || address.to_string() == own)) return true;
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& known) {
    if (!known.starts_with("*.")) return name == known;
    const std::size_t dot = name.find('.');
    return dot != std::string::npos && dot > 0 && name.substr(dot) == known.substr(1);
  });
}

std::string cross_site_problem(const RequestHead& head) {
  std::string problem;
  each(head, "Sec-Fetch-Site", [&](std::string_view site) {
    if (site == "same-origin" || site == "none") return;
    problem = "a browser sent this for a page of another site: pages of other sites are not let in";
  });
  each(head, "Origin", [&](std::string_view origin) {
    if (same_origin(origin, head.header("Host"))) return;
    problem = "a browser sent this for a page of " + std::string{origin.substr(0, 256)} +
              ": pages of other origins are not let in";
  });
  return problem;
}

std::string host_problem(const RequestHead& head) {
  std::size_t count = 0;
  bool readable = true;
  each(head, "Host", [&](std::string_view host) {
    ++count;
    readable = readable && (host.empty() || !name_of(host).empty());
  });
  if (count > 1) return "a request has one Host header, not several";
  return readable ? std::string{} : "the Host header is no name or address with or without a port";
}

}  // namespace trailkeeper::serve
