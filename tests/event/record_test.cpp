#include "event/record.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/padded.h"

using namespace trailkeeper;
using namespace trailkeeper::event;
using trailkeeper::tests::Padded;

namespace {

/// Parses one record and keeps its bytes.
class Parsed {
 public:
  explicit Parsed(std::string_view json) : bytes_(json) { reason = parser_.parse(bytes_.view(), record); }

  std::string text(Field field) const {
    std::string scratch;
    const auto value = record.text(field, scratch);
    return value ? std::string{*value} : "(none)";
  }

  Reason reason = Reason::none;
  Record record;

 private:
  Padded bytes_;
  RecordParser parser_;
};

/// An event with `members` added to those it must have.
std::string event_with(const std::string& members) {
  return R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"GetCredits","eventSource":"activate.amazonaws.com")" +
         (members.empty() ? "" : "," + members) + "}";
}

Reason reason_of(std::string_view json) { return Parsed{json}.reason; }

}  // namespace

TEST_CASE("a record's fields are found by name") {
  const Parsed parsed{
      R"({"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/Alice","accountId":"111122223333","accessKeyId":"AKIA1","userName":"Alice"},"eventTime":"2024-05-01T10:00:00Z","eventSource":"activate.amazonaws.com","eventName":"GetCredits","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2","errorCode":"AccessDenied","errorMessage":"no","requestParameters":null,"responseElements":null,"requestID":"r-1","eventID":"0f0f0f0f-0000-4000-8000-000000000001","readOnly":true,"eventType":"AwsApiCall","apiVersion":"2020-01-01","managementEvent":true,"recipientAccountId":"111122223333","sharedEventID":"0f0f0f0f-0000-4000-8000-00000000000a","vpcEndpointId":"vpce-1","vpcEndpointAccountId":"444455556666","eventCategory":"Management","sessionCredentialFromConsole":"true","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"h","keyExchange":"X25519MLKEM768"}})"};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.record.shape->kind == ShapeKind::event);
  CHECK(parsed.record.time == 1714557600 * text::kSecond);
  CHECK(parsed.text(Field::event_version) == "1.11");
  CHECK(parsed.text(Field::event_name) == "GetCredits");
  CHECK(parsed.text(Field::event_source) == "activate.amazonaws.com");
  CHECK(parsed.text(Field::aws_region) == "us-east-1");
  CHECK(parsed.text(Field::source_ip_address) == "203.0.113.7");
  CHECK(parsed.text(Field::user_agent) == "aws-cli/2");
  CHECK(parsed.text(Field::error_code) == "AccessDenied");
  CHECK(parsed.text(Field::error_message) == "no");
  CHECK(parsed.text(Field::request_id) == "r-1");
  CHECK(parsed.text(Field::event_id) == "0f0f0f0f-0000-4000-8000-000000000001");
  CHECK(parsed.text(Field::read_only) == "true");
  CHECK(parsed.text(Field::management_event) == "true");
  CHECK(parsed.text(Field::event_type) == "AwsApiCall");
  CHECK(parsed.text(Field::event_category) == "Management");
  CHECK(parsed.text(Field::api_version) == "2020-01-01");
  CHECK(parsed.text(Field::recipient_account_id) == "111122223333");
  CHECK(parsed.text(Field::shared_event_id) == "0f0f0f0f-0000-4000-8000-00000000000a");
  CHECK(parsed.text(Field::vpc_endpoint_id) == "vpce-1");
  CHECK(parsed.text(Field::vpc_endpoint_account_id) == "444455556666");
  CHECK(parsed.text(Field::session_credential_from_console) == "true");
  CHECK(parsed.text(Field::tls_version) == "TLSv1.3");
  CHECK(parsed.text(Field::tls_cipher_suite) == "TLS_AES_128_GCM_SHA256");
  CHECK(parsed.text(Field::tls_client_provided_host_header) == "h");
  CHECK(parsed.text(Field::tls_key_exchange) == "X25519MLKEM768");
}

