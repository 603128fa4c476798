// Random policies and requests over few words, so that they often meet.
#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/rules/iam/request_case.h"

namespace trailkeeper::tests {

/// A statement's JSON; `kind` decides which elements it has.
class RandomPolicies {
 public:
  explicit RandomPolicies(unsigned seed) : random_(seed) {}

  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>{0, limit - 1}(random_); }
  bool chance(unsigned percent) { return below(100) < percent; }

  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& words) {
    return words[below(N)];
  }

  std::string statement(rules::iam::PolicyKind kind, std::string_view effect) {
    constexpr std::array<std::string_view, 6> kActions{"s3:GetObject", "s3:*", "*", "s3:Get?bject", "sqs:*", "s3:Put*"};
    constexpr std::array<std::string_view, 6> kResources{"*",
                                                         "arn:aws:s3:::reports/*",
                                                         "arn:aws:s3:::reports/a.csv",
                                                         "arn:aws:s3:::${aws:username}*",
                                                         "arn:aws:s3:::other",
                                                         "arn:aws:s3:*:*:reports/?.csv"};
    constexpr std::array<std::string_view, 9> kConditions{
        R"({"StringEquals":{"aws:username":"reports"}})",
        R"({"StringNotLike":{"aws:username":["r*","x"]}})",
        R"({"Bool":{"aws:SecureTransport":"true"}})",
        R"({"NumericLessThanIfExists":{"aws:MultiFactorAuthAge":"300"}})",
        R"({"Null":{"aws:username":"true"}})",
        R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}})",
        R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a","b"]}})",
        R"({"StringLike":{"aws:username":"${aws:PrincipalTag/t}*"}})",
        R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"},"Bool":{"aws:SecureTransport":"false"}})"};
    constexpr std::array<std::string_view, 8> kPrincipals{
        R"("*")",
        R"({"AWS":"111122223333"})",
        R"({"AWS":"arn:aws:iam::111122223333:user/anna"})",
        R"({"AWS":"arn:aws:iam::111122223333:role/Developer"})",
        R"({"AWS":"arn:aws:sts::111122223333:assumed-role/Developer/laptop"})",
        R"({"AWS":"arn:aws:sts::111122223333:federated-user/anna"})",
        R"({"Service":"lambda.amazonaws.com"})",
        R"({"AWS":"444455556666"})"};
    std::string out = R"({"Effect":")" + std::string{effect} + "\",";
    const bool rcp = kind == rules::iam::PolicyKind::resource_control;
    out += quoted(!rcp && chance(15) ? "NotAction" : "Action", pick(kActions)) + ",";
    out += quoted(chance(15) ? "NotResource" : "Resource", pick(kResources));
    if (rcp) out += R"(,"Principal":"*")";
    if (kind == rules::iam::PolicyKind::resource || kind == rules::iam::PolicyKind::vpc_endpoint) {
      out.append(chance(15) ? R"(,"NotPrincipal":)" : R"(,"Principal":)").append(pick(kPrincipals));
    }
    if (chance(50)) out.append(R"(,"Condition":)").append(pick(kConditions));
    return out + "}";
  }

  std::string context() {
    std::vector<std::string> members;
    if (chance(60)) members.push_back(std::string{R"("aws:username":)"} + (chance(50) ? R"("reports")" : R"("anna")"));
    if (chance(60)) members.push_back(std::string{R"("aws:SecureTransport":)"} + (chance(50) ? "true" : "false"));
    if (chance(40)) members.push_back(R"("aws:MultiFactorAuthAge":)" + std::to_string(below(600)));
    if (chance(40)) members.push_back(std::string{R"("aws:TagKeys":)"} + (chance(50) ? R"(["a"])" : R"(["a","c"])"));
    if (chance(40)) members.push_back(R"("aws:PrincipalTag/t":"rep")");
    if (chance(40))
      members.push_back(std::string{R"("aws:SourceIp":)"} + (chance(50) ? R"("10.1.1.1")" : R"("9.9.9.9")"));
    return "{" + joined(members) + "}";
  }

  static std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out.append(out.empty() ? "" : ",").append(part);
    return out;
  }

  std::mt19937& random() { return random_; }

 private:
  static std::string quoted(std::string_view key, std::string_view value) {
    return "\"" + std::string{key} + "\":\"" + std::string{value} + "\"";
  }

  std::mt19937 random_;
};

}  // namespace trailkeeper::tests
