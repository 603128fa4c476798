// TLS for all listeners of a server, with certificates that can be replaced while it runs.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "serve/options.h"

namespace trailkeeper::serve {

/// Common name and DNS names of a certificate; none of null.
std::vector<std::string> certificate_names(X509* certificate);

/// Thread-safe: connections keep the context that they began with.
class TlsContext {
 public:
  /// Loads the files. Throws std::runtime_error that names the file.
  explicit TlsContext(TlsOptions options);

  /// Loads the files again (SIGHUP); throws and keeps what it had if they are bad.
  void reload();

  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const { return std::atomic_load(&context_); }

  /// Whether a client with these names may come in.
  [[nodiscard]] bool accepts_name(const std::vector<std::string>& names) const;
  /// Common name and DNS names of the server's own certificate.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool asks_for_certificates() const { return !options_.client_ca.empty(); }

 private:
  TlsOptions options_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace trailkeeper::serve
