// What a server is told to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "text/result.h"

namespace trailkeeper::serve {

/// What is spoken on a port.
enum class Protocol : std::uint8_t { http, syslog, forward, ndjson };

/// `http`, `syslog`, `forward`, `ndjson`.
std::string_view protocol_name(Protocol protocol);

/// A port to listen on.
struct ListenerOptions {
  Protocol protocol = Protocol::http;
  std::string host = "127.0.0.1";  ///< An address, not a name.
  std::uint16_t port = 0;          ///< 0: any free one.
  bool tls = false;

  /// Reads `[HOST:]PORT`, with IPv6 addresses in brackets; no host is 127.0.0.1.
  static text::Result<ListenerOptions> parse(Protocol protocol, bool tls, std::string_view text);
  /// Whether only this machine can reach it.
  [[nodiscard]] bool loopback() const;
};

/// Certificate and key for TLS, and whose client certificates are accepted.
struct TlsOptions {
  std::string certificate;  ///< PEM file, with the chain.
  std::string key;          ///< PEM file.
  std::string client_ca;    ///< PEM file: clients must show a certificate signed by one of these. Empty: none.
  std::vector<std::string> client_names;  ///< Common names or DNS names that are let in; empty: all of the CA's.
};

/// Options that contradict each other, found as the server starts.
class WrongOptions : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ServerOptions {
  std::vector<ListenerOptions> listeners;
  TlsOptions tls;
  bool allow_plaintext = false;         ///< Beyond loopback without TLS.
  bool allow_unauthenticated = false;   ///< Raw protocols beyond loopback without client certificates.
  std::vector<std::string> host_names;  ///< Names that requests may ask for, besides loopback's and the certificate's.
  std::string forward_shared_key;       ///< Empty: no handshake.
  std::string queries;                  ///< A folder of saved queries; empty: only the program's.
  std::vector<std::string> follow;      ///< Folders whose files are taken in as they appear.

  std::size_t max_connections = 4096;
  std::size_t max_body = std::size_t{32} << 20;           ///< Bytes of an HTTP body, compressed or not.
  std::size_t max_in_flight = std::size_t{128} << 20;     ///< Bytes of deliveries not answered yet.
  std::size_t max_receiving = std::size_t{128} << 20;     ///< Bytes of requests and messages not complete yet.
  std::size_t max_query_memory = std::size_t{256} << 20;  ///< Bytes of counts and answers being made or sent.
  std::chrono::seconds header_timeout{15};                ///< For a request's header, or a TLS handshake.
  std::chrono::seconds body_timeout{60};                  ///< For a request's body as a whole.
  std::chrono::seconds idle_timeout{120};                 ///< Of an HTTP connection without a request.
  std::chrono::seconds write_timeout{60};                 ///< Without progress in writing.
  std::chrono::seconds stream_timeout{3600};              ///< Of syslog, forward and NDJSON connections without a byte.
  std::chrono::seconds query_timeout{60};                 ///< For a query, or a piece of a long answer.
  std::chrono::seconds drain_timeout{30};                 ///< For what is in flight when the server is told to stop.
  unsigned workers = 0;                                   ///< Parsing threads; 0: one a core.
  bool strict_variants = false;                           ///< Copies that a shipper rewrote are variants.
  bool merge = true;
};

}  // namespace trailkeeper::serve
