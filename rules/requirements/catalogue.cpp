#include "rules/requirements/catalogue.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include "rules/iam/glob.h"
#include "rules/iam/text.h"
#include "rules/requirements/built_in.h"

namespace trailkeeper::rules::requirements {

using iam::JsonNode;
using Kind = JsonNode::Kind;

namespace {

constexpr std::array<std::string_view, 5> kMembers{"prefixes", "requirements", "withoutResource", "resources",
                                                   "features"};
constexpr std::string_view kDomain = ".amazonaws.com";

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Some services log an API's version with the name: ListFunctions20150331, GetFunction20150331v2,
// CreateDistribution2020_05_31.
std::string_view without_version(std::string_view name) {
  constexpr std::size_t kDate = 8;
  constexpr std::size_t kLongDate = 10;
  std::string_view rest = name;
  if (rest.size() > 2 && rest[rest.size() - 2] == 'v' && is_digits(rest.substr(rest.size() - 1))) rest.remove_suffix(2);
  const auto ends_in = [&](std::size_t length) { return rest.substr(rest.size() - length); };
  if (rest.size() > kLongDate) {
    std::string date{ends_in(kLongDate)};
    if (date[4] == '_' && date[7] == '_') {
      date.erase(std::remove(date.begin(), date.end(), '_'), date.end());
      if (is_digits(date) && date.size() == kDate) return rest.substr(0, rest.size() - kLongDate);
    }
  }
  if (rest.size() > kDate && is_digits(ends_in(kDate)) && (ends_in(kDate).starts_with("20"))) {
    return rest.substr(0, rest.size() - kDate);
  }
  return name;
}

}  // namespace

// Reads one file into a catalogue; gives up at the first error.
class Catalogue::Reader {
 public:
  iam::Result<void> read(const JsonNode& root, Catalogue& into) {
    std::vector<Template> known = std::exchange(into.templates_, {});
    for (const iam::JsonMember& member : root.members) {
      const std::string path = iam::pointer_to("", member.key);
      if (std::find(kMembers.begin(), kMembers.end(), member.key) == kMembers.end()) {
        return iam::Error{"\"" + member.key + "\" isn't known in a catalogue", path, member.offset};
      }
      if (member.key == "prefixes") {
        if (!expect(member.value, Kind::object, path)) return error_;
        for (const iam::JsonMember& prefix : member.value.members) {
          if (!expect(prefix.value, Kind::string, iam::pointer_to(path, prefix.key))) return error_;
          into.prefixes_[prefix.key] = prefix.value.text;
        }
        continue;
      }
      if (!expect(member.value, Kind::array, path)) return error_;
      for (std::size_t i = 0; i < member.value.items.size(); ++i) {
        if (!read_item(member.key, member.value.items[i], iam::pointer_to(path, i), into)) return error_;
      }
    }
    into.templates_.insert(into.templates_.end(), std::make_move_iterator(known.begin()),
                           std::make_move_iterator(known.end()));
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
        std::string{iam::kind_name(kind)} + " is expected here, not " + std::string{iam::kind_name(node.kind)}, path,
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
    if (!expect(*found, Kind::string, iam::pointer_to(path, key))) return false;
    out = found->text;
    return true;
  }

  bool known_members(const JsonNode& node, const std::string& path, std::initializer_list<std::string_view> known) {
    for (const iam::JsonMember& member : node.members) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      return refuse("\"" + member.key + "\" isn't known here", iam::pointer_to(path, member.key), member.offset);
    }
    return true;
  }

  bool read_requirement(const JsonNode& node, const std::string& path, Catalogue& into) {
    Entry entry;
    std::string source;
    Requirement& requirement = entry.requirement;
    if (!known_members(node, path,
                       {"source", "name", "action", "and", "none", "unknown", "rule", "administrator", "also"}) ||
        !text(node, path, "source", source, true) || !text(node, path, "name", entry.name, true) ||
        !text(node, path, "action", requirement.action) || !text(node, path, "none", requirement.none) ||
        !text(node, path, "unknown", requirement.unknown) || !text(node, path, "rule", requirement.rule) ||
        !text(node, path, "administrator", requirement.administrator_rule)) {
      return false;
    }
    if (!requirement.action.empty()) {
      auto action = iam::Action::parse(requirement.action);
      if (!action) return refuse(action.error(), iam::pointer_to(path, "action"), node.offset);
    }
    if (node.find("and") != nullptr) {
      std::vector<std::string> actions;
      if (!texts(node, path, "and", actions)) return false;
      for (const std::string& more : actions) {
        auto action = iam::Action::parse(more);
        if (!action) return refuse(action.error(), iam::pointer_to(path, "and"), node.offset);
        requirement.more.push_back({more, std::move(*action), false});
      }
    }
    if (const JsonNode* const also = node.find("also")) {
      const std::string place = iam::pointer_to(path, "also");
      if (!expect(*also, Kind::array, place)) return false;
      for (std::size_t i = 0; i < also->items.size(); ++i) {
        Requirement::Also& more = requirement.also.emplace_back();
        const std::string item = iam::pointer_to(place, i);
        if (!expect(also->items[i], Kind::object, item) || !text(also->items[i], item, "action", more.action, true) ||
            !text(also->items[i], item, "rule", more.rule)) {
          return false;
        }
      }
    }
    std::vector<Entry>& entries = into.entries_[source];
    entries.insert(entries.begin(), std::move(entry));
    return true;
  }

