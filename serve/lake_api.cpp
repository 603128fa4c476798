#include "serve/lake_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "query/sql/event_store_name.h"
#include "serve/http_message.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/clock.h"
#include "text/json_node.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

using query::LookupAnswer;
using text::JsonNode;

// This store is one event data store, and the trail that fills it.
constexpr std::string_view kStoreName = "trailkeeper";
constexpr std::string_view kStoreArn =
    "arn:aws:cloudtrail:us-east-1:000000000000:eventdatastore/7261696c-6b65-4570-a572-73746f726530";
constexpr std::string_view kTrailArn = "arn:aws:cloudtrail:us-east-1:000000000000:trail/trailkeeper";
constexpr std::string_view kRegion = "us-east-1";

constexpr std::size_t kMostRowsOfPage = 1000;
constexpr std::size_t kMostBytesOfPage = std::size_t{4} << 20;
constexpr std::size_t kLongestStatement = 10'000;

/// A request can't be answered: AWS's name of the error.
struct LakeRefusal {
  std::string type;
  std::string message;
};

LookupAnswer lake_error(const LakeRefusal& why) {
  LookupAnswer answer;
  answer.status = kBadRequest;
  answer.error = why.type;
  text::JsonWriter json{answer.body};
  json.open('{').member("__type", why.type).member("message", why.message).member("Message", why.message).close('}');
  return answer;
}

/// A request's members. Throws LakeRefusal for what is of the wrong kind.
class LakeBody {
 public:
  explicit LakeBody(std::string_view body) {
    auto document = text::parse_json_object(body.empty() ? "{}" : body);
    if (!document) throw LakeRefusal{"SerializationException", "The request is not a JSON object."};
    document_ = std::move(*document);
  }

  [[nodiscard]] std::string text(std::string_view name) const {
    const JsonNode* const found = document_.find(name);
    if (found == nullptr || found->kind == JsonNode::Kind::null) return {};
    if (found->kind != JsonNode::Kind::string) throw wrong_kind(name);
    return found->text;
  }
  [[nodiscard]] std::optional<double> number(std::string_view name) const {
    const JsonNode* const found = document_.find(name);
    if (found == nullptr || found->kind == JsonNode::Kind::null) return std::nullopt;
    double value = 0;
    const char* const end = found->text.data() + found->text.size();
    if (found->kind != JsonNode::Kind::number || std::from_chars(found->text.data(), end, value).ptr != end) {
      throw wrong_kind(name);
    }
    return value;
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    const JsonNode* const found = document_.find(name);
    std::vector<std::string> all;
    if (found == nullptr || found->kind == JsonNode::Kind::null) return all;
    if (found->kind != JsonNode::Kind::array) throw wrong_kind(name);
    for (const JsonNode& item : found->items) {
      if (item.kind != JsonNode::Kind::string) throw wrong_kind(name);
      all.push_back(item.text);
    }
    return all;
  }
  /// A page's size, at most `most`, which is also what it is if none is given.
  [[nodiscard]] std::size_t page_size(std::string_view name, std::size_t most) const {
    const auto given = number(name);
    if (!given) return most;
    if (*given < 1 || *given > static_cast<double>(most)) {
      throw LakeRefusal{"InvalidMaxResultsException", fmt::format("{} must be between 1 and {}.", name, most)};
    }
    return static_cast<std::size_t>(*given);
  }

 private:
  static LakeRefusal wrong_kind(std::string_view name) {
    return {"SerializationException", std::string{name} + " has a value of the wrong type."};
  }
  JsonNode document_;
};

// A token is a place in the answer to one question.
std::string token_of(std::string_view question, std::size_t place) {
  return text::encode_base64(fmt::format("{} {}", place, question));
}

std::size_t place_of(const LakeBody& body, std::string_view question, std::size_t size) {
  const std::string token = body.text("NextToken");
  if (token.empty()) return 0;
  const std::string decoded = text::decode_base64(token).value_or("");
  std::size_t place = 0;
  const char* const end = decoded.data() + decoded.size();
  const auto [rest, error] = std::from_chars(decoded.data(), end, place);
  if (error != std::errc{} || rest == end || std::string_view{rest + 1, end} != question || place > size) {
    throw LakeRefusal{"InvalidNextTokenException", "The token is not valid, or of a request with other parameters."};
  }
  return place;
}

