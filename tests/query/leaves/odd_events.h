// Random events whose values are as odd as JSON allows, some of which name or hold what is confidential.
#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace trailkeeper::tests {

/// The same events for the same seed. Each has a sharedEventID of its own.
class OddEvents {
 public:
  explicit OddEvents(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <std::size_t N>
  std::string pick(const std::array<std::string_view, N>& from) {
    return std::string{from[below(N)]};
  }

  std::string event() {
    const std::string number = std::to_string(++number_);
    std::string out = R"({"eventTime":")" + time() + R"(","sharedEventID":"e)" + number + R"(","eventName":)";
    out += one_in(3) ? R"("CreateForm")" : R"("PutObject")";
    out += R"(,"eventSource":)";
    out += one_in(3)    ? R"("activate.amazonaws.com")"
           : one_in(20) ? R"("activate\u002eamazonaws.com")"
                        : R"("s3.amazonaws.com")";
    if (!one_in(4)) out += R"(,"eventID":")" + guid() + "\"";
    if (one_in(2)) out += R"(,"requestID":)" + (one_in(2) ? "\"" + guid() + "\"" : value(3));
    if (one_in(2)) out += R"(,"userAgent":)" + string();
    if (one_in(3)) out += R"(,"tlsDetails":{"tlsVersion":"TLSv1.)" + std::to_string(below(4)) + "\"}";
    if (one_in(3)) out += one_in(2) ? R"(,"readOnly":true)" : R"(,"readOnly":"false")";
    if (one_in(4)) out += R"(,"resources":[{"ARN":)" + string() + R"(},{"ARN":)" + value(3) + "}]";
    if (one_in(5)) out += R"(,"userIdentity":{"type":"Root","arn":)" + string() + "}";
    out += R"(,"requestParameters":)" + (one_in(9) ? value(0) : object(0));
    if (one_in(5)) out += R"(,"responseElements":)" + value(0);
    if (one_in(9)) out += R"(,"requestParameters":)" + object(1);  // The last of two counts.
    return out + "}";
  }

  /// The event with so many values more that no table has a place for each.
  static std::string kept_whole(std::string event) {
    std::string wide = ",\"wide\":[7";
    for (int i = 0; i < 1100; ++i) wide += ",7";
    event.pop_back();
    return event + wide + "]}";
  }

  /// A word that is asked for.
  std::string word() { return one_in(2) ? pick(kSecrets) : pick(kWords); }

  static constexpr std::array<std::string_view, 5> kSecrets{"0Xy12ab", "123456789", "Acme 42 Ltd", "PROMO77",
                                                            "0a1b2c3d-0000-4000-8000-00000000aaaa"};
  static constexpr std::array<std::string_view, 24> kPaths{"requestParameters.a",
                                                           "requestParameters.b",
                                                           "requestParameters.c\\.d",
                                                           "requestParameters.list",
                                                           "requestParameters.list[]",
                                                           "requestParameters.list[].a",
                                                           "requestParameters.list[].list[]",
                                                           "requestParameters.obj",
                                                           "requestParameters.obj.a",
                                                           "requestParameters.orgId",
                                                           "requestParameters.orgIds",
                                                           "requestParameters.0Xy12ab",
                                                           "requestParameters",
                                                           "responseElements",
                                                           "requestID",
                                                           "eventID",
                                                           "eventTime",
                                                           "eventName",
                                                           "userAgent",
                                                           "readOnly",
                                                           "tlsDetails.tlsVersion",
                                                           "resources[].ARN",
                                                           "userIdentity.arn",
                                                           "nothing.there"};

 private:
  static constexpr std::array<std::string_view, 14> kWords{
      "x", "", "abc", "org", "organizationId", "true", "10", "2024", "TLSv1.2", "promo", "caf", "Ltd", "12ab", "a/b"};

  std::string time() {
    return "2024-05-0" + std::to_string(1 + below(3)) + "T1" + std::to_string(below(10)) + ":00:0" +
           std::to_string(below(10)) + (one_in(6) ? ".25Z" : "Z");
  }
  std::string guid() {
    return "0a1b2c3d-0000-4000-8000-0000000" + std::to_string(10'000 + below(one_in(2) ? 5 : 80'000));
  }

  std::string number() {
    static constexpr std::array<std::string_view, 14> kNumbers{
        "0",  "-0", "1e3",       "1000",   "1.0", "1", "10", "-7", "3.25", "12345678901234567890123",
        "99", "7",  "123456789", "-1.5e-3"};
    return pick(kNumbers);
  }

  std::string string() {
    switch (below(14)) {
      case 0: return "\"\"";
      case 1: return "\"" + guid() + "\"";
      case 2: return R"("0A1B2C3D-0000-4000-8000-000000010001")";
      case 3: return "\"" + time() + "\"";
      case 4: return R"("caf\u00e9 \"q\" a\/b")";
      case 5: return R"("\u006frg x")";
      case 6: return "\"" + number() + "\"";
      case 7: return "\"" + pick(kSecrets) + "\"";
      case 8: return "\"see " + pick(kSecrets) + ", x\"";
      case 9: return R"("k=0%5812ab&o=0%58y12ab+1")";
      case 10: return R"("{\"orgId\":\")" + pick(kSecrets) + R"(\",\"t\":\"a\\\/b 0Xy12ab\"}")";
      case 11: return R"("[\")" + pick(kSecrets) + R"(\",7]")";
      case 12: return R"("orgId=)" + pick(kSecrets) + "\"";
      default: return "\"" + pick(kWords) + std::to_string(below(4)) + "\"";
    }
  }

  std::string value(int depth) {
    const std::uint64_t kind = below(depth > 2 ? 8 : 11);
    if (kind == 0) return one_in(2) ? "true" : "false";
    if (kind == 1) return "null";
    if (kind == 2) return number();
    if (kind < 8) return string();
    if (kind == 8) return object(depth + 1);
    std::string out = "[";
    for (std::uint64_t i = 0, n = below(4); i < n; ++i)
      out += (i == 0 ? "" : one_in(2) ? "," : " , ") + value(depth + 1);
    return out + "]";
  }

  std::string object(int depth) {
    static constexpr std::array<std::string_view, 22> kKeys{"a",
                                                            "a",
                                                            "b",
                                                            "b",
                                                            "list",
                                                            "list",
                                                            "obj",
                                                            "obj",
                                                            "c.d",
                                                            "\\u0061",
                                                            "other",
                                                            "other",
                                                            "other",
                                                            "a",
                                                            "list",
                                                            "orgId",
                                                            "value",
                                                            "name",
                                                            "pro\\u002dmoCode",
                                                            "org",
                                                            "0Xy12ab",
                                                            "orgIds"};
    std::string out = "{";
    for (std::uint64_t i = 0, n = below(5); i < n; ++i) {
      const std::string key = pick(kKeys);
      out += (i == 0 ? "\"" : one_in(3) ? " , \"" : ",\"") + key + (one_in(5) ? "\" : " : "\":");
      if (key == "name" && one_in(2)) {
        out += one_in(2) ? R"("orgId")" : R"("promo-code")";
      } else if (key == "org" && one_in(2)) {
        out += R"({"id":")" + pick(kSecrets) + "\"}";
      } else if (key == "orgIds" && one_in(2)) {
        out += R"({")" + pick(kSecrets) + R"(":)" + value(depth + 1) + "}";
      } else {
        out += value(depth + 1);
      }
    }
    return out + "}";
  }

  std::mt19937_64 random_;
  std::uint64_t number_ = 0;
};

}  // namespace trailkeeper::tests
