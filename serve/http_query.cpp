#include "serve/http_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "query/count.h"
#include "query/field_check.h"
#include "query/filter_value.h"
#include "query/listed_values.h"
#include "query/shown_event.h"
#include "query/similar_name.h"
#include "query/verdicts/unknown_verdicts.h"
#include "serve/http_message.h"
#include "serve/query_parameters.h"
#include "store/read_limit.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

// The first chunk is small, so that it comes soon; the later ones are larger, since each costs opening the store anew.
constexpr std::size_t kFirstChunk = 64U << 10U;
constexpr std::size_t kLargestChunk = 512U << 10U;
constexpr std::uint64_t kMostFields = 100;
// What a count may hold in memory while it is made.
constexpr std::uint64_t kMostRows = 250'000;

constexpr QueryParameter kParameters[] = {
    {"read-only", "all", "`true`, or no value: `readOnly` is true; `false`: it is false"},
    {"write-only", "all", "the other way round"},
    {"since", "all but `/v1/tail`",
     "from this time on: `2024-05-01`, `2024-05-01T10:00:00Z`, or an age: `15m`, `36h`, `7d`"},
    {"until", "all but `/v1/tail`", "before this time"},
    {"limit", "`/v1/events`", "at most this many"},
    {"query", "`/v1/sql`",
     "a SELECT; or it is the body, or a body `{\"query\":…,\"parameters\":{…}}` of type application/json"},
    {"param", "`/v1/sql`", "`NAME=VALUE`: the value of `:NAME`, `$NAME` or `<NAME>` in the query"},
    {"output", "`/v1/sql`", "`json` (default), `ndjson` or `csv`"},
    {"order", "`/v1/events`", "`newest` (default) or `oldest` first"},
    {"fields", "`/v1/events`",
     "names and paths with commas between: each line is an object of those, `null` where the event lacks one"},
    {"reveal", "`/v1/events`, `/v1/sql`",
     "`true`: Org IDs and promotion codes as stored; needs the right `reveal`, and the store's journal records who "
     "asked for what"},
    {"by", "`/v1/count`", "names and paths with commas between"},
    {"per", "`/v1/count`", "also by `hour`, `day` or `month`"},
    {"top", "`/v1/count`", "only this many of the largest"},
    {"distinct", "`/v1/count`", "a name or path: also how many different values it has in each group"},
    {"first", "`/v1/count`", "`true`: also the first eventTime of each group"},
    {"last", "`/v1/count`", "`true`: also the last eventTime of each group"},
    {"having", "`/v1/count`",
     "only groups of which this holds: `count>100`, `distinct>=2`, `first>=7d`; several: all must hold"},
};

// What a request for events or counts may ask.
// Those that may have been meant by one that isn't taken; other routes may take it.
std::vector<std::string_view> parameter_names_beside(std::string_view unknown) {
  std::vector<std::string_view> names;
  for (const QueryParameter& parameter : kParameters) names.push_back(parameter.name);
  for (const query::FilterWord& word : query::filter_words()) names.push_back(word.name);
  std::erase(names, unknown);
  return names;
}

// Line feeds between tokens would break a line in two.
void append_line(std::string_view json, std::string& out) {
  if (json.find_first_of("\r\n") == std::string_view::npos) {
    out.append(json);
  } else {
    text::append_minified(json, out);
  }
  out.push_back('\n');
}

/// Takes what a request gives, parameter by parameter, and what is wrong with it.
class Arguments {
 public:
  /// Throws OverBudget.
  Arguments(store::Store& store, query::MemoryBudget& memory, std::string_view query, text::Timestamp now)
      : charge(&memory), now_(now), store_(store) {
    auto parameters = parse_parameters(query);
    if (!parameters) {
      problem_ = "the query string has a broken %-escape, or too many parameters";
      return;
    }
    left_ = std::move(*parameters);
    problem_ = take_filter(left_, now, filter, charge);
    if (problem_.empty()) check_names("where", query::condition_paths(filter));
  }

  query::MemoryBudget::Charge charge;  ///< What the filter takes.
  query::Filter filter;

  /// The last value of a parameter.
  std::optional<std::string> take(std::string_view name) {
    std::optional<std::string> value;
    std::erase_if(left_, [&](const Parameter& parameter) {
      if (parameter.name != name) return false;
      value = parameter.value;
      return true;
    });
    return value;
  }

  /// The same, where a name is all that may be given; empty: nothing was.
  std::string take_field(std::string_view name) {
    const auto field = take(name);
    if (field) check_names(name, {*field});
    return field.value_or("");
  }

  std::vector<query::GroupCondition> take_conditions(std::string_view name) {
    std::vector<query::GroupCondition> conditions;
    for (const Parameter& parameter : left_) {
      if (parameter.name != name) continue;
      if (const auto wrong = query::add_group_condition(conditions, parameter.value, now_))
        fail(std::string{name} + ": " + *wrong);
    }
    take(name);
    return conditions;
  }

