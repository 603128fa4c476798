// EC2, Lambda, ECS, Auto Scaling, RDS, CloudFormation.
#include <array>

#include "generate/api.h"

namespace trailkeeper::generate {
namespace {

constexpr std::string_view kUnauthorized =
    "You are not authorized to perform this operation. User: <arn> is not authorized to perform: ec2:<action> on "
    "resource: arn:aws:ec2:<region>:<account>:instance/<instance> because no identity-based policy allows the "
    "ec2:<action> action. Encoded authorization failure message: <alnum:560>";
constexpr std::string_view kFunctionDenied =
    "User: <arn> is not authorized to perform: lambda:<action> on resource: "
    "arn:aws:lambda:<region>:<account>:function:<function> because no identity-based policy allows the lambda:<action> "
    "action";
constexpr std::string_view kFunctionResource =
    R"([{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<function>"}])";

constexpr Callers kOperators = kPeople | kPipelines | kVendors;

constexpr std::array kApis{
    Api{.service = "ec2",
        .name = "DescribeInstances",
        .callers = kOperators | kServers | kLinkedRoles | kRoot,
        .weight = 80,
        .request = R"({"instancesSet":{"items":[{"instanceId":"<instance>"}]},"filterSet":{}})",
        .error_code = "Client.UnauthorizedOperation",
        .error_message = kUnauthorized},
    Api{.service = "ec2",
        .name = "DescribeInstances",
        .callers = kOperators | kLinkedRoles,
        .weight = 50,
        .request =
            R"({"maxResults":<one:100|500|1000>,"instancesSet":{},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}},{"name":"tag:<one:Environment|Service|Team>","valueSet":{"items":[{"value":"<word>"}]}}]}})",
        .error_code = "Client.RequestLimitExceeded",
        .error_message = "Request limit exceeded."},
    Api{.service = "ec2",
        .name = "DescribeVolumes",
        .callers = kOperators | kContainers,
        .weight = 30,
        .request = R"({"maxResults":500,"volumeSet":{"items":[{"volumeId":"<volume>"}]},"filterSet":{}})",
        .error_code = "Client.UnauthorizedOperation",
        .error_message = kUnauthorized},
    Api{.service = "ec2",
        .name = "DescribeSnapshots",
        .callers = kOperators,
        .weight = 16,
        .request =
            R"({"maxResults":1000,"snapshotSet":{},"ownersSet":{"items":[{"owner":"self"}]},"sharedUsersSet":{},"filterSet":{}})"},
    Api{.service = "ec2",
        .name = "DescribeSecurityGroups",
        .callers = kOperators | kLinkedRoles,
        .weight = 26,
        .request =
            R"({"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<securityGroup>"}]},"filterSet":{}})"},
    Api{.service = "ec2",
        .name = "DescribeNetworkInterfaces",
        .callers = kOperators | kLinkedRoles,
        .weight = 24,
        .request =
            R"({"networkInterfaceIdSet":{"items":[{"networkInterfaceId":"<interface>"}]},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"<vpc>"}]}}]}})"},
    Api{.service = "ec2",
        .name = "DescribeTags",
        .callers = kServers | kVendors,
        .weight = 60,
        .request =
            R"({"filterSet":{"items":[{"name":"resource-id","valueSet":{"items":[{"value":"<instance>"}]}},{"name":"resource-type","valueSet":{"items":[{"value":"instance"}]}}]},"tagSet":{}})",
        .error_code = "Client.UnauthorizedOperation",
        .error_message = kUnauthorized},
    Api{.service = "ec2",
        .name = "RunInstances",
        .callers = kLinkedRoles | kPipelines,
        .weight = 9,
        .read_only = false,
        .request =
            R"({"instancesSet":{"items":[{"imageId":"<image>","minCount":1,"maxCount":1}]},"instanceType":"<one:t3.micro|t3.medium|m6i.large|c7g.xlarge|r6g.large>","blockDeviceMapping":{},"monitoring":{"enabled":false},"subnetId":"<subnet>","disableApiTermination":false,"disableApiStop":false,"clientToken":"<guid>","iamInstanceProfile":{"name":"<role>"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"Service","value":"<word#s>"},{"key":"Environment","value":"prod"}]}]}})",
        .response =
            R"({"requestId":"<requestId>","reservationId":"r-0<hex:16>","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-0<hex:16>","imageId":"<image>","currentState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-<int:0:255>-<int:4:254>.ec2.internal","instanceType":"m6i.large","launchTime":<epochMs>,"placement":{"availabilityZone":"<region>a","tenancy":"default"},"monitoring":{"state":"pending"},"subnetId":"<subnet>","vpcId":"<vpc>","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[{"key":"Service","value":"<word#s>"},{"key":"Environment","value":"prod"}]},"groupSet":{"items":[{"groupId":"<securityGroup>","groupName":"<word>-nodes"}]},"sourceDestCheck":true,"ebsOptimized":false,"enaSupport":true}]},"requesterId":"<pad:12:1:999999999999>"})",
        .error_code = "Server.InsufficientInstanceCapacity",
        .error_message =
            "We currently do not have sufficient m6i.large capacity in the Availability Zone you requested (<region>a).",
        .error_per_mille = 50},
    Api{.service = "ec2",
        .name = "TerminateInstances",
        .callers = kLinkedRoles | kPipelines | kPeople,
        .weight = 7,
        .read_only = false,
        .request = R"({"instancesSet":{"items":[{"instanceId":"<instance>"}]}})",
        .response =
            R"({"requestId":"<requestId>","instancesSet":{"items":[{"instanceId":"<instance>","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}})",
        .error_code = "Client.UnauthorizedOperation",
        .error_message = kUnauthorized,
        .error_per_mille = 40},
    Api{.service = "ec2",
        .name = "CreateTags",
        .callers = kPipelines | kLinkedRoles | kPeople,
        .weight = 12,
        .read_only = false,
        .request =
            R"({"resourcesSet":{"items":[{"resourceId":"<volume>"}]},"tagSet":{"items":[{"key":"Name","value":"<word>-<hex:6>"},{"key":"ManagedBy","value":"terraform"}]}})",
        .response = R"({"requestId":"<requestId>","_return":true})",
        .error_code = "Client.UnauthorizedOperation",
        .error_message = kUnauthorized},
    Api{.service = "ec2",
        .name = "AuthorizeSecurityGroupIngress",
        .callers = kPipelines | kPeople,
        .weight = 2,
        .read_only = false,
        .request =
            R"({"groupId":"<securityGroup>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"198.18.<int:0:255>.0/24","description":"<word>"}]},"ipv6Ranges":{},"prefixListIds":{}}]}})",
        .response =
            R"({"requestId":"<requestId>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<account>","groupId":"<securityGroup>","securityGroupRuleId":"sgr-0<hex:16>","isEgress":false,"ipProtocol":"tcp","fromPort":443,"toPort":443}]}})",
        .error_code = "Client.InvalidPermission.Duplicate",
        .error_message = "the specified rule \\\"peer: 198.18.0.0/24, TCP, from port: 443, to port: 443, ALLOW\\\" already exists",
        .error_per_mille = 80},
    Api{.service = "ec2",
        .name = "CreateSnapshot",
        .callers = kLinkedRoles | kFunctions,
        .weight = 8,
        .read_only = false,
        .request =
            R"({"volumeId":"<volume>","description":"Nightly <dateDash>","tagSpecificationSet":{"items":[{"resourceType":"snapshot","tags":[{"key":"Policy","value":"nightly"}]}]}})",
        .response =
            R"({"requestId":"<requestId>","snapshotId":"snap-0<hex:16>","volumeId":"<volume>","status":"pending","startTime":<epochMs>,"progress":"","ownerId":"<account>","volumeSize":"<one:8|20|50|100|500>","description":"Nightly <dateDash>","encrypted":true})"},
    Api{.service = "lambda",
        .name = "Invoke",
        .callers = kApps | kServices,
        .weight = 60,
        .read_only = false,
        .request =
            R"({"functionName":"arn:aws:lambda:<region>:<account>:function:<function>","invocationType":"<one:RequestResponse|Event>","contentType":"application/json","sourceArn":"arn:aws:events:<region>:<account>:rule/<rule>"})",
        .resources = kFunctionResource,
        .additional = R"({"functionVersion":"arn:aws:lambda:<region>:<account>:function:<function>:$LATEST"})",
        .error_code = "TooManyRequestsException",
        .error_message = "Rate Exceeded.",
        .error_per_mille = 15,
        .data = true,
        .version = "1.09"},
    Api{.service = "lambda",
        .name = "GetFunction20150331v2",
        .callers = kOperators,
        .weight = 16,
        .request = R"({"functionName":"<function>"})",
        .error_message = kFunctionDenied},
    Api{.service = "lambda",
        .name = "ListFunctions20150331",
        .callers = kOperators | kRoot,
        .weight = 12,
        .request = R"({"maxItems":50})"},
    Api{.service = "lambda",
        .name = "UpdateFunctionCode20150331v2",
        .callers = kPipelines,
        .weight = 14,
        .read_only = false,
        .request =
            R"({"functionName":"<function>","s3Bucket":"<bucket>","s3Key":"artifacts/<word>/<hex:40>.zip","publish":true,"dryRun":false})",
        .response =
            R"({"functionName":"<function>","functionArn":"arn:aws:lambda:<region>:<account>:function:<function>","runtime":"<one:python3.11|python3.12|nodejs20.x|provided.al2>","role":"arn:aws:iam::<account>:role/service-role/<function>-role","handler":"index.handler","codeSize":<int:12000:48000000>,"timeout":<one:3|30|60|900>,"memorySize":<one:128|256|512|1024>,"lastModified":"<time>","codeSha256":"<base64:43>=","version":"<int:1:400>","tracingConfig":{"mode":"Active"},"revisionId":"<guid>","state":"Active","lastUpdateStatus":"InProgress","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{"size":512}})",
        .error_code = "ResourceConflictException",
        .error_message =
            "The operation cannot be performed at this time. An update is in progress for resource: "
            "arn:aws:lambda:<region>:<account>:function:<function>",
        .error_per_mille = 40},
    Api{.service = "ecs",
        .name = "DescribeTasks",
        .callers = kOperators | kContainers | kLinkedRoles,
        .weight = 22,
        .request =
            R"({"cluster":"<cluster>","tasks":["arn:aws:ecs:<region>:<account>:task/<cluster>/<hex:32>"],"include":["TAGS"]})",
        .error_code = "ClusterNotFoundException",
        .error_message = "Cluster not found."},
    Api{.service = "ecs",
        .name = "UpdateService",
        .callers = kPipelines,
        .weight = 10,
        .read_only = false,
        .request =
            R"({"cluster":"<cluster>","service":"<word#s>","taskDefinition":"arn:aws:ecs:<region>:<account>:task-definition/<word#s>:<int:10:900>","forceNewDeployment":true})",
        .response =
            R"({"service":{"serviceArn":"arn:aws:ecs:<region>:<account>:service/<cluster>/<word#s>","serviceName":"<word#s>","clusterArn":"arn:aws:ecs:<region>:<account>:cluster/<cluster>","status":"ACTIVE","desiredCount":<int:2:12>,"runningCount":<int:2:12>,"pendingCount":0,"launchType":"FARGATE","platformVersion":"LATEST","deployments":[{"id":"ecs-svc/<pad:19:1:999999999999999999>","status":"PRIMARY","desiredCount":2,"pendingCount":0,"runningCount":0,"rolloutState":"IN_PROGRESS"}],"createdAt":"<longTime:-8000000>","schedulingStrategy":"REPLICA"}})"},
    Api{.service = "ecs",
        .name = "SubmitTaskStateChange",
        .callers = kServers,
        .weight = 18,
        .read_only = false,
        .request =
            R"({"cluster":"<cluster>","task":"arn:aws:ecs:<region>:<account>:task/<cluster>/<hex:32>","status":"<one:RUNNING|STOPPED>","networkBindings":[]})",
        .response = R"({"acknowledgment":"arn:aws:ecs:<region>:<account>:task/<cluster>/<hex:32>"})"},
    Api{.service = "autoscaling",
        .name = "DescribeAutoScalingGroups",
        .callers = kOperators | kServers,
        .weight = 40,
        .request = R"({"autoScalingGroupNames":["<word>-asg-<hex:8>"],"maxRecords":100})",
        .error_code = "Throttling",
        .error_message = "Rate exceeded"},
    Api{.service = "rds",
        .name = "DescribeDBInstances",
        .callers = kOperators | kLinkedRoles,
        .weight = 18,
        .request = R"({"dBInstanceIdentifier":"<database>"})",
        .error_code = "DBInstanceNotFoundFault",
        .error_message = "DBInstance <database> not found."},
    Api{.service = "cloudformation",
        .name = "DescribeStackEvents",
        .callers = kPipelines | kPeople,
        .weight = 20,
        .request =
            R"({"stackName":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<guid>"})",
        .error_code = "Throttling",
        .error_message = "Rate exceeded",
        .error_per_mille = 30},
    Api{.service = "elasticloadbalancing",
        .name = "DescribeTargetHealth",
        .callers = kOperators | kLinkedRoles | kContainers,
        .weight = 20,
        .request =
            R"({"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<word>/<hex:16>"})",
        .api_version = "2015-12-01"},
};

}  // namespace

std::span<const Api> compute_apis() { return kApis; }

}  // namespace trailkeeper::generate
