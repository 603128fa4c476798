#include "rules/credits/confidential.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "event/json_text.h"

namespace trailkeeper::rules::credits {
namespace {

constexpr std::string_view kTag = "A3POPC";
constexpr std::string_view kActivate = "activate.amazonaws.com";
// JSON in a string in JSON…: as deep as shippers wrap.
constexpr int kMaxNesting = 4;

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

class Masker {
 public:
  Masker(std::string_view json, const Pseudonymiser& pseudonymiser, int nesting)
      : json_(json), pseudonymiser_(pseudonymiser), nesting_(nesting) {}

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

 private:
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

  [[nodiscard]] std::string pseudonym(std::string_view value, Secret secret) const {
    if (value.empty()) return {};
    if (secret == Secret::org_id)
      return is_pseudonym(value, "org-") ? std::string{value} : pseudonymiser_.org_id(value);
    return is_pseudonym(value, "promo-") ? std::string{value} : pseudonymiser_.promotion_code(value);
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
    if (nested && may_hold_secret(shown)) shown = Masker{shown, pseudonymiser_, nesting_ + 1}.run();
    if (shown == text) {
      out_ += token;
    } else {
      event::append_quoted(shown, out_);
    }
  }

  std::string_view json_;
  const Pseudonymiser& pseudonymiser_;
  int nesting_;
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
  return Masker{json, pseudonymiser, 0}.run();
}

}  // namespace trailkeeper::rules::credits