  std::optional<std::uint64_t> take_number(std::string_view name) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (text->empty() || error != std::errc{} || end != text->data() + text->size()) {
      fail(std::string{name} + ": '" + *text + "' is not a number of 0 or more");
    }
    return number;
  }

  // Names separated by commas, in all values of the parameter.
  std::vector<std::string> take_names(std::string_view name) {
    std::vector<std::string> names;
    for (const Parameter& parameter : left_) {
      if (parameter.name != name) continue;
      std::string_view rest = parameter.value;
      while (true) {
        const std::size_t comma = rest.find(',');
        names.emplace_back(rest.substr(0, comma));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
    }
    take(name);
    check_names(name, names);
    return names;
  }

  template <typename Value>
  Value take_choice(std::string_view name, std::span<const std::pair<std::string_view, Value>> choices,
                    Value otherwise) {
    const auto text = take(name);
    if (!text) return otherwise;
    std::string words;
    for (const auto& [word, value] : choices) {
      if (word == *text) return value;
      words += (words.empty() ? "" : ", ") + std::string{word};
    }
    fail(std::string{name} + ": '" + *text + "' is none of " + words);
    return otherwise;
  }

  /// What is wrong; to be asked when everything was taken.
  std::string problem() {
    if (!left_.empty()) {
      const std::string& name = left_.front().name;
      fail("there is no parameter '" + name + "' here" +
           query::did_you_mean(query::similar_name(name, parameter_names_beside(name))));
    }
    return problem_;
  }

 private:
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  void check_names(std::string_view parameter, const std::vector<std::string>& names) {
    if (names.size() > kMostFields) fail(std::string{parameter} + ": there are too many names");
    for (const std::string& name : names) {
      if (parameter == "fields" && query::JudgedFields::has(name)) continue;
      if (const auto problem = query::unknown_field(name, &store_))
        return fail(std::string{parameter} + ": " + *problem);
    }
  }

  text::Timestamp now_;
  store::Store& store_;
  std::vector<Parameter> left_;
  std::string problem_;
};

constexpr std::array<std::pair<std::string_view, bool>, 2> kTruth{{{"true", true}, {"false", false}}};

constexpr int kNotFound = 404;
constexpr int kUnavailable = 503;
constexpr const char* kNdjson = "application/x-ndjson";

QueryAnswer answer_events(store::Store& store, Arguments& arguments) {
  const auto limit = arguments.take_number("limit");
  const auto order = arguments.take_choice<query::Order>("order", query::kOrderWords, query::Order::newest);
  std::vector<std::string> fields = arguments.take_names("fields");
  const bool reveal = arguments.take_choice<bool>("reveal", kTruth, false);
  if (const std::string problem = arguments.problem(); !problem.empty()) return query_error(kBadRequest, problem);
  arguments.filter.as_stored = reveal;
  QueryAnswer answer;
  answer.content_type = kNdjson;
  answer.charge = std::move(arguments.charge);
  answer.notes = query::notes_on(store.snapshot(), arguments.filter);
  answer.stream =
      std::make_unique<EventStream>(store, std::move(arguments.filter), order, limit, std::move(fields), reveal);
  return answer;
}

/// What a count shows of each group besides its count.
struct ShownFigures {
  bool first = false;
  bool last = false;
};

void append_row(const query::CountRequest& request, const ShownFigures& figures, const query::CountRow& row,
                std::string& out) {
  text::JsonWriter json{out};
  json.open('{');
  if (request.per != query::Bucket::none) json.member(query::bucket_name(request.per), row.bucket);
  for (std::size_t i = 0; i < request.by.size(); ++i) {
    if (row.values[i]) {
      json.member(request.by[i], *row.values[i]);
    } else {
      json.raw_member(request.by[i], "null");
    }
  }
  json.member("count", row.count);
  if (!request.distinct.empty()) json.member("distinct", row.distinct);
  const auto time_member = [&](std::string_view name, text::Timestamp time) {
    json.member_or_null(name, row.count == 0 ? std::string{} : text::format_timestamp(time));
  };
  if (figures.first) time_member("first", row.first);
  if (figures.last) time_member("last", row.last);
  json.close('}');
}

// What the body has grown by, and grows to when it is copied to be sent. Throws OverBudget.
void charge_for(QueryAnswer& answer) {
  const std::size_t needed = 2 * answer.body.capacity();
  if (needed > answer.charge.held()) answer.charge.add(needed - answer.charge.held());
}

