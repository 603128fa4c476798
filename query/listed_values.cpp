#include "query/listed_values.h"

#include "event/reject.h"
#include "query/field_catalogue.h"
#include "query/json_path.h"
#include "text/json_text.h"

namespace trailkeeper::query {
namespace {

std::optional<ListedValue> listed_text(std::optional<std::string> text) {
  if (!text) return std::nullopt;
  ListedValue value{std::move(*text), {}};
  text::append_quoted(value.text, value.json);
  return value;
}

std::optional<ListedValue> listed_json(std::string_view json) {
  if (json.empty() || json == "null") return std::nullopt;
  ListedValue value{display_text(json), {}};
  text::append_minified(json, value.json);
  return value;
}

// The JSON of an event's value in its table; empty: none.
std::string json_in_table(const LeafPath& path, const LeafTable& table, EventRow place) {
  std::string json;
  if (table.values.empty()) return json;
  for (const LeafValue& value : table.values) {
    if (path.gives_list()) json += json.empty() ? '[' : ',';
    append_value(path.segment(), *table.table, value.plan, place, json);
  }
  if (path.gives_list()) json += ']';
  return json;
}

}  // namespace

ListedValues::ListedValues(const store::Snapshot& snapshot, const std::vector<std::string>& fields, bool reveal)
    : shown_(std::make_shared<const ShownEvents>(snapshot, reveal)), judged_(snapshot) {
  for (const std::string& field : fields) fields_.push_back(field_of(field));
}

ListedValues::Field ListedValues::field_of(const std::string& name) {
  if (JudgedFields::has(name)) return {name, Kind::judged, {}};
  if (is_in_columns(name)) return {name, Kind::in_columns, {}};
  if (name == "eventID" || name == "event-id") return {name, Kind::event_id, leaf_path(name)};
  return {name, is_field_name(name) ? Kind::name : Kind::path, leaf_path(name)};
}

std::optional<ListedValue> ListedValues::value(const ListedEvent& event, std::size_t number) {
  const Field& field = fields_[number];
  switch (field.kind) {
    case Kind::judged: return listed_text(judged_.text(event, field.name));
    case Kind::in_columns: return listed_text(event_value(*shown_, *event.segment, event.index, {}, field.name));
    case Kind::event_id:
      if (auto id = stored_event_id(*event.segment, event.index)) return listed_text(std::move(id));
      break;
    case Kind::name:
    case Kind::path: break;
  }
  const auto json = field.path ? leaf_json(event, number) : std::nullopt;
  if (!json) return value_from_json(event, field);
  auto found = listed_json(*json);
  return found && is_field_name(field.name) ? listed_text(std::move(found->text)) : found;
}

std::optional<ListedValue> ListedValues::value_from_json(const ListedEvent& event, const Field& field) {
  const std::string_view whole = json(event);
  if (is_field_name(field.name)) {
    return listed_text(event_value(*shown_, *event.segment, event.index, whole, field.name));
  }
  return listed_json(json_at(whole, field.path.value_or(field.name)));
}

// Nothing: the event must be put together.
std::optional<std::string> ListedValues::leaf_json(const ListedEvent& event, std::size_t field) {
  Leaves& leaves = segments_[event.segment];
  if (leaves.events < kFew) {
    if (leaves.events == 0 || leaves.last != event.index) ++leaves.events;
    leaves.last = event.index;
    return std::nullopt;
  }
  leaves.paths.resize(fields_.size());
  std::unique_ptr<LeafPath>& path = leaves.paths[field];
  if (!path) path = std::make_unique<LeafPath>(*event.segment, *fields_[field].path, shown_);
  if (path->needs_event(event.index)) return std::nullopt;
  const LeafTable& table = path->table(event.segment->table_of(event.index));
  std::string json = json_in_table(*path, table, {event.index, event.segment->row_of(event.index)});
  if (!json.empty() && path->hides_any()) {
    std::string plain;
    text::append_minified(json, plain);
    if (path->may_hide(display_text(plain))) return std::nullopt;
  }
  return json;
}

std::string_view ListedValues::json(const ListedEvent& event) {
  if (!at_ || at_->segment != event.segment || at_->index != event.index) {
    at_.reset();
    json_.clear();
    shown_->append(*event.segment, event.index, json_);
    json_.append(event::kPadding, '\0');
    at_ = event;
  }
  return std::string_view{json_}.substr(0, json_.size() - event::kPadding);
}

}  // namespace trailkeeper::query
