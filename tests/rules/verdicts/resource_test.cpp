#include "rules/verdicts/resource.h"

#include <doctest/doctest.h>

#include "text/json_node.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;

namespace {

// What a call with such parameters is about.
std::vector<std::string> resources(std::string_view action, const std::string& parameters) {
  static const requirements::Catalogue catalogue = requirements::Catalogue::built_in();
  verdicts::EventFacts facts;
  facts.region = "eu-west-1";
  facts.recipient_account = facts.account = "111122223333";
  facts.identity_type = "IAMUser";
  facts.arn = "arn:aws:iam::111122223333:user/dora";
  const auto record = text::parse_json_object(R"({"requestParameters":)" + parameters + "}");
  REQUIRE(record.has_value());
  std::vector<std::string> arns;
  for (const verdicts::Resource& one : resources_of(facts, *record, *iam::Action::parse(action), catalogue)) {
    arns.push_back(one.arn);
  }
  return arns;
}

using Arns = std::vector<std::string>;

std::string here(std::string_view service, std::string_view rest) {
  return "arn:aws:" + std::string{service} + ":eu-west-1:111122223333:" + std::string{rest};
}

struct Row {
  std::string_view action;
  std::string parameters;
  Arns arns;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.action);
    CAPTURE(row.parameters);
    CHECK(resources(row.action, row.parameters) == row.arns);
  }
}

}  // namespace

TEST_CASE("resources: a call's parameters name one, each service in its own way") {
  const std::string queue = R"({"queueUrl":"https://sqs.eu-west-1.amazonaws.com/444455556666/orders"})";
  const std::string other = "arn:aws:sqs:eu-west-1:444455556666:orders";
  const std::string stream = here("kinesis", "stream/clicks");
  check({
      {"sqs:SendMessage", queue, {other}},
      {"sqs:PurgeQueue", R"({"queueUrl":"https://queue.amazonaws.com/444455556666/orders"})", {other}},
      {"sqs:CreateQueue", R"({"queueName":"orders"})", {here("sqs", "orders")}},
      {"sqs:GetQueueUrl", R"({"queueName":"orders","queueOwnerAWSAccountId":"444455556666"})", {other}},
      {"ssm:GetParameter", R"({"name":"/app/key","withDecryption":true})", {here("ssm", "parameter/app/key")}},
      {"ssm:GetParameter", R"({"name":"key:3"})", {here("ssm", "parameter/key")}},
      {"ssm:GetParameters", R"({"names":["/a/b","c"]})", {here("ssm", "parameter/a/b"), here("ssm", "parameter/c")}},
      {"ssm:GetParametersByPath", R"({"path":"/app"})", {here("ssm", "parameter/app")}},
      {"dynamodb:BatchGetItem",
       R"({"requestItems":{"a":{"keys":[]},"arn:aws:dynamodb:eu-west-1:444455556666:table/b":{}}})",
       {here("dynamodb", "table/a"), "arn:aws:dynamodb:eu-west-1:444455556666:table/b"}},
      {"dynamodb:PutItem",
       R"({"transactItems":[{"put":{"tableName":"a"}},{"delete":{"tableName":"b"},"update":null}]})",
       {here("dynamodb", "table/a"), here("dynamodb", "table/b")}},
      {"dynamodb:TagResource",
       R"({"resourceArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/a","tags":[]})",
       {here("dynamodb", "table/a")}},
      {"route53:ChangeResourceRecordSets", R"({"hostedZoneId":"/hostedzone/Z1"})", {"arn:aws:route53:::hostedzone/Z1"}},
      {"route53:GetHostedZone", R"({"id":"Z1"})", {"arn:aws:route53:::hostedzone/Z1"}},
      {"cloudfront:GetDistribution", R"({"id":"E1"})", {"arn:aws:cloudfront::111122223333:distribution/E1"}},
      {"cloudfront:GetInvalidation",
       R"({"id":"I1","distributionId":"E1"})",
       {"arn:aws:cloudfront::111122223333:distribution/E1"}},
      {"cloudfront:CreateInvalidation",
       R"({"distributionId":"E1"})",
       {"arn:aws:cloudfront::111122223333:distribution/E1"}},
      {"kinesis:PutRecords", R"({"streamName":"clicks"})", {stream}},
      {"kinesis:DescribeStreamSummary", R"({"streamARN":")" + stream + "\"}", {stream}},
  });
}

