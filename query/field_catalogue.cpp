#include "query/field_catalogue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "event/canonical_name.h"
#include "event/guid.h"
#include "query/event_resources.h"
#include "query/filter.h"
#include "query/json_path.h"
#include "query/path_tests.h"
#include "query/shown_event.h"
#include "store/segments/segment_format.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using event::Field;

namespace {

using StoredValues = std::span<const std::optional<std::string_view>>;

std::size_t column(Field field) { return *store::column_of(field); }

std::optional<std::string> first_of(StoredValues values) {
  for (const auto& value : values) {
    if (value && !value->empty()) return std::string{*value};
  }
  return std::nullopt;
}

// The person or thing: a user's name, a session's name, a role's name, `root`, or the service.
std::optional<std::string> user_text(StoredValues values) {
  if (values[3] == "Root") return "root";  // Whatever alias the account has.
  if (values[0] && !values[0]->empty()) return std::string{*values[0]};
  if (values[1]) {
    if (const auto session = session_name(*values[1])) return std::string{*session};
  }
  if (values[2] && !values[2]->empty()) return std::string{*values[2]};
  if (values[4] && !values[4]->empty()) return std::string{*values[4]};
  return std::nullopt;
}

// Who signs in to IAM Identity Center has a user ID only.
std::optional<std::string> principal_text(StoredValues values) {
  constexpr std::size_t kUserName = 3;
  constexpr std::size_t kType = 4;
  if (auto text = first_of(values.first(kUserName))) return text;
  return values[kType] == "IdentityCenterUser" ? first_of(values.subspan(kUserName, 1)) : std::nullopt;
}

// A field whose text is the first of the columns' that there is.
DerivedField first_field(std::string_view name, std::initializer_list<Field> fields, std::string_view value) {
  DerivedField field{.name = name, .columns = {}, .first_value = true, .text = first_of, .value = value};
  for (const Field one : fields) field.columns.push_back(column(one));
  return field;
}

DerivedField name_field() {
  return {.name = "name",
          .columns = {column(Field::event_name), column(Field::event_source)},
          .first_value = false,
          .text = [](StoredValues values) -> std::optional<std::string> {
            if (!values[0]) return std::nullopt;
            return std::string{event::canonical_name(values[1].value_or(""), *values[0])};
          },
          .decided_by_first =
              [](std::string_view name) {
                const auto aliases = event::name_aliases();
                return std::none_of(aliases.begin(), aliases.end(),
                                    [&](const event::NameAlias& alias) { return alias.logged == name; });
              },
          .value = "`eventName` in its canonical spelling"};
}

DerivedField user_field() {
  return {.name = "user",
          .columns = {column(Field::user_name), column(Field::arn), column(Field::issuer_user_name),
                      column(Field::identity_type), column(Field::invoked_by)},
          .first_value = false,
          .text = user_text,
          .value =
              "the first of: `userIdentity.userName`; the session name in the ARN; the role's name; `root`; "
              "`userIdentity.invokedBy`"};
}

DerivedField principal_field() {
  return {.name = "principal",
          .columns = {column(Field::arn), column(Field::principal_id), column(Field::invoked_by),
                      column(Field::user_name), column(Field::identity_type)},
          .first_value = false,
          .text = principal_text,
          .decided_by_first = [](std::string_view arn) { return !arn.empty(); },
          .value = "the first of: `userIdentity.arn`, `userIdentity.principalId`, `userIdentity.invokedBy`"};
}

DerivedField session_field() {
  return {.name = "session",
          .columns = {column(Field::arn)},
          .first_value = false,
          .text = [](StoredValues values) -> std::optional<std::string> {
            const auto name = values[0] ? session_name(*values[0]) : std::nullopt;
            if (!name) return std::nullopt;
            return std::string{*name};
          },
          .value = "the name at the end of an assumed role's or federated user's `userIdentity.arn`"};
}

std::vector<DerivedField> make_fields() {
  std::vector<DerivedField> fields{
      name_field(),
      first_field("source", {Field::event_source}, "`eventSource`"),
      user_field(),
      principal_field(),
      first_field("access-key", {Field::access_key_id}, "`userIdentity.accessKeyId`"),
      first_field("account", {Field::recipient_account_id, Field::account_id},
                  "`recipientAccountId`, else `userIdentity.accountId`"),
      first_field("region", {Field::aws_region}, "`awsRegion`"),
      first_field("ip", {Field::source_ip_address}, "`sourceIPAddress`"),
      first_field("error", {Field::error_code}, "`errorCode`"),
      first_field("type", {Field::event_type}, "`eventType`"),
      first_field("category", {Field::event_category}, "`eventCategory`"),
      first_field("user-agent", {Field::user_agent}, "`userAgent`"),
      first_field("read-only", {Field::read_only}, "`readOnly`"),
      first_field("identity", {Field::identity_type}, "`userIdentity.type`"),
      first_field("role", {Field::issuer_arn}, "`userIdentity.sessionContext.sessionIssuer.arn`"),
      session_field(),
  };
  for (std::size_t i = 0; i < store::kColumnCount; ++i) {
    fields.push_back(first_field(event::field_path(store::kColumnFields[i]), {store::kColumnFields[i]}, {}));
  }
  return fields;
}

/// A name whose value isn't made from columns: the path that it stands for, or what makes its text of the event's JSON.
struct UncolumnedField {
  std::string_view name;
  std::string_view value;  ///< For documents.
  std::string_view path;
  std::optional<std::string> (*text)(std::string_view json) = nullptr;
};

std::optional<std::string> joined(std::vector<std::string> texts) {
  std::string out;
  std::vector<std::string> seen;
  for (std::string& text : texts) {
    if (text.empty() || std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    out += (seen.empty() ? "" : ", ") + text;
    seen.push_back(std::move(text));
  }
  if (seen.empty()) return std::nullopt;
  return out;
}

std::optional<std::string> resource_names(std::string_view json) {
  std::vector<std::string> names;
  for (EventResource& resource : event_resources(json)) names.push_back(std::move(resource.name));
  return joined(std::move(names));
}

std::optional<std::string> resource_types(std::string_view json) {
  std::vector<std::string> types;
  for (EventResource& resource : event_resources(json)) types.push_back(std::move(resource.type));
  return joined(std::move(types));
}

constexpr UncolumnedField kUncolumned[] = {
    {"time", "`eventTime`, in UTC", "eventTime"},
    {"event-id", "`eventID`", "eventID"},
    {"request-id", "`requestID`", "requestID"},
    {"resource", "names of the event's resources, each once, with `, ` between", {}, resource_names},
    {"resource-type", "their types, each once, with `, ` between", {}, resource_types},
    {"verdict", "what permissions say of it", {}},  // Of no event alone: query/verdicts/verdict_filter.h.
};

const UncolumnedField* uncolumned(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kUncolumned), std::end(kUncolumned),
                                         [&](const UncolumnedField& field) { return field.name == name; });
  return found == std::end(kUncolumned) ? nullptr : found;
}

