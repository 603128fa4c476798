// The fields of events as columns of a table.
#pragma once

#include <string>
#include <vector>

#include "cli/row_writer.h"

namespace trailkeeper::cli {

/// What lists of events show unless --fields says otherwise.
std::vector<std::string> usual_fields();

/// The column for a field: times and IDs are never cut.
Column field_column(const std::string& field);

/// Throws UsageError for a field name that is none but looks much like one.
void check_field_names(const std::vector<std::string>& names);

}  // namespace trailkeeper::cli
