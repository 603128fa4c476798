#include "rules/requirements/extra_permission.h"

#include <algorithm>
#include <iterator>

#include "rules/iam/glob.h"
#include "rules/requirements/built_in.h"
#include "rules/requirements/word_file.h"
#include "text/ascii.h"

namespace trailkeeper::rules::requirements {
namespace {

using Seen = ExtraPermission::Seen;

constexpr std::string_view kPassRole = "iam:PassRole";

constexpr ExtraPermission setting(std::string_view service, std::string_view names, std::string_view action,
                                  std::string_view parameters, std::string_view without_value = {}) {
  return {service, names, action, Seen::parameter, {}, {}, parameters, without_value};
}

// Tags for what the call creates, where the service's guide asks for it.
constexpr ExtraPermission tagging(std::string_view service, std::string_view names, std::string_view action) {
  return {service, names, action, Seen::tags, {}, {}, {}, {}};
}

// `to`: the service that gets the role, where it is known.
constexpr ExtraPermission passing(std::string_view service, std::string_view names, std::string_view to = {}) {
  const std::string_view key = to.empty() ? std::string_view{} : "iam:passedtoservice";
  return {service, names, kPassRole, Seen::role, key, to, {}, {}};
}

// Members of such calls are free texts, where a role may stand; whether it has to be passed nobody says.
constexpr ExtraPermission perhaps_passing(std::string_view service, std::string_view names) {
  return {service, names, kPassRole, Seen::role, {}, {}, {}, {}, false};
}

// An upload's headers (Amazon S3 User Guide, "Required permissions for Amazon S3 API operations"; service authorization
// reference, "API operations defined by Amazon S3": PutObject, CopyObject, CreateMultipartUpload). All of them are
// s3:PutObject.
constexpr ExtraPermission kRows[] = {
    setting("s3", "PutObject", "s3:PutObjectAcl", "x-amz-acl x-amz-grant-*"),
    setting("s3", "PutObject", "s3:PutObjectTagging", "x-amz-tagging"),
    setting("s3", "PutObject", "s3:PutObjectRetention", "x-amz-object-lock-mode x-amz-object-lock-retain-until-date"),
    setting("s3", "PutObject", "s3:PutObjectLegalHold", "x-amz-object-lock-legal-hold"),
    // Amazon S3 API Reference, DeleteObject, DeleteObjects and PutObjectRetention: "To use this header, you must have
    // the s3:BypassGovernanceRetention permission".
    setting("s3", "DeleteObject DeleteObjectVersion PutObjectRetention", "s3:BypassGovernanceRetention",
            "x-amz-bypass-governance-retention", "false"),
    // Amazon S3 API Reference, CreateBucket, "Permissions": with an ACL other than private.
    setting("s3", "CreateBucket", "s3:PutBucketAcl", "x-amz-acl x-amz-grant-*", "private"),
    setting("s3", "CreateBucket", "s3:PutBucketObjectLockConfiguration", "x-amz-bucket-object-lock-enabled", "false"),
    setting("s3", "CreateBucket", "s3:PutBucketVersioning", "x-amz-bucket-object-lock-enabled", "false"),
    setting("s3", "CreateBucket", "s3:PutBucketOwnershipControls", "x-amz-object-ownership"),
    // "Users must have permissions to use the ec2:CreateTags action" if tags are specified in the resource-creating
    // action, whose name is the key's value (Amazon EC2 User Guide, "Grant permission to tag Amazon EC2 resources
    // during creation").
    {"ec2", "*", "ec2:CreateTags", Seen::tag_specification, "ec2:createaction", {}, {}, {}},
    // iam:PassedToService where AWS's policies for the service have it: IAM User Guide, "Grant a user permissions to
    // pass a role to an AWS service", and the managed policies AWSLambda_FullAccess, AmazonECS_FullAccess,
    // AWSGlueConsoleFullAccess, AmazonSageMakerFullAccess; Step Functions Developer Guide and EventBridge Scheduler
    // User Guide on identity-based policies.
    passing("ec2",
            "RunInstances AssociateIamInstanceProfile ReplaceIamInstanceProfileAssociation "
            "RequestSpotInstances",
            "ec2.amazonaws.com"),
    passing("ecs", "RunTask StartTask RegisterTaskDefinition", "ecs-tasks.amazonaws.com"),
    passing("glue",
            "CreateJob UpdateJob CreateCrawler UpdateCrawler CreateDevEndpoint CreateSession "
            "CreateMLTransform UpdateMLTransform",
            "glue.amazonaws.com"),
    passing("lambda", "CreateCapacityProvider CreateFunction UpdateFunctionConfiguration", "lambda.amazonaws.com"),
    passing(
        "sagemaker",
        "CreateAutoMLJob CreateAutoMLJobV2 CreateCluster CreateCompilationJob CreateDataQualityJobDefinition "
        "CreateDeviceFleet CreateDomain CreateEdgeDeploymentPlan CreateEdgeDeploymentStage CreateEdgePackagingJob "
        "CreateEndpointConfig CreateFeatureGroup CreateFlowDefinition CreateHyperParameterTuningJob CreateImage "
        "CreateInferenceExperiment CreateInferenceRecommendationsJob CreateLabelingJob CreateMlflowApp "
        "CreateMlflowTrackingServer CreateModel CreateModelBiasJobDefinition CreateModelExplainabilityJobDefinition "
        "CreateModelQualityJobDefinition CreateMonitoringSchedule CreateNotebookInstance CreateOptimizationJob "
        "CreatePipeline CreateProcessingJob CreateTrainingJob CreateUserProfile RenderUiTemplate UpdateCluster "
        "UpdateClusterInference UpdateImage UpdateMonitoringSchedule UpdatePipeline",
        "sagemaker.amazonaws.com"),
    passing("scheduler", "CreateSchedule UpdateSchedule", "scheduler.amazonaws.com"),
    passing("states", "CreateStateMachine UpdateStateMachine", "states.amazonaws.com"),
    // The services' own guides, where the reference has no dependent actions: each on the identity-based policies or
    // the service role that the call takes.
    passing("airflow", "CreateEnvironment UpdateEnvironment"),
    passing("amplify", "CreateApp CreateBranch UpdateApp UpdateBranch"),
    passing("apigateway", "PUT PATCH POST"),
    passing("apprunner", "CreateService UpdateService"),
    passing("appsync", "CreateApi CreateDataSource CreateGraphqlApi UpdateApi UpdateDataSource UpdateGraphqlApi"),
    passing("autoscaling", "CreateLaunchConfiguration PutLifecycleHook"),
    passing("batch", "CreateComputeEnvironment UpdateComputeEnvironment RegisterJobDefinition"),
    passing("bedrock",
            "CreateAgent UpdateAgent CreateFlow UpdateFlow CreateKnowledgeBase UpdateKnowledgeBase CreateEvaluationJob "
            "CreateModelCustomizationJob CreateModelImportJob CreateModelInvocationJob"),
    passing("cloudformation",
            "CreateStack UpdateStack DeleteStack CreateChangeSet ContinueUpdateRollback "
            "RollbackStack"),
    passing("cloudtrail", "CreateTrail UpdateTrail"),
    passing("codebuild", "CreateProject UpdateProject StartBuild StartBuildBatch"),
    passing("codedeploy", "CreateDeploymentGroup UpdateDeploymentGroup"),
    passing("codepipeline", "CreatePipeline UpdatePipeline"),
    passing("cognito-identity", "SetIdentityPoolRoles"),
    passing("cognito-idp",
            "CreateGroup UpdateGroup CreateUserPool UpdateUserPool CreateUserImportJob SetUserPoolMfaConfig"),
    passing("comprehend",
            "CreateDocumentClassifier CreateEndpoint CreateEntityRecognizer CreateFlywheel ImportModel Start*Job"),
    passing("datasync", "CreateLocation* UpdateLocation*"),
    passing("dlm", "CreateLifecyclePolicy UpdateLifecyclePolicy"),
    passing("ec2", "RequestSpotFleet"),
    passing("ecs", "CreateService"),
    passing("eks",
            "CreateCluster CreateNodegroup CreateFargateProfile CreateAddon UpdateAddon "
            "CreatePodIdentityAssociation UpdatePodIdentityAssociation"),
    passing("elasticbeanstalk", "CreateApplication CreateEnvironment AssociateEnvironmentOperationsRole"),
    passing("emr-containers", "StartJobRun CreateManagedEndpoint"),
    passing("es",
            "CreateDomain CreateElasticsearchDomain UpdateDomainConfig UpdateElasticsearchDomainConfig AddDataSource"),
    passing("events", "PutRule PutTargets"),
    passing("firehose", "CreateDeliveryStream UpdateDestination"),
    passing("iot", "CreateTopicRule ReplaceTopicRule"),
    passing("kinesisanalytics", "CreateApplication UpdateApplication"),
    passing("lakeformation", "RegisterResource UpdateResource"),
    passing("redshift", "CreateCluster ModifyClusterIamRoles RestoreFromClusterSnapshot"),
    passing("ssm",
            "SendCommand RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindowTask "
            "CreateActivation StartAutomationExecution UpdateManagedInstanceRole"),
    // Attributes by name: DeliveryStatusIAMRole, LambdaSuccessFeedbackRoleArn, SubscriptionRoleArn.
    perhaps_passing("sns",
                    "CreatePlatformApplication CreateTopic SetPlatformApplicationAttributes SetSMSAttributes "
                    "SetSubscriptionAttributes SetTopicAttributes Subscribe"),
    passing("transcribe", "StartTranscriptionJob StartCallAnalyticsJob StartMedicalScribeJob CreateLanguageModel"),
    // IAM User Guide, "Pass session tags in AWS STS" and "Monitor and control actions taken with assumed roles".
    tagging("sts", "AssumeRole GetFederationToken", "sts:TagSession"),
    {"sts", "AssumeRole", "sts:SetSourceIdentity", Seen::source_identity, {}, {}, {}, {}},
    // IAM User Guide, "Tags for AWS Identity and Access Management resources": "to create and tag".
    tagging("iam", "CreateUser", "iam:TagUser"),
    tagging("iam", "CreateRole", "iam:TagRole"),
    tagging("iam", "CreatePolicy", "iam:TagPolicy"),
    tagging("iam", "CreateInstanceProfile", "iam:TagInstanceProfile"),
    tagging("iam", "CreateVirtualMFADevice", "iam:TagMFADevice"),
    tagging("iam", "CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"),
    tagging("iam", "CreateSAMLProvider", "iam:TagSAMLProvider"),
    tagging("iam", "UploadServerCertificate", "iam:TagServerCertificate"),
    // The call's page in the service's API reference, on the parameter `Tags`, or the guide on tagging.
    // The guide's examples grant both actions together; that the second is needed nobody says.
    {"autoscaling", "CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags", Seen::tags, {}, {}, {}, {}, false},
    tagging("cloudwatch", "PutMetricAlarm PutCompositeAlarm", "cloudwatch:TagResource"),
    tagging("dynamodb", "CreateTable", "dynamodb:TagResource"),
    {"ecs", "Create* Register* RunTask StartTask", "ecs:TagResource", Seen::tags, "ecs:createaction", {}, {}, {}},
    tagging("eks", "Create*", "eks:TagResource"),
    tagging("events", "PutRule CreateEventBus", "events:TagResource"),
    tagging("kms", "CreateKey ReplicateKey", "kms:TagResource"),
    tagging("lambda", "CreateFunction CreateEventSourceMapping", "lambda:TagResource"),
    tagging("rds", "Create* Copy* Restore* PurchaseReservedDBInstancesOffering", "rds:AddTagsToResource"),
    tagging("secretsmanager", "CreateSecret", "secretsmanager:TagResource"),
    tagging("sns", "CreateTopic", "sns:TagResource"),
    tagging("sqs", "CreateQueue", "sqs:TagQueue"),
    tagging("ssm",
            "PutParameter CreateDocument CreateActivation CreateAssociation CreateMaintenanceWindow CreateOpsItem "
            "CreatePatchBaseline",
            "ssm:AddTagsToResource"),
    tagging("states", "CreateStateMachine CreateActivity", "states:TagResource"),
};

// The rows of extra_actions.txt.
void read_rows(std::string_view text, std::vector<ExtraPermission>& rows) {
  constexpr std::string_view kPerhaps = "perhaps ";
  ExtraPermission row;
  const auto take_head = [&](std::string_view line) {
    row.sure = !line.starts_with(kPerhaps);
    if (!row.sure) line.remove_prefix(kPerhaps.size());
    row.action = text::take_before(line, ' ');
    row.key = line;
    row.seen = row.action == kPassRole ? Seen::role : Seen::tags;
  };
  read_word_file(text, take_head, [&](std::string_view words) {
    row.service = text::take_before(words, ' ');
    row.names = words;
    rows.push_back(row);
  });
}

}  // namespace

std::span<const ExtraPermission> extra_permissions() {
  static const std::vector<ExtraPermission> all = [] {
    std::vector<ExtraPermission> rows{std::begin(kRows), std::end(kRows)};
    read_rows(kExtraActionsText, rows);
    return rows;
  }();
  return all;
}

bool fits_one_of(std::string_view globs, std::string_view text) {
  while (!globs.empty()) {
    const std::size_t blank = globs.find(' ');
    if (iam::glob_match(globs.substr(0, blank), text)) return true;
    globs = blank == std::string_view::npos ? std::string_view{} : globs.substr(blank + 1);
  }
  return false;
}

std::vector<Extra> extras_with(const iam::Action& action) {
  std::vector<Extra> found;
  for (const ExtraPermission& row : extra_permissions()) {
    if (row.service != action.service() || !fits_one_of(text::lowered(row.names), action.name())) continue;
    const auto known =
        row.seen == Seen::parameter ? found.end() : std::find_if(found.begin(), found.end(), [&](const Extra& extra) {
          return extra.row->action == row.action;
        });
    if (known == found.end()) {
      found.push_back({&row, *iam::Action::parse(row.action)});
    } else if (row.sure && !known->row->sure) {
      known->row = &row;
    }
  }
  return found;
}

}  // namespace trailkeeper::rules::requirements