const std::vector<DerivedField>& all_fields() {
  static const std::vector<DerivedField> kFields = make_fields();
  return kFields;
}

}  // namespace

const DerivedField* derived_field(std::string_view name) {
  const auto& fields = all_fields();
  const auto of_name = [&](std::string_view wanted) {
    return std::find_if(fields.begin(), fields.end(), [&](const DerivedField& f) { return f.name == wanted; });
  };
  auto found = of_name(name);
  if (const auto filter = found == fields.end() ? filter_of_name(name) : std::nullopt)
    found = of_name(filter_name(*filter));
  return found == fields.end() ? nullptr : &*found;
}

std::vector<FieldWord> field_words() {
  std::vector<FieldWord> words;
  for (const DerivedField& field : all_fields()) {
    if (!field.value.empty()) words.push_back({field.name, field.value});
  }
  for (const UncolumnedField& field : kUncolumned) words.push_back({field.name, field.value});
  return words;
}

std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names;
  for (const FieldWord& word : field_words()) names.push_back(word.name);
  return names;
}

bool is_field_name(std::string_view name) {
  if (uncolumned(name) != nullptr) return true;
  const DerivedField* const field = derived_field(name);
  return field != nullptr && !event::field_at(name);
}

bool is_in_columns(std::string_view name) {
  return name == "time" || name == "verdict" || (is_field_name(name) && derived_field(name) != nullptr);
}

