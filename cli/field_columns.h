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

/// A sentence of help that names all fields.
std::string field_help();

/// The names that completions offer, with blanks between: all fields, and paths that have a column.
std::string offered_fields();

/// Throws UsageError for a name that is neither a field nor a path that an event of CloudTrail or in the store may have
/// (query/field_check.h). Opens the store only if it must be asked.
void check_field_names(const std::vector<std::string>& names, const GlobalOptions& global);
/// The same where there is no store.
void check_field_names(const std::vector<std::string>& names);

}  // namespace trailkeeper::cli
