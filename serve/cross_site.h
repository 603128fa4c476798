// Requests that a browser sends for somebody else's page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "serve/http_message.h"

namespace trailkeeper::serve {

/// A server's names, as a `Host` header may have them.
class KnownHosts {
 public:
  /// `names`: DNS names without port, in any case; `*.example.com` stands for all of one more label.
  explicit KnownHosts(const std::vector<std::string>& names = {});

  /// Whether a `Host` (`name`, `name:port`, `[::1]:port`) is one of them, `localhost` or a name below it, a loopback
  /// address, or `own`, the address at which the connection came in.
  [[nodiscard]] bool knows(std::string_view host, std::string_view own) const;

 private:
  std::vector<std::string> names_;  // Lower case.
};

/// Why a request is refused that a browser sent for a page of another origin; empty if it isn't one. Decided by
/// `Origin` and by `Sec-Fetch-Site`, which pages can neither set nor leave out: programs send neither, while browsers
/// send one of them with every request that may change something, and nowadays `Sec-Fetch-Site` with all of them.
/// https://fetch.spec.whatwg.org/#origin-header https://www.w3.org/TR/fetch-metadata/
std::string cross_site_problem(const RequestHead& head);

/// What is wrong with a request's Host headers: several, or one that can't be read; empty if nothing.
std::string host_problem(const RequestHead& head);

}  // namespace trailkeeper::serve
