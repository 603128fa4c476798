#include "ingest/file_kind.h"

#include <doctest/doctest.h>

#include <string>

#include "text/json_text.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using What = FileKind::What;

namespace {

std::string name_of(std::string_view path, std::string_view first) {
  const FileKind kind = file_kind(path, first);
  return kind.what == What::other ? kind.name : "";
}

std::string quoted(std::string_view text) {
  std::string json;
  text::append_quoted(text, json);
  return json;
}

}  // namespace

TEST_CASE("trails are trails, wherever they lie") {
  const std::string record = R"({"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventName":"X"})";
  for (const char* path :
       {"/x.json", "/b/AWSLogs/111122223333/CloudTrail/eu-west-1/x.json", "/b/AWSLogs/o-1/111122223333/Config/x.json",
        "/b/AWSLogs/111122223333/CloudTrail-Insight/x"}) {
    CAPTURE(path);
    CHECK(file_kind(path, record).what == What::trail);
    CHECK(file_kind(path, "{\"Records\":[" + record + "]}").what == What::trail);
    CHECK(file_kind(path, "[ {\n\"x\":1},\n" + record + ",{\"more").what == What::trail);
    CHECK(file_kind(path, record.substr(0, record.size() - 1) + R"(,"requestParameters":{"a":["b)").what ==
          What::trail);
    CHECK(file_kind(path, R"({"Events":[{"EventId":"1","CloudTrailEvent":)" + quoted(record) + "},{").what ==
          What::trail);
    CHECK(file_kind(path, R"({"logEvents":[{"id":"1","message":)" + quoted(record) + "}").what == What::trail);
  }
  // Whatever its events are about.
  CHECK(file_kind("x", "[" + record + R"(,{"responseElements":{"configSnapshotId":"x"}}])").what == What::trail);
  CHECK(file_kind("/b/AWSLogs/111122223333/CloudTrail/x.json", "{\"Records\":[]}").what == What::trail);
  CHECK(file_kind("/x", "").what == What::trail);
  CHECK(file_kind("/x", "any text").what == What::trail);
}

TEST_CASE("a body is told by as much as a file, and what begins as JSON is read") {
  const std::string services(40, 'S');
  std::string header = "Service";
  for (int i = 0; i < 100; ++i) header += "," + services + "($)";
  header += ",Total costs($)\n";
  CHECK(header.size() > 4096);
  CHECK(body_kind(header).what == What::unreadable);
  CHECK(body_kind(header).name == file_kind("x", header).name);
  CHECK(body_kind("PAR1x").name == "Parquet");
  CHECK(body_kind("PK\x03\x04").what == What::archive);
  for (const std::string json : {R"({"digestS3Object":"x","digestStartTime":"t"})", " [1]", "text"}) {
    CHECK(body_kind(json).what == What::trail);
  }
}

