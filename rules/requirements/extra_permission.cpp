#include "rules/requirements/extra_permission.h"

#include <algorithm>

#include "rules/iam/glob.h"
#include "text/ascii.h"

namespace trailkeeper::rules::requirements {
namespace {

using Seen = ExtraPermission::Seen;

constexpr ExtraPermission setting(std::string_view service, std::string_view names, std::string_view action,
                                  std::string_view parameters, std::string_view without_value = {}) {
  return {service, names, action, Seen::parameter, {}, {}, parameters, without_value};
}

// `to`: the service that gets the role, where it is known.
constexpr ExtraPermission passing(std::string_view service, std::string_view names, std::string_view to = {}) {
  const std::string_view key = to.empty() ? std::string_view{} : "iam:passedtoservice";
  return {service, names, "iam:PassRole", Seen::role, key, to, {}, {}};
}

// An upload's headers (Amazon S3 User Guide, "Required permissions for Amazon S3 API operations"; service authorization
// reference, "API operations defined by Amazon S3": PutObject, CopyObject, CreateMultipartUpload). All of them are
// s3:PutObject.
constexpr ExtraPermission kRows[] = {
    setting("s3", "PutObject", "s3:PutObjectAcl", "x-amz-acl x-amz-grant-*"),
    setting("s3", "PutObject", "s3:PutObjectTagging", "x-amz-tagging"),
    setting("s3", "PutObject", "s3:PutObjectRetention", "x-amz-object-lock-mode x-amz-object-lock-retain-until-date"),
    setting("s3", "PutObject", "s3:PutObjectLegalHold", "x-amz-object-lock-legal-hold"),
    // Amazon S3 API Reference, CreateBucket, "Permissions": with an ACL other than private.
    setting("s3", "CreateBucket", "s3:PutBucketAcl", "x-amz-acl x-amz-grant-*", "private"),
    setting("s3", "CreateBucket", "s3:PutBucketObjectLockConfiguration", "x-amz-bucket-object-lock-enabled", "false"),
    setting("s3", "CreateBucket", "s3:PutBucketVersioning", "x-amz-bucket-object-lock-enabled", "false"),
    setting("s3", "CreateBucket", "s3:PutBucketOwnershipControls", "x-amz-object-ownership"),
    // "Users must have permissions to use the ec2:CreateTags action" if tags are specified in the resource-creating
    // action, whose name is the key's value (Amazon EC2 User Guide, "Grant permission to tag Amazon EC2 resources
    // during creation").
    {"ec2", "*", "ec2:CreateTags", Seen::tag_specification, "ec2:createaction", {}, {}, {}},
    // Service authorization reference, dependent actions, as of 2026-06-02. iam:PassedToService where AWS's policies
    // for the service have it: IAM User Guide, "Grant a user permissions to pass a role to an AWS service", and the
    // managed policies AWSLambda_FullAccess, AmazonECS_FullAccess, AWSGlueConsoleFullAccess, AmazonSageMakerFullAccess;
    // Step Functions Developer Guide and EventBridge Scheduler User Guide on identity-based policies.
    passing("access-analyzer", "StartPolicyGeneration"),
    passing("aiops", "CreateInvestigationGroup UpdateInvestigationGroup"),
    passing("autoscaling", "CreateAutoScalingGroup UpdateAutoScalingGroup"),
    passing("backup",
            "CreateBackupPlan CreateBackupSelection CreateRestoreTestingSelection StartBackupJob "
            "StartCopyJob StartRestoreJob StartScanJob UpdateBackupPlan "
            "UpdateRestoreTestingSelection"),
    passing("backup-gateway", "PutHypervisorPropertyMappings StartVirtualMachinesMetadataSync"),
    passing("backup-search", "StartSearchResultExportJob"),
    passing("bcm-dashboards", "CreateScheduledReport"),
    passing("bedrock-agentcore",
            "CreateABTest CreateAgentRuntime CreateGateway CreateHarness CreateMemory "
            "CreateOnlineEvaluationConfig CreatePaymentManager DeleteHarness UpdateABTest "
            "UpdateAgentRuntime UpdateGateway UpdateHarness UpdateMemory "
            "UpdateOnlineEvaluationConfig UpdatePaymentManager"),
    passing("budgets", "CreateBudgetAction UpdateBudgetAction"),
    passing("chime", "CreateMediaInsightsPipelineConfiguration UpdateMediaInsightsPipelineConfiguration"),
    passing("cleanrooms",
            "CreateConfiguredTableAssociation CreateMembership UpdateConfiguredTableAssociation "
            "UpdateMembership"),
    passing("cloudtrail", "EnableFederation"),
    passing("codecatalyst", "AssociateIamRoleToConnection"),
    passing("codeconnections", "CreateSyncConfiguration"),
    passing("codestar-connections", "CreateSyncConfiguration"),
    passing("config",
            "PutConfigurationAggregator PutConfigurationRecorder PutConformancePack "
            "PutOrganizationConfigRule PutOrganizationConformancePack "
            "PutRemediationConfigurations PutServiceLinkedConfigurationRecorder "
            "StartRemediationExecution"),
    passing("dax", "CreateCluster"),
    passing("deadline", "CreateFleet CreateMonitor CreateQueue UpdateFleet UpdateMonitor UpdateQueue"),
    passing("dms",
            "CreateDataMigration CreateDataProvider CreateEndpoint CreateFleetAdvisorCollector "
            "CreateInstanceProfile CreateMigrationProject CreateOutboundIntegration "
            "CreateReplicationInstance ModifyDataMigration ModifyEndpoint "
            "ModifyOutboundIntegration StartReplicationTaskAssessmentRun"),
    passing("drs", "StartRecovery"),
    passing("ds", "EnableRoleAccess"),
    passing("dsql", "CreateStream"),
    passing("ec2",
            "RunInstances AssociateIamInstanceProfile ReplaceIamInstanceProfileAssociation "
            "RequestSpotInstances",
            "ec2.amazonaws.com"),
    passing("ec2", "CreateFlowLogs EnableFastLaunch"),
    passing("ecr", "CreateRepositoryCreationTemplate UpdateRepositoryCreationTemplate"),
    passing("ecs", "RunTask StartTask", "ecs-tasks.amazonaws.com"),
    passing("ecs", "CreateExpressGatewayService"),
    passing("elasticmapreduce", "RunJobFlow"),
    passing("emr-serverless", "AccessInteractiveEndpoints AccessLivyEndpoints StartJobRun StartSession"),
    passing("gamelift",
            "CreateBuild CreateContainerFleet CreateFleet CreateGameServerGroup CreateScript "
            "UpdateGameServerGroup UpdateScript"),
    passing("health-agent", "CreateDomain"),
    passing("imagebuilder",
            "CreateImage CreateImagePipeline CreateInfrastructureConfiguration "
            "CreateLifecyclePolicy DistributeImage ImportDiskImage UpdateImagePipeline "
            "UpdateInfrastructureConfiguration UpdateLifecyclePolicy"),
    passing("iot",
            "CreateProvisioningTemplate CreateRoleAlias RegisterCACertificate UpdateCACertificate "
            "UpdatePackageConfiguration UpdateProvisioningTemplate UpdateRoleAlias"),
    passing("iotfleetwise", "RegisterAccount"),
    passing("kafka", "CreateReplicator"),
    passing("kafkaconnect", "CreateConnector"),
    passing("lambda", "CreateCapacityProvider CreateFunction", "lambda.amazonaws.com"),
    passing("logs", "PutDestination PutSubscriptionFilter"),
    passing("mediaconnect", "CreateRouterInput CreateRouterOutput UpdateRouterInput UpdateRouterOutput"),
    passing("mediastore", "StartAccessLogging"),
    passing("mgn", "StartCutover StartTest"),
    passing("neptune-graph", "CreateGraphUsingImportTask StartExportTask StartImportTask"),
    passing("nimble", "CreateStudio CreateStudioComponent UpdateStudio UpdateStudioComponent"),
    passing("omics", "StartRun StartRunBatch"),
    passing("osis", "CreatePipeline UpdatePipeline"),
    passing("pcs", "CreateComputeNodeGroup UpdateComputeNodeGroup"),
    passing("personalize",
            "CreateBatchInferenceJob CreateBatchSegmentJob CreateDataDeletionJob "
            "CreateDatasetExportJob CreateDatasetImportJob CreateMetricAttribution"),
    passing("pipes", "CreatePipe UpdatePipe"),
    passing("proton", "CreateEnvironment UpdateAccountRoles UpdateAccountSettings UpdateEnvironment"),
    passing("quicksight", "CreateDataSource CreateVPCConnection UpdateDataSource UpdateVPCConnection"),
    passing(
        "rds",
        "AddRoleToDBCluster AddRoleToDBInstance CreateDBCluster CreateDBInstance CreateDBInstanceReadReplica "
        "CreateDBProxy ModifyDBCluster ModifyDBInstance ModifyDBProxy ModifyOptionGroup RemoveRoleFromDBCluster "
        "RemoveRoleFromDBInstance RestoreDBClusterFromS3 RestoreDBClusterFromSnapshot RestoreDBClusterToPointInTime "
        "RestoreDBInstanceFromDBSnapshot RestoreDBInstanceFromS3 RestoreDBInstanceToPointInTime StartExportTask"),
    passing("resiliencehub", "CreateApp UpdateApp"),
    passing("resource-groups", "StartTagSyncTask"),
    passing("rolesanywhere", "CreateProfile EnableProfile UpdateProfile"),
    passing("s3", "CreateJob PutReplicationConfiguration"),
    passing("s3-outposts", "PutReplicationConfiguration"),
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
    passing("sagemaker-geospatial",
            "ExportEarthObservationJob ExportVectorEnrichmentJob GetTile StartEarthObservationJob "
            "StartVectorEnrichmentJob"),
    passing("scheduler", "CreateSchedule UpdateSchedule", "scheduler.amazonaws.com"),
    passing("securityagent", "CreateApplication UpdateApplication"),
    passing("securitylake",
            "CreateCustomLogSource CreateDataLake CreateSubscriberNotification "
            "UpdateSubscriberNotification"),
    passing("ses", "CreateRuleSet UpdateRuleSet"),
    passing("shield", "AssociateDRTRole"),
    passing("sms-voice",
            "CreateConfigurationSetEventDestination CreateEventDestination "
            "UpdateConfigurationSetEventDestination UpdateEventDestination UpdatePhoneNumber "
            "UpdatePool"),
    passing("sns",
            "CreatePlatformApplication CreateTopic SetPlatformApplicationAttributes "
            "SetTopicAttributes"),
    passing("ssm", "CreateDocument"),
    passing("ssm-incidents", "CreateResponsePlan UpdateResponsePlan"),
    passing("states", "CreateStateMachine UpdateStateMachine", "states.amazonaws.com"),
    passing("timestream", "CreateScheduledQuery"),
    passing("transfer",
            "CreateAccess CreateAgreement CreateConnector CreateServer CreateUser CreateWebApp "
            "UpdateAccess UpdateAgreement UpdateConnector UpdateServer UpdateUser UpdateWebApp "
            "UpdateWebAppCustomization"),
    passing("ts", "StartExecution"),
    // The services' own guides, where the reference has no dependent actions: each on the identity-based policies or
    // the service role that the call takes.
    passing("autoscaling", "CreateLaunchConfiguration PutLifecycleHook"),
    passing("batch", "CreateComputeEnvironment UpdateComputeEnvironment RegisterJobDefinition"),
    passing("cloudformation",
            "CreateStack UpdateStack DeleteStack CreateChangeSet ContinueUpdateRollback "
            "RollbackStack"),
    passing("cloudtrail", "CreateTrail UpdateTrail"),
    passing("codebuild", "CreateProject UpdateProject"),
    passing("codedeploy", "CreateDeploymentGroup UpdateDeploymentGroup"),
    passing("codepipeline", "CreatePipeline UpdatePipeline"),
    passing("cognito-identity", "SetIdentityPoolRoles"),
    passing("ec2", "RequestSpotFleet"),
    passing("ecs", "RegisterTaskDefinition", "ecs-tasks.amazonaws.com"),
    passing("ecs", "CreateService"),
    passing("eks",
            "CreateCluster CreateNodegroup CreateFargateProfile CreateAddon UpdateAddon "
            "CreatePodIdentityAssociation UpdatePodIdentityAssociation"),
    passing("events", "PutRule PutTargets"),
    passing("firehose", "CreateDeliveryStream UpdateDestination"),
    passing("glue",
            "CreateJob UpdateJob CreateCrawler UpdateCrawler CreateDevEndpoint CreateSession "
            "CreateMLTransform UpdateMLTransform",
            "glue.amazonaws.com"),
    passing("iot", "CreateTopicRule ReplaceTopicRule"),
    passing("lambda", "UpdateFunctionConfiguration", "lambda.amazonaws.com"),
    passing("redshift", "CreateCluster ModifyClusterIamRoles RestoreFromClusterSnapshot"),
    passing("ssm",
            "SendCommand RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindowTask "
            "CreateActivation"),
};

}  // namespace

std::span<const ExtraPermission> extra_permissions() { return kRows; }

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
  for (const ExtraPermission& row : kRows) {
    if (row.service != action.service() || !fits_one_of(text::lowered(row.names), action.name())) continue;
    found.push_back({&row, *iam::Action::parse(row.action)});
  }
  return found;
}

}  // namespace trailkeeper::rules::requirements
