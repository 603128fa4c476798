#include "cli/field_columns.h"

#include "cli/command.h"
#include "query/field_catalogue.h"

namespace trailkeeper::cli {

std::vector<std::string> usual_fields() {
  return {"time", "name", "source", "user", "account", "region", "ip", "error", "eventID"};
}

Column field_column(const std::string& field) {
  const bool whole = field == "time" || field == "eventTime" || field == "eventID" || field == "event-id";
  return {.name = field, .whole = whole};
}

void check_field_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "time") continue;
    if (const auto meant = query::similar_field(name)) {
      throw UsageError("there is no field '" + name + "': did you mean '" + std::string{*meant} + "'?");
    }
  }
}

}  // namespace trailkeeper::cli