TEST_CASE("what lies beside trails and reports is named, with a remedy where it may have been meant") {
  CHECK(name_of("x", R"({"assemblyId":"x","account":"1","reportKeys":["a"]})") == "cost report's manifest");
  CHECK(name_of("x", R"({"executionId":"x","dataFiles":["s3://b/x"]})") == "data export's manifest");
  CHECK(name_of("manifest.json", R"({"sourceBucket":"b","destinationBucket":"a","fileFormat":"CSV","files":[]})") ==
        "S3 Inventory manifest");
  CHECK(name_of("result_sign.json", R"({"version":"1.0","queryCompleteTime":"t","hashSignature":"x"})") ==
        "CloudTrail Lake sign file");
  CHECK(name_of("x", R"({"schemaType":"ModelInvocationLog","modelId":"m"})") == "Bedrock invocation log");
  CHECK(name_of("x", R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"x"})") == "Kubernetes audit log");
  for (const std::string first :
       {"Service,S3($),Total costs($)\n2024-06-01,1,1\n",
        "\"InvoiceID\",\"LinkedAccountId\",\"RecordType\",\"TotalCost\"\n",
        "account_id,action_type,current_resource_details\n", "total_mbm_emissions_value,usage_account_id,usage_month\n",
        "Events:\n- CloudTrailEvent: '{\"eventVersion\":\"1.08\"}'\n",
        "title: x\nlogsource:\n  service: cloudtrail\ndetection:\n  a: b\n"}) {
    CAPTURE(first);
    const FileKind kind = file_kind("x", first);
    CHECK(kind.what == What::unreadable);
    CHECK(!kind.remedy.empty());
  }
  const std::string record = R"({"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventName":"X"})";
  CHECK(file_kind("x", "[" + record + R"(,{"requestParameters":{"ResultsByTime":1,"TimePeriod":2}}])").what ==
        What::trail);
}

TEST_CASE("other services' files are known by their folder in S3's layout") {
  const std::string_view content = "{\"a\":1}";
  CHECK(name_of("/b/AWSLogs/111122223333/vpcflowlogs/x", content) == "VPC flow log");
  CHECK(name_of("a.zip!AWSLogs/o-1/111122223333/Config/x", content) == "AWS Config file");
  CHECK(name_of("/b/AWSLogs/111122223333/CloudTrail-Digest/x", content) == "CloudTrail digest");
  CHECK(name_of("/b/AWSLogs/111122223333/CloudTrail-Aggregated/x", content) == "CloudTrail summary");
  CHECK(name_of("/b/AWSLogs/111122223333/Whatever/x", content) == "Whatever file");
  CHECK(name_of("/b/reports/aws-programmatic-access-test-object", "test") == "access test object");
  CHECK(name_of("aws-programmatic-access-test-object", "test") == "access test object");
  CHECK(name_of("/b/my-aws-programmatic-access-test-object", "test") == "");
  // In whichever format.
  CHECK(name_of("/b/AWSLogs/111122223333/vpcflowlogs/x", "PAR1\x15\x04") == "VPC flow log");
  CHECK(name_of("/b/AWSLogs/111122223333/vpcflowlogs/x", "\x1F\x8B\x08") == "VPC flow log");
  CHECK(file_kind("/b/AWSLogs/111122223333/CloudTrail/x", "PAR1\x15\x04").what == What::unreadable);
  // Not the layout: no account, no folder behind it, another name that ends so.
  for (const char* path : {"/b/AWSLogs/vpcflowlogs/x", "/b/AWSLogs/111122223333/x",
                           "/b/MyAWSLogs/111122223333/Config/x", "/AWSLogs", "AWSLogs/", "/AWSLogs/o-1/"}) {
    CAPTURE(path);
    CHECK(name_of(path, content) == "");
  }
}

TEST_CASE("a record's words in other services' files make no trail of them") {
  const std::string words =
      R"({"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventName":"X","eventSource":"y"})";
  const std::string folder = "/b/AWSLogs/111122223333/";
  // What visitors send.
  const std::string waf =
      R"({"timestamp":1,"webaclId":"w","httpRequest":{"uri":"/","args":)" + quoted("q=" + words) + "}}\n";
  CHECK(name_of(folder + "WAFLogs/x", waf + waf) == "WAF log");
  CHECK(name_of("/x", waf + waf) == "WAF log");
  CHECK(name_of(folder + "WAFLogs/x", waf + waf.substr(0, waf.size() - 4)) == "WAF log");
  CHECK(name_of(folder + "elasticloadbalancing/x", "https 2024-05-01T10:00:00Z \"GET /?q=" + words + "\"") ==
        "load balancer log");
  CHECK(name_of(folder + "vpcdnsquerylogs/x", R"({"query_timestamp":"t","query_name":)" + quoted(words) + "}") ==
        "Route 53 query log");
  // What others speak of, as objects and as text.
  CHECK(name_of(folder + "Config/x", R"({"fileVersion":"1.0","configurationItems":[{"pattern":)" + words +
                                         R"(,"text":)" + quoted(words) + "}]}") == "AWS Config file");
  CHECK(name_of(folder + "Config/x", R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3"}]})") ==
        "AWS Config file");
  // What callers sent, and what stands under names that no envelope has.
  const std::string audit = R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"x","verb":"create",)";
  const std::string model = R"({"schemaType":"ModelInvocationLog","modelId":"m",)";
  for (const std::string& value : {words, "{\"spec\":" + words + "}", quoted(words)}) {
    CHECK(name_of("x", audit + "\"requestObject\":" + value + "}\n") == "Kubernetes audit log");
    CHECK(name_of("x", audit + "\"annotations\":{\"a\":" + value + "}}\n") == "Kubernetes audit log");
    CHECK(name_of("x", model + R"("input":{"inputBodyJson":)" + value + "}}") == "Bedrock invocation log");
    CHECK(name_of("x", model + R"("input":{"a":)" + value + "}}") == "Bedrock invocation log");
  }
  // A summary counts events; it is none.
  const std::string summary = R"({"eventVersion":"1.0","eventId":"1","eventCategory":"Aggregated","timeWindow":{}})";
  CHECK(name_of(folder + "CloudTrail-Aggregated/x", "{\"Records\":[" + summary + "]}") == "CloudTrail summary");
}

TEST_CASE("other services' files are known by their first bytes") {
  CHECK(name_of("x", R"({"awsAccountId":"1","digestStartTime":"t","digestS3Object":"o"})") == "CloudTrail digest");
  CHECK(name_of("x", R"({"fileVersion":"1.0","configurationItems":[)") == "AWS Config file");
  CHECK(name_of("x", "version account-id interface-id srcaddr\n2 1 eni") == "VPC flow log");
  CHECK(name_of("x", "#Version: 1.0\n#Fields: date time") == "CloudFront log");
  CHECK(name_of("x", std::string(64, 'a') + " bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3") == "S3 access log");
  CHECK(name_of("x", R"({"timestamp":1,"formatVersion":1,"webaclId":"w","httpRequest":{}})") == "WAF log");
  CHECK(name_of("x",
                "https 2018-07-02T22:23:00.186641Z app/my/50 192.168.1.1:2 10.0.0.1:80 \"GET x\" "
                "arn:aws:elasticloadbalancing:x:targetgroup/y") == "load balancer log");
}

TEST_CASE("flow logs are known by their rows, where they have no header") {
  const std::string row =
      "2 111122223333 eni-0a1 198.51.100.1 203.0.113.1 443 49152 6 20 4249 1418530010 1418530070 ACCEPT OK\n";
  const std::string none = "2 111122223333 eni-0a1 - - - - - - - 1431280876 1431280934 - NODATA\n";
  const std::string gateway =
      "6 TransitGateway 111122223333 tgw-0a1 tgw-attach-0a1 444455556666 111122223333 vpc-1 vpc-2 subnet-1 subnet-2\n";
  CHECK(name_of("x", row + row) == "VPC flow log");
  CHECK(name_of("x", none) == "VPC flow log");
  CHECK(name_of("x", "2 unknown eni-0a1" + row.substr(row.find(" 198"))) == "VPC flow log");
  CHECK(name_of("x", "2024-06-01T10:00:00.000Z " + row) == "VPC flow log");
  CHECK(name_of("x", row.substr(30) + row) == "VPC flow log");
  CHECK(name_of("x", row.substr(0, row.size() - 1)) == "VPC flow log");
  CHECK(name_of("x", gateway + gateway) == "transit gateway flow log");
  CHECK(name_of("x", gateway.substr(20) + gateway) == "transit gateway flow log");
  // Nothing else that looks a little like one.
  for (std::string text :
       {"2 111122223333 eni-0a1 is down", "2 of 14 words a line has and there are ten more of them OK",
        "x 111122223333 eni-0a1 198.51.100.1 203.0.113.1 443 1 6 20 4249 1 2 ACCEPT OK",
        "2 111122223333 eni-0a1 198.51.100.1 203.0.113.1 443 1 6 20 4249 1 2 ACCEPT OK more",
        "2 111122223333 eni-0a1 198.51.100.1 203.0.113.1 443 1 6 20 4249 1 2 MAYBE OK",
        "6 TransitGateway 1 tgw-0a1 tgw-attach-0a1"}) {
    CAPTURE(text);
    CHECK(file_kind("x", text + "\n").what == What::trail);
  }
  const std::string record = R"({"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventName":"X"})";
  CHECK(file_kind("x", row + record).what == What::trail);
}

TEST_CASE("what a stranger wrote into a log's first line doesn't make another service's file of it") {
  for (const std::string said : {"srcaddr dstaddr", "account-id,interface-id", "action_type current_resource_details",
                                 "Service Total costs($)", "RecordTypeLinkedAccountIdTotalCost"}) {
    CAPTURE(said);
    CHECK(file_kind("x", "Oct  1 10:00:00 h sshd[1]: Invalid user " + said + " from 198.51.100.7\n").what ==
          What::trail);
    CHECK(file_kind("x", "GET /" + said + " 200\n").what == What::trail);
  }
}

TEST_CASE("archives, and formats that aren't read") {
  CHECK(file_kind("x", std::string_view{"PK\x03\x04more"}).what == What::archive);
  std::string tar(512, '\0');
  tar.replace(0, 3, "a/b");
  tar.replace(257, 5, "ustar");
  // The word may be a stranger's: the header's checksum tells (the sum of its bytes, its own being blanks).
  CHECK(file_kind("x", tar).what == What::trail);
  tar.replace(148, 6, "002041");
  CHECK(file_kind("x", tar).what == What::archive);
  const FileKind parquet = file_kind("x", "PAR1\x15\x04");
  CHECK(parquet.what == What::unreadable);
  CHECK(parquet.name == "Parquet");
  CHECK(!parquet.remedy.empty());
  CHECK(file_kind("x", "\x1F\x8B\x08").what == What::unreadable);  // What is left after so many layers.
}
