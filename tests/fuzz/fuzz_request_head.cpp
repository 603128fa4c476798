// Any bytes as a connection's beginning, and as a request's head: none is decided twice in different ways, and none
// that names another host or origin is a program's. The first line is the method, the second the target, each further
// line a header.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

#include "serve/cross_site.h"
#include "serve/first_bytes.h"
#include "serve/route_table.h"

using namespace trailkeeper;

namespace {

// A plain reading of what the server below answers to: names by their endings, addresses by their signs.
bool of_this_machine(std::string host) {
  for (char& sign : host) sign = static_cast<char>(std::tolower(static_cast<unsigned char>(sign)));
  constexpr std::string_view kNames = "abcdefghijklmnopqrstuvwxyz0123456789-._";
  const std::string name = host.substr(0, host.find_first_not_of(kNames));
  const std::string bare = name.substr(0, name.find_last_not_of('.') + 1);
  const bool named = bare == "localhost" || bare.ends_with(".localhost") || bare == "keeper.example" ||
                     (bare.ends_with(".trail.example") && bare.find('.') == bare.find(".trail.example"));
  const bool address = host.find_first_not_of("0123456789abcdef:.[]") == std::string::npos;
  return address || (named && host.find_first_not_of(":0123456789", name.size()) == std::string::npos);
}

}  // namespace

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
  const std::string host{head.header("Host")};
  if (hosts.knows(host, "192.0.2.1") && !of_this_machine(host)) std::abort();
  return 0;
}