// JSON 1.1 has times in seconds.
std::string seconds_text(text::Timestamp time) {
  return fmt::format("{}.{:03}", time / text::kSecond, time % text::kSecond);
}

void require_event_store(const std::string& name) {
  if (name.empty() || name == kStoreName || query::sql::names_event_store(name)) return;
  throw LakeRefusal{name.starts_with("arn:") ? "EventDataStoreARNInvalidException" : "EventDataStoreNotFoundException",
                    "There is no event data store '" + name + "'; any UUID or ARN of one means this store."};
}

std::shared_ptr<LakeQuery> known_query(LakeQueries& queries, const LakeBody& body) {
  const std::string alias = body.text("QueryAlias");
  const std::string id = body.text("QueryId");
  auto found = id.empty() && !alias.empty() ? queries.find_alias(alias) : queries.find(id);
  if (found == nullptr) throw LakeRefusal{"QueryIdNotFoundException", "There is no such query, or not any more."};
  return found;
}

void cancel_query(LakeQueries& queries, const LakeBody& body, text::JsonWriter& json) {
  const auto query = known_query(queries, body);
  if (!query->is_active()) {
    throw LakeRefusal{"InactiveQueryException",
                      fmt::format("The query can't be cancelled: its status is {}.", lake_status_text(query->status))};
  }
  queries.cancel(*query);
  json.member("QueryId", query->id).member("QueryStatus", lake_status_text(query->status));
}

void describe_query(LakeQueries& queries, const LakeBody& body, text::JsonWriter& json) {
  const auto query = known_query(queries, body);
  json.member("QueryId", query->id).member("QueryString", query->request.text);
  json.member("QueryStatus", lake_status_text(query->status)).name("QueryStatistics").open('{');
  json.member("EventsMatched", query->figures.events_matched).member("EventsScanned", query->figures.events_scanned);
  json.member("BytesScanned", query->figures.bytes_scanned);
  json.member("ExecutionTimeInMillis", static_cast<std::int64_t>(query->took.count()));
  json.raw_member("CreationTime", seconds_text(query->created)).close('}');
  json.member_if_any("ErrorMessage", query->error);
}

void get_query_results(LakeQueries& queries, const LakeBody& body, text::JsonWriter& json) {
  const auto query = known_query(queries, body);
  const std::size_t most = body.page_size("MaxQueryResults", kMostRowsOfPage);
  const std::size_t begin = place_of(body, query->id, query->rows.size());
  std::size_t end = begin;
  for (std::size_t bytes = 0; end < query->rows.size() && end - begin < most && bytes < kMostBytesOfPage; ++end) {
    bytes += query->rows[end].size();
  }
  json.member("QueryStatus", lake_status_text(query->status)).name("QueryStatistics").open('{');
  json.member("ResultsCount", end - begin).member("TotalResultsCount", query->rows.size());
  json.member("BytesScanned", query->figures.bytes_scanned).close('}').name("QueryResultRows").open('[');
  for (std::size_t i = begin; i < end; ++i) json.raw(query->rows[i]);
  json.close(']');
  if (end < query->rows.size()) json.member("NextToken", token_of(query->id, end));
  json.member_if_any("ErrorMessage", query->error);
}

void list_queries(LakeQueries& queries, const LakeBody& body, text::JsonWriter& json) {
  require_event_store(body.text("EventDataStore"));
  const std::string status = body.text("QueryStatus");
  const auto start = body.number("StartTime");
  const auto end = body.number("EndTime");
  if (start && end && *start > *end) {
    throw LakeRefusal{"InvalidDateRangeException", "StartTime must not come after EndTime."};
  }
  std::vector<std::shared_ptr<const LakeQuery>> fitting;
  for (const auto& query : queries.all()) {
    const double created = static_cast<double>(query->created) / static_cast<double>(text::kSecond);
    if (!status.empty() && lake_status_text(query->status) != status) continue;
    if ((start && created < *start) || (end && created > *end)) continue;
    fitting.push_back(query);
  }
  const std::string question = "queries " + status;
  const std::size_t begin = place_of(body, question, fitting.size());
  const std::size_t last = std::min(fitting.size(), begin + body.page_size("MaxResults", kMostRowsOfPage));
  json.name("Queries").open('[');
  for (std::size_t i = begin; i < last; ++i) {
    json.open('{').member("QueryId", fitting[i]->id);
    json.member("QueryStatus", lake_status_text(fitting[i]->status));
    json.raw_member("CreationTime", seconds_text(fitting[i]->created)).close('}');
  }
  json.close(']');
  if (last < fitting.size()) json.member("NextToken", token_of(question, last));
}

