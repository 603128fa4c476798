// CloudWatch, CloudWatch Logs, Systems Manager, SNS, SQS, EventBridge, ECR, API Gateway, CloudTrail itself.
#include <array>

#include "generate/api.h"

namespace trailkeeper::generate {
namespace {

constexpr Callers kOperators = kPeople | kPipelines | kVendors;

constexpr std::array kApis{
    Api{.service = "logs",
        .name = "CreateLogStream",
        .callers = kFunctions | kContainers | kServers,
        .weight = 55,
        .read_only = false,
        .request =
            R"({"logGroupName":"<logGroup>","logStreamName":"<dateSlash>/[$LATEST]<hex:32>"})",
        .error_code = "ResourceAlreadyExistsException",
        .error_message = "The specified log stream already exists",
        .error_per_mille = 30,
        .api_version = "20140328"},
    Api{.service = "logs",
        .name = "DescribeLogGroups",
        .callers = kOperators | kRoot,
        .weight = 24,
        .request = R"({"logGroupNamePrefix":"<logGroup>","limit":50})",
        .api_version = "20140328"},
    Api{.service = "logs",
        .name = "DescribeLogStreams",
        .callers = kOperators | kServers,
        .weight = 24,
        .request =
            R"({"logGroupName":"<logGroup>","orderBy":"LastEventTime","descending":true,"limit":<one:1|10|50>})",
        .error_code = "ThrottlingException",
        .error_message = "Rate exceeded",
        .error_per_mille = 25,
        .api_version = "20140328"},
    Api{.service = "logs",
        .name = "StartQuery",
        .callers = kPeople,
        .weight = 12,
        .request =
            R"({"logGroupName":"<logGroup>","startTime":<epoch:-3600>,"endTime":<epoch>,"queryString":"HIDDEN_DUE_TO_SECURITY_REASONS","limit":1000})",
        .response = R"({"queryId":"<guid>"})",
        .api_version = "20140328"},
    Api{.service = "monitoring",
        .name = "DescribeAlarms",
        .callers = kOperators | kServers,
        .weight = 26,
        .request = R"({"alarmNames":["<alarm>"],"maxRecords":100})",
        .error_code = "Throttling",
        .error_message = "Rate exceeded"},
    Api{.service = "monitoring",
        .name = "PutMetricAlarm",
        .callers = kPipelines | kLinkedRoles,
        .weight = 8,
        .read_only = false,
        .request =
            R"({"alarmName":"<alarm>","metricName":"<one:CPUUtilization|Errors|Throttles|HTTPCode_Target_5XX_Count>","namespace":"AWS/<one:EC2|Lambda|ApplicationELB>","statistic":"Average","period":60,"evaluationPeriods":<int:1:5>,"threshold":<int:1:95>,"comparisonOperator":"GreaterThanThreshold","alarmActions":["arn:aws:sns:<region>:<account>:<topic>"],"dimensions":[{"name":"InstanceId","value":"<instance>"}],"treatMissingData":"missing","actionsEnabled":true})"},
    Api{.service = "ssm",
        .name = "GetParameter",
        .callers = kApps | kPipelines,
        .weight = 45,
        .request = R"({"name":"<parameter>","withDecryption":true})",
        .error_code = "ParameterNotFound",
        .error_message = "Parameter <parameter> not found.",
        .error_per_mille = 25},
    Api{.service = "ssm",
        .name = "GetParametersByPath",
        .callers = kApps,
        .weight = 22,
        .request =
            R"({"path":"/<one:prod|staging>/<word>","recursive":true,"withDecryption":true,"maxResults":10})",
        .error_code = "ThrottlingException",
        .error_message = "Rate exceeded",
        .error_per_mille = 20},
    Api{.service = "ssm",
        .name = "UpdateInstanceInformation",
        .callers = kServers,
        .weight = 90,
        .read_only = false,
        .request =
            R"({"instanceId":"<session>","agentVersion":"3.<int:2:3>.<int:100:2300>.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"10.<int:0:3>.<int:0:255>.<int:4:254>","computerName":"ip-10-0-<int:0:255>-<int:4:254>.ec2.internal","agentName":"amazon-ssm-agent","availabilityZone":"<region>a","availabilityZoneId":"use1-az4","sSMConnectionChannel":"ssmmessages"})",
        .error_code = "AccessDeniedException",
        .error_message =
            "Systems Manager's instance management role is not configured for account: <account>"},
    Api{.service = "ssm",
        .name = "SendCommand",
        .callers = kPeople | kPipelines,
        .weight = 3,
        .read_only = false,
        .request =
            R"({"documentName":"AWS-RunShellScript","instanceIds":["<instance>"],"interactive":false,"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS"})",
        .response =
            R"({"command":{"commandId":"<guid>","documentName":"AWS-RunShellScript","documentVersion":"$DEFAULT","comment":"","expiresAfter":"<longTime:7200>","parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","instanceIds":["<instance>"],"targets":[],"requestedDateTime":"<longTime>","status":"Pending","statusDetails":"Pending","outputS3Region":"<region>","maxConcurrency":"50","maxErrors":"0","targetCount":1,"completedCount":0,"errorCount":0,"deliveryTimedOutCount":0,"timeoutSeconds":3600}})",
        .error_code = "InvalidInstanceId",
        .error_message = "Instances [[<instance>]] not in a valid state for account <account>",
        .error_per_mille = 60},
    Api{.service = "sns",
        .name = "Publish",
        .callers = kApps | kServices,
        .weight = 26,
        .read_only = false,
        .request =
            R"({"topicArn":"arn:aws:sns:<region>:<account>:<topic>","message":"HIDDEN_DUE_TO_SECURITY_REASONS","messageStructure":"json","subject":"HIDDEN_DUE_TO_SECURITY_REASONS"})",
        .response = R"({"messageId":"<guid>"})",
        .resources =
            R"([{"accountId":"<account>","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:<region>:<account>:<topic>"}])",
        .error_code = "AuthorizationErrorException",
        .error_message =
            "User: <arn> is not authorized to perform: SNS:Publish on resource: arn:aws:sns:<region>:<account>:<topic> "
            "because no resource-based policy allows the SNS:Publish action",
        .data = true},
    Api{.service = "sns",
        .name = "ListTopics",
        .callers = kOperators,
        .weight = 10},
    Api{.service = "sqs",
        .name = "ReceiveMessage",
        .callers = kApps,
        .weight = 55,
        .read_only = false,
        .request =
            R"({"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","maxNumberOfMessages":10,"waitTimeSeconds":20,"visibilityTimeout":<one:30|60|300>})",
        .resources =
            R"([{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}])",
        .error_code = "AWS.SimpleQueueService.NonExistentQueue",
        .error_message = "The specified queue does not exist.",
        .data = true,
        .version = "1.09"},
    Api{.service = "sqs",
        .name = "SendMessage",
        .callers = kApps,
        .weight = 30,
        .read_only = false,
        .request =
            R"({"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","messageBody":"HIDDEN_DUE_TO_SECURITY_REASONS","delaySeconds":0})",
        .response = R"({"mD5OfMessageBody":"<hex:32>","messageId":"<guid>"})",
        .resources =
            R"([{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}])",
        .data = true,
        .version = "1.09"},
    Api{.service = "sqs",
        .name = "GetQueueAttributes",
        .callers = kOperators | kApps,
        .weight = 20,
        .request =
            R"({"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","attributeNames":["ApproximateNumberOfMessages","ApproximateNumberOfMessagesNotVisible"]})",
        .error_code = "AWS.SimpleQueueService.NonExistentQueue",
        .error_message = "The specified queue does not exist."},
    Api{.service = "events",
        .name = "PutEvents",
        .callers = kApps,
        .weight = 8,
        .read_only = false,
        .request =
            R"({"entries":[{"source":"<company>.<word>","detailType":"<one:Created|Updated|Deleted>","eventBusName":"default","detail":"HIDDEN_DUE_TO_SECURITY_REASONS"}]})",
        .response = R"({"failedEntryCount":0,"entries":[{"eventId":"<guid>"}]})"},
    Api{.service = "ecr",
        .name = "GetAuthorizationToken",
        .callers = kPipelines | kServers | kContainers,
        .weight = 26,
        .error_per_mille = 5},
    Api{.service = "ecr",
        .name = "BatchGetImage",
        .callers = kServers | kContainers | kPipelines,
        .weight = 26,
        .request =
            R"({"registryId":"<account>","repositoryName":"<repository>","imageIds":[{"imageTag":"<hex:40>"}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.manifest.v1+json"]})",
        .resources =
            R"([{"accountId":"<account>","ARN":"arn:aws:ecr:<region>:<account>:repository/<repository>"}])",
        .error_code = "ImageNotFoundException",
        .error_message = "Requested image not found"},
    Api{.service = "cloudtrail",
        .name = "LookupEvents",
        .callers = kPeople | kVendors | kRoot,
        .weight = 10,
        .request =
            R"({"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"<one:ConsoleLogin|CreateForm|DeleteTrail>"}],"maxResults":50})",
        .error_code = "ThrottlingException",
        .error_message = "Rate exceeded",
        .error_per_mille = 90},
    Api{.service = "cloudtrail",
        .name = "DescribeTrails",
        .callers = kPeople | kVendors | kPipelines,
        .weight = 8,
        .request = R"({"includeShadowTrails":false,"trailNameList":[]})"},
    Api{.service = "guardduty",
        .name = "ListFindings",
        .callers = kVendors | kPeople,
        .weight = 8,
        .request =
            R"({"detectorId":"<hex#d:32>","maxResults":50,"findingCriteria":{"criterion":{"service.archived":{"eq":["false"]}}}})"},
};

}  // namespace

std::span<const Api> messaging_apis() { return kApis; }

}  // namespace trailkeeper::generate