TEST_CASE("every known field is found at its path, and nowhere else") {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    const std::string_view path = field_path(field);
    CAPTURE(path);
    CHECK(field_at(path) == field);
    CHECK_FALSE(field_at(std::string{path} + "x").has_value());
  }
  CHECK_FALSE(field_at("").has_value());
  CHECK_FALSE(field_at("eventname").has_value());
  CHECK_FALSE(field_at("requestParameters.eventName").has_value());
}

TEST_CASE("userIdentity: every type CloudTrail documents") {
  for (const std::string type : {"Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount",
                                 "AWSService", "IdentityCenterUser", "Unknown", "SAMLUser", "WebIdentityUser"}) {
    CAPTURE(type);
    const Parsed parsed{
        event_with(R"("userIdentity":{"type":")" + type + R"(","principalId":"P","accountId":"111122223333"})")};
    REQUIRE(parsed.reason == Reason::none);
    CHECK(parsed.text(Field::identity_type) == type);
    CHECK(parsed.text(Field::principal_id) == "P");
    CHECK(parsed.text(Field::account_id) == "111122223333");
    CHECK(parsed.text(Field::user_name) == "(none)");
  }
}

TEST_CASE("userIdentity may be missing, null, or empty") {
  for (const char* members : {"", R"("userIdentity":null)", R"("userIdentity":{})"}) {
    const Parsed parsed{event_with(members)};
    REQUIRE(parsed.reason == Reason::none);
    CHECK(parsed.text(Field::identity_type) == "(none)");
    CHECK(parsed.text(Field::arn) == "(none)");
  }
}

TEST_CASE("userIdentity: an assumed role's session") {
  const Parsed parsed{event_with(
      R"("userIdentity":{"type":"AssumedRole","principalId":"AROA1:alice","arn":"arn:aws:sts::111122223333:assumed-role/Dev/alice","accountId":"111122223333","accessKeyId":"ASIA1","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA1","arn":"arn:aws:iam::111122223333:role/path/Dev","accountId":"111122223333","userName":"Dev"},"webIdFederationData":{"federatedProvider":"arn:aws:iam::111122223333:oidc-provider/x"},"attributes":{"creationDate":"20131102T010628Z","mfaAuthenticated":"false"},"sourceIdentity":"alice@example.com","ec2RoleDelivery":"2.0","assumedRoot":true,"signInSessionArn":"arn:aws:signin::1"},"invokedBy":"cloudformation.amazonaws.com"})")};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.text(Field::issuer_type) == "Role");
  CHECK(parsed.text(Field::issuer_principal_id) == "AROA1");
  CHECK(parsed.text(Field::issuer_arn) == "arn:aws:iam::111122223333:role/path/Dev");
  CHECK(parsed.text(Field::issuer_account_id) == "111122223333");
  CHECK(parsed.text(Field::issuer_user_name) == "Dev");
  CHECK(parsed.text(Field::session_creation_date) == "20131102T010628Z");
  CHECK(parsed.text(Field::session_mfa_authenticated) == "false");
  CHECK(parsed.text(Field::session_source_identity) == "alice@example.com");
  CHECK(parsed.text(Field::session_ec2_role_delivery) == "2.0");
  CHECK(parsed.text(Field::session_assumed_root) == "true");
  CHECK(parsed.text(Field::session_sign_in_session_arn) == "arn:aws:signin::1");
  CHECK(parsed.text(Field::session_federated_provider) == "arn:aws:iam::111122223333:oidc-provider/x");
  CHECK(parsed.text(Field::invoked_by) == "cloudformation.amazonaws.com");
}

