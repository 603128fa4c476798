#include "ingest/bill/report_versions.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;

namespace {

std::string said(std::string_view path) {
  const ReportPath found = parse_report_path(path);
  return found.report + "|" + found.period + "|" + found.assembly + "|" + found.part + "|" +
         (found.delivered == 0 ? "" : text::format_timestamp(found.delivered));
}

constexpr std::string_view kRoot = "/b/cur/mine/20240501-20240601/";

ReportFile file(std::string_view path, text::Timestamp modified = 0) {
  return {std::string{path}, parse_report_path(path), modified};
}
ReportFile at(std::string_view below, text::Timestamp modified = 0) {
  return file(std::string{kRoot} + std::string{below}, modified);
}

ReportManifest manifest(std::string_view path, std::string_view assembly, const std::vector<std::string>& files) {
  std::string json = R"({"assemblyId":")" + std::string{assembly} + R"(","reportKeys":[)";
  for (const std::string& name : files) {
    if (json.back() != '[') json += ',';
    json += "\"cur/mine/20240501-20240601/" + std::string{assembly} + "/" + name + "\"";
  }
  const auto read = read_manifest(path, json + "]}");
  REQUIRE(read);
  return *read;
}

// The chosen files, what follows the root.
std::string chosen(ReportVersions& versions, FileFindings& found) {
  std::string names;
  for (const ReportFile& one : versions.choose(found)) names += one.path.substr(kRoot.size()) + " ";
  return names;
}

}  // namespace

TEST_CASE("Paths as AWS lays reports out in S3") {
  CHECK(said("/b/cur/mine/20240501-20240601/20240507T093040Z/mine-00002.csv.gz") ==
        "mine|/b/cur/mine/20240501-20240601|20240507T093040Z|2|2024-05-07T09:30:40Z");
  CHECK(said("/b/cur/mine/20240501-20240601/3f9a0c1b-2d4e-4000-8000-000000000001/mine-1.csv.zip") ==
        "mine|/b/cur/mine/20240501-20240601|3f9a0c1b-2d4e-4000-8000-000000000001|1|");
  CHECK(said("/b/cur/mine/20240501-20240601/X/mine-1.csv.zip!mine-1.csv") == "mine|/b/cur/mine/20240501-20240601|X|1|");
  CHECK(said("/b/cur/mine/20240501-20240601/mine-00001.csv.gz") == "mine|/b/cur/mine/20240501-20240601||1|");
  CHECK(said("/b/mine/data/BILLING_PERIOD=2024-05/mine-00010.csv.gz") == "mine|/b/mine/BILLING_PERIOD=2024-05||10|");
  CHECK(said("/b/mine/data/BILLING_PERIOD=2024-05/2024-05-07T09:30:40.123Z-0a1b/mine-00001.csv.gz") ==
        "mine|/b/mine/BILLING_PERIOD=2024-05|2024-05-07T09:30:40.123Z-0a1b|1|2024-05-07T09:30:40.123Z");
  CHECK(said("/b/mine/metadata/BILLING_PERIOD=2024-05/mine-Manifest.json") ==
        "mine|/b/mine/BILLING_PERIOD=2024-05||mine-Manifest.json|");
  CHECK(said("bucket.tar!cur/mine/20240501-20240601/X/mine-00001.csv.gz") ==
        "mine|bucket.tar!cur/mine/20240501-20240601|X|1|");
  for (const std::string_view path : {"/x/may.csv", "may.csv", "", "/", "/20240501-20240601", "20240501-20240601/x.csv",
                                      "/b/2024-05-01/x-00001.csv.gz"}) {
    CHECK(said(path) == "||||");
  }
}

