// The manifest that AWS writes beside each version of a cost report: which files make it up.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "ingest/bill/report_path.h"

namespace trailkeeper::ingest {

/// Bytes a manifest may have.
constexpr std::size_t kMaxManifest = std::size_t{16} << 20;

struct ReportManifest {
  std::string path;             ///< The manifest's own.
  ReportPath of;                ///< What its files' paths say; `of.assembly` is the version that it describes.
  std::set<std::string> files;  ///< Their names, without folders.
  bool of_report = false;       ///< It lies beside the versions' folders, and so names the newest.
};

/// Whether a file may be a manifest, by its name.
bool is_manifest_name(std::string_view path);

/// Reads `assemblyId` and `reportKeys` of a Cost and Usage Report's manifest, or `executionId` and `dataFiles` of a
/// data export's. Nothing if it isn't one.
std::optional<ReportManifest> read_manifest(std::string_view path, std::string_view json);

}  // namespace trailkeeper::ingest