TEST_CASE("userIdentity: identity centre, delegates and scopes") {
  const Parsed parsed{event_with(
      R"("userIdentity":{"type":"IdentityCenterUser","accountId":"1","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:is"},"credentialId":"c-1","identityProvider":"idp","invokedByDelegate":{"accountId":"2"},"inScopeOf":{"sourceArn":"s","sourceAccount":"3","issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"t"}})")};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.text(Field::on_behalf_of_user_id) == "u-1");
  CHECK(parsed.text(Field::on_behalf_of_identity_store_arn) == "arn:is");
  CHECK(parsed.text(Field::credential_id) == "c-1");
  CHECK(parsed.text(Field::identity_provider) == "idp");
  CHECK(parsed.text(Field::invoked_by_delegate_account_id) == "2");
  CHECK(parsed.text(Field::in_scope_of_source_arn) == "s");
  CHECK(parsed.text(Field::in_scope_of_source_account) == "3");
  CHECK(parsed.text(Field::in_scope_of_issuer_type) == "AWS::Lambda::Function");
  CHECK(parsed.text(Field::in_scope_of_credentials_issued_to) == "t");
}

TEST_CASE("resources, addendum and service details are leaves at their paths") {
  const Parsed parsed{event_with(
      R"("resources":[{"ARN":"arn:aws:s3:::b","accountId":"1","type":"AWS::S3::Bucket"},{"ARN":"arn:aws:s3:::b/k"}],"addendum":{"reason":"UPDATED_DATA","updatedFields":"eventName","originalRequestID":"r","originalEventID":"e"},"serviceEventDetails":{"a.b":{"c\\d":1}})")};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.text(Field::addendum_reason) == "UPDATED_DATA");
  CHECK(parsed.text(Field::addendum_updated_fields) == "eventName");
  CHECK(parsed.text(Field::addendum_original_request_id) == "r");
  CHECK(parsed.text(Field::addendum_original_event_id) == "e");
  std::string found;
  bool escaped_path = false;
  for (std::size_t i = 0; i < parsed.record.leaves.size(); ++i) {
    const Slot& slot = parsed.record.shape->slots[i];
    if (slot.path == "resources[].ARN") found += std::string{parsed.record.raw(parsed.record.leaves[i])} + ";";
    escaped_path = escaped_path || slot.path == R"(serviceEventDetails.a\.b.c\\d)";
  }
  CHECK(found == "arn:aws:s3:::b;arn:aws:s3:::b/k;");
  CHECK(escaped_path);
}

TEST_CASE("an insight event is known by its insightDetails") {
  const Parsed parsed{
      R"({"eventVersion":"1.07","eventTime":"2024-05-01T10:00:00Z","awsRegion":"us-east-1","eventID":"0f0f0f0f-0000-4000-8000-000000000001","eventType":"AwsCloudTrailInsight","recipientAccountId":"1","sharedEventID":"s","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","insightType":"ApiCallRateInsight","errorCode":"E","insightContext":{"statistics":{"baseline":{"average":0.0020833333},"insight":{"average":6},"insightDuration":1}}},"eventCategory":"Insight"})"};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.text(Field::event_name) == "RunInstances");
  CHECK(parsed.text(Field::event_source) == "ec2.amazonaws.com");
  CHECK(parsed.text(Field::insight_state) == "Start");
  CHECK(parsed.text(Field::insight_type) == "ApiCallRateInsight");
  CHECK(parsed.text(Field::insight_error_code) == "E");
  CHECK(parsed.text(Field::event_category) == "Insight");
}

TEST_CASE("a network-activity event") {
  const Parsed parsed{event_with(
      R"("eventType":"AwsVpceEvents","eventCategory":"NetworkActivity","vpcEndpointId":"vpce-1","vpcEndpointAccountId":"1","errorCode":"VpceAccessDenied","readOnly":false)")};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.text(Field::event_type) == "AwsVpceEvents");
  CHECK(parsed.text(Field::event_category) == "NetworkActivity");
  CHECK(parsed.text(Field::error_code) == "VpceAccessDenied");
  CHECK(parsed.text(Field::read_only) == "false");
}

