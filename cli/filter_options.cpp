#include "cli/filter_options.h"

#include <optional>

#include "cli/command.h"
#include "query/filter_value.h"
#include "query/verdicts/verdict_index.h"
#include "text/clock.h"
#include "text/percent.h"
#include "text/time_argument.h"

namespace trailkeeper::cli {

using query::FilterField;

namespace {

constexpr const char* kGroup =
    "Filters (values may be globs with * and ?; repeat an option for 'or', different options mean 'and'; --not-NAME "
    "passes what --NAME doesn't)";

std::optional<text::Timestamp> time_of(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  const auto time = text::parse_time_argument(text, text::now());
  if (!time) {
    throw UsageError(std::string{option} + ": '" + text +
                     "' is not a time; give 2024-05-01, 2024-05-01T10:00:00Z, or an age such as 15m, 36h, 7d");
  }
  return time;
}

}  // namespace

void FilterOptions::add_to(const Command& command) {
  for (const query::FilterWord& word : query::filter_words()) {
    if (word.help.empty()) continue;
    const auto add = [&](const std::string& sign, const std::string& group) {
      std::string names = "--" + sign + std::string{word.name};
      if (!word.logged.empty()) names += ",--" + sign + std::string{word.logged};
      command.add_option(names, values_[{word.field, !sign.empty()}], query::filter_help(word))
          .type_name("VALUE")
          .suggest(query::filter_values(word))
          .expected(1)
          .repeatable()
          .group(group);
    };
    add("", kGroup);
    add("not-", "");  // The group's title tells of them; listed one by one they would hide the rest.
  }
  command.add_flag("--read-only,--readOnly", read_only_, "Only events with readOnly true").group(kGroup);
  command.add_flag("--write-only", write_only_, "Only events with readOnly false").group(kGroup);
  command.add_flag("--not-read-only,--not-readOnly", not_read_only_, "No events with readOnly true").group("");
  command.add_flag("--not-write-only", not_write_only_, "No events with readOnly false").group("");
  command.add_flag("--superseded", superseded_, "Only events that an addendum replaced").group(kGroup);
  command.add_option("--since", since_, "From this time on: 2024-05-01, 2024-05-01T10:00:00Z, or an age: 15m, 36h, 7d")
      .type_name("TIME")
      .group(kGroup);
  command.add_option("--until", until_, "Before this time").type_name("TIME").group(kGroup);
}

query::Filter FilterOptions::filter() const {
  query::Filter filter;
  for (const auto& [word, values] : values_) {
    const std::string option = "--" + query::signed_filter_name(word);
    for (const std::string& value : values) {
      if (const auto wrong = query::add_value(filter, word, value)) throw UsageError(option + ": " + *wrong);
    }
  }
  if (superseded_) filter.add(FilterField::verdict, query::kSupersededWord);
  if (read_only_ && write_only_) throw UsageError("--read-only and --write-only exclude each other");
  if (read_only_ || write_only_) filter.read_only = read_only_;
  if (not_read_only_) filter.add(FilterField::read_only, "true", true);
  if (not_write_only_) filter.add(FilterField::read_only, "false", true);
  filter.since = time_of(since_, "--since");
  filter.until = time_of(until_, "--until");
  return filter;
}

std::string FilterOptions::query_string() const {
  static_cast<void>(filter());
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!query.empty()) query.push_back('&');
    query += name;
    query.push_back('=');
    text::append_percent_encoded(value, query);
  };
  for (const auto& [word, values] : values_) {
    for (const std::string& value : values) add(query::signed_filter_name(word), value);
  }
  if (superseded_) add(query::filter_name(FilterField::verdict), query::kSupersededWord);
  if (read_only_) add("read-only", "true");
  if (write_only_) add("write-only", "true");
  if (not_read_only_) add("not-read-only", "true");
  if (not_write_only_) add("not-write-only", "true");
  if (!since_.empty()) add("since", since_);
  if (!until_.empty()) add("until", until_);
  return query;
}

}  // namespace trailkeeper::cli
