#include "store/actor.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include "text/json_writer.h"

namespace trailkeeper::store {
namespace {

std::string user_name(uid_t uid) {
  constexpr std::size_t kRoom = 16384;
  std::vector<char> room(kRoom);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Of the first of the standard streams that is a terminal.
std::string terminal_name() {
  std::array<char, 256> name{};
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::ttyname_r(stream, name.data(), name.size()) == 0) return name.data();
  }
  return {};
}

}  // namespace

std::string process_actor() {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member_if_any("user", user_name(::getuid())).member("uid", ::getuid());
  constexpr unsigned long kNoLogin = 0xFFFFFFFF;
  unsigned long login = kNoLogin;
  if (std::ifstream{"/proc/self/loginuid"} >> login && login != kNoLogin) json.member("loginUid", login);
  json.member_if_any("sudoUser", environment("SUDO_USER")).member_if_any("host", host_name());
  json.member_if_any("tty", terminal_name());
  const std::string_view client =
      environment("SSH_CONNECTION").empty() ? environment("SSH_CLIENT") : environment("SSH_CONNECTION");
  json.member_if_any("sshClient", client.substr(0, client.find(' '))).close('}');
  return text;
}

std::string token_actor(const std::string& token, const std::string& peer) {
  std::string text;
  text::JsonWriter json{text};
  json.open('{').member_if_any("token", token).member_if_any("peer", peer);
  json.raw_member("server", process_actor()).close('}');
  return text;
}

}  // namespace trailkeeper::store
