#include "ingest/bill/report_manifest.h"

#include "text/json_node.h"

namespace trailkeeper::ingest {
namespace {

using text::JsonNode;

// What a manifest's members say, wherever they stand in it.
struct Members {
  std::string version;
  std::vector<std::string> keys;

  void read(const JsonNode& node, int depth) {
    constexpr int kDeepest = 8;
    if (depth > kDeepest) return;
    for (const JsonNode& item : node.items) read(item, depth + 1);
    for (const text::JsonMember& member : node.members) {
      const bool text = member.value.kind == JsonNode::Kind::string;
      if (text && (member.key == "assemblyId" || member.key == "executionId")) version = member.value.text;
      if (member.key == "reportKeys" || member.key == "dataFiles") {
        for (const JsonNode& item : member.value.items) add_key(item);
      } else {
        read(member.value, depth + 1);
      }
    }
  }

 private:
  // A key, or an object that has one.
  void add_key(const JsonNode& item) {
    if (item.kind == JsonNode::Kind::string) keys.push_back(item.text);
    for (const text::JsonMember& member : item.members) {
      const bool is_key = member.key == "key" || member.key == "s3Key" || member.key == "path" || member.key == "url";
      if (is_key && member.value.kind == JsonNode::Kind::string) keys.push_back(member.value.text);
    }
  }
};

}  // namespace

bool is_manifest_name(std::string_view path) {
  return path.ends_with("Manifest.json") && !path.ends_with("RedshiftManifest.json");
}

std::optional<ReportManifest> read_manifest(std::string_view path, std::string_view json) {
  const auto root = text::parse_json_object(json);
  if (!root) return std::nullopt;
  Members members;
  members.read(*root, 0);
  if (members.keys.empty()) return std::nullopt;
  ReportManifest manifest;
  manifest.path = path;
  manifest.of = parse_report_path(members.keys.front());
  if (manifest.of.report.empty()) return std::nullopt;
  const bool in_version = !parse_report_path(path).assembly.empty();
  manifest.of_report = !in_version;
  // A data export's folder is called by its time and its execution.
  if (manifest.of.assembly.empty()) manifest.of.assembly = members.version;
  for (const std::string& key : members.keys) manifest.files.insert(key.substr(key.rfind('/') + 1));
  // Its own place says more than the bucket's.
  if (const ReportPath own = parse_report_path(path); !own.report.empty()) manifest.of.period = own.period;
  return manifest;
}

}  // namespace trailkeeper::ingest
