// What the path of a cost report's file says, as AWS lays reports out in S3.
#pragma once

#include <string>
#include <string_view>

#include "text/timestamp.h"

namespace trailkeeper::ingest {

/// From `PREFIX/REPORT/20240501-20240601/ASSEMBLY/REPORT-00001.csv.gz` and `PREFIX/REPORT/data/BILLING_PERIOD=2024-05/
/// EXECUTION/REPORT-00001.csv.gz`, where ASSEMBLY and EXECUTION may be missing.
struct ReportPath {
  std::string report;    ///< Empty: the path is none of these.
  std::string period;    ///< Everything before the version: other files there belong to the same report and month.
  std::string assembly;  ///< The version; empty if the path names none.
  std::string part;      ///< The file's number, or else its name.
  text::Timestamp delivered = 0;  ///< When the version was made, if its name says so; otherwise 0.
};

/// Members of archives (`ARCHIVE!MEMBER`) are read as if the archive were a folder.
ReportPath parse_report_path(std::string_view path);

/// When a version was made, by its name (`20240507T093040Z`, `2024-05-07T09:30:40.123Z-EXECUTION`); 0 if it doesn't
/// say.
text::Timestamp delivery_time(std::string_view assembly);

}  // namespace trailkeeper::ingest
