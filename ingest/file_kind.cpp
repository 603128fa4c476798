#include "ingest/file_kind.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "ingest/decompressor.h"
#include "ingest/front_records.h"
#include "text/ascii.h"
#include "text/timestamp.h"

namespace trailkeeper::ingest {
namespace {

struct Magic {
  std::string_view bytes;
  std::size_t offset;
  std::string_view name;
  std::string_view remedy;
};

constexpr std::string_view kExtract = "extract it and replay the files";
constexpr std::string_view kDecompress = "decompress it and replay what comes out";
constexpr std::string_view kExport = "export the records as JSON, or replay the files in S3";

constexpr std::string_view kToUtf8 = "convert it to UTF-8, as by iconv -f UTF-32 -t UTF-8";

constexpr std::array kUnreadable = std::to_array<Magic>({
    {"PAR1", 0, "Parquet", kExport},
    {"ORC", 0, "ORC", kExport},
    {"Obj\x01", 0, "Avro", kExport},
    {"ARROW1", 0, "Arrow", kExport},
    {"SQLite format 3", 0, "SQLite", kExport},
    {"7z\xBC\xAF\x27\x1C", 0, "7z", kExtract},
    {"Rar!\x1A\x07", 0, "RAR", kExtract},
    {"\x04\x22\x4D\x18", 0, "LZ4", kDecompress},
    {"\xFF\x06\x00\x00sNaPpY", 0, "Snappy", kDecompress},
    {"\x1F\x9D", 0, "compress (.Z)", kDecompress},
    {"LZIP", 0, "lzip", kDecompress},
    {"\x89LZO", 0, "lzop", kDecompress},
    {"MSCF", 0, "CAB", kExtract},
    {"%PDF-", 0, "PDF", kExport},
    {{"\xFF\xFE\0\0", 4}, 0, "UTF-32", kToUtf8},
    {{"\0\0\xFE\xFF", 4}, 0, "UTF-32", kToUtf8},
});

constexpr std::string_view kExportCosts = "export CUR 2.0 (Billing and Cost Management, Data Exports) and replay that";

// Text by which the front of another service's file is known. All of `words` are in it.
struct Front {
  std::string_view begins;  // The first visible bytes; empty: any.
  std::array<std::string_view, 3> words;
  std::string_view name;
  std::string_view remedy = {};  // Of what may have been meant to be read.
};

constexpr std::array kOthers = std::to_array<Front>({
    {"{", {"\"digestS3Object\"", "\"digestStartTime\"", ""}, kDigestKind},
    {"{", {"\"configurationItems\"", "\"fileVersion\"", ""}, "AWS Config file"},
    {"{", {"\"configSnapshotId\"", "", ""}, "AWS Config file"},
    {"{", {"\"webaclId\"", "\"httpRequest\"", ""}, "WAF log"},
    {"{", {"\"query_timestamp\"", "\"vpc_id\"", ""}, "Route 53 query log"},
    {"{", {"\"schemaVersion\"", "\"serviceName\":\"guardduty\"", ""}, "GuardDuty finding"},
    {"{", {"\"firewall_name\"", "\"event_timestamp\"", ""}, "Network Firewall log"},
    {"{", {"\"assemblyId\"", "\"reportKeys\"", ""}, "cost report's manifest"},
    {"{", {"\"executionId\"", "\"dataFiles\"", ""}, "data export's manifest"},
    {"{", {"\"sourceBucket\"", "\"destinationBucket\"", "\"fileFormat\""}, "S3 Inventory manifest"},
    {"{", {"\"hashSignature\"", "\"queryCompleteTime\"", ""}, "CloudTrail Lake sign file"},
    {"{", {"\"ModelInvocationLog\"", "\"modelId\"", ""}, "Bedrock invocation log"},
    {"{", {"\"audit.k8s.io/", "\"auditID\"", ""}, "Kubernetes audit log"},
    {"{", {"\"cs-method\"", "\"x-edge-location\"", ""}, "CloudFront log"},
    {"", {"Service", "otal costs($)", ""}, "Cost Explorer export", kExportCosts},
    {"", {"RecordType", "LinkedAccountId", "TotalCost"}, "Bills page export", kExportCosts},
    {"", {"action_type", "current_resource_details", ""}, "Cost Optimization Hub export", kExportCosts},
    {"", {"usage_account_id", "total_mbm_emissions_value", ""}, "carbon emissions export", kExportCosts},
    {"Events:", {"CloudTrailEvent:", "", ""}, "YAML of the AWS CLI", "call it with --output json and replay that"},
    {"title:", {"\nlogsource:", "\ndetection:", ""}, "Sigma rule", "replay the trail that it is about"},
    {"", {"account-id", "interface-id", ""}, "VPC flow log"},
    {"", {"srcaddr", "dstaddr", ""}, "VPC flow log"},
    {"#Version:", {"#Fields:", "", ""}, "CloudFront log"},
    {"http ", {"\" ", "targetgroup/", ""}, "load balancer log"},
    {"https ", {"\" ", "targetgroup/", ""}, "load balancer log"},
    {"h2 ", {"\" ", "targetgroup/", ""}, "load balancer log"},
    {"ws ", {"\" ", "targetgroup/", ""}, "load balancer log"},
    {"wss ", {"\" ", "targetgroup/", ""}, "load balancer log"},
    {"tls ", {" net/", "", ""}, "load balancer log"},
});

std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

std::string_view visible(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return at == text::npos ? std::string_view{} : text.substr(at);
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// S3's server access log: the bucket owner's canonical ID, the bucket, a time in brackets.
bool is_s3_access_log(std::string_view line) {
  constexpr std::size_t kOwner = 64;
  return line.size() > kOwner + 4 && is_hex(line.substr(0, kOwner)) && line[kOwner] == ' ' &&
         line.find(" [") != text::npos;
}

// A classic load balancer's: time, name, client's address and port, and the target's.
bool is_classic_balancer_log(std::string_view line) {
  return line.size() > 30 && line[4] == '-' && line[10] == 'T' && line.find("Z ") == 26 &&
         line.find(" \"") != text::npos && line.find('{') == text::npos;
}

// The words of a line, up to `most`.
std::vector<std::string_view> words_of(std::string_view line, std::size_t most) {
  std::vector<std::string_view> words;
  while (words.size() < most) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) break;
    words.push_back(line.substr(0, line.find(' ')));
    line.remove_prefix(words.back().size());
  }
  return words;
}

bool is_count(std::string_view word) { return word == "-" || text::is_digits(word); }
bool is_account(std::string_view word) { return word == "unknown" || text::is_digits(word, 12); }

// A VPC flow log's row in the default format: version, account, interface, addresses, ports, protocol, packets, bytes,
// start, end, action, status. Where it comes through CloudWatch Logs, a time stands before it.
bool is_flow_log_row(std::string_view line) {
  constexpr std::size_t kFields = 14;
  std::vector<std::string_view> words = words_of(line, kFields + 2);
  if (words.size() == kFields + 1 && text::parse_timestamp(words.front())) words.erase(words.begin());
  if (words.size() != kFields) return false;
  const std::string_view action = words[12];
  const std::string_view status = words[13];
  return text::is_digits(words[0]) && is_account(words[1]) && words[2].starts_with("eni-") &&
         std::all_of(words.begin() + 5, words.begin() + 10, is_count) && text::is_digits(words[10]) &&
         text::is_digits(words[11]) && (action == "ACCEPT" || action == "REJECT" || action == "-") &&
         (status == "OK" || status == "NODATA" || status == "SKIPDATA");
}

// A transit gateway's, in its default format: version, `TransitGateway`, account, gateway, attachment, …
bool is_gateway_flow_log_row(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line, 5);
  return words.size() == 5 && text::is_digits(words[0]) && words[1] == "TransitGateway" && is_account(words[2]) &&
         words[3].starts_with("tgw-") && words[4].starts_with("tgw-attach-");
}