TEST_CASE("escapes in keys and values are resolved") {
  const Parsed parsed{
      R"({"event\u0054ime":"2024-05-01T10:00:00\u005a","\u0065ventName":"Get\u0020Program","eventSource":"a\/b","errorMessage":"line\nfeed \"quoted\""})"};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.record.time == 1714557600 * text::kSecond);
  CHECK(parsed.text(Field::event_name) == "Get Program");
  CHECK(parsed.text(Field::event_source) == "a/b");
  CHECK(parsed.text(Field::error_message) == "line\nfeed \"quoted\"");
}

TEST_CASE("of a repeated key the last counts") {
  CHECK(Parsed{event_with(R"("eventName":"Second")")}.text(Field::event_name) == "Second");
  CHECK(Parsed{event_with(R"("event\u004eame":"Second")")}.text(Field::event_name) == "Second");
  CHECK(Parsed{event_with(R"("errorCode":"A","errorCode":null)")}.text(Field::error_code) == "(none)");
  CHECK(Parsed{event_with(R"("errorCode":null,"errorCode":"A")")}.text(Field::error_code) == "A");
  CHECK(Parsed{event_with(R"("readOnly":"yes","readOnly":true)")}.text(Field::read_only) == "true");
  CHECK(Parsed{event_with(R"("errorCode":"A","errorCode":{"x":1})")}.text(Field::error_code) == "(none)");
  CHECK(Parsed{event_with(R"("errorCode":"A","errorCode":[])")}.text(Field::error_code) == "(none)");
  CHECK(Parsed{event_with(R"("userIdentity":{"arn":"x"},"userIdentity":{"type":"Root"})")}.text(Field::arn) ==
        "(none)");
  CHECK(Parsed{event_with(R"("userIdentity":{"arn":"x"},"userIdentity":null)")}.text(Field::arn) == "(none)");
}

TEST_CASE("a name inside requestParameters isn't the event's") {
  const Parsed parsed{
      event_with(R"("requestParameters":{"eventName":"Other","errorCode":"X","userIdentity":{"arn":"y"}})")};
  CHECK(parsed.text(Field::event_name) == "GetCredits");
  CHECK(parsed.text(Field::error_code) == "(none)");
  CHECK(parsed.text(Field::arn) == "(none)");
}

TEST_CASE("numbers and strings of any kind are kept as written") {
  const Parsed parsed{event_with(
      R"("apiVersion":1e999,"requestID":"","requestParameters":{"a":-0,"b":0.10,"c":12345678901234567890123,"d":1E+5,"e":"\ud800","f":"\u0000"})")};
  REQUIRE(parsed.reason == Reason::none);
  CHECK(parsed.text(Field::api_version) == "1e999");
  CHECK(parsed.text(Field::request_id).empty());
}

TEST_CASE("leaves are the record's values in the order of its bytes") {
  const Parsed parsed{event_with(
      R"("requestParameters":{"n":17,"g":"00112233-4455-6677-8899-aabbccddeeff","t":"2024-01-01T00:00:00Z","x":-1.5,"e":"\n","s":""})")};
  REQUIRE(parsed.reason == Reason::none);
  const std::vector<LeafType> expected{LeafType::time,    LeafType::text,    LeafType::text,
                                       LeafType::integer, LeafType::guid,    LeafType::time,
                                       LeafType::number,  LeafType::escaped, LeafType::text};
  REQUIRE(parsed.record.leaves.size() == expected.size());
  std::size_t end = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(parsed.record.leaves[i].type() == expected[i]);
    CHECK(parsed.record.leaves[i].offset >= end);
    end = parsed.record.leaves[i].offset + parsed.record.leaves[i].length;
  }
}

