#include "rules/requirements/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include "rules/iam/glob.h"
#include "rules/requirements/built_in.h"
#include "rules/requirements/known_actions.h"
#include "text/ascii.h"

namespace trailkeeper::rules::requirements {

using text::JsonNode;
using Kind = JsonNode::Kind;

namespace {

constexpr std::array<std::string_view, 5> kMembers{"prefixes", "requirements", "withoutResource", "resources",
                                                   "features"};
constexpr std::string_view kDomain = ".amazonaws.com";
constexpr std::string_view kQuery = "query:";
// No policy names it, but one that allows everything allows it.
constexpr std::string_view kAnyAction = "any:action";

// Some services log an API's version with the name: ListFunctions20150331, GetFunction20150331v2,
// CreateDistribution2020_05_31.
std::string_view without_version(std::string_view name) {
  constexpr std::size_t kDate = 8;
  constexpr std::size_t kLongDate = 10;
  std::string_view rest = name;
  if (rest.size() > 2 && rest[rest.size() - 2] == 'v' && text::is_digits(rest.substr(rest.size() - 1)))
    rest.remove_suffix(2);
  const auto ends_in = [&](std::size_t length) { return rest.substr(rest.size() - length); };
  if (rest.size() > kLongDate) {
    std::string date{ends_in(kLongDate)};
    if (date[4] == '_' && date[7] == '_') {
      date.erase(std::remove(date.begin(), date.end(), '_'), date.end());
      if (text::is_digits(date) && date.size() == kDate) return rest.substr(0, rest.size() - kLongDate);
    }
  }
  if (rest.size() > kDate && text::is_digits(ends_in(kDate)) && (ends_in(kDate).starts_with("20"))) {
    return rest.substr(0, rest.size() - kDate);
  }
  return name;
}

}  // namespace

// Reads one file into a catalogue; gives up at the first error.
class Catalogue::Reader {
 public:
  explicit Reader(bool built_in) : built_in_(built_in) {}

  text::Result<void> read(const JsonNode& root, Catalogue& into) {
    std::vector<Template> known = std::exchange(into.templates_, {});
    auto entries = std::exchange(into.entries_, {});
    for (const text::JsonMember& member : root.members) {
      const std::string path = text::pointer_to("", member.key);
      if (std::find(kMembers.begin(), kMembers.end(), member.key) == kMembers.end()) {
        return text::Problem{"\"" + member.key + "\" isn't known in a catalogue", path, member.offset};
      }
      if (member.key == "prefixes") {
        if (!expect(member.value, Kind::object, path)) return error_;
        for (const text::JsonMember& prefix : member.value.members) {
          if (!expect(prefix.value, Kind::string, text::pointer_to(path, prefix.key))) return error_;
          into.prefixes_[prefix.key] = {prefix.value.text, !built_in_};
        }
        continue;
      }
      if (!expect(member.value, Kind::array, path)) return error_;
      for (std::size_t i = 0; i < member.value.items.size(); ++i) {
        if (!read_item(member.key, member.value.items[i], text::pointer_to(path, i), into)) return error_;
      }
    }
    into.templates_.insert(into.templates_.end(), std::make_move_iterator(known.begin()),
                           std::make_move_iterator(known.end()));
    for (auto& [source, of_source] : entries) {
      std::vector<Entry>& all = into.entries_[source];
      all.insert(all.end(), std::make_move_iterator(of_source.begin()), std::make_move_iterator(of_source.end()));
    }
    return {};
  }

 private:
  bool refuse(std::string message, const std::string& path, std::size_t offset) {
    error_ = {std::move(message), path, offset};
    return false;
  }
  bool expect(const JsonNode& node, Kind kind, const std::string& path) {
    if (node.kind == kind) return true;
    return refuse(
        std::string{text::kind_name(kind)} + " is expected here, not " + std::string{text::kind_name(node.kind)}, path,
        node.offset);
  }

