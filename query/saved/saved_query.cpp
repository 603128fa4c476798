#include "query/saved/saved_query.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "query/saved/built_in_queries.h"
#include "query/sql/sql_time.h"
#include "query/sql/token.h"
#include "text/ascii.h"
#include "text/time_argument.h"

namespace trailkeeper::query {
namespace {

constexpr std::string_view kSince = "since";
constexpr std::string_view kUntil = "until";

bool plain_name(std::string_view name, std::string_view more) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [more](char c) {
    return (text::lower(c) >= 'a' && text::lower(c) <= 'z') || text::is_digit(c) || more.find(c) != text::npos;
  });
}

// `least = 1 -- only those with this many`
std::optional<SavedParameter> parameter_of(std::string_view text) {
  const std::size_t equal = text.find('=');
  if (equal == text::npos) return std::nullopt;
  SavedParameter parameter;
  parameter.name = text::trimmed(text.substr(0, equal));
  std::string_view rest = text.substr(equal + 1);
  if (const std::size_t help = rest.find(" -- "); help != text::npos) {
    parameter.help = text::trimmed(rest.substr(help + 4));
    rest = rest.substr(0, help);
  }
  parameter.value = text::trimmed(rest);
  const bool common = parameter.name == kSince || parameter.name == kUntil;
  return plain_name(parameter.name, "_") && !common ? std::optional{parameter} : std::nullopt;
}

/// Takes the comments above a query, line by line.
class HeadReader {
 public:
  explicit HeadReader(SavedQuery& query) : query_(query) {}

  /// What is wrong with the line, if anything is.
  std::optional<std::string> take(std::string_view line) {
    constexpr std::size_t kDashes = 2;
    const bool goes_on = line.substr(kDashes).starts_with("   ");
    const std::string_view words = text::trimmed(line.substr(kDashes));
    if (goes_on && last_ != nullptr) {
      *last_ += " " + std::string{words};
      return std::nullopt;
    }
    last_ = nullptr;
    const std::size_t colon = words.find(':');
    const std::string_view word = words.substr(0, colon);
    const std::string_view value = colon == text::npos ? std::string_view{} : text::trimmed(words.substr(colon + 1));
    if (word == "Parameter") {
      auto parameter = parameter_of(value);
      if (!parameter) return "a parameter is written NAME = VALUE -- what it is; since and until are there anyway";
      query_.parameters.push_back(std::move(*parameter));
      return std::nullopt;
    }
    for (const auto& [name, member] : {std::pair{std::string_view{"Question"}, &query_.question},
                                       {"Why", &query_.why},
                                       {"Technique", &query_.technique},
                                       {"Control", &query_.control}}) {
      if (word != name) continue;
      *member = value;
      last_ = member;
    }
    return std::nullopt;
  }

 private:
  SavedQuery& query_;
  std::string* last_ = nullptr;
};

// How well a query fits a word: 0 not at all.
int fit(const SavedQuery& query, std::string_view word) {
  const auto has = [word](std::string_view text) { return text::lowered(text).find(word) != std::string::npos; };
  if (has(query.name)) return 3;
  if (has(query.question)) return 2;
  return has(query.why) || has(query.technique) || has(query.control) ? 1 : 0;
}

std::optional<text::Timestamp> edge_of(const store::Snapshot& snapshot, bool first) {
  std::optional<text::Timestamp> edge;
  for (const store::Segment& segment : snapshot.segments()) {
    if (segment.size() == 0) continue;
    const text::Timestamp time = first ? segment.header().min_time : segment.header().max_time + 1;
    if (!edge || (first ? time < *edge : time > *edge)) edge = time;
  }
  return edge;
}

}  // namespace

