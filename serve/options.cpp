#include "serve/options.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace trailkeeper::serve {

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::http: return "http";
    case Protocol::syslog: return "syslog";
    case Protocol::forward: return "forward";
    case Protocol::ndjson: return "ndjson";
  }
  return "";
}

text::Result<ListenerOptions> ListenerOptions::parse(Protocol protocol, bool tls, std::string_view text) {
  ListenerOptions options;
  options.protocol = protocol;
  options.tls = tls;
  std::string_view port = text;
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    options.host = host;
    port = text.substr(colon + 1);
  }
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failed != std::errc{} || end != port.data() + port.size() || number > 65535) {
    return text::Problem{
        "'" + std::string{text} + "' is not a port with or without an address, such as 8417 or 0.0.0.0:8417", "", 0};
  }
  options.port = static_cast<std::uint16_t>(number);
  boost::system::error_code no_address;
  boost::asio::ip::make_address(options.host, no_address);
  if (no_address) {
    return text::Problem{"'" + options.host + "' is not an IP address, such as 127.0.0.1 or [::1]", "", 0};
  }
  return options;
}

bool ListenerOptions::loopback() const { return boost::asio::ip::make_address(host).is_loopback(); }

}  // namespace trailkeeper::serve