// The folder behind `AWSLogs/[o-ORGANIZATION/]ACCOUNT/`; empty if there is none.
std::string_view service_folder(std::string_view path) {
  constexpr std::string_view kRoot = "AWSLogs/";
  const std::size_t root = path.rfind(kRoot);
  if (root == text::npos || (root > 0 && path[root - 1] != '/' && path[root - 1] != '!')) return {};
  path.remove_prefix(root + kRoot.size());
  const auto take_folder = [&] {
    const std::size_t end = path.find('/');
    const std::string_view folder = path.substr(0, end == text::npos ? 0 : end);
    path.remove_prefix(end == text::npos ? path.size() : end + 1);
    return folder;
  };
  std::string_view folder = take_folder();
  if (folder.starts_with("o-")) folder = take_folder();
  constexpr std::size_t kAccount = 12;
  return text::is_digits(folder, kAccount) ? take_folder() : std::string_view{};
}

// Trails' own folders; what else CloudTrail writes are summaries and digests.
bool is_trail_folder(std::string_view folder) {
  return folder.empty() || folder == "CloudTrail" || folder == "CloudTrail-Insight" ||
         folder == "CloudTrail-NetworkActivity";
}

std::string folder_name(std::string_view folder) {
  struct Named {
    std::string_view folder;
    std::string_view name;
  };
  constexpr std::array kNamed = std::to_array<Named>({{"CloudTrail-Digest", kDigestKind},
                                                      {"CloudTrail-Aggregated", "CloudTrail summary"},
                                                      {"vpcflowlogs", "VPC flow log"},
                                                      {"Config", "AWS Config file"},
                                                      {"elasticloadbalancing", "load balancer log"},
                                                      {"WAFLogs", "WAF log"},
                                                      {"GuardDuty", "GuardDuty finding"},
                                                      {"vpcdnsquerylogs", "Route 53 query log"}});
  for (const Named& named : kNamed) {
    if (named.folder == folder) return std::string{named.name};
  }
  return std::string{folder.substr(0, 64)} + " file";
}

