#include "generate/names.h"

#include <array>

namespace trailkeeper::generate {
namespace {

using namespace std::string_view_literals;

constexpr std::array kWords{
    "orders"sv,     "payments"sv, "users"sv,     "sessions"sv,  "catalog"sv,   "search"sv,     "billing"sv,   "invoices"sv,
    "ledger"sv,     "events"sv,   "metrics"sv,   "reports"sv,   "exports"sv,   "imports"sv,    "images"sv,    "thumbnails"sv,
    "uploads"sv,    "downloads"sv, "media"sv,    "archive"sv,   "audit"sv,     "telemetry"sv,  "tracking"sv,  "shipping"sv,
    "inventory"sv,  "pricing"sv,  "quotes"sv,    "checkout"sv,  "cart"sv,      "profile"sv,    "accounts"sv,  "identity"sv,
    "auth"sv,       "tokens"sv,   "webhooks"sv,  "mailer"sv,    "notifier"sv,  "scheduler"sv,  "worker"sv,    "ingest"sv,
    "transform"sv,  "enrich"sv,   "classifier"sv, "training"sv, "features"sv,  "embeddings"sv, "models"sv,    "inference"sv,
    "gateway"sv,    "router"sv,   "edge"sv,      "cdn"sv,       "assets"sv,    "frontend"sv,   "backend"sv,   "mobile"sv,
    "partner"sv,    "crm"sv,      "marketing"sv, "campaigns"sv, "analytics"sv, "dashboards"sv, "warehouse"sv, "lake"sv,
    "snapshot"sv,   "backup"sv,   "restore"sv,   "migrate"sv,   "indexer"sv,   "crawler"sv,    "parser"sv,    "validator"sv,
    "geo"sv,        "maps"sv,     "fraud"sv,     "risk"sv,      "kyc"sv,       "onboarding"sv, "support"sv,   "chat"sv};

constexpr std::array kFirstNames{
    "anna"sv,  "ben"sv,    "carla"sv, "deniz"sv,  "elif"sv,   "farid"sv, "grace"sv,  "hugo"sv,  "ines"sv,   "jonas"sv,
    "keiko"sv, "lena"sv,   "marco"sv, "nadia"sv,  "oscar"sv,  "priya"sv, "quentin"sv, "rosa"sv, "samir"sv,  "tara"sv,
    "uma"sv,   "viktor"sv, "wanda"sv, "xavier"sv, "yusuf"sv,  "zoe"sv,   "amara"sv,  "bjorn"sv, "chloe"sv,  "diego"sv,
    "emeka"sv, "freya"sv,  "goran"sv, "hanna"sv,  "imran"sv,  "julia"sv, "kofi"sv,   "lucas"sv, "mei"sv,    "noah"sv,
    "olga"sv,  "pablo"sv,  "rashid"sv, "sofia"sv, "thomas"sv, "ursula"sv, "vera"sv,  "wei"sv,   "yara"sv,   "zane"sv};

constexpr std::array kCompanies{"acme"sv,  "borealis"sv, "cobalt"sv, "driftwood"sv, "ember"sv,  "fjord"sv,
                                "gravel"sv, "harbor"sv,  "indigo"sv, "juniper"sv,   "kestrel"sv, "lumen"sv};

constexpr std::array kAppRoles{"api-server"sv,  "web-server"sv,     "batch-worker"sv, "ingest-worker"sv, "search-node"sv,
                               "cache-node"sv,  "stream-reader"sv,  "etl-runner"sv,   "model-server"sv,  "report-builder"sv,
                               "webhook-relay"sv, "session-store"sv, "pdf-renderer"sv, "mail-sender"sv,   "log-shipper"sv,
                               "eks-node-group"sv, "gateway-node"sv, "video-encoder"sv};

constexpr std::array kVendorRoles{"DatadogIntegrationRole"sv, "WizAccess-Role"sv, "VantageReadOnly"sv, "SnykAuditRole"sv,
                                  "NewRelicInfrastructure-Integrations"sv};

constexpr std::array kPipelineRoles{"github-deploy-production"sv, "github-deploy-staging"sv, "terraform-plan"sv,
                                    "terraform-apply"sv,          "gitlab-runner"sv,         "image-builder"sv,
                                    "nightly-backup"sv,           "cdk-hnb659fds-deploy-role"sv, "finops-export"sv};

constexpr std::array kCallingServices{"lambda"sv, "ec2"sv,       "ecs-tasks"sv, "config"sv,      "cloudtrail"sv, "logs"sv, "states"sv,
                                      "events"sv, "firehose"sv, "rds"sv,       "autoscaling"sv, "elasticloadbalancing"sv,
                                      "guardduty"sv, "backup"sv};

constexpr std::array kPeopleAgents{
    "aws-cli/2.15.<int:0:40> md/awscrt#0.19.19 ua/2.0 os/macos#23.<int:1:5>.0 md/arch#arm64 lang/python#3.11.<int:5:9> md/pyimpl#CPython cfg/retry-mode#standard md/installer#source md/prompt#off md/command#<one:s3.ls|s3.cp|ec2.describe-instances|sts.get-caller-identity|iam.list-users|logs.tail>"sv,
    "aws-cli/2.<int:9:16>.<int:0:23> Python/3.11.<int:2:8> Linux/6.<int:1:8>.0-<int:10:35>-generic exe/x86_64.ubuntu.22 prompt/off command/<one:s3.sync|ec2.describe-volumes|lambda.invoke|ce.get-cost-and-usage>"sv,
    "APN/1.0 HashiCorp/1.0 Terraform/1.<int:5:8>.<int:0:7> (+https://www.terraform.io) terraform-provider-aws/5.<int:20:50>.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.<int:24:27>.<int:0:3> os/macos lang/go#1.21.<int:5:9> md/GOOS#darwin md/GOARCH#arm64 api/ec2#1.<int:140:160>.0"sv,
    "Boto3/1.34.<int:10:110> md/Botocore#1.34.<int:10:110> ua/2.0 os/macos#23.<int:1:5>.0 md/arch#arm64 lang/python#3.12.<int:0:3> md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.<int:10:110>"sv,
};

constexpr std::array kPipelineAgents{
    "APN/1.0 HashiCorp/1.0 Terraform/1.<int:5:8>.<int:0:7> (+https://www.terraform.io) terraform-provider-aws/5.<int:20:50>.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.<int:24:27>.<int:0:3> os/linux lang/go#1.21.<int:5:9> md/GOOS#linux md/GOARCH#amd64 api/<one:ec2|iam|s3|lambda>#1.<int:140:160>.0"sv,
    "aws-cli/2.15.<int:0:40> Python/3.11.8 Linux/6.5.0-10<int:14:25>-azure exe/x86_64.ubuntu.22 prompt/off command/<one:s3.sync|ecr.get-login-password|ecs.update-service|cloudformation.deploy>"sv,
    "configure-aws-credentials-for-github-actions"sv,
    "aws-sdk-js/3.<int:480:570>.0 ua/2.0 os/linux#6.5.0-1016-azure lang/js md/nodejs#20.11.1 api/cloudformation#3.<int:480:570>.0"sv,
};

constexpr std::array kAppAgents{
    "aws-sdk-go-v2/1.<int:22:27>.<int:0:3> os/linux lang/go#1.<int:20:22>.<int:1:9> md/GOOS#linux md/GOARCH#<one:amd64|arm64> api/<one:s3|dynamodb|sqs|kms>#1.<int:30:55>.<int:0:4>"sv,
    "aws-sdk-java/2.<int:20:25>.<int:0:60> Linux/5.10.<int:180:215>-<int:150:205>.<int:700:850>.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.<int:6:10>+7-LTS Java/17.0.<int:6:10> vendor/Amazon.com_Inc. io/sync http/Apache"sv,
    "Boto3/1.<int:28:34>.<int:10:110> md/Botocore#1.<int:31:34>.<int:10:110> ua/2.0 os/linux#6.1.<int:60:82>-<int:90:110>.<int:150:180>.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.<int:5:8> md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.<int:10:110>"sv,
    "aws-sdk-js/3.<int:400:570>.0 ua/2.0 os/linux#5.10.<int:180:215>-<int:150:205>.<int:700:850>.amzn2.x86_64 lang/js md/nodejs#<one:18.19.0|18.20.1|20.11.0|20.12.2> api/<one:dynamodb|s3|sqs|sns>#3.<int:400:570>.0"sv,
    "aws-sdk-rust/1.<int:0:2>.<int:0:9> os/linux lang/rust/1.7<int:3:7>.0"sv,
    "aws-sdk-nodejs/2.<int:1400:1600>.0 linux/v18.<int:16:20>.1 promise"sv,
};

constexpr std::array kFunctionAgents{
    "Boto3/1.<int:28:34>.<int:10:110> md/Botocore#1.<int:31:34>.<int:10:110> ua/2.0 os/linux#5.10.<int:180:215>-<int:150:205>.<int:700:850>.amzn2.x86_64 md/arch#x86_64 lang/python#3.<int:9:12>.<int:1:18> md/pyimpl#CPython exec-env/AWS_Lambda_python3.<int:9:12> cfg/retry-mode#legacy Botocore/1.34.<int:10:110>"sv,
    "aws-sdk-js/3.<int:400:570>.0 ua/2.0 os/linux#5.10.<int:180:215>-<int:150:205>.<int:700:850>.amzn2.x86_64 lang/js md/nodejs#<one:18.19.0|18.20.1|20.11.0|20.12.2> api/<one:dynamodb|s3|sqs|sns>#3.<int:400:570>.0 exec-env/AWS_Lambda_nodejs<one:18|20>.x"sv,
    "aws-sdk-go-v2/1.<int:22:27>.<int:0:3> os/linux lang/go#1.<int:20:22>.<int:1:9> md/GOOS#linux md/GOARCH#arm64 exec-env/AWS_Lambda_provided.al2 api/<one:dynamodb|kms|secretsmanager>#1.<int:26:40>.<int:0:8>"sv,
};

constexpr std::array kVendorAgents{
    "Boto3/1.<int:26:34>.<int:10:110> Python/3.<int:8:11>.<int:3:10> Linux/5.15.0-10<int:20:60>-aws Botocore/1.<int:29:34>.<int:10:110>"sv,
    "aws-sdk-go/1.<int:44:50>.<int:100:300> (go1.<int:19:22>.<int:1:9>; linux; amd64)"sv,
};

constexpr std::array kBrowsers{
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/12<int:1:5>.0.0.0 Safari/537.36"sv,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/12<int:1:5>.0.0.0 Safari/537.36 Edg/12<int:1:5>.0.0.0"sv,
    "Mozilla/5.0 (X11; Linux x86_64; rv:12<int:2:6>.0) Gecko/20100101 Firefox/12<int:2:6>.0"sv,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.<int:1:4> Safari/605.1.15"sv,
};

}  // namespace

std::span<const std::string_view> words() { return kWords; }
std::span<const std::string_view> first_names() { return kFirstNames; }
std::span<const std::string_view> companies() { return kCompanies; }
std::span<const std::string_view> app_roles() { return kAppRoles; }
std::span<const std::string_view> vendor_roles() { return kVendorRoles; }
std::span<const std::string_view> pipeline_roles() { return kPipelineRoles; }
std::span<const std::string_view> calling_services() { return kCallingServices; }
std::span<const std::string_view> browsers() { return kBrowsers; }

std::span<const std::string_view> agents(CallerKind kind) {
  switch (kind) {
    case CallerKind::pipeline: return kPipelineAgents;
    case CallerKind::server:
    case CallerKind::container: return kAppAgents;
    case CallerKind::function: return kFunctionAgents;
    case CallerKind::vendor:
    case CallerKind::other_account: return kVendorAgents;
    default: return kPeopleAgents;
  }
}

}  // namespace trailkeeper::generate
