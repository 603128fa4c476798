#include "query/lookup_request.h"

#define XXH_INLINE_ALL
#include <simdjson.h>
#include <xxhash.h>

#include <array>
#include <cmath>
#include <cstring>

#include "text/base64.h"
#include "text/json_text.h"

namespace trailkeeper::query {

namespace dom = simdjson::dom;

namespace {

constexpr unsigned kMostResults = 50;
constexpr std::size_t kMostAttributes = 50;
constexpr std::size_t kLongestValue = 2000;  // API reference, LookupAttribute.

// The wording of AWS's API reference; where it has none that tells what to change, ours.
LookupError invalid_attributes(std::string message) { return {"InvalidLookupAttributesException", std::move(message)}; }
LookupError invalid_times() {
  return {"InvalidTimeRangeException",
          "Occurs if the timestamp values are not valid. Either the start time occurs after the end time, or the time "
          "range is outside the range of possible values."};
}
LookupError invalid_token() {
  return {"InvalidNextTokenException",
          "A token that is not valid, or a token that was previously used in a request with different parameters. This "
          "exception is thrown if the token is not valid."};
}
LookupError unreadable(std::string_view member) {
  return {"SerializationException", member.empty() ? std::string{"The request is not a JSON object."}
                                                   : std::string{member} + " has a value of the wrong type."};
}

// A value, not a glob.
std::string literal(std::string_view text) {
  std::string pattern;
  for (const char character : text) {
    if (std::string_view{"*?\\"}.find(character) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(character);
  }
  return pattern;
}

// A part of its own, so that two attributes of one key are ANDed, too.
void require(Filter& filter, FilterField field, std::string_view value) {
  const std::string pattern = literal(value);
  filter.fields.push_back({field, {Pattern{pattern}}, {pattern}});
}

constexpr std::pair<std::string_view, FilterField> kKeys[] = {
    {"EventId", FilterField::event_id},      {"EventName", FilterField::name},
    {"Username", FilterField::shown_user},   {"ResourceType", FilterField::resource_type},
    {"ResourceName", FilterField::resource}, {"EventSource", FilterField::source},
    {"AccessKeyId", FilterField::access_key}};

using Problem = std::optional<LookupError>;

Problem add_read_only(LookupRequest& request, std::string_view value) {
  if (value != "true" && value != "false") {
    return invalid_attributes("Lookup attribute value is not valid. ReadOnly is true or false.");
  }
  const bool wanted = value == "true";
  request.nothing = request.nothing || (request.filter.read_only && *request.filter.read_only != wanted);
  request.filter.read_only = wanted;
  return std::nullopt;
}

// Insight events have an ID of their own; their name and source lie deeper, other attributes they have none.
Problem add_insight_attribute(LookupRequest& request, std::string_view key, std::string_view value) {
  if (key == "EventId") {
    require(request.filter, FilterField::event_id, value);
  } else if (key == "EventName" || key == "EventSource") {
    request.insight_attributes.emplace_back(key, value);
  } else {
    return invalid_attributes(
        "Lookup attribute key is not valid. Insights events are looked up by EventId, EventName or EventSource.");
  }
  return std::nullopt;
}

Problem add_attribute(LookupRequest& request, std::string_view key, std::string_view value) {
  if (value.empty() || value.size() > kLongestValue) return invalid_attributes("Lookup attribute value is not valid.");
  const auto* const known =
      std::find_if(std::begin(kKeys), std::end(kKeys), [&](const auto& entry) { return entry.first == key; });
  if (known == std::end(kKeys) && key != "ReadOnly") return invalid_attributes("Lookup attribute key is not valid.");
  text::append_quoted(key, request.parameters);
  text::append_quoted(value, request.parameters);
  if (request.insight) return add_insight_attribute(request, key, value);
  if (key == "ReadOnly") return add_read_only(request, value);
  require(request.filter, known->second, value);
  return std::nullopt;
}

// A member that isn't there and null are the same.
bool present(const dom::object& object, std::string_view key, dom::element& value) {
  return !object.at_key(key).get(value) && !value.is_null();
}

Problem parse_attributes(const dom::object& object, LookupRequest& request) {
  dom::element value;
  if (!present(object, "LookupAttributes", value)) return std::nullopt;
  dom::array attributes;
  if (value.get_array().get(attributes)) return unreadable("LookupAttributes");
  if (attributes.size() > kMostAttributes) return invalid_attributes("There are too many lookup attributes.");
  for (const dom::element attribute : attributes) {
    dom::object fields;
    std::string_view key;
    std::string_view text;
    if (attribute.get_object().get(fields)) return unreadable("LookupAttributes");
    if (fields.at_key("AttributeKey").get_string().get(key)) {
      return invalid_attributes("Lookup attribute key is not valid.");
    }
    if (fields.at_key("AttributeValue").get_string().get(text)) {
      return invalid_attributes("Lookup attribute value is not valid.");
    }
    if (auto problem = add_attribute(request, key, text)) return problem;
  }
  return std::nullopt;
}

// JSON 1.1's timestamps are seconds since the epoch, with or without a fraction. Fractions are cut off: both ends are
// inclusive by the second.
Problem parse_second(const dom::object& object, std::string_view key, std::optional<std::int64_t>& seconds) {
  dom::element value;
  if (!present(object, key, value)) return std::nullopt;
  double number = 0;
  if (value.get_double().get(number)) return unreadable(key);
  constexpr double kFirst = -62'135'596'800;  // The year 1.
  constexpr double kLast = 253'402'300'799;   // The year 9999.
  if (!(number >= kFirst && number <= kLast)) return invalid_times();
  seconds = static_cast<std::int64_t>(std::floor(number));
  return std::nullopt;
}

Problem parse_times(const dom::object& object, LookupRequest& request) {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
  if (auto problem = parse_second(object, "StartTime", start)) return problem;
  if (auto problem = parse_second(object, "EndTime", end)) return problem;
  if (start && end && *start > *end) return invalid_times();
  if (start) request.filter.since = *start * text::kSecond;
  if (end) request.filter.until = (*end + 1) * text::kSecond;
  request.parameters += "s" + (start ? std::to_string(*start) : "") + "e" + (end ? std::to_string(*end) : "");
  return std::nullopt;
}

Problem parse_category(const dom::object& object, LookupRequest& request) {
  dom::element value;
  FieldFilter category{FilterField::category, {Pattern{"Management"}, Pattern{""}}, {"Management", ""}};
  if (present(object, "EventCategory", value)) {
    std::string_view text;
    if (value.get_string().get(text)) return unreadable("EventCategory");
    if (text != "insight") {
      return LookupError{"InvalidEventCategoryException",
                         "Occurs if an event category that is not valid is specified as a value of EventCategory."};
    }
    request.insight = true;
    category = {FilterField::category, {Pattern{"Insight"}}, {"Insight"}};
  }
  request.filter.fields.push_back(std::move(category));
  request.parameters += request.insight ? "i" : "m";
  return std::nullopt;
}

Problem parse_limit(const dom::object& object, LookupRequest& request) {
  request.limit = kMostResults;
  dom::element value;
  if (!present(object, "MaxResults", value)) return std::nullopt;
  std::int64_t number = 0;
  if (value.get_int64().get(number)) return unreadable("MaxResults");
  if (number < 1 || number > kMostResults) {
    return LookupError{"InvalidMaxResultsException", "A max results value of " + std::to_string(number) +
                                                         " is invalid. Specify max results between 1 and 50."};
  }
  request.limit = static_cast<unsigned>(number);
  return std::nullopt;
}

Problem parse_token(const dom::object& object, LookupRequest& request, std::uint64_t seed) {
  dom::element value;
  if (!present(object, "NextToken", value)) return std::nullopt;
  std::string_view token;
  if (value.get_string().get(token)) return unreadable("NextToken");
  request.after = decode_token(token, request, seed);
  return request.after ? Problem{} : invalid_token();
}

// Version, time, key, hash of the event, hash of it all.
constexpr std::size_t kPlaceBytes = 1 + 8 + sizeof(store::EventKey) + 8;
constexpr std::size_t kTokenBytes = kPlaceBytes + 8;
constexpr char kTokenVersion = 1;

void append_number(std::uint64_t number, std::string& out) {
  for (unsigned shift = 64; shift > 0; shift -= 8) out.push_back(static_cast<char>(number >> (shift - 8) & 255U));
}

std::uint64_t number_at(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8U | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::uint64_t token_hash(std::string_view place, const LookupRequest& request, std::uint64_t seed) {
  const std::string bound = std::string{place} + request.parameters;
  return XXH3_64bits_withSeed(bound.data(), bound.size(), seed ^ 0x4c6f6f6b75704576U);
}

}  // namespace

std::string encode_token(const Position& last, const LookupRequest& request, std::uint64_t seed) {
  std::string bytes(1, kTokenVersion);
  append_number(static_cast<std::uint64_t>(last.time), bytes);
  bytes.append(reinterpret_cast<const char*>(last.key.data()), last.key.size());
  append_number(last.hash, bytes);
  append_number(token_hash(bytes, request, seed), bytes);
  return text::encode_base64(bytes);
}

std::optional<Position> decode_token(std::string_view token, const LookupRequest& request, std::uint64_t seed) {
  const auto bytes = text::decode_base64(token);
  if (!bytes || bytes->size() != kTokenBytes || bytes->front() != kTokenVersion) return std::nullopt;
  const std::string_view view{*bytes};
  if (number_at(view.substr(kPlaceBytes)) != token_hash(view.substr(0, kPlaceBytes), request, seed))
    return std::nullopt;
  Position place;
  place.time = static_cast<text::Timestamp>(number_at(view.substr(1)));
  std::memcpy(place.key.data(), view.data() + 9, place.key.size());
  place.hash = number_at(view.substr(9 + place.key.size()));
  return place;
}

std::variant<LookupRequest, LookupError> parse_lookup(std::string_view json, std::uint64_t seed) {
  LookupRequest request;
  dom::parser parser;
  dom::object object;
  const simdjson::padded_string padded{json.empty() ? std::string_view{"{}"} : json};
  if (parser.parse(padded).get_object().get(object)) return unreadable({});
  if (auto problem = parse_category(object, request)) return *problem;
  if (auto problem = parse_attributes(object, request)) return *problem;
  if (auto problem = parse_times(object, request)) return *problem;
  if (auto problem = parse_limit(object, request)) return *problem;
  if (auto problem = parse_token(object, request, seed)) return *problem;
  return request;
}

}  // namespace trailkeeper::query
