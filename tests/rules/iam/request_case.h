// A request with its policies, put together for a test and decided.
#pragma once

#include <string>
#include <string_view>

#include "rules/iam/evaluation_request.h"

namespace trailkeeper::tests {

inline constexpr std::string_view kUser = "arn:aws:iam::111122223333:user/anna";
inline constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/Developer";
inline constexpr std::string_view kSession = "arn:aws:sts::111122223333:assumed-role/Developer/laptop";
inline constexpr std::string_view kFederated = "arn:aws:sts::111122223333:federated-user/anna";
inline constexpr std::string_view kRoot = "arn:aws:iam::111122223333:root";
inline constexpr std::string_view kAllowAll =
    R"({"Version":"2012-10-17","Statement":{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}})";
inline constexpr std::string_view kDenyAll =
    R"({"Version":"2012-10-17","Statement":{"Sid":"None","Effect":"Deny","Action":"*","Resource":"*"}})";
inline constexpr std::string_view kAllowOther =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"other:*","Resource":"*"}})";

/// Members from `context` on are JSON; an empty one is left out.
struct RequestCase {
  std::string_view principal = kUser;
  std::string_view action = "s3:GetObject";
  std::string_view resource = "arn:aws:s3:::reports/a.csv";
  std::string account{};
  std::string context{};
  std::string identity{};
  std::string resource_policy{};
  std::string boundaries{};
  std::string session{};
  std::string service_control{};
  std::string resource_control{};
  std::string vpc_endpoint{};

  [[nodiscard]] std::string json() const {
    std::string out = R"({"request":{"principal":")";
    out.append(principal).append(R"(","action":")").append(action).append(R"(","resource":")").append(resource) += '"';
    if (!account.empty()) out += R"(,"resourceAccount":")" + account + '"';
    if (!context.empty()) out += R"(,"context":)" + context;
    out += '}';
    add(out, "identityPolicies", identity);
    add(out, "resourcePolicy", resource_policy);
    add(out, "permissionBoundaries", boundaries);
    add(out, "sessionPolicies", session);
    add(out, "serviceControlPolicies", service_control);
    add(out, "resourceControlPolicies", resource_control);
    add(out, "vpcEndpointPolicies", vpc_endpoint);
    return out + '}';
  }

  /// The whole result, or `error PATH: MESSAGE`.
  [[nodiscard]] std::string result() const {
    rules::iam::Evaluator evaluator;
    const auto done = rules::iam::evaluate_json(json(), evaluator);
    return done ? *done : "error " + done.error().path + ": " + done.error().message;
  }

  /// `Allowed`, `ExplicitlyDenied`, `ImplicitlyDenied`, or an error as result() gives it.
  [[nodiscard]] std::string decide() const {
    const std::string text = result();
    constexpr std::string_view kStart = R"({"decision":")";
    if (text.compare(0, kStart.size(), kStart) != 0) return text;
    return text.substr(kStart.size(), text.find('"', kStart.size()) - kStart.size());
  }

 private:
  static void add(std::string& out, std::string_view name, const std::string& json) {
    if (!json.empty()) out.append(",\"").append(name).append("\":").append(json);
  }
};

/// A list with one policy of one statement: `statement` is what stands between its braces.
inline std::string policies(std::string_view statement) {
  return R"([{"Version":"2012-10-17","Statement":{)" + std::string{statement} + "}}]";
}
inline std::string policy(std::string_view statement) {
  return R"({"Version":"2012-10-17","Statement":{)" + std::string{statement} + "}}";
}
inline std::string list(std::string_view document) { return "[" + std::string{document} + "]"; }

}  // namespace trailkeeper::tests
