#include "cli/field_columns.h"

#include "cli/command.h"
#include "query/field_catalogue.h"
#include "query/field_check.h"
#include "store/segments/segment_format.h"
#include "store/store.h"

namespace trailkeeper::cli {

std::vector<std::string> usual_fields() {
  return {"time", "name", "source", "user", "account", "region", "ip", "error", "eventID"};
}

Column field_column(const std::string& field) {
  const bool whole = field == "time" || field == "eventTime" || field == "eventID" || field == "event-id";
  return {.name = field, .whole = whole};
}

std::string field_help() {
  constexpr std::size_t kLine = 110;
  std::string text = "Fields:";
  std::size_t line = 0;
  for (const std::string_view name : query::field_names()) {
    if (text.size() - line + name.size() > kLine) {
      text += "\n";
      line = text.size();
    } else {
      text += " ";
    }
    text += std::string{name} + ",";
  }
  return text + "\nCloudTrail's own names (eventName), and any path into the event (requestParameters.bucketName).";
}

std::string offered_fields() {
  std::string text;
  for (const std::string_view name : query::field_names()) text.append(name).append(" ");
  for (const event::Field field : store::kColumnFields) text.append(event::field_path(field)).append(" ");
  return text + "eventID requestID resources[].ARN";
}

void check_field_names(const std::vector<std::string>& names, const GlobalOptions& global) {
  for (const std::string& name : names) {
    if (!query::unknown_field(name, nullptr)) continue;
    store::Store store{global.store_directory(), store::Store::Mode::read};
    if (const auto problem = query::unknown_field(name, &store)) throw UsageError(*problem);
  }
}

void check_field_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto problem = query::unknown_field(name, nullptr)) throw UsageError(*problem);
  }
}

}  // namespace trailkeeper::cli