// A member's header in a tar archive (POSIX.1-1988), by its checksum: a word in it may be a stranger's.
bool is_tar(std::string_view first) {
  constexpr std::size_t kHeader = 512;
  constexpr std::size_t kMagic = 257;
  constexpr std::size_t kSum = 148;
  constexpr std::size_t kSumDigits = 8;
  if (first.size() < kHeader || first.substr(kMagic, 5) != "ustar") return false;
  unsigned sum = 0;
  for (std::size_t at = 0; at < kHeader; ++at) {
    const bool of_sum = at >= kSum && at < kSum + kSumDigits;
    sum += of_sum ? ' ' : static_cast<unsigned char>(first[at]);
  }
  unsigned told = 0;
  for (const char c : text::trimmed(first.substr(kSum, kSumDigits))) {
    if (c < '0' || c > '7') break;
    told = told * 8 + static_cast<unsigned>(c - '0');
  }
  return told == sum;
}

bool is_archive(std::string_view first) {
  return first.starts_with("PK\x03\x04") || first.starts_with("PK\x05\x06") || is_tar(first);
}

// The commands that make CSV of a cost report; a path that a shell or SQL might misread isn't put into them.
std::string parquet_remedy(std::string_view path) {
  std::string file{path};
  const bool plain = !path.empty() && path.find_first_of("'\"$`\\!\n\r") == text::npos;
  if (!plain) file = "FILE";
  return "of a cost report make CSV and replay that: duckdb -c \"COPY (FROM read_parquet('" + file + "')) TO '" + file +
         ".csv' (HEADER)\", or clickhouse-local -q \"SELECT * FROM file('" + file + "', Parquet) INTO OUTFILE '" +
         file + ".csv' FORMAT CSVWithNames\"; of a trail " + std::string{kExport};
}

// Whether the first bytes are how CloudTrail begins its files.
bool begins_trail(std::string_view first) {
  return first.starts_with("{\"Records\":[{\"eventVersion\"") || first.starts_with("{\"eventVersion\"");
}