void get_event_data_store(const LakeBody& body, const LakeStore& store, text::JsonWriter& json) {
  const std::string name = body.text("EventDataStore");
  if (name.empty()) throw LakeRefusal{"InvalidParameterException", "EventDataStore is missing."};
  require_event_store(name);
  json.member("EventDataStoreArn", name.starts_with("arn:") ? std::string_view{name} : kStoreArn);
  json.member("Name", kStoreName).member("Status", "ENABLED").member("MultiRegionEnabled", true);
  json.member("OrganizationEnabled", true).member("TerminationProtectionEnabled", true);
  json.raw_member("CreatedTimestamp", seconds_text(store.first))
      .raw_member("UpdatedTimestamp", seconds_text(store.last));
}

void describe_trails(const LakeBody& body, text::JsonWriter& json) {
  const std::vector<std::string> wanted = body.texts("trailNameList");
  const bool meant = wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [](const std::string& name) {
                       return name == kStoreName || name == kTrailArn;
                     });
  json.name("trailList").open('[');
  if (meant) {
    json.open('{').member("Name", kStoreName).member("TrailARN", kTrailArn).member("HomeRegion", kRegion);
    json.member("IncludeGlobalServiceEvents", true).member("IsMultiRegionTrail", true);
    json.member("IsOrganizationTrail", false).member("LogFileValidationEnabled", false);
    json.member("HasCustomEventSelectors", false).member("HasInsightSelectors", false).close('}');
  }
  json.close(']');
}

void get_trail_status(const LakeBody& body, const LakeStore& store, text::JsonWriter& json) {
  const std::string name = body.text("Name");
  if (name != kStoreName && name != kTrailArn) {
    throw LakeRefusal{"TrailNotFoundException", "There is no trail '" + name + "'; see DescribeTrails."};
  }
  json.member("IsLogging", true);
  if (store.first != 0) {
    json.raw_member("StartLoggingTime", seconds_text(store.first));
    json.raw_member("LatestDeliveryTime", seconds_text(store.last));
  }
}

void search_samples(const query::SavedQueries& saved, const LakeBody& body, text::JsonWriter& json) {
  constexpr std::size_t kMostSamples = 50;
  const std::string phrase = body.text("SearchPhrase");
  if (phrase.empty()) throw LakeRefusal{"InvalidParameterException", "SearchPhrase is missing."};
  const auto found = saved.search(phrase);
  const std::size_t begin = place_of(body, phrase, found.size());
  const std::size_t end = std::min(found.size(), begin + body.page_size("MaxResults", kMostSamples));
  json.name("SearchResults").open('[');
  for (std::size_t i = begin; i < end; ++i) {
    json.open('{').member("Name", found[i]->name).member("Description", found[i]->question);
    json.member("SQL", found[i]->text).raw_member("Relevance", fmt::format("{:.3f}", 1.0 / static_cast<double>(i + 1)));
    json.close('}');
  }
  json.close(']');
  if (end < found.size()) json.member("NextToken", token_of(phrase, end));
}