QueryAnswer answer_count(store::Store& store, query::MemoryBudget& memory, Arguments& arguments) {
  query::CountRequest request;
  request.by = arguments.take_names("by");
  request.per = arguments.take_choice<query::Bucket>("per", query::kBucketWords, query::Bucket::none);
  request.top = arguments.take_number("top");
  request.distinct = arguments.take_field("distinct");
  request.having = arguments.take_conditions("having");
  ShownFigures figures;
  figures.first = arguments.take_choice<bool>("first", kTruth, false);
  figures.last = arguments.take_choice<bool>("last", kTruth, false);
  request.times = figures.first || figures.last;
  if (const auto wrong = query::missing_distinct(request)) return query_error(kBadRequest, "having: " + *wrong);
  if (const std::string problem = arguments.problem(); !problem.empty()) return query_error(kBadRequest, problem);
  request.most_rows = kMostRows;
  request.memory = &memory;
  QueryAnswer answer;
  answer.charge = query::MemoryBudget::Charge{&memory};
  answer.body = "[";
  const store::Snapshot snapshot = store.snapshot();
  try {
    const query::CountedEvents counted = query::count_groups(snapshot, arguments.filter, request);
    for (const query::CountRow& row : counted.rows) {
      if (answer.body.size() > 1) answer.body += ",\n";
      append_row(request, figures, row, answer.body);
      charge_for(answer);
    }
  } catch (const query::TooManyRows& error) {
    return query_error(kBadRequest, error.what());
  }
  answer.body += "]\n";
  answer.notes = query::notes_on(snapshot, arguments.filter, request);
  return answer;
}

QueryAnswer answer_event(store::Store& store, query::MemoryBudget& memory, std::string_view event_id,
                         std::string_view query) {
  const bool reveal = query == "reveal=true";
  if (!query.empty() && !reveal) return query_error(kBadRequest, "an event takes no parameter but reveal=true");
  const store::Snapshot snapshot = store.snapshot();
  const auto found = query::find_events(snapshot, event_id);
  if (found.empty()) return query_error(kNotFound, "there is no event with this eventID");
  QueryAnswer answer;
  answer.content_type = kNdjson;
  answer.charge = query::MemoryBudget::Charge{&memory};
  const query::ShownEvents shown{snapshot, reveal};
  for (const query::ListedEvent& event : found) {
    store::check_read_limit();
    std::string json;
    shown.append(*event.segment, event.index, json);
    append_line(json, answer.body);
    charge_for(answer);
  }
  return answer;
}

}  // namespace

EventStream::EventStream(store::Store& store, query::Filter filter, query::Order order,
                         std::optional<std::uint64_t> limit, std::vector<std::string> fields, bool reveal)
    : store_(store),
      filter_(std::move(filter)),
      order_(order),
      left_(limit),
      fields_(std::move(fields)),
      reveal_(reveal) {}

std::optional<std::string> EventStream::next() {
  if (done_ || left_ == 0U) return std::nullopt;
  const std::size_t wanted = after_ ? kLargestChunk : kFirstChunk;
  std::string chunk;
  const store::Snapshot snapshot = store_.snapshot();
  query::ListedValues values{snapshot, fields_, reveal_};
  const std::uint64_t visited = query::list_events(
      snapshot, filter_, order_, left_,
      [&](const query::ListedEvent& event) {
        append(event, values, chunk);
        after_ = query::position_of(event);
        return chunk.size() < wanted;
      },
      after_);
  if (left_) *left_ -= visited;
  done_ = chunk.size() < wanted;
  return chunk.empty() ? std::nullopt : std::optional{std::move(chunk)};
}

void EventStream::append(const query::ListedEvent& event, query::ListedValues& values, std::string& chunk) const {
  if (fields_.empty()) return append_line(values.json(event), chunk);
  chunk.push_back('{');
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (chunk.back() != '{') chunk.push_back(',');
    text::append_quoted(fields_[i], chunk);
    chunk.push_back(':');
    const auto value = values.value(event, i);
    chunk += value ? value->json : "null";
  }
  chunk += "}\n";
}

std::span<const QueryParameter> query_parameters() { return kParameters; }

bool asks_to_reveal(std::string_view query) {
  const auto parameters = parse_parameters(query);
  return parameters && std::any_of(parameters->begin(), parameters->end(), [](const Parameter& parameter) {
           return parameter.name == "reveal" && parameter.value != "false";
         });
}

std::optional<QueryAnswer> answer_query(store::Store& store, query::MemoryBudget& memory, std::string_view path,
                                        std::string_view query, text::Timestamp now) {
  constexpr std::string_view kEvents = "/v1/events";
  try {
    if (path == kEvents || path == "/v1/count") {
      Arguments arguments{store, memory, query, now};
      return path == kEvents ? answer_events(store, arguments) : answer_count(store, memory, arguments);
    }
    if (!path.starts_with(kEvents) || path.substr(kEvents.size(), 1) != "/") return std::nullopt;
    const auto event_id = percent_decoded(path.substr(kEvents.size() + 1), false);
    return answer_event(store, memory, event_id.value_or(""), query);
  } catch (const query::OverBudget& error) {
    // What it held, in several charges, is given back by now: what is used still, others hold.
    if (!error.alone() && memory.used() > 0) {
      return query_error(kUnavailable, "queries hold all the memory that they may: try again later");
    }
    return query_error(kBadRequest, "the answer takes more than " + std::to_string(memory.limit() >> 20U) +
                                        " MiB of memory: ask for fewer fields, or narrow the filter");
  }
}

QueryAnswer query_error(int status, std::string_view message) {
  QueryAnswer answer;
  answer.status = status;
  text::JsonWriter{answer.body}.open('{').name("error").open('{').member("message", message).close('}').close('}');
  answer.body += "\n";
  return answer;
}

}  // namespace trailkeeper::serve
