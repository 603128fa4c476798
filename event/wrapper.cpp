#include "event/wrapper.h"

#include <algorithm>
#include <array>

namespace trailkeeper::event {
namespace {

constexpr std::uint8_t kObjectOrText = kObjectValue | kTextValue;
constexpr std::uint8_t kArrayOrText = kArrayValue | kTextValue;

// Envelopes first, then exports, then shippers' records, from the surest to the vaguest name.
constexpr std::array kWrappers = std::to_array<Wrapper>({
    {"detail", kObjectValue, "detail-type", true, "EventBridge"},
    {"requestPayload", kObjectValue, "requestContext", false, "destinations of asynchronous Lambda invocations"},
    {"Records", kArrayOrText, "", true,
     "CloudTrail's files in S3; SQS, SNS and Kinesis events of Lambda; kinesis get-records"},
    {"logEvents", kArrayOrText, "", true, "CloudWatch Logs subscriptions"},
    {"Events", kArrayOrText, "", true, "aws cloudtrail lookup-events"},
    {"events", kArrayOrText, "", true, "aws logs filter-log-events and get-log-events"},
    {"auditEvents", kArrayOrText, "", true, "PutAuditEvents"},
    {"QueryResultRows", kArrayValue, "", true, "aws cloudtrail get-query-results"},
    {"Messages", kArrayValue, "", true, "aws sqs receive-message"},
    {"records", kArrayOrText | kListsValue, "", true, "Firehose requests, Firehose and Kafka events of Lambda"},
    {"rmqMessagesByQueue", kListsValue, "", true, "RabbitMQ events of Lambda"},
    {"hits", kArrayValue | kObjectValue, "", true, "Elasticsearch and OpenSearch search results"},
    {"results", kArrayValue, "", true, "CloudWatch Logs Insights, Splunk exports"},
    {"responses", kArrayValue, "", true, "Elasticsearch and OpenSearch multi-search results"},
    {"streams", kArrayValue, "", true, "Loki"},
    {"resourceLogs", kArrayValue, "", true, "OpenTelemetry (OTLP as JSON)"},
    {"scopeLogs", kArrayValue, "", true, "OpenTelemetry"},
    {"logRecords", kArrayValue, "", true, "OpenTelemetry"},
    {"logs", kArrayValue, "", true, "New Relic"},
    {"messages", kArrayValue, "", true, "Sumo Logic and Graylog search results"},
    {"tables", kArrayValue, "", true, "Azure Monitor and Sentinel queries"},
    {"rows", kArrayValue, "", true, "Azure Monitor and Sentinel queries"},
    {"datarows", kArrayValue, "", true, "OpenSearch SQL"},
    {"items", kArrayValue, "", false, "answers of many APIs, a page each"},
    {"Items", kArrayValue, "", false, "aws dynamodb scan and query"},
    {"entries", kArrayValue, "", false, "answers of many APIs, a page each"},
    {"Entries", kArrayValue, "", false, "aws events put-events"},
    {"docs", kArrayValue, "", false, "Elasticsearch and OpenSearch multi-get, Solr"},
    {"awslogs", kObjectValue, "", true, "CloudWatch Logs events of Lambda"},
    {"dynamodb", kObjectValue, "", false, "DynamoDB streams"},
    {"NewImage", kObjectValue, "", false, "DynamoDB streams, incremental exports"},
    {"OldImage", kObjectValue, "", false, "DynamoDB streams, incremental exports"},
    {"Item", kObjectValue, "", false, "DynamoDB exports, aws dynamodb get-item"},
    {"kinesis", kObjectValue, "", true, "Kinesis events of Lambda"},
    {"Sns", kObjectValue, "", true, "SNS events of Lambda"},
    {"CloudTrailEvent", kTextValue, "", true, "aws cloudtrail lookup-events"},
    {"eventJson", kTextValue, "", true, "CloudTrail Lake"},
    {"eventData", kObjectOrText, "", true, "CloudTrail Lake, PutAuditEvents"},
    {"_source", kObjectValue, "", true, "Elasticsearch and OpenSearch hits"},
    {"event.original", kTextValue | kArrayValue, "", false, "Elastic's ECS, flattened"},
    {"original", kObjectOrText, "", false, "Elastic's ECS (`event.original`)"},
    {"Detail", kTextValue, "", false, "aws events put-events"},
    {"Message", kTextValue, "", false, "SNS"},
    {"body", kObjectOrText, "", false, "SQS events of Lambda"},
    {"Body", kTextValue, "", false, "aws sqs receive-message"},
    {"_raw", kObjectOrText, "", false, "Splunk, Cribl"},
    {"raw_data", kObjectOrText, "", false, "OCSF (Amazon Security Lake, pipelines)"},
    {"rawData", kTextValue, "", false, "what Firehose could not deliver"},
    {"rawLog", kTextValue, "", false, "Google Security Operations"},
    {"raw", kObjectOrText, "", false, "Vector, BigQuery exports"},
    {"textPayload", kTextValue, "", false, "Google Cloud Logging"},
    {"S", kTextValue, "", false, "DynamoDB"},
    {"stringValue", kTextValue, "", false, "OpenTelemetry"},
    {"map", kObjectValue, "", false, "Sumo Logic"},
    {"properties", kObjectValue, "", false, "Azure Monitor"},
    {"result", kObjectValue | kArrayValue, "", false, "Splunk exports, Loki queries"},
    {"@message", kObjectOrText, "", false, "CloudWatch Logs Insights"},
    {"message", kObjectOrText, "", false, "CloudWatch Logs events, Filebeat, Logstash, Vector, winston"},
    {"MESSAGE", kTextValue, "", false, "journald"},
    {"short_message", kTextValue, "", false, "GELF"},
    {"full_message", kTextValue, "", false, "GELF"},
    {"log", kObjectOrText, "", false, "Fluent Bit, Docker"},
    {"event", kObjectOrText, "", false, "Splunk HEC, Elastic's ECS"},
    {"line", kObjectOrText, "", false, "Splunk's logging libraries, Promtail"},
    {"msg", kObjectOrText, "", false, "pino, bunyan, Splunk's logging libraries"},
    {"meta", kObjectOrText, "", false, "winston"},
    {"record", kObjectOrText, "", false, "queues and pipelines (Kafka, Vector, Logstash)"},
    {"json", kObjectOrText, "", false, "Filebeat's JSON parser"},
    {"fields", kObjectValue, "", false, "Elasticsearch hits by fields"},
    {"payload", kObjectOrText, "", false, "message queues"},
    {"value", kObjectOrText | kArrayValue, "", false, "CloudWatch Logs Insights, Kafka, PowerShell"},
    {"values", kArrayValue, "", false, "Loki"},
    {"attributes", kObjectValue, "", false, "Datadog"},
    {"data", kObjectOrText | kArrayValue, "", false, "Firehose, Kinesis, awslogs.data, Datadog"},
    {"data_base64", kTextValue, "", false, "CloudEvents"},
    {"Data", kTextValue, "", false, "aws kinesis get-records"},
});
static_assert(kWrappers.size() <= WrapperRows{}.size());

WrapperRows rows_that_are_certain() {
  WrapperRows rows;
  for (std::size_t row = 0; row < kWrappers.size(); ++row) {
    rows.set(row, kWrappers[row].certain && kWrappers[row].beside.empty());
  }
  return rows;
}

}  // namespace

std::span<const Wrapper> wrappers() { return kWrappers; }

std::optional<std::size_t> wrapper_row(std::string_view member) {
  const auto* const found =
      std::find_if(kWrappers.begin(), kWrappers.end(), [&](const Wrapper& row) { return row.member == member; });
  if (found == kWrappers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kWrappers.begin());
}

WrapperRows certain_wrappers() {
  static const WrapperRows kCertain = rows_that_are_certain();
  return kCertain;
}

bool names_documents(std::string_view member) {
  const auto row = wrapper_row(member);
  return row && kWrappers[*row].certain && (kWrappers[*row].values & kArrayValue) != 0;
}

bool may_name_documents(std::string_view member) {
  const auto row = wrapper_row(member);
  return row && (kWrappers[*row].values & kArrayValue) != 0;
}

bool names_document_object(std::string_view member) {
  const auto row = wrapper_row(member);
  constexpr std::uint8_t kBoth = kArrayValue | kObjectValue;
  return row && kWrappers[*row].certain && (kWrappers[*row].values & kBoth) == kBoth;
}

bool names_wrapped_text(std::string_view member) {
  const auto row = wrapper_row(member);
  return row && (kWrappers[*row].values & kTextValue) != 0;
}

}  // namespace trailkeeper::event
