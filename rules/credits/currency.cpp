#include "rules/credits/currency.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace trailkeeper::rules::credits {
namespace {

using text::JsonMember;
using text::JsonNode;
using NodeKind = JsonNode::Kind;

// ISO 4217's codes of currencies in use, and of some that records of old amounts may have.
constexpr std::string_view kCodes =
    " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG "
    "QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD "
    "TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL ";

// Letters alone, in lower case.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const char letter = text::lower(c);
    if (letter >= 'a' && letter <= 'z') plain += letter;
  }
  return plain;
}

bool names_unit(std::string_view name) { return plain_name(name).ends_with("unit"); }

bool is_code(std::string_view text) {
  constexpr std::size_t kLetters = 3;
  if (text.size() != kLetters) return false;
  std::string code{" "};
  for (const char c : text) code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return kCodes.find(code + " ") != std::string_view::npos;
}

}  // namespace

bool names_currency(std::string_view name) {
  constexpr std::array<std::string_view, 5> kWords{"currency", "currencycode", "currencyiso", "currencyisocode", "ccy"};
  const std::string plain = plain_name(name);
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return plain.ends_with(word); });
}

bool is_dollars(std::string_view currency) { return currency.empty() || text::same_ignoring_case(currency, "USD"); }

std::optional<std::string> other_currency(const JsonNode& currency) {
  const bool has_text = currency.kind == NodeKind::string || currency.kind == NodeKind::number;
  if (has_text && !is_dollars(currency.text)) return currency.text;
  for (const JsonNode& item : currency.items) {
    if (auto found = other_currency(item)) return found;
  }
  for (const JsonMember& member : currency.members) {
    if (auto found = other_currency(member.value)) return found;
  }
  return std::nullopt;
}

std::optional<std::string> other_currency_in(const JsonNode& amount) {
  for (const JsonNode& item : amount.items) {
    if (auto found = other_currency_in(item)) return found;
  }
  for (const JsonMember& member : amount.members) {
    const bool says = names_currency(member.key) || names_unit(member.key);
    if (auto found = says ? other_currency(member.value) : other_currency_in(member.value)) return found;
  }
  return std::nullopt;
}

std::optional<std::string> other_currency_beside(const JsonNode& object) {
  for (const JsonMember& member : object.members) {
    const bool unit = names_unit(member.key) && is_code(member.value.text);
    if (!unit && !names_currency(member.key)) continue;
    if (auto found = other_currency(member.value)) return found;
  }
  return std::nullopt;
}

}  // namespace trailkeeper::rules::credits