// A saved query; its parameters are in the order in which its file names them, since and until behind.
query::sql::SqlRequest aliased(const store::Snapshot& snapshot, const query::SavedQueries& saved,
                               const std::string& alias, const std::vector<std::string>& values) {
  const query::SavedQuery* const found = saved.find(alias);
  if (found == nullptr) {
    throw LakeRefusal{"InvalidParameterException", "There is no saved query '" + alias + "'; see SearchSampleQueries."};
  }
  std::vector<std::string> names;
  for (const query::SavedParameter& parameter : found->parameters) names.push_back(parameter.name);
  names.insert(names.end(), {"since", "until"});
  if (values.size() > names.size()) {
    throw LakeRefusal{"InvalidParameterException", fmt::format("{} takes {} parameters at most.", alias, names.size())};
  }
  std::map<std::string, std::string> given;
  for (std::size_t i = 0; i < values.size(); ++i) given[names[i]] = values[i];
  auto request = query::saved_request(*found, given, snapshot, text::now());
  if (!request) throw LakeRefusal{"InvalidParameterException", request.error().message};
  return std::move(*request);
}

constexpr std::string_view kOperations[] = {
    "StartQuery",          "CancelQuery",       "DescribeQuery",  "GetQueryResults", "ListQueries",
    "ListEventDataStores", "GetEventDataStore", "DescribeTrails", "GetTrailStatus",  "SearchSampleQueries"};

}  // namespace

bool is_lake_operation(std::string_view operation) {
  return std::find(std::begin(kOperations), std::end(kOperations), operation) != std::end(kOperations);
}

std::variant<LakeStart, LookupAnswer> read_start_query(const store::Snapshot& snapshot,
                                                       const query::SavedQueries& saved, std::string_view text) {
  try {
    const LakeBody body{text};
    const std::string statement = body.text("QueryStatement");
    LakeStart start;
    start.alias = body.text("QueryAlias");
    if (!body.text("DeliveryS3Uri").empty()) {
      throw LakeRefusal{"UnsupportedOperationException", "Answers aren't written to S3 (DeliveryS3Uri)."};
    }
    if (statement.empty() == start.alias.empty()) {
      throw LakeRefusal{"InvalidParameterException", "Give either a QueryStatement or a QueryAlias."};
    }
    if (statement.size() > kLongestStatement) {
      throw LakeRefusal{"InvalidQueryStatementException",
                        fmt::format("The statement has more than {} bytes.", kLongestStatement)};
    }
    start.request.text = statement;
    if (!start.alias.empty()) {
      start.request = aliased(snapshot, saved, start.alias, body.texts("QueryParameters"));
    }
    if (const auto wrong = query::sql::check_sql(snapshot, start.request)) {
      throw LakeRefusal{"InvalidQueryStatementException", query::sql::problem_text(*wrong, start.request.text)};
    }
    return start;
  } catch (const LakeRefusal& why) {
    return lake_error(why);
  }
}

LookupAnswer start_query(LakeQueries& queries, LakeStart start) {
  const auto query = queries.start(std::move(start.request), std::move(start.alias));
  if (query == nullptr) {
    return lake_error({"MaxConcurrentQueriesException",
                       fmt::format("{} queries are running or waiting already.", LakeQueries::kMostActive)});
  }
  LookupAnswer answer;
  text::JsonWriter{answer.body}.open('{').member("QueryId", query->id).close('}');
  return answer;
}

LookupAnswer answer_lake(LakeQueries& queries, const query::SavedQueries& saved, const LakeStore& store,
                         std::string_view operation, std::string_view text) {
  try {
    const LakeBody body{text};
    LookupAnswer answer;
    text::JsonWriter json{answer.body};
    json.open('{');
    if (operation == "CancelQuery") cancel_query(queries, body, json);
    if (operation == "DescribeQuery") describe_query(queries, body, json);
    if (operation == "GetQueryResults") get_query_results(queries, body, json);
    if (operation == "ListQueries") list_queries(queries, body, json);
    if (operation == "GetEventDataStore") get_event_data_store(body, store, json);
    if (operation == "DescribeTrails") describe_trails(body, json);
    if (operation == "GetTrailStatus") get_trail_status(body, store, json);
    if (operation == "SearchSampleQueries") search_samples(saved, body, json);
    if (operation == "ListEventDataStores") {
      json.name("EventDataStores").open('[').open('{');
      json.member("EventDataStoreArn", kStoreArn).member("Name", kStoreName).close('}').close(']');
    }
    json.close('}');
    return answer;
  } catch (const LakeRefusal& why) {
    return lake_error(why);
  }
}

}  // namespace trailkeeper::serve
