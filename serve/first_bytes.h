// What a connection speaks, told by its first bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace trailkeeper::serve {

/// Something other than what a port is for.
enum class Foreign : std::uint8_t {
  no,         ///< Neither of these.
  undecided,  ///< More bytes are needed.
  http,       ///< An HTTP request line, with any method.
  http2,      ///< HTTP/2's preface (RFC 9113 section 3.4).
  tls,        ///< A TLS handshake.
};

/// Whether a connection to a raw protocol begins like one of these. None of the raw protocols' messages does. A browser
/// may be made to send an HTTP request to any port, with a body that a page has chosen. Decides within 16 KiB.
Foreign foreign_protocol(std::string_view beginning);

/// `the client speaks HTTP, …`, for the log. Empty for those that are none.
std::string_view foreign_text(Foreign what);

}  // namespace trailkeeper::serve