TEST_CASE("records that differ only in values share a shape; layout and literals make another") {
  RecordParser parser;
  const auto shape = [&](const std::string& json) {
    const Padded bytes{json};
    Record record;
    REQUIRE(parser.parse(bytes, record) == Reason::none);
    return record.shape;
  };
  const Shape* first = shape(event_with(R"("requestParameters":{"bucketName":"a"},"readOnly":true)"));
  CHECK(shape(event_with(R"("requestParameters":{"bucketName":"other"},"readOnly":true)")) == first);
  CHECK(shape(event_with(R"("requestParameters":{"bucketName":"a"},"readOnly":false)")) != first);
  CHECK(shape(event_with(R"("requestParameters":{"bucketName": "a"},"readOnly":true)")) != first);
  CHECK(shape(event_with(R"("requestParameters":{"bucketName":7},"readOnly":true)")) != first);
  CHECK(parser.shape_memory() > 0);
  parser.reset();
  CHECK(parser.shape_memory() == 0);
  CHECK(shape(event_with(""))->kind == ShapeKind::event);
}

TEST_CASE("property: a shape remembered from one record never changes the judgement of another") {
  // The second record is parsed by a parser that has seen the first, and by a fresh one.
  const std::vector<std::string> records{
      event_with(""),
      R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"","eventSource":"activate.amazonaws.com"})",
      R"({"eventTime":"yesterday","eventName":"GetCredits","eventSource":"activate.amazonaws.com"})",
      R"({"eventTime":"2024-05-01T10:00:00.5Z","eventName":"GetCredits","eventSource":"activate.amazonaws.com"})",
      R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"probe"}]})",
      R"({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1,"message":"not json"}]})",
      R"({"messageType":"\u0044ATA_MESSAGE","logEvents":[{"id":"1","timestamp":1,"message":"not json"}]})",
      R"({"messageType":"\u0043ONTROL_MESSAGE","logEvents":[{"id":"1","timestamp":1,"message":"not json"}]})",
  };
  for (const std::string& before : records) {
    for (const std::string& json : records) {
      CAPTURE(before);
      CAPTURE(json);
      const Padded first{before};
      const Padded second{json};
      RecordParser used;
      RecordParser fresh;
      Record record;
      static_cast<void>(used.parse(first, record));
      Record got;
      Record expected;
      const Reason got_reason = used.parse(second, got);
      const Reason expected_reason = fresh.parse(second, expected);
      CHECK(got_reason == expected_reason);
      if (got_reason == Reason::none && expected_reason == Reason::none) CHECK(got.shape->kind == expected.shape->kind);
    }
  }
}

TEST_CASE("broken-json") {
  for (const char* json : {"{",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":1e}",
                           "{\"a\":-}",
                           "{\"a\":NaN}",
                           "{\"a\":tru}",
                           "{\"a\":truex}",
                           "{\"a\":nul}",
                           "{\"a\":nulll}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":'b'}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":[1,]}",
                           "{\"a\":[1 2]}",
                           "{\"a\":[}",
                           "{\"a\":]}",
                           "{\"a\":\"tab\tinside\"}",
                           "{\"a\":1}}",
                           "{\"a\":1} x",
                           "{\"a\":1}{}",
                           "{\"a\":0x10}",
                           "{,}",
                           "{\"a\":\"\\ud83d\\u\"}",
                           "{\"a\":--1}",
                           "{\"a\":1-1}",
                           "{\"a\":false1}"}) {
    CAPTURE(json);
    const Parsed parsed{json};
    CHECK(parsed.reason == Reason::broken_json);
    const std::string event = event_with(std::string{json}.substr(
        1, std::string_view{json}.rfind('}') == std::string_view::npos ? std::string::npos
                                                                       : std::string_view{json}.rfind('}') - 1));
    const std::string_view tail = std::string_view{json};
    if (tail.ends_with('}') && !tail.ends_with("}}") && !tail.ends_with("{}") && tail != "{,}") {
      CAPTURE(event);
      CHECK(reason_of(event) == Reason::broken_json);
    }
  }
}

