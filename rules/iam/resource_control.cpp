// Which services resource control policies apply to.
#include <algorithm>
#include <array>

#include "rules/iam/evaluate.h"

namespace trailkeeper::rules::iam {

bool supports_resource_control(std::string_view service) {
  // Sorted.
  constexpr std::array<std::string_view, 62> kServices{"aoss",
                                                       "appconfig",
                                                       "appstream",
                                                       "autoscaling",
                                                       "autoscaling-plans",
                                                       "budgets",
                                                       "clouddirectory",
                                                       "cloudfront",
                                                       "cloudsearch",
                                                       "cloudtrail-data",
                                                       "codeartifact",
                                                       "codebuild",
                                                       "codecommit",
                                                       "codepipeline",
                                                       "cognito-identity",
                                                       "cognito-idp",
                                                       "comprehend",
                                                       "comprehendmedical",
                                                       "compute-optimizer",
                                                       "cost-optimization-hub",
                                                       "dax",
                                                       "dsql",
                                                       "dynamodb",
                                                       "ecr",
                                                       "ecr-public",
                                                       "events",
                                                       "firehose",
                                                       "fis",
                                                       "fms",
                                                       "gamelift",
                                                       "health",
                                                       "inspector-scan",
                                                       "kendra",
                                                       "kinesisvideo",
                                                       "kms",
                                                       "logs",
                                                       "memorydb",
                                                       "networkmonitor",
                                                       "notifications",
                                                       "opensearch",
                                                       "pca-connector-ad",
                                                       "personalize",
                                                       "polly",
                                                       "pricing",
                                                       "resource-groups",
                                                       "rolesanywhere",
                                                       "s3",
                                                       "secretsmanager",
                                                       "servicediscovery",
                                                       "signin",
                                                       "sqs",
                                                       "sts",
                                                       "support",
                                                       "swf",
                                                       "textract",
                                                       "timestream-influxdb",
                                                       "transcribe",
                                                       "transfer",
                                                       "translate",
                                                       "wafv2",
                                                       "workspaces",
                                                       "xray"};
  return std::binary_search(kServices.begin(), kServices.end(), service);
}

}  // namespace trailkeeper::rules::iam
