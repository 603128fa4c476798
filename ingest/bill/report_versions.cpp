#include "ingest/bill/report_versions.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "text/timestamp.h"

namespace trailkeeper::ingest {

/// The files of one version.
struct ReportVersions::Version {
  std::string assembly;
  std::vector<ReportFile> files;
  const ReportManifest* manifest = nullptr;
  bool newest = false;  // As a manifest of the report says.
  text::Timestamp delivered = 0;
  text::Timestamp modified = 0;

  /// How many files of it aren't there.
  [[nodiscard]] std::size_t missing() const {
    if (manifest == nullptr) return 0;
    std::set<std::string> names = manifest->files;
    for (const ReportFile& file : files) names.erase(file.path.substr(file.path.find_last_of("/!") + 1));
    return names.size();
  }

  /// Whether it is newer for sure.
  [[nodiscard]] bool replaces(const Version& other) const {
    if (newest != other.newest) return newest;
    return delivered != 0 && other.delivered != 0 && delivered > other.delivered;
  }
};

namespace {

std::string file_name(const std::string& path) { return path.substr(path.find_last_of("/!") + 1); }

}  // namespace

std::vector<ReportFile> ReportVersions::choose(FileFindings& found) {
  std::map<std::string, std::map<std::string, Version>> periods;
  std::map<std::pair<std::string, std::string>, const ReportManifest*> by_version;
  for (const ReportManifest& manifest : manifests_) {
    const ReportManifest*& known = by_version[{manifest.of.period, manifest.of.assembly}];
    if (known == nullptr || manifest.of_report) known = &manifest;
  }
  for (ReportFile& file : files_) {
    // Where versions overwrite each other, only the manifest knows which one is there.
    if (file.of.assembly.empty()) {
      for (const ReportManifest& manifest : manifests_) {
        if (!manifest.of_report || manifest.of.period != file.of.period) continue;
        if (manifest.files.contains(file_name(file.path))) file.of.assembly = manifest.of.assembly;
      }
      file.of.delivered = delivery_time(file.of.assembly);
    }
    Version& version = periods[file.of.period][file.of.assembly];
    version.assembly = file.of.assembly;
    version.delivered = file.of.delivered;
    version.modified = std::max(version.modified, file.modified);
    version.files.push_back(std::move(file));
  }
  std::vector<ReportFile> chosen;
  for (auto& [period, by_assembly] : periods) {
    std::vector<Version> versions;
    for (auto& [assembly, version] : by_assembly) {
      if (const auto manifest = by_version.find({period, assembly}); manifest != by_version.end()) {
        version.manifest = manifest->second;
        version.newest = manifest->second->of_report;
      }
      versions.push_back(std::move(version));
    }
    choose_of_period(versions, chosen, found);
  }
  return chosen;
}

void ReportVersions::choose_of_period(std::vector<Version>& versions, std::vector<ReportFile>& chosen,
                                      FileFindings& found) {
  std::erase_if(versions, [&found](const Version& version) {
    const std::size_t missing = version.missing();
    if (missing == 0) return false;
    found.unreadable.push_back({version.manifest->path, "names " + std::to_string(version.manifest->files.size()) +
                                                            " files of this cost report, and " +
                                                            std::to_string(missing) +
                                                            " aren't there: none was taken, and what was loaded "
                                                            "before stays"});
    return true;
  });
  std::sort(versions.begin(), versions.end(), [](const Version& a, const Version& b) {
    return std::tie(a.newest, a.delivered, a.modified, a.assembly) <
           std::tie(b.newest, b.delivered, b.modified, b.assembly);
  });
  for (Version& version : versions) {
    if (&version != &versions.back() && versions.back().replaces(version)) {
      found.others["older cost report"] += version.files.size();
      continue;
    }
    std::sort(version.files.begin(), version.files.end(),
              [](const ReportFile& a, const ReportFile& b) { return a.path < b.path; });
    std::move(version.files.begin(), version.files.end(), std::back_inserter(chosen));
  }
}

}  // namespace trailkeeper::ingest
