// Random CloudTrail-like events, the same for the same seed: many shapes, odd layouts, odd values.
#pragma once

#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "event/guid.h"
#include "text/timestamp.h"

namespace trailkeeper::tests {

class RandomEvents {
 public:
  explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  std::string guid() {
    event::Guid bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    std::string text;
    event::append_guid(bytes.data(), text);
    return text;
  }

  /// An event with a fresh eventID.
  std::string event() { return event(guid(), start_ + static_cast<text::Timestamp>(below(30)) * text::kDay / 10); }

  std::string event(const std::string& id, text::Timestamp time) {
    layout_ = one_in(8) ? static_cast<int>(1 + below(3)) : 0;
    std::string out = "{";
    bool first = true;
    const auto member = [&](std::string_view key, const std::string& json) {
      if (!first) out += layout_ == 1 ? ",\n  " : layout_ == 2 ? " ,\r\n" : layout_ == 3 ? ", " : ",";
      first = false;
      out += "\"" + std::string{key} + "\"";
      out += layout_ == 2 ? " : " : layout_ != 0 ? ": " : ":";
      out += json;
    };
    const auto text = [&](const std::string& value) { return "\"" + value + "\""; };
    static constexpr const char* kSources[] = {"activate.amazonaws.com", "s3.amazonaws.com", "iam.amazonaws.com",
                                               "sts.amazonaws.com"};
    static constexpr const char* kNames[] = {"GetCredits", "GetAccountContanct", "GetAccountContact", "Get Program",
                                             "GetProgram", "CreateForm",         "PutObject",         "AssumeRole"};
    static constexpr const char* kErrors[] = {"AccessDenied", "Client.UnauthorizedOperation", "NoSuchKey"};
    static constexpr const char* kAccounts[] = {"111122223333", "444455556666", "777788889999"};
    member("eventVersion", text("1.0" + std::to_string(5 + below(5))));
    const std::string account = kAccounts[below(3)];
    if (!one_in(9)) member("userIdentity", identity(account));
    member("eventTime", text(text::format_timestamp(time)));
    if (!one_in(50)) member("eventSource", text(kSources[below(4)]));
    member("eventName", text(kNames[below(8)]));
    member("awsRegion", text(one_in(3) ? "eu-west-1" : "us-east-1"));
    member("sourceIPAddress",
           text(one_in(6)   ? "AWS Internal"
                : one_in(6) ? "2001:db8::" + std::to_string(below(50))
                            : "203.0." + std::to_string(113 + below(3)) + "." + std::to_string(below(200))));
    if (one_in(4)) member("errorCode", text(kErrors[below(3)]));
    if (one_in(7)) member("errorMessage", text(R"(caf\u00e9 \"no\" \\ )" + std::to_string(below(5))));
    member("requestParameters", one_in(3) ? "null" : value(0));
    if (one_in(3)) member("responseElements", value(0));
    if (one_in(3)) member("resources", resources(account));
    if (!one_in(5)) member("requestID", text(one_in(2) ? guid() : "REQ" + std::to_string(below(1000))));
    if (!id.empty()) member("eventID", text(id));
    if (!one_in(4)) member("readOnly", one_in(2) ? "true" : "false");
    member("eventType", text(one_in(5) ? "AwsConsoleSignIn" : "AwsApiCall"));
    if (!one_in(5)) member("recipientAccountId", text(account));
    member("eventCategory", text(one_in(5) ? "Data" : "Management"));
    out += layout_ == 1 ? "\n}" : "}";
    return out;
  }

  /// Some JSON value.
  std::string value(int depth) {
    switch (below(depth > 3 ? 9 : 12)) {
      case 0: return "null";
      case 1: return one_in(2) ? "true" : "false";
      case 2: return std::to_string(below(1000));
      case 3: return std::to_string(random_() >> (1 + below(60)));
      case 4: return one_in(2) ? "-1.50e+3" : one_in(2) ? "1e999" : one_in(2) ? "-0" : "12345678901234567890123";
      case 5: return "\"" + guid() + "\"";
      case 6: return "\"" + text::format_timestamp(start_ + static_cast<text::Timestamp>(below(1000000)) * 1000) + "\"";
      case 7:
        return one_in(3)   ? "\"\""
               : one_in(2) ? R"("\u0000\ud800\n\/")"
                           : "\"\xE2\x82\xAC " + std::to_string(below(20)) + "\"";
      case 8: return "\"" + std::string(below(200), static_cast<char>('a' + below(26))) + "\"";
      case 9:
      case 10: {
        std::string out = "{";
        static constexpr const char* kKeys[] = {"bucketName", "key",    "a.b",      "odd\\u0020key",
                                                "items",      "x\\\\y", "eventName"};
        for (std::uint64_t i = 0, n = below(4); i < n; ++i) {
          out += (i == 0 ? "\"" : ", \"") + std::string{kKeys[below(7)]} + "\":" + value(depth + 1);
        }
        return out + "}";
      }
      default: {
        std::string out = "[";
        for (std::uint64_t i = 0, n = below(4); i < n; ++i)
          out += (i == 0 ? "" : one_in(2) ? "," : " , ") + value(depth + 1);
        return out + (one_in(4) ? " ]" : "]");
      }
    }
  }

 private:
  std::string identity(const std::string& account) {
    const std::string user = "user" + std::to_string(below(12));
    switch (below(5)) {
      case 0:
        return R"({"type":"Root","principalId":")" + account + R"(","arn":"arn:aws:iam::)" + account +
               R"(:root","accountId":")" + account + "\"}";
      case 1: return R"({"type":"AWSService","invokedBy":"ec2.amazonaws.com"})";
      case 2:
        return R"({"type":"AssumedRole","principalId":"AROA:)" + user + R"(","arn":"arn:aws:sts::)" + account +
               ":assumed-role/Dev/" + user + R"(","accountId":")" + account + R"(","accessKeyId":"ASIA)" +
               std::to_string(below(30)) +
               R"(","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA","arn":"arn:aws:iam::)" +
               account + R"(:role/x/Dev","accountId":")" + account +
               R"(","userName":"Dev"},"attributes":{"creationDate":"2024-01-01T00:00:00Z","mfaAuthenticated":"false"}}})";
      default:
        return R"({"type":"IAMUser","principalId":"AIDA)" + user + R"(","arn":"arn:aws:iam::)" + account + ":user/" +
               user + R"(","accountId":")" + account + R"(","accessKeyId":"AKIA)" + std::to_string(below(30)) +
               R"(","userName":")" + user + "\"}";
    }
  }

  std::string resources(const std::string& account) {
    std::string out = "[";
    for (std::uint64_t i = 0, n = 1 + below(2); i < n; ++i) {
      out += std::string{i == 0 ? "" : ","} + R"({"ARN":"arn:aws:s3:::bucket)" + std::to_string(below(20)) +
             R"(/key","accountId":")" + account + R"(","type":"AWS::S3::Object"})";
    }
    return out + "]";
  }

  std::mt19937_64 random_;
  text::Timestamp start_ = 1714557600000;
  int layout_ = 0;
};

}  // namespace trailkeeper::tests
