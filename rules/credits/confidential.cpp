#include "rules/credits/confidential.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "event/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::string_view kTag = "A3POPC";
constexpr std::string_view kActivate = "activate.amazonaws.com";
// JSON in a string in JSON…: as deep as shippers wrap.
constexpr int kMaxNesting = 4;
// Secrets of one event that are looked for elsewhere in it.
constexpr std::size_t kMostFound = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

enum class Secret { none, org_id, promotion_code };

Secret secret_named(std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c != '_' && c != '-') plain += lower(c);
  }
  constexpr std::array<std::string_view, 3> kOrgIds{"orgid", "activateorgid", "providerorgid"};
  constexpr std::array<std::string_view, 4> kCodes{"promocode", "promotioncode", "promotionalcode", "a3popc"};
  if (std::find(kOrgIds.begin(), kOrgIds.end(), plain) != kOrgIds.end()) return Secret::org_id;
  if (std::find(kCodes.begin(), kCodes.end(), plain) != kCodes.end()) return Secret::promotion_code;
  return Secret::none;
}

// Whether a value is one that was masked before: an Org ID may begin like a pseudonym.
bool is_pseudonym(std::string_view value, std::string_view kind) {
  constexpr std::size_t kDigits = 12;
  if (!value.starts_with(kind) || value.size() != kind.size() + kDigits) return false;
  value.remove_prefix(kind.size());
  return value.find_first_not_of("0123456789abcdef*") == std::string_view::npos;
}

bool ends_code(char c) {
  return c == '\0' || std::string_view{"&;#\"'<> \t\r\n,)}]\\"}.find(c) != std::string_view::npos;
}

// Replaces what follows the tag in plain text: A3POPC=ABC, A3POPC%3DABC, A3POPC/ABC.
std::string without_codes(std::string_view text, const Pseudonymiser& pseudonymiser) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t tag = text.find(kTag, at);
    if (tag == std::string_view::npos) break;
    std::size_t begin = tag + kTag.size();
    for (const std::string_view separator : {"%3D", "%3d", "%2F", "%2f", "%3A", "%3a", "=", ":", "/"}) {
      if (text.substr(begin).starts_with(separator)) {
        begin += separator.size();
        break;
      }
    }
    std::size_t end = begin;
    while (end < text.size() && !ends_code(text[end])) ++end;
    out += text.substr(at, begin - at);
    const std::string_view code = text.substr(begin, end - begin);
    // What is masked already stays as it is.
    if (!code.empty()) out += is_pseudonym(code, "promo-") ? std::string{code} : pseudonymiser.promotion_code(code);
    at = end;
  }
  out += text.substr(at);
  return out;
}

// Secrets that a text names, and their pseudonyms.
using Found = std::map<std::string, std::string, std::less<>>;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// The text with pseudonyms for secrets that stand in it as words of their own.
std::string without_words(std::string_view text, const Found& found) {
  std::string out{text};
  for (const auto& [secret, pseudonym] : found) {
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
      const std::size_t end = at + secret.size();
      const bool alone = (at == 0 || !is_word(out[at - 1])) && (end == out.size() || !is_word(out[end]));
      if (alone) out.replace(at, secret.size(), pseudonym);
      at += alone ? pseudonym.size() : secret.size();
    }
  }
  return out;
}

class Masker {
 public:
  Masker(std::string_view json, const Pseudonymiser& pseudonymiser, int nesting, Found& found)
      : json_(json), pseudonymiser_(pseudonymiser), nesting_(nesting), found_(found) {}

