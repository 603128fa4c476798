#include "query/event_resources.h"

#include <doctest/doctest.h>

#include "query/count.h"
#include "query/event_list.h"
#include "query/field_catalogue.h"
#include "query/lookup_events.h"
#include "query/resource_types.h"
#include "tests/support/filled_store.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

std::string event_of(int number, const std::string& members) {
  return R"({"eventTime":"2024-05-01T10:00:00Z","eventID":"00000000-0000-4000-8000-00000000000)" +
         std::to_string(number) + R"(","eventCategory":"Management",)" + members + "}";
}

std::string shown(const std::string& json) {
  std::string out;
  for (const EventResource& resource : event_resources(Padded{json})) out += resource.type + "=" + resource.name + "\n";
  return out;
}

// The events that pass, by the last digit of their IDs.
std::string found(FilledStore& filled, FilterField field, std::string_view text, bool negated = false) {
  Filter filter;
  filter.add(field, text, negated);
  const auto snapshot = filled.store.snapshot();
  std::string out;
  list_events(snapshot, filter, Order::oldest, {}, [&](const ListedEvent& event) {
    out += stored_event_id(*event.segment, event.index)->back();
    return true;
  });
  return out;
}

const std::vector<std::string> kEvents{
    event_of(
        1,
        R"("eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy","requestParameters":{"bucketName":"billing","Host":"billing.s3"})"),
    event_of(
        2,
        R"("eventName":"RunInstances","eventSource":"ec2.amazonaws.com","requestParameters":{"instancesSet":{"items":[{"imageId":"ami-1"}]},"subnetId":"subnet-1"},)"
        R"("responseElements":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}})"),
    event_of(
        3,
        R"("eventName":"AssumeRole","eventSource":"sts.amazonaws.com","requestParameters":{"roleArn":"arn:aws:iam::1:role/path/Deploy","roleSessionName":"ci"},)"
        R"("responseElements":{"credentials":{"accessKeyId":"ASIA1"},"assumedRoleUser":{"assumedRoleId":"AROA1:ci","arn":"arn:aws:sts::1:assumed-role/Deploy/ci"}})"),
    event_of(
        4,
        R"("eventName":"Decrypt","eventSource":"kms.amazonaws.com","requestParameters":{"keyId":"01234567-89ab-cdef-0123-456789abcdef"},)"
        R"("resources":[{"ARN":"arn:aws:kms:eu-west-1:1:key/01234567-89ab-cdef-0123-456789abcdef","type":"AWS::KMS::Key"}])"),
    event_of(
        5,
        R"("eventName":"Invoke","requestParameters":{"functionName":"arn:aws:lambda:eu-west-1:1:function:mail","instanceIds":["i-1","i-3"],"groupName":"x"},"eventSource":"lambda.amazonaws.com")"),
    event_of(
        6,
        R"("eventName":"CreateTrail","requestParameters":{"name":"t\u0072ail-1","bucketName":"logs"},"eventSource":"cloudtrail.amazonaws.com")"),
    event_of(
        7,
        R"("eventName":"Other","requestParameters":{"name":"trail-1","policyDocument":"{\"bucketName\":\"no\"}","n":1},"eventSource":"x.amazonaws.com","additionalEventData":{"bucketName":"no"})"),
    event_of(
        8,
        R"("eventName":"DeleteUser","eventSource":"iam.amazonaws.com","requestParameters":{"userName":"ben","groupName":"ops"},"responseElements":null)"),
};

}  // namespace

TEST_CASE("the resources of an event: what it lists, then what its parameters and answer name") {
  CHECK(shown(kEvents[0]) == "AWS::S3::Bucket=billing\n");
  CHECK(shown(kEvents[1]) ==
        "AWS::EC2::Image=ami-1\nAWS::EC2::Subnet=subnet-1\nAWS::EC2::Instance=i-1\nAWS::EC2::Instance=i-2\n");
  CHECK(shown(kEvents[2]) ==
        "AWS::IAM::Role=arn:aws:iam::1:role/path/Deploy\nAWS::STS::AssumedRole=ci\nAWS::IAM::AccessKey=ASIA1\n"
        "AWS::STS::AssumedRole=AROA1:ci\nAWS::STS::AssumedRole=arn:aws:sts::1:assumed-role/Deploy/ci\n");
  CHECK(shown(kEvents[4]) ==
        "AWS::Lambda::Function=arn:aws:lambda:eu-west-1:1:function:mail\nAWS::EC2::Instance=i-1\nAWS::EC2::Instance=i-"
        "3\n");
  CHECK(shown(kEvents[5]) == "AWS::CloudTrail::Trail=trail-1\nAWS::S3::Bucket=logs\n");
  CHECK(shown(kEvents[6]).empty());
  CHECK(shown(kEvents[7]) == "AWS::IAM::User=ben\nAWS::IAM::Group=ops\n");
}