// A format that is known and not read, by its first bytes.
std::optional<FileKind> unreadable_kind(std::string_view path, std::string_view first) {
  using What = FileKind::What;
  for (const Magic& magic : kUnreadable) {
    if (first.substr(std::min(magic.offset, first.size())).starts_with(magic.bytes)) {
      const bool parquet = magic.name == "Parquet";
      return FileKind{What::unreadable, std::string{magic.name},
                      parquet ? parquet_remedy(path) : std::string{magic.remedy}};
    }
  }
  const Compression left = compression_of(first);
  if (left == Compression::none || left >= Compression::utf16_little) return std::nullopt;
  return FileKind{What::unreadable, "compression of more than four layers", std::string{kDecompress}};
}

// What the name tells; a trail, if nothing.
FileKind kind_of_path(std::string_view path) {
  using What = FileKind::What;
  // By which AWS tries whether it may write cost reports into a bucket.
  if (path.substr(path.find_last_of("/!") + 1) == "aws-programmatic-access-test-object") {
    return {What::other, "access test object", {}};
  }
  const std::string_view folder = service_folder(path);
  return is_trail_folder(folder) ? FileKind{} : FileKind{What::other, folder_name(folder), {}};
}

// Whether a line is nothing but names of columns: a line of a log has a time, an address or a sign of its own in front
// of what a stranger may have it say.
bool is_header_row(std::string_view line) {
  constexpr std::string_view kBetween = " ,;\t\"";
  const auto of_name = [](char c) {
    return (text::lower(c) >= 'a' && text::lower(c) <= 'z') || std::string_view{"_-($)./"}.find(c) != text::npos;
  };
  bool begins = true;
  for (const char c : line) {
    const bool between = kBetween.find(c) != text::npos;
    if (!between && !of_name(c) && (begins || !text::is_digit(c))) return false;
    begins = between;
  }
  return true;
}

// What text tells by itself; a trail, if nothing.
FileKind kind_of_text(std::string_view first) {
  using What = FileKind::What;
  const std::string_view text = visible(first);
  const std::string_view line = first_line(text);
  for (const Front& front : kOthers) {
    const std::string_view where = front.begins.empty() ? line : text;
    const bool all = std::all_of(front.words.begin(), front.words.end(),
                                 [&](std::string_view word) { return where.find(word) != text::npos; });
    if (text.starts_with(front.begins) && all && (!front.begins.empty() || is_header_row(line))) {
      const What what = front.remedy.empty() ? What::other : What::unreadable;
      return {what, std::string{front.name}, std::string{front.remedy}};
    }
  }
  if (is_s3_access_log(line)) return {What::other, "S3 access log", {}};
  if (is_classic_balancer_log(line)) return {What::other, "load balancer log", {}};
  // A piece of a larger file may begin in the middle of a row.
  const std::string_view second = first_line(visible(text.substr(line.size())));
  for (const std::string_view row : {line, second}) {
    if (is_flow_log_row(row)) return {What::other, "VPC flow log", {}};
    if (is_gateway_flow_log_row(row)) return {What::other, "transit gateway flow log", {}};
  }
  return {};
}

}  // namespace

FileKind file_kind(std::string_view path, std::string_view first) {
  using What = FileKind::What;
  first = first.substr(0, kToldBy);
  const FileKind of_path = kind_of_path(path);
  const bool foreign = of_path.what == What::other;
  if (!foreign && begins_trail(first)) return {};
  if (is_archive(first)) return {What::archive, "archive", {}};
  // What another service writes is no loss, in whichever format it does.
  if (auto unreadable = unreadable_kind(path, first)) return foreign ? of_path : *unreadable;
  FileKind kind = kind_of_text(first);
  if (kind.what == What::trail) kind = of_path;
  // A trail may lie anywhere and speak of anything: of Config's snapshots, of digests.
  return kind.what != What::trail && front_has_record(first) ? FileKind{} : kind;
}

FileKind body_kind(std::string_view first) {
  const std::string_view text = visible(first.substr(0, kToldBy));
  const bool json = text.starts_with('{') || text.starts_with('[');
  return json && !is_archive(first) ? FileKind{} : file_kind({}, first);
}

}  // namespace trailkeeper::ingest
