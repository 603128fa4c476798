#include "query/event_resources.h"

#include <simdjson.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "event/field.h"
#include "query/column_tests.h"
#include "query/json_path.h"
#include "query/path_tests.h"
#include "query/resource_types.h"
#include "query/shown_event.h"
#include "store/segments/segment_builder.h"

namespace trailkeeper::query {

namespace ondemand = simdjson::ondemand;

namespace {

constexpr std::string_view kTypePath = "resources[].type";

constexpr int kDeepest = 64;

// A string's text; empty for anything else.
std::string text_of(ondemand::value value) {
  const std::string_view token = value.raw_json_token();
  if (!token.starts_with('"')) return {};
  return display_text(token.substr(0, token.find_last_of('"') + 1));
}

/// Collects the resources of a record. On demand, since the DOM parser refuses numbers that CloudTrail may have.
class Collector {
 public:
  explicit Collector(std::size_t most) : most_(most) {}

  std::vector<EventResource> take(std::string_view json) {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object record;
    if (parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document) ||
        document.get_object().get(record)) {
      return {};
    }
    for_each_member(record, [&](std::string_view key, ondemand::value value) {
      if (key == "eventSource") source_ = text_of(value);
      if (key == "resources") add_listed(value);
      if (key == "requestParameters" || key == "responseElements") walk(key, value, false, 0);
    });
    for (const Candidate& candidate : candidates_) add_candidate(candidate);
    return std::move(found_);
  }

 private:
  struct Candidate {
    std::string key;
    std::string name;
    bool listed;
  };

  template <typename Visit>
  static void for_each_member(ondemand::object object, Visit visit) {
    for (auto member : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(member).get(field) || field.unescaped_key().get(key)) return;
      visit(key, field.value());
    }
  }

  void add(EventResource resource) {
    if (found_.size() == most_ || std::find(found_.begin(), found_.end(), resource) != found_.end()) return;
    found_.push_back(std::move(resource));
  }

  void add_listed(ondemand::value value) {
    ondemand::array resources;
    if (value.get_array().get(resources)) return;
    for (auto element : resources) {
      ondemand::object members;
      if (element.get_object().get(members)) continue;
      EventResource resource;
      std::string prefix;
      for_each_member(members, [&](std::string_view key, ondemand::value member) {
        if (key == "type") resource.type = text_of(member);
        if (key == "ARN") resource.name = text_of(member);
        if (key == "ARNPrefix") prefix = text_of(member);
      });
      if (resource.name.empty()) resource.name = prefix;
      if (!resource.name.empty() || !resource.type.empty()) add(std::move(resource));
    }
  }

  // The source may come behind the parameters: what may name a resource is looked at when it is known.
  void walk(std::string_view key, ondemand::value value, bool listed, int depth) {
    ondemand::json_type type{};
    if (depth > kDeepest || value.type().get(type)) return;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      if (value.get_object().get(object)) return;
      for_each_member(object, [&](std::string_view inner, ondemand::value member) {
        walk(std::string{inner}, member, false, depth + 1);
      });
    } else if (type == ondemand::json_type::array) {
      ondemand::array elements;
      if (value.get_array().get(elements)) return;
      for (auto element : elements) {
        ondemand::value inner;
        if (element.get(inner)) return;
        walk(key, inner, true, depth + 1);
      }
    } else if (type == ondemand::json_type::string && may_name_resource(key, listed) && candidates_.size() < most_) {
      candidates_.push_back({std::string{key}, text_of(value), listed});
    }
  }

  void add_candidate(const Candidate& candidate) {
    if (candidate.name.empty()) return;
    const std::string_view of_arn = resource_type_of_arn(candidate.name);
    if (names_arn(candidate.key, candidate.listed)) {
      add({std::string{of_arn}, candidate.name});
      return;
    }
    for (const ResourceMember& member : members_of_key(candidate.key, candidate.listed)) {
      if (!member.source.empty() && member.source != source_) continue;
      add({std::string{of_arn.empty() ? member.type : of_arn}, candidate.name});
      return;
    }
  }

  std::size_t most_;
  std::string source_;
  std::vector<Candidate> candidates_;
  std::vector<EventResource> found_;
};

/// The last key of a path below requestParameters or responseElements, and whether the value is an element of a list.
struct LastKey {
  std::string_view key;
  bool listed = false;
};

std::optional<LastKey> last_key(std::string_view path) {
  const bool below = path.starts_with("requestParameters.") || path.starts_with("responseElements.");
  if (!below) return std::nullopt;
  LastKey last;
  while (path.ends_with("[]")) {
    path.remove_suffix(2);
    last.listed = true;
  }
  last.key = path.substr(path.rfind('.') + 1);
  return last;
}

// The segment's paths whose values name resources, each with what they need of the event's source (empty: nothing), and
// the rows of the table that apply.
struct ResourcePath {
  std::string path;
  std::string_view source;
  std::string_view type;
};

