#include "ingest/bill/focus.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "rules/credits/settings.h"
#include "text/ascii.h"

namespace trailkeeper::ingest {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

// Names by which the console and FOCUS call services, beside those of the built-in settings.
Names short_names() {
  return {{"Amazon S3", "AmazonS3"},
          {"Amazon EC2", "AmazonEC2"},
          {"EC2 - Other", "AmazonEC2"},
          {"Amazon Elastic Compute Cloud - Compute", "AmazonEC2"},
          {"Amazon RDS", "AmazonRDS"},
          {"Amazon SQS", "AWSQueueService"},
          {"Amazon SNS", "AmazonSNS"},
          {"Amazon SES", "AmazonSES"},
          {"Amazon VPC", "AmazonVPC"},
          {"Amazon ECS", "AmazonECS"},
          {"Amazon EKS", "AmazonEKS"},
          {"Amazon Elastic Kubernetes Service", "AmazonEKS"},
          {"Amazon ECR", "AmazonECR"},
          {"Amazon Elastic Container Registry", "AmazonECR"},
          {"Amazon EFS", "AmazonEFS"},
          {"Amazon EMR", "ElasticMapReduce"},
          {"Amazon CloudWatch", "AmazonCloudWatch"},
          {"AWS KMS", "awskms"},
          {"Amazon Data Firehose", "AmazonKinesisFirehose"},
          {"Amazon Kinesis Data Streams", "AmazonKinesis"},
          {"AWS Certificate Manager (ACM)", "AWSCertificateManager"},
          {"Amazon Registrar", "AmazonRegistrar"},
          {"AWS Support [Business]", "AWSSupportBusiness"},
          {"AWS Support (Business)", "AWSSupportBusiness"},
          {"AWS Business Support", "AWSSupportBusiness"},
          {"AWS Support [Developer]", "AWSSupportDeveloper"},
          {"AWS Support (Developer)", "AWSSupportDeveloper"},
          {"AWS Developer Support", "AWSSupportDeveloper"},
          {"AWS Support [Enterprise]", "AWSSupportEnterprise"},
          {"AWS Support (Enterprise)", "AWSSupportEnterprise"},
          {"AWS Enterprise Support", "AWSSupportEnterprise"}};
}

Names all_names() {
  Names names = rules::credits::Settings::built_in().service_names;
  names.merge(short_names());
  return names;
}

}  // namespace

bool is_savings_plan(const FocusCharge& charge) {
  return charge.commitment_type.find("Savings") != text::npos || charge.commitment.find(":savingsplan") != text::npos;
}

std::string_view focus_line_type(const FocusCharge& charge) {
  const bool committed = !charge.commitment.empty();
  const bool plan = committed && is_savings_plan(charge);
  if (charge.category == "Tax" || charge.category == "Credit") return charge.category;
  if (charge.category == "Adjustment" || charge.charge_class == "Correction") {
    if (charge.negative) return "Refund";
    if (charge.category == "Adjustment") return "Fee";
  }
  if (charge.category == "Purchase") {
    const bool recurring = charge.frequency == "Recurring";
    if (plan) return recurring ? "SavingsPlanRecurringFee" : "SavingsPlanUpfrontFee";
    return committed && recurring ? "RIFee" : "Fee";
  }
  if (charge.category != "Usage") return charge.category;
  if (plan) return charge.zero ? "SavingsPlanCoveredUsage" : "Usage";
  return committed ? "DiscountedUsage" : "Usage";
}

std::string_view focus_service(std::string_view name) {
  static const Names kNames = all_names();
  const auto found = kNames.find(name);
  return found == kNames.end() ? name : std::string_view{found->second};
}

std::string_view focus_entity(std::string_view provider, std::string_view publisher) {
  // Whatever the case of letters.
  const auto names = [](std::string_view name, std::string_view part) {
    const auto same = [](char a, char b) { return text::lower(a) == text::lower(b); };
    return std::search(name.begin(), name.end(), part.begin(), part.end(), same) != name.end();
  };
  if (names(provider, "Marketplace") || names(publisher, "Marketplace")) return "AWS Marketplace";
  const bool own =
      publisher.empty() || names(publisher, "AWS") || names(publisher, "Amazon") || names(publisher, "AISPL");
  return own ? "AWS" : "AWS Marketplace";
}

}  // namespace trailkeeper::ingest