text::Result<SavedQuery> read_saved_query(std::string_view name, std::string_view text) {
  SavedQuery query;
  query.name = name;
  query.text = text;
  if (!plain_name(name, "-_")) return text::Problem{"a name has letters, digits and dashes only", "", 0};
  HeadReader head{query};
  std::size_t at = 0;
  while (text.substr(at).starts_with("--")) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const auto wrong = head.take(text.substr(at, end - at))) return text::Problem{*wrong, "", at};
    at = std::min(end + 1, text.size());
  }
  if (query.question.empty()) return text::Problem{"it has to begin with a line `-- Question: …`", "", 0};
  if (text::trimmed(text.substr(at)).empty()) return text::Problem{"there is no query", "", at};
  return query;
}

SavedQueries::SavedQueries(const std::string& folder) {
  for (const BuiltInQuery& one : built_in_queries()) {
    if (auto query = read_saved_query(one.name, one.text)) {
      queries_.insert_or_assign(query->name, std::move(*query));
    } else {
      problems_.push_back(std::string{one.name} + ": " + query.error().message);
    }
  }
  if (!folder.empty()) read_folder(folder);
}

void SavedQueries::read_folder(const std::string& folder) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator{folder, failed}) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".sql") continue;
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(path, unknown);
    if (unknown || size > sql::kLongestSql) {
      problems_.push_back(path.string() + ": " + (unknown ? unknown.message() : "it is too long for a query"));
      continue;
    }
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto query = read_saved_query(path.stem().string(), text);
    if (!query) {
      problems_.push_back(path.string() + ": " + sql::place_in_text(text, query.error().offset) + ": " +
                          query.error().message);
      continue;
    }
    query->file = path.string();
    queries_.insert_or_assign(query->name, std::move(*query));
  }
  if (failed) problems_.push_back(folder + ": " + failed.message());
}

const SavedQuery* SavedQueries::find(std::string_view name) const {
  const auto found = queries_.find(name);
  return found == queries_.end() ? nullptr : &found->second;
}

std::vector<const SavedQuery*> SavedQueries::search(std::string_view phrase) const {
  const std::string words = text::lowered(phrase);
  std::vector<std::pair<int, const SavedQuery*>> fitting;
  for (const auto& [name, query] : queries_) {
    int sum = 1;
    for (std::size_t at = 0; at < words.size() && sum > 0;) {
      const std::size_t end = std::min(words.find(' ', at), words.size());
      const std::string_view word = std::string_view{words}.substr(at, end - at);
      const int one = word.empty() ? 0 : fit(query, word);
      sum = !word.empty() && one == 0 ? 0 : sum + one;
      at = end + 1;
    }
    if (sum > 0) fitting.emplace_back(sum, &query);
  }
  std::stable_sort(fitting.begin(), fitting.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const SavedQuery*> found;
  for (const auto& [sum, query] : fitting) found.push_back(query);
  return found;
}

text::Result<sql::SqlRequest> saved_request(const SavedQuery& query, const std::map<std::string, std::string>& given,
                                            const store::Snapshot& snapshot, text::Timestamp now) {
  sql::SqlRequest request;
  request.text = query.text;
  std::string names = "since, until";
  for (const SavedParameter& parameter : query.parameters) {
    request.parameters[parameter.name] = parameter.value;
    names += ", " + parameter.name;
  }
  request.parameters[std::string{kSince}] = sql::timestamp_text(edge_of(snapshot, true).value_or(0));
  request.parameters[std::string{kUntil}] = sql::timestamp_text(edge_of(snapshot, false).value_or(now));
  for (const auto& [name, value] : given) {
    if (!request.parameters.contains(name)) {
      return text::Problem{query.name + " has no parameter '" + name + "'; it takes " + names, "", text::npos};
    }
    request.parameters[name] = value;
    if (name != kSince && name != kUntil) continue;
    const auto time = text::parse_time_argument(value, now);
    if (!time) {
      return text::Problem{
          name + ": '" + value + "' is not a time; give 2024-05-01, 2024-05-01T10:00:00Z, or an age such as 15m, 7d",
          "", text::npos};
    }
    request.parameters[name] = sql::timestamp_text(*time);
  }
  return request;
}

}  // namespace trailkeeper::query