TEST_CASE("a string value with a colon behind it is broken JSON, whatever brackets follow") {
  CHECK(reason_of(event_with(R"("a":"b":"c")")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":"{b":"c","d":"e"},"f":1)")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":["b":1}],"f":1)")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":["b":1])")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":[{"x":"b":1}}])")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":1:2)")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":null:2},"b":1)")) == Reason::broken_json);
  CHECK(reason_of(event_with(R"("a":{}:2},"b":1)")) == Reason::broken_json);
}

TEST_CASE("trailing garbage behind the object is broken JSON, white space isn't") {
  CHECK(reason_of(event_with("") + "x") == Reason::broken_json);
  CHECK(reason_of(event_with("") + "]") == Reason::broken_json);
  CHECK(reason_of(event_with("") + event_with("")) == Reason::broken_json);
  CHECK(reason_of(event_with("") + std::string(1, '\0')) == Reason::broken_json);
  CHECK(reason_of(event_with("") + " \r\n\t") == Reason::none);
  CHECK(reason_of("  " + event_with("")) == Reason::none);
}

TEST_CASE("invalid-utf8") {
  CHECK(reason_of(event_with("\"a\":\"\xFF\"")) == Reason::invalid_utf8);
  CHECK(reason_of(event_with("\"\xC3\x28\":1")) == Reason::invalid_utf8);
  CHECK(reason_of(event_with("\"a\":\"\xED\xA0\x80\"")) == Reason::invalid_utf8);
  CHECK(reason_of(event_with("\"a\":\"caf\xC3\xA9\"")) == Reason::none);
}

TEST_CASE("not-an-object") {
  CHECK(reason_of("[1]") == Reason::not_an_object);
  CHECK(reason_of("\"text\"") == Reason::not_an_object);
  CHECK(reason_of("17") == Reason::not_an_object);
  CHECK(reason_of("null") == Reason::not_an_object);
}

TEST_CASE("too-deep: 128 levels are an event, 129 are not, 10,000 cost nothing") {
  const auto nested = [](int levels) {
    // The event's own object is level 1.
    return event_with("\"a\":" + std::string(static_cast<std::size_t>(levels - 1), '[') + "1" +
                      std::string(static_cast<std::size_t>(levels - 1), ']'));
  };
  CHECK(reason_of(nested(kMaxDepth)) == Reason::none);
  CHECK(reason_of(nested(kMaxDepth + 1)) == Reason::too_deep);
  CHECK(reason_of(nested(10000)) == Reason::too_deep);
  std::string objects;
  for (int i = 0; i < kMaxDepth; ++i) objects += "{\"a\":";
  CHECK(reason_of(event_with("\"b\":" + objects + "1" + std::string(kMaxDepth, '}'))) == Reason::too_deep);
}

TEST_CASE("too-large: 1 MiB is an event, a byte more isn't") {
  const auto sized = [](std::size_t bytes) {
    const std::string empty = event_with("\"a\":\"\"");
    return event_with("\"a\":\"" + std::string(bytes - empty.size(), 'x') + "\"");
  };
  CHECK(reason_of(sized(kMaxRecordBytes)) == Reason::none);
  CHECK(reason_of(sized(kMaxRecordBytes + 1)) == Reason::too_large);
}

TEST_CASE("no-event-name") {
  CHECK(reason_of("{}") == Reason::no_event_name);
  CHECK(reason_of(R"({"eventTime":"2024-05-01T10:00:00Z"})") == Reason::no_event_name);
  CHECK(reason_of(R"({"eventTime":"2024-05-01T10:00:00Z","eventName":""})") == Reason::no_event_name);
  CHECK(reason_of(R"({"eventTime":"2024-05-01T10:00:00Z","eventName":7})") == Reason::no_event_name);
  CHECK(reason_of(R"({"eventTime":"2024-05-01T10:00:00Z","eventName":null})") == Reason::no_event_name);
  CHECK(reason_of(R"({"eventTime":"2024-05-01T10:00:00Z","eventName":["GetCredits"]})") == Reason::no_event_name);
}