  std::string run() {
    // A source that is written with escapes isn't told from Activate's.
    const bool activate =
        nesting_ > 0 || json_.find(kActivate) != std::string_view::npos || json_.find("\\u") != std::string_view::npos;
    Secret wanted = Secret::none;  // What the value that comes now is.
    int arrays = 0;                // That are open in it.
    while (at_ < json_.size()) {
      const char c = json_[at_];
      if (c == '"') {
        const std::string_view token = take_string();
        const Secret named = is_key() ? secret_named(text_of(token)) : Secret::none;
        if (is_key()) {
          wanted = named == Secret::org_id && !activate ? Secret::none : named;
          out_ += token;
        } else {
          put_value(token, wanted);
          if (arrays == 0) wanted = Secret::none;
        }
      } else if (wanted != Secret::none && ((c >= '0' && c <= '9') || c == '-')) {
        std::size_t end = at_;
        while (end < json_.size() && std::string_view{"+-.eE0123456789"}.find(json_[end]) != std::string_view::npos)
          ++end;
        event::append_quoted(pseudonym(json_.substr(at_, end - at_), wanted), out_);
        at_ = end;
        if (arrays == 0) wanted = Secret::none;
      } else {
        // Arrays of secrets are secrets, too; objects are looked into.
        if (wanted != Secret::none && c == '[') ++arrays;
        const bool array_ends = c == ']' && arrays > 0 && --arrays == 0;
        if (array_ends || c == '{' || c == '}') {
          wanted = Secret::none;
          arrays = 0;
        }
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

  // What was found under its name may be repeated elsewhere, as in an error message.
  std::string run_for_found() {
    std::size_t depth = 0;
    bool own = false;  // In a member that tells what happened and who did it: no Org ID is looked for there.
    while (at_ < json_.size()) {
      const char c = json_[at_];
      if (c != '"') {
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && depth > 0) --depth;
        out_ += c;
        ++at_;
        continue;
      }
      const std::string_view token = take_string();
      const bool of_event = depth == 1 && is_key();
      const std::string text = text_of(token);
      if (of_event) own = is_own_field(text);
      const std::string shown = of_event || own ? text : without_words(text, found_);
      if (shown == text) {
        out_ += token;
      } else {
        event::append_quoted(shown, out_);
      }
    }
    return std::move(out_);
  }

 private:
  static bool is_own_field(std::string_view name) {
    constexpr std::array<std::string_view, 20> kFields{
        "apiVersion",      "awsRegion",   "errorCode", "eventCategory",      "eventID",
        "eventName",       "eventSource", "eventTime", "eventType",          "eventVersion",
        "managementEvent", "readOnly",    "requestID", "recipientAccountId", "sharedEventID",
        "sourceIPAddress", "tlsDetails",  "userAgent", "userIdentity",       "vpcEndpointId"};
    return std::find(kFields.begin(), kFields.end(), name) != kFields.end();
  }

  // The string token at at_, with its quotes; the rest of the text if it has no end.
  std::string_view take_string() {
    std::size_t end = at_ + 1;
    while (end < json_.size() && json_[end] != '"') end += json_[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, json_.size());
    const std::string_view token = json_.substr(at_, end - at_);
    at_ = end;
    return token;
  }

  [[nodiscard]] bool is_key() const {
    const std::size_t next = json_.find_first_not_of(" \t\r\n", at_);
    return next != std::string_view::npos && json_[next] == ':';
  }

  static std::string text_of(std::string_view token) {
    token.remove_prefix(1);
    if (token.ends_with('"')) token.remove_suffix(1);
    if (!event::valid_escapes(token)) return std::string{token};
    std::string text;
    event::append_unescaped(token, text);
    return text;
  }

  [[nodiscard]] std::string pseudonym(std::string_view value, Secret secret) {
    // Shorter words stand in texts by chance.
    constexpr std::size_t kShortest = 4;
    if (value.empty()) return {};
    const bool org_id = secret == Secret::org_id;
    if (is_pseudonym(value, org_id ? "org-" : "promo-")) return std::string{value};
    std::string made = org_id ? pseudonymiser_.org_id(value) : pseudonymiser_.promotion_code(value);
    if (value.size() >= kShortest && found_.size() < kMostFound) found_.emplace(value, made);
    return made;
  }

  void put_value(std::string_view token, Secret wanted) {
    if (wanted != Secret::none) {
      event::append_quoted(pseudonym(text_of(token), wanted), out_);
      return;
    }
    if (token.find('\\') == std::string_view::npos && token.find(kTag) == std::string_view::npos) {
      out_ += token;
      return;
    }
    std::string text = text_of(token);
    std::string shown = text.find(kTag) == std::string::npos ? text : without_codes(text, pseudonymiser_);
    const bool nested =
        nesting_ < kMaxNesting && shown.find_first_not_of(" \t\r\n") != std::string::npos &&
        std::string_view{"{["}.find(shown[shown.find_first_not_of(" \t\r\n")]) != std::string_view::npos;
    if (nested && may_hold_secret(shown)) shown = Masker{shown, pseudonymiser_, nesting_ + 1, found_}.run();
    if (shown == text) {
      out_ += token;
    } else {
      event::append_quoted(shown, out_);
    }
  }

  std::string_view json_;
  const Pseudonymiser& pseudonymiser_;
  int nesting_;
  Found& found_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string Pseudonymiser::pseudonym(std::string_view kind, std::string_view value) const {
  if (key_.empty()) return std::string{kind} + "************";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string message = std::string{kind} + std::string{value};
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), digest.data(), &size);
  constexpr unsigned kShown = 6;
  std::string out{kind};
  for (unsigned i = 0; i < kShown && i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

bool may_hold_secret(std::string_view json) {
  // Every name of a secret, escaped or not, is in a text that has one of these; so is each promotion code.
  return json.find(kActivate) != std::string_view::npos || json.find(kTag) != std::string_view::npos ||
         json.find("activate") != std::string_view::npos || json.find("rgId") != std::string_view::npos;
}

std::string masked(std::string_view json, const Pseudonymiser& pseudonymiser) {
  Found found;
  std::string shown = Masker{json, pseudonymiser, 0, found}.run();
  const bool repeated = std::any_of(found.begin(), found.end(), [&](const auto& secret) {
    return shown.find(secret.first) != std::string::npos || shown.find('\\') != std::string::npos;
  });
  return repeated ? Masker{shown, pseudonymiser, 0, found}.run_for_found() : shown;
}

}  // namespace trailkeeper::rules::credits
