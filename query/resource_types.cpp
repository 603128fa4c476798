#include "query/resource_types.h"

#include <algorithm>
#include <iterator>

namespace trailkeeper::query {
namespace {

// Ascending by key. What a key means in one service only has that service's source.
constexpr ResourceMember kMembers[] = {
    {"accessKeyId", "AWS::IAM::AccessKey"},
    {"alarmName", "AWS::CloudWatch::Alarm"},
    {"allocationId", "AWS::EC2::EIP"},
    {"apiId", "AWS::ApiGatewayV2::Api"},
    {"applicationName", "AWS::CodeDeploy::Application", "codedeploy.amazonaws.com"},
    {"applicationName", "AWS::ElasticBeanstalk::Application", "elasticbeanstalk.amazonaws.com"},
    {"assumedRoleId", "AWS::STS::AssumedRole"},
    {"autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup"},
    {"bucketName", "AWS::S3::Bucket"},
    {"cacheClusterId", "AWS::ElastiCache::CacheCluster"},
    {"clusterIdentifier", "AWS::Redshift::Cluster"},
    {"clusterName", "AWS::ECS::Cluster", "ecs.amazonaws.com"},
    {"clusterName", "AWS::EKS::Cluster", "eks.amazonaws.com"},
    {"dBClusterIdentifier", "AWS::RDS::DBCluster"},
    {"dBClusterSnapshotIdentifier", "AWS::RDS::DBClusterSnapshot"},
    {"dBInstanceIdentifier", "AWS::RDS::DBInstance"},
    {"dBSecurityGroupName", "AWS::RDS::DBSecurityGroup"},
    {"dBSnapshotIdentifier", "AWS::RDS::DBSnapshot"},
    {"dBSubnetGroupName", "AWS::RDS::DBSubnetGroup"},
    {"deliveryStreamName", "AWS::KinesisFirehose::DeliveryStream"},
    {"distributionId", "AWS::CloudFront::Distribution"},
    {"domainName", "AWS::OpenSearch::Domain", "es.amazonaws.com"},
    {"environmentName", "AWS::ElasticBeanstalk::Environment", "elasticbeanstalk.amazonaws.com"},
    {"fileSystemId", "AWS::EFS::FileSystem"},
    {"functionName", "AWS::Lambda::Function"},
    {"groupId", "AWS::EC2::SecurityGroup", "ec2.amazonaws.com"},
    {"groupName", "AWS::EC2::SecurityGroup", "ec2.amazonaws.com"},
    {"groupName", "AWS::IAM::Group", "iam.amazonaws.com"},
    {"hostedZoneId", "AWS::Route53::HostedZone"},
    {"imageId", "AWS::EC2::Image"},
    {"instanceId", "AWS::EC2::Instance"},
    {"instanceProfileName", "AWS::IAM::InstanceProfile"},
    {"internetGatewayId", "AWS::EC2::InternetGateway"},
    {"keyId", "AWS::KMS::Key", "kms.amazonaws.com"},
    {"keyName", "AWS::EC2::KeyPair"},
    {"kmsKeyId", "AWS::KMS::Key"},
    {"launchConfigurationName", "AWS::AutoScaling::LaunchConfiguration"},
    {"launchTemplateId", "AWS::EC2::LaunchTemplate"},
    {"launchTemplateName", "AWS::EC2::LaunchTemplate"},
    {"loadBalancerName", "AWS::ElasticLoadBalancing::LoadBalancer"},
    {"logGroupName", "AWS::Logs::LogGroup"},
    {"name", "AWS::CloudTrail::Trail", "cloudtrail.amazonaws.com"},
    {"natGatewayId", "AWS::EC2::NatGateway"},
    {"networkAclId", "AWS::EC2::NetworkAcl"},
    {"networkInterfaceId", "AWS::EC2::NetworkInterface"},
    {"pipelineName", "AWS::CodePipeline::Pipeline", "codepipeline.amazonaws.com"},
    {"policyName", "AWS::IAM::Policy", "iam.amazonaws.com"},
    {"projectName", "AWS::CodeBuild::Project", "codebuild.amazonaws.com"},
    {"queueName", "AWS::SQS::Queue"},
    {"queueUrl", "AWS::SQS::Queue"},
    {"repositoryName", "AWS::CodeCommit::Repository", "codecommit.amazonaws.com"},
    {"repositoryName", "AWS::ECR::Repository", "ecr.amazonaws.com"},
    {"restApiId", "AWS::ApiGateway::RestApi"},
    {"roleName", "AWS::IAM::Role"},
    {"roleSessionName", "AWS::STS::AssumedRole", "sts.amazonaws.com"},
    {"routeTableId", "AWS::EC2::RouteTable"},
    {"sAMLProviderName", "AWS::IAM::SAMLProvider"},
    {"secretId", "AWS::SecretsManager::Secret"},
    {"securityGroupId", "AWS::EC2::SecurityGroup"},
    {"serverCertificateName", "AWS::IAM::ServerCertificate"},
    {"snapshotId", "AWS::EC2::Snapshot"},
    {"stackName", "AWS::CloudFormation::Stack"},
    {"streamName", "AWS::Kinesis::Stream"},
    {"subnetId", "AWS::EC2::Subnet"},
    {"tableName", "AWS::DynamoDB::Table", "dynamodb.amazonaws.com"},
    {"tableName", "AWS::Glue::Table", "glue.amazonaws.com"},
    {"trailName", "AWS::CloudTrail::Trail"},
    {"userName", "AWS::IAM::User", "iam.amazonaws.com"},
    {"userPoolId", "AWS::Cognito::UserPool"},
    {"virtualMFADeviceName", "AWS::IAM::VirtualMFADevice"},
    {"volumeId", "AWS::EC2::Volume"},
    {"vpcEndpointId", "AWS::EC2::VPCEndpoint"},
    {"vpcId", "AWS::EC2::VPC"},
};

constexpr bool ascending() {
  return std::is_sorted(std::begin(kMembers), std::end(kMembers),
                        [](const ResourceMember& a, const ResourceMember& b) { return a.key < b.key; });
}
static_assert(ascending());

struct ArnType {
  std::string_view service;
  std::string_view kind;  ///< What stands before the first `/` or `:` of the ARN's last part; empty: anything.
  std::string_view type;
};

constexpr ArnType kArnTypes[] = {
    {"acm", "certificate", "AWS::CertificateManager::Certificate"},
    {"apigateway", "restapis", "AWS::ApiGateway::RestApi"},
    {"autoscaling", "autoScalingGroup", "AWS::AutoScaling::AutoScalingGroup"},
    {"cloudformation", "stack", "AWS::CloudFormation::Stack"},
    {"cloudfront", "distribution", "AWS::CloudFront::Distribution"},
    {"cloudtrail", "trail", "AWS::CloudTrail::Trail"},
    {"cloudwatch", "alarm", "AWS::CloudWatch::Alarm"},
    {"codebuild", "project", "AWS::CodeBuild::Project"},
    {"codecommit", "", "AWS::CodeCommit::Repository"},
    {"cognito-idp", "userpool", "AWS::Cognito::UserPool"},
    {"dynamodb", "table", "AWS::DynamoDB::Table"},
    {"ec2", "image", "AWS::EC2::Image"},
    {"ec2", "instance", "AWS::EC2::Instance"},
    {"ec2", "network-interface", "AWS::EC2::NetworkInterface"},
    {"ec2", "security-group", "AWS::EC2::SecurityGroup"},
    {"ec2", "snapshot", "AWS::EC2::Snapshot"},
    {"ec2", "subnet", "AWS::EC2::Subnet"},
    {"ec2", "volume", "AWS::EC2::Volume"},
    {"ec2", "vpc", "AWS::EC2::VPC"},
    {"ecr", "repository", "AWS::ECR::Repository"},
    {"ecs", "cluster", "AWS::ECS::Cluster"},
    {"ecs", "service", "AWS::ECS::Service"},
    {"ecs", "task-definition", "AWS::ECS::TaskDefinition"},
    {"eks", "cluster", "AWS::EKS::Cluster"},
    {"elasticfilesystem", "file-system", "AWS::EFS::FileSystem"},
    {"elasticloadbalancing", "loadbalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"},
    {"elasticloadbalancing", "targetgroup", "AWS::ElasticLoadBalancingV2::TargetGroup"},
    {"es", "domain", "AWS::OpenSearch::Domain"},
    {"events", "rule", "AWS::Events::Rule"},
    {"firehose", "deliverystream", "AWS::KinesisFirehose::DeliveryStream"},
    {"iam", "group", "AWS::IAM::Group"},
    {"iam", "instance-profile", "AWS::IAM::InstanceProfile"},
    {"iam", "mfa", "AWS::IAM::VirtualMFADevice"},
    {"iam", "oidc-provider", "AWS::IAM::OIDCProvider"},
    {"iam", "policy", "AWS::IAM::Policy"},
    {"iam", "role", "AWS::IAM::Role"},
    {"iam", "saml-provider", "AWS::IAM::SAMLProvider"},
    {"iam", "server-certificate", "AWS::IAM::ServerCertificate"},
    {"iam", "user", "AWS::IAM::User"},
    {"kinesis", "stream", "AWS::Kinesis::Stream"},
    {"kms", "alias", "AWS::KMS::Alias"},
    {"kms", "key", "AWS::KMS::Key"},
    {"lambda", "function", "AWS::Lambda::Function"},
    {"lambda", "layer", "AWS::Lambda::LayerVersion"},
    {"logs", "log-group", "AWS::Logs::LogGroup"},
    {"rds", "cluster", "AWS::RDS::DBCluster"},
    {"rds", "cluster-snapshot", "AWS::RDS::DBClusterSnapshot"},
    {"rds", "db", "AWS::RDS::DBInstance"},
    {"rds", "snapshot", "AWS::RDS::DBSnapshot"},
    {"route53", "hostedzone", "AWS::Route53::HostedZone"},
    {"secretsmanager", "secret", "AWS::SecretsManager::Secret"},
    {"sns", "", "AWS::SNS::Topic"},
    {"sqs", "", "AWS::SQS::Queue"},
    {"ssm", "parameter", "AWS::SSM::Parameter"},
    {"states", "stateMachine", "AWS::StepFunctions::StateMachine"},
    {"sts", "assumed-role", "AWS::STS::AssumedRole"},
    {"sts", "federated-user", "AWS::STS::FederatedUser"},
};

struct KeyIsLess {
  bool operator()(const ResourceMember& member, std::string_view key) const { return member.key < key; }
  bool operator()(std::string_view key, const ResourceMember& member) const { return key < member.key; }
};

}  // namespace

std::span<const ResourceMember> resource_members() { return kMembers; }

std::span<const ResourceMember> members_of_key(std::string_view key, bool listed) {
  const auto [first, end] = std::equal_range(std::begin(kMembers), std::end(kMembers), key, KeyIsLess{});
  if (first == end && listed && key.ends_with('s')) return members_of_key(key.substr(0, key.size() - 1), false);
  return {first, end};
}

bool names_arn(std::string_view key, bool listed) {
  if (listed && key.ends_with('s')) key.remove_suffix(1);
  return key == "arn" || key.ends_with("Arn") || key.ends_with("ARN");
}

bool may_name_resource(std::string_view key, bool listed) {
  return names_arn(key, listed) || !members_of_key(key, listed).empty();
}

std::string_view resource_type_of_arn(std::string_view arn) {
  // arn:partition:service:region:account:resource
  if (!arn.starts_with("arn:")) return {};
  std::string_view service;
  std::string_view rest = arn;
  for (int part = 0; part < 5; ++part) {
    const std::size_t end = rest.find(':');
    if (end == std::string_view::npos) return {};
    if (part == 2) service = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  if (service == "s3") return rest.find('/') == std::string_view::npos ? "AWS::S3::Bucket" : "AWS::S3::Object";
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const std::string_view kind = rest.substr(0, rest.find_first_of("/:"));
  for (const ArnType& known : kArnTypes) {
    if (known.service == service && (known.kind.empty() || known.kind == kind)) return known.type;
  }
  return {};
}

}  // namespace trailkeeper::query