TEST_CASE("bad-event-time") {
  CHECK(reason_of(R"({"eventName":"GetCredits"})") == Reason::bad_event_time);
  CHECK(reason_of(R"({"eventName":"GetCredits","eventTime":"soon"})") == Reason::bad_event_time);
  CHECK(reason_of(R"({"eventName":"GetCredits","eventTime":1714557600})") == Reason::bad_event_time);
  CHECK(reason_of(R"({"eventName":"GetCredits","eventTime":"2024-02-30T00:00:00Z"})") == Reason::bad_event_time);
  CHECK(reason_of(R"({"eventName":"GetCredits","eventTime":null})") == Reason::bad_event_time);
}

TEST_CASE("digest-file and aggregated: evidence, but not events") {
  CHECK(
      reason_of(
          R"({"awsAccountId":"1","digestStartTime":"2024-05-01T09:00:00Z","digestEndTime":"2024-05-01T10:00:00Z","digestS3Bucket":"b","digestS3Object":"o","logFiles":[]})") ==
      Reason::digest_file);
  CHECK(
      reason_of(
          R"({"eventVersion":"1.0","accountId":"1","eventId":"e","timeWindow":{"windowStart":"2024-05-01T10:00:00Z","windowEnd":"2024-05-01T10:05:00Z","windowSize":"PT5M"},"summary":{}})") ==
      Reason::aggregated);
}

TEST_CASE("other services' notifications are none, whatever their members are called") {
  for (const std::string more :
       {R"(,"eventTime":"2024-05-01T10:00:00Z")", R"(,"eventTime":"2024-05-01T10:00:00Z","eventID":"e")", ""}) {
    CAPTURE(more);
    CHECK(reason_of(R"({"eventSource":"aws:rds","eventName":"X")" + more + "}") == Reason::service_notification);
    CHECK(reason_of(R"({"eventSource":"\u0061ws:rds","eventName":"X")" + more + "}") == Reason::service_notification);
    CHECK(reason_of(R"({"eventSource":"awsx.amazonaws.com","eventName":"X")" + more + "}") !=
          Reason::service_notification);
  }
}

TEST_CASE("rows that have a record's levels side by side are none") {
  const std::string named = R"({"eventName":"X","eventTime":"2024-05-01T10:00:00Z")";
  CHECK(reason_of(named + R"(,"userIdentity.arn":"a"})") == Reason::flattened_row);
  CHECK(reason_of(named + R"(,"resources{}.ARN":["a"]})") == Reason::flattened_row);
  CHECK(reason_of(named + R"(,"requestParameters":"null","userIdentity.arn":"a"})") == Reason::flattened_row);
  CHECK(reason_of(R"({"userIdentity.arn":"a"})") == Reason::flattened_row);
  // A record that somebody added to, and a path that is none of a record's.
  CHECK(reason_of(named + R"(,"userIdentity":{"arn":"a"},"requestParameters.x":1})") == Reason::none);
  CHECK(reason_of(named + R"(,"host.name":"a"})") == Reason::none);
}

TEST_CASE("every reason has a code and a sentence of its own") {
  std::vector<std::string_view> codes;
  for (int i = 1; i <= static_cast<int>(Reason::service_notification); ++i) {
    const auto code = reason_code(static_cast<Reason>(i));
    CHECK_FALSE(code.empty());
    CHECK_FALSE(reason_text(static_cast<Reason>(i)).empty());
    if (!reason_detail(static_cast<Reason>(i)).empty()) continue;  // Those have the code of bad_bill_line.
    for (const auto other : codes) CHECK(other != code);
    codes.push_back(code);
  }
  CHECK(reason_code(Reason::broken_json) == "broken-json");
}

TEST_CASE("unknown fields are kept with the bytes") {
  const std::string json = event_with(R"("newThing":{"a":[true,null,"x"]})");
  const Parsed parsed{json};
  CHECK(parsed.reason == Reason::none);
  CHECK(parsed.record.bytes == json);
}
