// Which files of cost reports are to be loaded: for each report and month, the newest complete version.
#pragma once

#include <string>
#include <vector>

#include "ingest/bill/report_manifest.h"
#include "ingest/input_files.h"
#include "text/timestamp.h"

namespace trailkeeper::ingest {

/// A file of a report, and which version it belongs to.
struct ReportFile {
  std::string path;
  ReportPath of;
  text::Timestamp modified = 0;
};

class ReportVersions {
 public:
  void add(ReportFile file) { files_.push_back(std::move(file)); }
  void add(ReportManifest manifest) { manifests_.push_back(std::move(manifest)); }

  /// The files to load, older versions first. Older versions that a newer one certainly replaces are left out, and
  /// counted in `found`; so are versions that lack files, which are named.
  std::vector<ReportFile> choose(FileFindings& found);

 private:
  struct Version;
  static void choose_of_period(std::vector<Version>& versions, std::vector<ReportFile>& chosen, FileFindings& found);

  std::vector<ReportFile> files_;
  std::vector<ReportManifest> manifests_;
};

}  // namespace trailkeeper::ingest
