// Any bytes as a connection's beginning, and as a request's head: none is decided twice in different ways, and none
// that names another host or origin is a program's. The first line is the method, the second the target, each further
// line a header.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "serve/cross_site.h"
#include "serve/first_bytes.h"
#include "serve/route_table.h"

using namespace trailkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all{reinterpret_cast<const char*>(data), size};
  const serve::Foreign whole = serve::foreign_protocol(all);
  for (std::size_t part = 0; part < std::min<std::size_t>(size, 200); ++part) {
    const serve::Foreign early = serve::foreign_protocol(all.substr(0, part));
    if (early != whole && early != serve::Foreign::undecided) std::abort();
  }
  std::string_view rest = all;
  const auto line = [&rest] {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return text;
  };
  serve::RequestHead head;
  head.method = line();
  head.path = line();
  bool foreign_site = false;
  while (!rest.empty()) {
    const std::string_view text = line();
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 200 || text.size() > 4000) continue;
    const std::string name{text.substr(0, colon)};
    const std::string value{text.substr(colon + 1)};
    head.headers.insert(name, value);
    if (name == "Sec-Fetch-Site" && value == "cross-site") foreign_site = true;
  }
  if (serve::route_of(head).route == nullptr) std::abort();
  if (foreign_site && serve::cross_site_problem(head).empty()) std::abort();
  static_cast<void>(serve::host_problem(head));
  const serve::KnownHosts hosts{{"keeper.example", "*.trail.example"}};
  const std::string_view host = head.header("Host");
  if (hosts.knows(host, "192.0.2.1") && host.find("evil") != std::string_view::npos &&
      host.find("localhost") == std::string_view::npos && host.find("trail.example") == std::string_view::npos) {
    std::abort();
  }
  return 0;
}