  bool read_item(std::string_view list, const JsonNode& node, const std::string& path, Catalogue& into) {
    if (list == "withoutResource") {
      if (!expect(node, Kind::string, path)) return false;
      auto pattern = iam::ActionPattern::parse(node.text);
      if (!pattern) return refuse(pattern.error(), path, node.offset);
      into.without_resource_.push_back(std::move(*pattern));
      return true;
    }
    if (!expect(node, Kind::object, path)) return false;
    if (list == "resources") return read_template(node, path, into);
    if (list == "features") return read_feature(node, path, into);
    return read_requirement(node, path, into);
  }

  // A string member; `needed` refuses an object without it.
  bool text(const JsonNode& node, const std::string& path, std::string_view key, std::string& out,
            bool needed = false) {
    const JsonNode* const found = node.find(key);
    if (found == nullptr) {
      return !needed || refuse("there is no \"" + std::string{key} + "\"", path, node.offset);
    }
    if (!expect(*found, Kind::string, text::pointer_to(path, key))) return false;
    out = found->text;
    return true;
  }

  bool known_members(const JsonNode& node, const std::string& path, std::initializer_list<std::string_view> known) {
    for (const text::JsonMember& member : node.members) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      return refuse("\"" + member.key + "\" isn't known here", text::pointer_to(path, member.key), member.offset);
    }
    return true;
  }

  bool read_requirement(const JsonNode& node, const std::string& path, Catalogue& into) {
    Entry entry;
    std::string source;
    Requirement& requirement = entry.requirement;
    if (!known_members(node, path,
                       {"source", "name", "when", "action", "and", "either", "some", "none", "unknown", "rule",
                        "administrator", "also"}) ||
        !text(node, path, "source", source, true) || !text(node, path, "name", entry.name, true) ||
        !action(node, path, requirement.action) || !text(node, path, "none", requirement.none) ||
        !text(node, path, "unknown", requirement.unknown) || !text(node, path, "rule", requirement.rule) ||
        !text(node, path, "administrator", requirement.administrator_rule) || !read_more(node, path, requirement) ||
        !read_also(node, path, requirement) || !read_clues(node, path, requirement)) {
      return false;
    }
    std::vector<Entry>& entries = into.entries_[source];
    requirement.several = node.find("some") != nullptr;
    const std::string_view list = requirement.several ? "some" : "either";
    if (node.find(list) == nullptr) {
      entries.push_back(std::move(entry));
      return true;
    }
    std::vector<std::string> either;
    if (!actions(node, path, list, either)) return false;
    if (either.empty()) return refuse("there is no action in the list", text::pointer_to(path, list), node.offset);
    for (std::size_t i = 0; i < either.size(); ++i) {
      requirement.action = either[i];
      requirement.unsure = i + 1 < either.size();
      entries.push_back(entry);
    }
    return true;
  }

  // One action; none if there is no such member.
  bool action(const JsonNode& node, const std::string& path, std::string& out) {
    if (!text(node, path, "action", out)) return false;
    if (out.empty()) return true;
    auto parsed = iam::Action::parse(out);
    return parsed || refuse(parsed.error(), text::pointer_to(path, "action"), node.offset);
  }

  bool actions(const JsonNode& node, const std::string& path, std::string_view key, std::vector<std::string>& out) {
    if (!texts(node, path, key, out)) return false;
    for (const std::string& one : out) {
      auto parsed = iam::Action::parse(one);
      if (!parsed) return refuse(parsed.error(), text::pointer_to(path, key), node.offset);
    }
    return true;
  }

  bool read_more(const JsonNode& node, const std::string& path, Requirement& requirement) {
    std::vector<std::string> more;
    if (node.find("and") != nullptr && !actions(node, path, "and", more)) return false;
    for (std::string& one : more) {
      auto parsed = iam::Action::parse(one);
      requirement.more.push_back({std::move(one), std::move(*parsed), false});
    }
    return true;
  }

  bool read_also(const JsonNode& node, const std::string& path, Requirement& requirement) {
    const JsonNode* const also = node.find("also");
    if (also == nullptr) return true;
    const std::string place = text::pointer_to(path, "also");
    if (!expect(*also, Kind::array, place)) return false;
    for (std::size_t i = 0; i < also->items.size(); ++i) {
      Requirement::Also& more = requirement.also.emplace_back();
      const std::string item = text::pointer_to(place, i);
      if (!expect(also->items[i], Kind::object, item) || !text(also->items[i], item, "action", more.action, true) ||
          !text(also->items[i], item, "rule", more.rule)) {
        return false;
      }
    }
    return true;
  }