TEST_CASE("resources: functions in their three writings, what EC2, ECS and others are about") {
  check({
      {"sns:Publish", R"({"topicArn":"arn:aws:sns:eu-west-1:111122223333:t"})", {here("sns", "t")}},
      {"lambda:InvokeFunction", R"({"functionName":"f"})", {here("lambda", "function:f")}},
      {"lambda:InvokeFunction",
       R"({"functionName":"444455556666:function:f"})",
       {"arn:aws:lambda:eu-west-1:444455556666:function:f"}},
      {"lambda:InvokeFunction",
       R"({"functionName":"arn:aws:lambda:us-east-1:444455556666:function:f"})",
       {"arn:aws:lambda:us-east-1:444455556666:function:f"}},
      {"ec2:StopInstances",
       R"({"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}})",
       {here("ec2", "instance/i-1"), here("ec2", "instance/i-2")}},
      {"ec2:DeleteVolume", R"({"volumeId":"vol-1"})", {here("ec2", "volume/vol-1")}},
      {"ec2:AuthorizeSecurityGroupIngress", R"({"groupId":"sg-1"})", {here("ec2", "security-group/sg-1")}},
      {"ecs:UpdateService",
       R"({"cluster":"arn:aws:ecs:eu-west-1:111122223333:cluster/c","service":"s"})",
       {here("ecs", "service/c/s")}},
      {"ecs:UpdateService",
       R"({"service":"arn:aws:ecs:eu-west-1:111122223333:service/old"})",
       {here("ecs", "service/old")}},
      {"ecr:DescribeRepositories",
       R"({"repositoryNames":["a","b"]})",
       {here("ecr", "repository/a"), here("ecr", "repository/b")}},
      {"events:PutRule", R"({"name":"r"})", {here("events", "rule/r")}},
      {"events:PutRule", R"({"name":"r","eventBusName":"default"})", {here("events", "rule/r")}},
      {"events:PutTargets", R"({"rule":"r","eventBusName":"orders"})", {here("events", "rule/orders/r")}},
      {"kms:Decrypt",
       R"({"keyId":"1234abcd-12ab-34cd-56ef-1234567890ab"})",
       {here("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")}},
  });
}

TEST_CASE("resources: what parameters don't tell isn't made up") {
  CHECK(resources("kms:Decrypt", R"({"keyId":"alias/ours"})").empty());
  CHECK(resources("kms:Decrypt", R"({"keyId":"arn:aws:kms:eu-west-1:111122223333:alias/ours"})").empty());
  CHECK(resources("sqs:SendMessage", R"({"queueUrl":"orders"})").empty());
  CHECK(resources("ssm:GetParameters", R"({"names":["a",""]})").empty());
  CHECK(resources("ssm:GetParameters", R"({"names":[]})").empty());
  CHECK(resources("dynamodb:PutItem", R"({"transactItems":[{"put":{"tableName":"a"}},{"put":{}}]})").empty());
  CHECK(resources("dynamodb:BatchGetItem", R"({"requestItems":{}})").empty());
  CHECK(resources("ecs:UpdateService", R"({"service":"s"})").empty());
  std::string many = R"({"names":["n")";
  for (int i = 0; i < 64; ++i) many += R"(,"n")";
  CHECK(resources("ssm:GetParameters", many + "]}").empty());
}

TEST_CASE("resources: documents and nodes of Systems Manager") {
  const std::string run = "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript";
  check({
      {"ssm:GetDocument", R"({"name":"ours"})", {here("ssm", "document/ours")}},
      {"ssm:DescribeDocument", R"({"name":"AWS-RunShellScript"})", {run}},
      {"ssm:GetDocument",
       R"({"name":"AmazonCloudWatch-ManageAgent"})",
       {"arn:aws:ssm:eu-west-1::document/AmazonCloudWatch-ManageAgent"}},
      {"ssm:GetDocument",
       R"({"name":"arn:aws:ssm:eu-west-1:444455556666:document/theirs"})",
       {"arn:aws:ssm:eu-west-1:444455556666:document/theirs"}},
      {"ssm:UpdateDocumentDefaultVersion", R"({"name":"ours","documentVersion":"2"})", {here("ssm", "document/ours")}},
      {"ssm:StartSession", R"({"target":"i-0abc"})", {here("ec2", "instance/i-0abc")}},
      {"ssm:StartSession", R"({"target":"mi-0abc"})", {here("ssm", "managed-instance/mi-0abc")}},
      {"ssm:StartSession",
       R"({"target":"i-0abc","documentName":"AWS-StartPortForwardingSession"})",
       {"arn:aws:ssm:eu-west-1::document/AWS-StartPortForwardingSession", here("ec2", "instance/i-0abc")}},
      {"ssm:SendCommand",
       R"({"documentName":"AWS-RunShellScript","instanceIds":["i-1","mi-2"]})",
       {run, here("ec2", "instance/i-1"), here("ssm", "managed-instance/mi-2")}},
      {"ssm:GetConnectionStatus", R"({"target":"i-0abc"})", {here("ec2", "instance/i-0abc")}},
  });
  // Which machines have a tag isn't known, nor what a task of ECS is called.
  CHECK(resources("ssm:SendCommand", R"({"documentName":"AWS-RunShellScript","targets":[{"key":"tag:a"}]})").empty());
  CHECK(resources("ssm:StartSession", R"({"target":"ecs:cluster_task_runtime"})").empty());
}