  bool read_template(const JsonNode& node, const std::string& path, Catalogue& into) {
    std::string action;
    std::string arn;
    if (!known_members(node, path, {"action", "arn"}) || !text(node, path, "action", action, true) ||
        !text(node, path, "arn", arn, true)) {
      return false;
    }
    auto pattern = iam::ActionPattern::parse(action);
    if (!pattern) return refuse(pattern.error(), iam::pointer_to(path, "action"), node.offset);
    if (std::count(arn.begin(), arn.end(), '{') != std::count(arn.begin(), arn.end(), '}')) {
      return refuse("a \"{\" or \"}\" has no partner", iam::pointer_to(path, "arn"), node.offset);
    }
    into.templates_.push_back({std::move(action), std::move(*pattern), std::move(arn)});
    return true;
  }

  bool texts(const JsonNode& node, const std::string& path, std::string_view key, std::vector<std::string>& out) {
    const JsonNode* const found = node.find(key);
    if (found == nullptr) return refuse("there is no \"" + std::string{key} + "\"", path, node.offset);
    const std::string place = iam::pointer_to(path, key);
    if (found->kind == Kind::string) {
      out.push_back(found->text);
      return true;
    }
    if (!expect(*found, Kind::array, place)) return false;
    for (std::size_t i = 0; i < found->items.size(); ++i) {
      if (!expect(found->items[i], Kind::string, iam::pointer_to(place, i))) return false;
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

  iam::Error error_;
};

Catalogue Catalogue::built_in() {
  Catalogue catalogue;
  for (const std::string_view json : {kActivateJson, kServicesJson}) {
    if (const auto added = catalogue.add(json); !added) throw std::logic_error(added.error().message);
  }
  return catalogue;
}

iam::Result<void> Catalogue::add(std::string_view json) {
  const auto root = iam::parse_json_object(json);
  if (!root) return root.error();
  Catalogue more = *this;
  if (auto read = Reader{}.read(*root, more); !read) return read.error();
  more.fingerprint_ = fingerprint_ * 31 + iam::key_hash(json);
  *this = std::move(more);
  return {};
}

Requirement Catalogue::requirement(std::string_view source, std::string_view name) const {
  const std::string_view plain = without_version(name);
  const Entry* best = nullptr;
  if (const auto of_source = entries_.find(source); of_source != entries_.end()) {
    for (const Entry& entry : of_source->second) {
      const bool exact = entry.name == plain;
      if (!exact && !iam::glob_match(entry.name, plain)) continue;
      if (best == nullptr || exact || entry.name.size() > best->name.size()) best = &entry;
      if (exact) break;
    }
  }
  Requirement requirement;
  if (best != nullptr) requirement = best->requirement;
  if (!requirement.none.empty() || !requirement.unknown.empty()) return requirement;
  if (requirement.action.empty()) {
    std::string_view service = source;
    if (service.ends_with(kDomain)) service.remove_suffix(kDomain.size());
    if (const auto renamed = prefixes_.find(service); renamed != prefixes_.end()) service = renamed->second;
    if (service.empty() || service.find('.') != std::string_view::npos || plain.empty()) return requirement;
    requirement.action = std::string{service} + ":" + std::string{plain};
  }
  if (auto action = iam::Action::parse(requirement.action)) {
    requirement.parsed = std::move(*action);
    requirement.without_resource = without_resource(*requirement.parsed);
    for (Requirement::More& more : requirement.more) more.without_resource = without_resource(more.parsed);
  } else {
    requirement.action.clear();
  }
  return requirement;
}

bool Catalogue::without_resource(const iam::Action& action) const {
  return std::any_of(without_resource_.begin(), without_resource_.end(),
                     [&](const iam::ActionPattern& pattern) { return pattern.match(action); });
}

std::vector<std::string_view> Catalogue::resource_templates(const iam::Action& action) const {
  std::vector<std::string_view> found;
  const Template* first = nullptr;
  for (const Template& candidate : templates_) {
    if (first == nullptr && candidate.pattern.match(action)) first = &candidate;
    if (first != nullptr && candidate.action == first->action) found.push_back(candidate.arn);
  }
  return found;
}

bool is_catalogue(const JsonNode& document) {
  return std::any_of(kMembers.begin(), kMembers.end(),
                     [&](std::string_view key) { return document.find(key) != nullptr; });
}

}  // namespace trailkeeper::rules::requirements