  bool read_clues(const JsonNode& node, const std::string& path, Requirement& requirement) {
    const JsonNode* const when = node.find("when");
    if (when == nullptr) return true;
    const std::string place = text::pointer_to(path, "when");
    if (!expect(*when, Kind::object, place)) return false;
    for (const text::JsonMember& member : when->members) {
      Clue clue;
      clue.query = member.key.starts_with(kQuery);
      clue.path = clue.query ? member.key.substr(kQuery.size()) : member.key;
      if (!texts(*when, place, member.key, clue.patterns)) return false;
      requirement.when.push_back(std::move(clue));
    }
    return true;
  }

  bool read_template(const JsonNode& node, const std::string& path, Catalogue& into) {
    std::string action;
    std::string arn;
    if (!known_members(node, path, {"action", "arn", "unlisted"}) || !text(node, path, "action", action, true) ||
        !text(node, path, "arn", arn, true)) {
      return false;
    }
    auto pattern = iam::ActionPattern::parse(action);
    if (!pattern) return refuse(pattern.error(), text::pointer_to(path, "action"), node.offset);
    if (std::count(arn.begin(), arn.end(), '{') != std::count(arn.begin(), arn.end(), '}')) {
      return refuse("a \"{\" or \"}\" has no partner", text::pointer_to(path, "arn"), node.offset);
    }
    const JsonNode* const unlisted = node.find("unlisted");
    if (unlisted != nullptr && !expect(*unlisted, Kind::boolean, text::pointer_to(path, "unlisted"))) return false;
    into.templates_.push_back(
        {std::move(action), std::move(*pattern), std::move(arn), unlisted != nullptr && unlisted->boolean});
    return true;
  }

  bool texts(const JsonNode& node, const std::string& path, std::string_view key, std::vector<std::string>& out) {
    const JsonNode* const found = node.find(key);
    if (found == nullptr) return refuse("there is no \"" + std::string{key} + "\"", path, node.offset);
    const std::string place = text::pointer_to(path, key);
    if (found->kind == Kind::string) {
      out.push_back(found->text);
      return true;
    }
    if (!expect(*found, Kind::array, place)) return false;
    for (std::size_t i = 0; i < found->items.size(); ++i) {
      if (!expect(found->items[i], Kind::string, text::pointer_to(place, i))) return false;
      out.push_back(found->items[i].text);
    }
    return true;
  }

  bool read_feature(const JsonNode& node, const std::string& path, Catalogue& into) {
    Feature feature;
    if (!known_members(node, path, {"name", "rule", "grant", "actions", "warnWithout", "administrator"}) ||
        !text(node, path, "name", feature.name, true) || !text(node, path, "rule", feature.rule) ||
        !text(node, path, "warnWithout", feature.warn_without) || !texts(node, path, "grant", feature.grants) ||
        !texts(node, path, "actions", feature.actions)) {
      return false;
    }
    for (const std::string& action : feature.actions) {
      if (auto parsed = iam::Action::parse(action); !parsed) return refuse(parsed.error(), path, node.offset);
    }
    const JsonNode* const administrator = node.find("administrator");
    feature.administrator = administrator != nullptr && administrator->boolean;
    const auto same = std::find_if(into.features_.begin(), into.features_.end(),
                                   [&](const Feature& known) { return known.name == feature.name; });
    if (same == into.features_.end()) {
      into.features_.push_back(std::move(feature));
    } else {
      *same = std::move(feature);
    }
    return true;
  }

  bool built_in_;
  text::Problem error_;
};

Catalogue Catalogue::built_in() {
  Catalogue catalogue;
  for (const std::string_view json : {kActivateJson, kServicesJson}) {
    if (const auto added = catalogue.add(json, true); !added) throw std::logic_error(added.error().message);
  }
  return catalogue;
}

text::Result<void> Catalogue::add(std::string_view json) { return add(json, false); }