TEST_CASE("Manifests of both kinds of reports") {
  CHECK(is_manifest_name("/x/mine-Manifest.json"));
  CHECK(!is_manifest_name("/x/mine-RedshiftManifest.json"));
  CHECK(!is_manifest_name("/x/manifest.json"));
  const auto legacy =
      manifest("/b/cur/mine/20240501-20240601/mine-Manifest.json", "X", {"mine-1.csv.gz", "mine-2.csv.gz"});
  CHECK(legacy.of_report);
  CHECK(legacy.of.assembly == "X");
  CHECK(legacy.files.size() == 2);
  CHECK(!manifest("/b/cur/mine/20240501-20240601/X/mine-Manifest.json", "X", {"mine-1.csv.gz"}).of_report);
  const auto exported = read_manifest(
      "/b/mine/metadata/BILLING_PERIOD=2024-05/mine-Manifest.json",
      R"({"exportArn":"a","execution":{"executionId":"E1"},"dataFiles":["s3://b/mine/data/BILLING_PERIOD=2024-05/mine-00001.csv.gz"]})");
  REQUIRE(exported);
  CHECK(exported->of.assembly == "E1");
  CHECK(exported->of.report == "mine");
  CHECK(exported->of_report);
  CHECK(exported->files == std::set<std::string>{"mine-00001.csv.gz"});
  for (const std::string_view json :
       {"", "{}", "[]", R"({"Records":[]})", R"({"reportKeys":["x.csv"]})", R"({"reportKeys":"x"})"}) {
    CHECK(!read_manifest("/x-Manifest.json", json));
  }
}

TEST_CASE("Of versions that say when they were made only the newest is read") {
  ReportVersions versions;
  versions.add(at("20240507T000000Z/mine-00001.csv.gz"));
  versions.add(at("20240506T000000Z/mine-00001.csv.gz"));
  versions.add(at("20240507T000000Z/mine-00002.csv.gz"));
  FileFindings found;
  CHECK(chosen(versions, found) == "20240507T000000Z/mine-00001.csv.gz 20240507T000000Z/mine-00002.csv.gz ");
  CHECK(found.others.at("older cost report") == 1);
}

TEST_CASE("A manifest says which version is the newest, and whether it is whole") {
  ReportVersions versions;
  FileFindings found;
  versions.add(at("aaa/mine-1.csv.gz", 5));
  versions.add(at("bbb/mine-1.csv.gz", 1));
  versions.add(manifest("/b/cur/mine/20240501-20240601/mine-Manifest.json", "bbb", {"mine-1.csv.gz"}));
  CHECK(chosen(versions, found) == "bbb/mine-1.csv.gz ");
  CHECK(found.unreadable.empty());

  ReportVersions partly;
  partly.add(at("aaa/mine-1.csv.gz", 5));
  partly.add(at("bbb/mine-1.csv.gz", 1));
  partly.add(manifest("/b/cur/mine/20240501-20240601/mine-Manifest.json", "bbb", {"mine-1.csv.gz", "mine-2.csv.gz"}));
  CHECK(chosen(partly, found) == "aaa/mine-1.csv.gz ");
  REQUIRE(found.unreadable.size() == 1);
  CHECK(found.unreadable[0].reason.find("names 2 files of this cost report, and 1 aren't there") == 0);
}

TEST_CASE("Where nothing says which version is newer all are read, by their files' times") {
  ReportVersions versions;
  FileFindings found;
  versions.add(at("aaa/mine-1.csv.gz", 5));
  versions.add(at("bbb/mine-1.csv.gz", 1));
  CHECK(chosen(versions, found) == "bbb/mine-1.csv.gz aaa/mine-1.csv.gz ");
}

TEST_CASE("Files that are overwritten get their version from the manifest") {
  ReportVersions versions;
  FileFindings found;
  versions.add(file("/b/mine/data/BILLING_PERIOD=2024-05/mine-00001.csv.gz"));
  versions.add(*read_manifest(
      "/b/mine/metadata/BILLING_PERIOD=2024-05/mine-Manifest.json",
      R"({"executionId":"E1","dataFiles":["s3://b/mine/data/BILLING_PERIOD=2024-05/mine-00001.csv.gz"]})"));
  const auto files = versions.choose(found);
  REQUIRE(files.size() == 1);
  CHECK(files[0].of.assembly == "E1");
}