std::vector<ResourcePath> resource_paths(const store::Segment& segment) {
  std::vector<ResourcePath> paths;
  for (std::uint32_t number = 0; number < segment.path_count(); ++number) {
    std::string path = segment.path_name(number);
    // The same path with values that are written otherwise: PathTest looks at them all.
    if (path.ends_with(store::kEscapedMark) || path.ends_with(store::kNumberMark)) path.pop_back();
    const auto last = last_key(path);
    if (!last) continue;
    if (names_arn(last->key, last->listed)) {
      paths.push_back({std::move(path), {}, {}});
      continue;
    }
    for (const ResourceMember& member : members_of_key(last->key, last->listed)) {
      paths.push_back({path, member.source, member.type});
    }
  }
  const auto place = [](const ResourcePath& path) { return std::tie(path.source, path.path); };
  std::sort(paths.begin(), paths.end(),
            [&](const ResourcePath& a, const ResourcePath& b) { return place(a) < place(b); });
  const auto same = [&](const ResourcePath& a, const ResourcePath& b) { return place(a) == place(b); };
  paths.erase(std::unique(paths.begin(), paths.end(), same), paths.end());
  return paths;
}

using Tests = std::vector<std::unique_ptr<EventTest>>;

// Adds, for each source that paths need, a test of these paths.
template <typename TestOf>
void add_path_tests(const store::Segment& segment, TestOf test_of, Tests& tests) {
  std::map<std::string_view, std::vector<PathAndTest>> by_source;
  const std::vector<ResourcePath> paths = resource_paths(segment);
  for (const ResourcePath& path : paths) by_source[path.source].push_back({path.path, test_of(path)});
  for (auto& [source, tested] : by_source) {
    auto test = test_paths(segment, tested);
    if (!source.empty()) {
      Tests both;
      const std::size_t column = *store::column_of(event::Field::event_source);
      both.push_back(test_column(
          segment, column, [wanted = source](std::string_view text) { return text == wanted; }, false));
      both.push_back(std::move(test));
      test = test_all(std::move(both));
    }
    tests.push_back(std::move(test));
  }
}

// Of the events that are kept whole.
constexpr std::size_t kMostOfWhole = 4096;
std::unique_ptr<EventTest> test_any_of_whole(const store::Segment& segment,
                                             std::function<bool(const EventResource&)> test) {
  return test_whole(segment, [test = std::move(test)](std::string_view json) {
    const std::vector<EventResource> resources = Collector{kMostOfWhole}.take(json);
    return std::any_of(resources.begin(), resources.end(), test);
  });
}

}  // namespace

std::vector<EventResource> event_resources(std::string_view json) { return Collector{kMostResources}.take(json); }

std::unique_ptr<EventTest> test_resource(const store::Segment& segment, const TextTest& test,
                                         const std::shared_ptr<const ShownEvents>& shown) {
  // Tests of a path outlive whoever asks for them: they keep what they need.
  TextTest name_or_end = [test, shown, scratch = std::string{}](std::string_view stored) mutable {
    const std::string_view name = shown == nullptr ? stored : shown->value(stored, scratch);
    const std::size_t cut = name.find_last_of(":/");
    return test(name) || (cut != std::string_view::npos && test(name.substr(cut + 1)));
  };
  Tests tests;
  tests.push_back(test_paths(segment, {{"resources[].ARN", name_or_end}, {"resources[].ARNPrefix", name_or_end}}));
  add_path_tests(
      segment, [&](const ResourcePath&) { return name_or_end; }, tests);
  tests.push_back(test_any_of_whole(
      segment, [name_or_end](const EventResource& one) { return !one.name.empty() && name_or_end(one.name); }));
  return test_any(std::move(tests));
}

std::unique_ptr<EventTest> test_resource_type(const store::Segment& segment, const TextTest& test,
                                              const std::shared_ptr<const ShownEvents>& shown) {
  const TextTest as_shown = [test, shown, scratch = std::string{}](std::string_view stored) mutable {
    return test(shown == nullptr ? stored : shown->field_text(kTypePath, stored, scratch));
  };
  Tests tests;
  tests.push_back(test_paths(segment, {{std::string{kTypePath}, as_shown}}));
  const auto test_of = [&](const ResourcePath& path) -> TextTest {
    return [test, type = path.type](std::string_view name) {
      const std::string_view of_arn = resource_type_of_arn(name);
      const std::string_view found = of_arn.empty() ? type : of_arn;
      return !name.empty() && !found.empty() && test(found);
    };
  };
  add_path_tests(segment, test_of, tests);
  tests.push_back(test_any_of_whole(
      segment, [as_shown](const EventResource& one) { return !one.type.empty() && as_shown(one.type); }));
  return test_any(std::move(tests));
}

}  // namespace trailkeeper::query