text::Result<void> Catalogue::add(std::string_view json, bool built_in) {
  const auto root = text::parse_json_object(json);
  if (!root) return root.error();
  Catalogue more = *this;
  if (auto read = Reader{built_in}.read(*root, more); !read) return read.error();
  more.fingerprint_ = fingerprint_ * 31 + iam::key_hash(json);
  *this = std::move(more);
  return {};
}

std::vector<Requirement> Catalogue::requirements(std::string_view source, std::string_view name) const {
  const std::string_view plain = without_version(name);
  std::vector<Requirement> all;
  if (const auto of_source = entries_.find(source); of_source != entries_.end()) {
    const Entry* best = nullptr;
    for (const Entry& entry : of_source->second) {
      const bool exact = entry.name == plain;
      if (!exact && !iam::glob_match(entry.name, plain)) continue;
      if (best == nullptr || exact || entry.name.size() > best->name.size()) best = &entry;
      if (exact) break;
    }
    for (const Entry& entry : of_source->second) {
      if (best == nullptr || entry.name != best->name) continue;
      all.push_back(entry.requirement);
      if (entry.requirement.when.empty() && !entry.requirement.unsure) break;
    }
  }
  if (all.empty() || !all.back().when.empty() || all.back().unsure) all.emplace_back();
  for (Requirement& requirement : all) complete(requirement, source, plain);
  return all;
}

// What follows from service and name, where the entry doesn't say it.
void Catalogue::complete(Requirement& requirement, std::string_view source, std::string_view name) const {
  if (!requirement.none.empty() || !requirement.unknown.empty()) return;
  if (requirement.action.empty()) {
    std::string_view service = source;
    if (service.ends_with(kDomain)) service.remove_suffix(kDomain.size());
    bool trusted = false;
    if (const auto renamed = prefixes_.find(service); renamed != prefixes_.end()) {
      service = renamed->second.service;
      trusted = renamed->second.trusted;
    }
    if (service.empty() || service.find('.') != std::string_view::npos || name.empty()) return;
    const std::string_view known = KnownActions::built_in().find(service, name);
    requirement.action = fmt::format("{}:{}", service, known.empty() ? name : known);
    if (known.empty() && !trusted) {
      auto own = iam::Action::parse(std::exchange(requirement.action, {}));
      if (!own) return;
      requirement.unknown = fmt::format("IAM's reference has no action {}:{}", service, name);
      requirement.parsed = std::move(*own);
      requirement.more.push_back({std::string{kAnyAction}, *iam::Action::parse(kAnyAction), false});
      return;
    }
  }
  if (auto action = iam::Action::parse(requirement.action)) {
    requirement.parsed = std::move(*action);
    requirement.without_resource = without_resource(*requirement.parsed);
    for (Requirement::More& more : requirement.more) more.without_resource = without_resource(more.parsed);
    requirement.extras = extras_with(*requirement.parsed);
  } else {
    requirement.action.clear();
  }
}

std::vector<const Requirement*> possible(const std::vector<Requirement>& requirements, const JsonNode* record) {
  std::vector<const Requirement*> found;
  for (const Requirement& requirement : requirements) {
    const Fits fits = requirement.when.empty() ? Fits::yes
                      : record == nullptr      ? Fits::unknown
                                               : fits_all(requirement.when, *record);
    if (fits == Fits::no) continue;
    found.push_back(&requirement);
    if (fits == Fits::yes && !requirement.unsure) break;
  }
  return found;
}

bool Catalogue::without_resource(const iam::Action& action) const {
  return std::any_of(without_resource_.begin(), without_resource_.end(),
                     [&](const iam::ActionPattern& pattern) { return pattern.match(action); });
}

Catalogue::ResourceTemplates Catalogue::resource_templates(const iam::Action& action) const {
  ResourceTemplates found;
  const Template* first = nullptr;
  for (const Template& candidate : templates_) {
    if (first == nullptr && candidate.pattern.match(action)) first = &candidate;
    if (first == nullptr || candidate.action != first->action) continue;
    (candidate.unlisted ? found.unlisted : found.first).push_back(candidate.arn);
  }
  return found;
}

bool is_catalogue(const JsonNode& document) {
  return std::any_of(kMembers.begin(), kMembers.end(),
                     [&](std::string_view key) { return document.find(key) != nullptr; });
}

}  // namespace trailkeeper::rules::requirements