TEST_CASE("filters find events by all of their resources") {
  FilledStore filled;
  filled.add(kEvents);
  CHECK(found(filled, FilterField::resource, "billing") == "1");
  CHECK(found(filled, FilterField::resource, "i-1") == "25");
  CHECK(found(filled, FilterField::resource, "Deploy") == "3");
  CHECK(found(filled, FilterField::resource, "arn:aws:iam::1:role/*") == "3");
  CHECK(found(filled, FilterField::resource, "01234567-89ab-cdef-0123-456789abcdef") == "4");
  CHECK(found(filled, FilterField::resource, "mail") == "5");
  CHECK(found(filled, FilterField::resource, "trail-1") == "6");
  CHECK(found(filled, FilterField::resource, "x").empty());
  CHECK(found(filled, FilterField::resource, "no").empty());
  CHECK(found(filled, FilterField::resource, "billing", true) == "2345678");
  CHECK(found(filled, FilterField::resource_type, "AWS::S3::Bucket") == "16");
  CHECK(found(filled, FilterField::resource_type, "AWS::EC2::Instance") == "25");
  CHECK(found(filled, FilterField::resource_type, "AWS::Lambda::*") == "5");
  CHECK(found(filled, FilterField::resource_type, "AWS::IAM::*") == "38");
  CHECK(found(filled, FilterField::resource_type, "*", true) == "7");
}

TEST_CASE("LookupEvents' Resources and its lookups by them agree, and so do the fields") {
  FilledStore filled;
  filled.add(kEvents);
  const auto snapshot = filled.store.snapshot();
  for (const std::string& json : kEvents) {
    const auto resources = event_resources(Padded{json});
    for (const EventResource& resource : resources) {
      CAPTURE(resource.name);
      const std::string id = json.substr(json.find("00000000-"), 36);
      for (const auto& [key, value] :
           {std::pair{"ResourceName", resource.name}, std::pair{"ResourceType", resource.type}}) {
        const auto answer = lookup_events(snapshot, std::string{R"({"LookupAttributes":[{"AttributeKey":")"} + key +
                                                        R"(","AttributeValue":")" + value + "\"}]}");
        CHECK(answer.body.find(id) != std::string::npos);
        CHECK(answer.body.find(std::string{"\""} + key + "\":\"" + value + "\"") != std::string::npos);
      }
    }
  }
  CHECK(event_value(Padded{kEvents[7]}, "resource") == "ben, ops");
  CHECK(event_value(Padded{kEvents[1]}, "resource-type") == "AWS::EC2::Image, AWS::EC2::Subnet, AWS::EC2::Instance");
  CHECK_FALSE(event_value(Padded{kEvents[6]}, "resource"));
  const auto rows = count_events(snapshot, {}, {{"resource-type"}, Bucket::none, 1});
  REQUIRE(rows.size() == 1);
}

TEST_CASE("types of ARNs") {
  CHECK(resource_type_of_arn("arn:aws:s3:::bucket") == "AWS::S3::Bucket");
  CHECK(resource_type_of_arn("arn:aws:s3:::bucket/key") == "AWS::S3::Object");
  CHECK(resource_type_of_arn("arn:aws-cn:iam::1:user/path/anna") == "AWS::IAM::User");
  CHECK(resource_type_of_arn("arn:aws:sns:eu-west-1:1:topic") == "AWS::SNS::Topic");
  for (const char* text :
       {"", "arn:", "arn:aws:iam::1", "arn:aws:iam::1:", "arn:aws:nothing:::x", "arn:::::", "bucket"}) {
    CAPTURE(text);
    CHECK(resource_type_of_arn(text).empty());
  }
}

TEST_CASE("many and deep resources are bounded") {
  std::string many = R"({"eventSource":"s3","requestParameters":{"bucketNames":[)";
  for (int i = 0; i < 5000; ++i) many += (i > 0 ? ",\"b" : "\"b") + std::to_string(i) + "\"";
  many += "]}}";
  CHECK(event_resources(Padded{many}).size() == kMostResources);
  std::string deep = R"({"requestParameters":)";
  for (int i = 0; i < 500; ++i) deep += R"({"a":)";
  deep += R"({"bucketName":"x"})" + std::string(500, '}') + "}";
  CHECK(event_resources(Padded{deep}).empty());
  for (const char* odd :
       {"{}", "[]", "1", R"({"requestParameters":1,"resources":{}})", R"({"resources":[1,"x",{"ARN":1}]})"}) {
    CAPTURE(odd);
    CHECK(event_resources(Padded{odd}).empty());
  }
}
