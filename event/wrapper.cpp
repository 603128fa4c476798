#include "event/wrapper.h"

#include <algorithm>
#include <array>

namespace trailkeeper::event {
namespace {

constexpr std::uint8_t kObjectOrText = kObjectValue | kTextValue;

// Envelopes first, then exports, then shippers' records, from the surest to the vaguest name.
constexpr std::array kWrappers = std::to_array<Wrapper>({
    {"detail", kObjectValue, "detail-type", true, "EventBridge"},
    {"requestPayload", kObjectValue, "requestContext", false, "destinations of asynchronous Lambda invocations"},
    {"Records", kArrayValue, "", true,
     "CloudTrail's files in S3; SQS, SNS and Kinesis events of Lambda; kinesis get-records"},
    {"logEvents", kArrayValue, "", true, "CloudWatch Logs subscriptions"},
    {"Events", kArrayValue, "", true, "aws cloudtrail lookup-events"},
    {"events", kArrayValue, "", true, "aws logs filter-log-events and get-log-events"},
    {"auditEvents", kArrayValue, "", true, "PutAuditEvents"},
    {"QueryResultRows", kArrayValue, "", true, "aws cloudtrail get-query-results"},
    {"Messages", kArrayValue, "", true, "aws sqs receive-message"},
    {"records", kArrayValue, "", true, "Firehose requests, Firehose events of Lambda"},
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
    {"awslogs", kObjectValue, "", true, "CloudWatch Logs events of Lambda"},
    {"kinesis", kObjectValue, "", true, "Kinesis events of Lambda"},
    {"Sns", kObjectValue, "", true, "SNS events of Lambda"},
    {"CloudTrailEvent", kTextValue, "", true, "aws cloudtrail lookup-events"},
    {"eventJson", kTextValue, "", true, "CloudTrail Lake"},
    {"eventData", kObjectOrText, "", true, "CloudTrail Lake, PutAuditEvents"},
    {"_source", kObjectValue, "", true, "Elasticsearch and OpenSearch hits"},
    {"event.original", kTextValue | kArrayValue, "", false, "Elastic's ECS, flattened"},
    {"original", kObjectOrText, "", false, "Elastic's ECS (`event.original`)"},
    {"Message", kTextValue, "", false, "SNS"},
    {"body", kObjectOrText, "", false, "SQS events of Lambda"},
    {"Body", kTextValue, "", false, "aws sqs receive-message"},
    {"_raw", kObjectOrText, "", false, "Splunk, Cribl"},
    {"raw_data", kObjectOrText, "", false, "OCSF (Amazon Security Lake, pipelines)"},
    {"rawData", kTextValue, "", false, "what Firehose could not deliver"},
    {"rawLog", kTextValue, "", false, "Google Security Operations"},
    {"raw", kObjectOrText, "", false, "Vector, BigQuery exports"},
    {"textPayload", kTextValue, "", false, "Google Cloud Logging"},
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
    {"value", kObjectOrText, "", false, "CloudWatch Logs Insights, Kafka"},
    {"values", kArrayValue, "", false, "Loki"},
    {"attributes", kObjectValue, "", false, "Datadog"},
    {"data", kObjectOrText | kArrayValue, "", false, "Firehose, Kinesis, awslogs.data, Datadog"},
    {"data_base64", kTextValue, "", false, "CloudEvents"},
    {"Data", kTextValue, "", false, "aws kinesis get-records"},
});
static_assert(kWrappers.size() <= 64, "a Shape keeps them as bits");

constexpr std::uint64_t rows_that_are_certain() {
  std::uint64_t rows = 0;
  for (std::size_t row = 0; row < kWrappers.size(); ++row) {
    if (kWrappers[row].certain && kWrappers[row].beside.empty()) rows |= wrapper_bit(row);
  }
  return rows;
}
constexpr std::uint64_t kCertain = rows_that_are_certain();

}  // namespace

std::span<const Wrapper> wrappers() { return kWrappers; }

std::optional<std::size_t> wrapper_row(std::string_view member) {
  const auto* const found =
      std::find_if(kWrappers.begin(), kWrappers.end(), [&](const Wrapper& row) { return row.member == member; });
  if (found == kWrappers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kWrappers.begin());
}

std::uint64_t certain_wrappers() { return kCertain; }

bool names_documents(std::string_view member) {
  const auto row = wrapper_row(member);
  return row && kWrappers[*row].certain && (kWrappers[*row].values & kArrayValue) != 0;
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
