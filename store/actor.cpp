#include "store/actor.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include "text/json_text.h"

namespace trailkeeper::store {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& json) {
  if (text.empty()) return;
  if (json.back() != '{') json.push_back(',');
  text::append_quoted(name, json);
  json.push_back(':');
  text::append_quoted(text, json);
}

void append_member(std::string_view name, unsigned long number, std::string& json) {
  if (json.back() != '{') json.push_back(',');
  text::append_quoted(name, json);
  json += ":" + std::to_string(number);
}

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
  std::string json = "{";
  append_member("user", user_name(::getuid()), json);
  append_member("uid", ::getuid(), json);
  constexpr unsigned long kNoLogin = 0xFFFFFFFF;
  unsigned long login = kNoLogin;
  if (std::ifstream{"/proc/self/loginuid"} >> login && login != kNoLogin) append_member("loginUid", login, json);
  append_member("sudoUser", environment("SUDO_USER"), json);
  append_member("host", host_name(), json);
  append_member("tty", terminal_name(), json);
  const std::string_view client =
      environment("SSH_CONNECTION").empty() ? environment("SSH_CLIENT") : environment("SSH_CONNECTION");
  append_member("sshClient", client.substr(0, client.find(' ')), json);
  return json + "}";
}

std::string token_actor(const std::string& token, const std::string& peer) {
  std::string json = "{";
  append_member("token", token, json);
  append_member("peer", peer, json);
  json += json.back() == '{' ? "" : ",";
  return json + "\"server\":" + process_actor() + "}";
}

}  // namespace trailkeeper::store