std::optional<std::string> leaf_path(std::string_view name) {
  const UncolumnedField* const known = uncolumned(name);
  if (known == nullptr) return std::string{name};
  if (known->path.empty() || name == "time") return std::nullopt;
  return std::string{known->path};
}

std::optional<std::string> stored_event_id(const store::Segment& segment, std::uint32_t index) {
  const std::uint32_t table = segment.table_of(index);
  if (const auto whole = segment.whole_table(); whole && whole->number == table) {
    const std::string id = json_at(WholeJson{segment, index}.view(), event::field_path(event::Field::event_id));
    if (id.size() < 2 || !event::parse_guid(std::string_view{id}.substr(1, id.size() - 2))) return std::nullopt;
    return id.substr(1, id.size() - 2);
  }
  const auto& slots = segment.table(table).slots;
  const bool is_key = std::any_of(slots.begin(), slots.end(),
                                  [](const store::TableSlot& slot) { return slot.kind == store::SlotKind::event_key; });
  if (!is_key) return std::nullopt;
  std::string text;
  event::append_guid(segment.key(index).data(), text);
  return text;
}

std::optional<std::string_view> session_name(std::string_view arn) {
  if (!arn.starts_with("arn:")) return std::nullopt;
  const std::size_t resource = arn.rfind(':') + 1;
  const std::string_view name = arn.substr(resource);
  if (!name.starts_with("assumed-role/") && !name.starts_with("federated-user/")) return std::nullopt;
  const std::size_t slash = name.rfind('/');
  if (slash + 1 >= name.size()) return std::nullopt;
  return name.substr(slash + 1);
}

namespace {

std::optional<std::string> text_at(std::string_view json, std::string_view path) {
  const std::string value = json_at(json, path);
  if (value.empty() || value == "null") return std::nullopt;
  return display_text(value);
}

}  // namespace

std::optional<std::string> event_value(const ShownEvents& shown, const store::Segment& segment, std::uint32_t index,
                                       std::string_view json, std::string_view name) {
  if (name == "time") return text::format_timestamp(segment.time(index));
  const DerivedField* const field = derived_field(name);
  if (field == nullptr) return event_value(json, name);
  std::vector<std::string> scratch(field->columns.size());
  std::vector<std::string> masked(field->columns.size());
  std::vector<std::optional<std::string_view>> texts(field->columns.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::uint64_t code = segment.column_rows(field->columns[i], index, index + 1)[index];
    if (code != 0) {
      const std::string_view stored =
          segment.dictionary(field->columns[i]).get(static_cast<std::uint32_t>(code - 1), scratch[i]);
      texts[i] = shown.column_text(field->columns[i], stored, masked[i]);
    }
  }
  return field->text(texts);
}

std::optional<std::string> event_value(std::string_view json, std::string_view name) {
  if (const UncolumnedField* const known = uncolumned(name)) {
    if (known->text != nullptr) return known->text(json);
    return known->path.empty() ? std::nullopt : text_at(json, known->path);
  }
  const DerivedField* const field = derived_field(name);
  if (field == nullptr) return text_at(json, name);
  std::vector<std::optional<std::string>> owned;
  for (const std::size_t column : field->columns) {
    owned.push_back(text_at(json, event::field_path(store::kColumnFields[column])));
  }
  const std::vector<std::optional<std::string_view>> texts{owned.begin(), owned.end()};
  return field->text(texts);
}

}  // namespace trailkeeper::query
