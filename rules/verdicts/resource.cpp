#include "rules/verdicts/resource.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/iam/arn.h"
#include "rules/iam/glob.h"
#include "text/ascii.h"
#include "text/percent.h"

namespace trailkeeper::rules::verdicts {

using text::JsonNode;

namespace {

// An event that lists more isn't judged by them.
constexpr std::size_t kMostListed = 64;
constexpr std::string_view kUrl = "url:";
// At a template's end: as many characters that AWS chose, as behind a secret's name.
constexpr std::string_view kRandom = "??????";
constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

// In a path: each item of an array, as in `items[].id`; each member of an object, as in `transactItems[].*.tableName`.
constexpr std::string_view kEach = "[]";
constexpr std::string_view kAny = "*";

// What lies at a path, in its order; null where an item or member lacks it. More than kMostListed aren't looked at.
std::vector<const JsonNode*> nodes_at(const JsonNode& record, std::string_view path) {
  std::vector<const JsonNode*> found{&record};
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    std::string_view name = path.substr(0, dot);
    const bool each = name.ends_with(kEach);
    if (each) name.remove_suffix(kEach.size());
    std::vector<const JsonNode*> below;
    for (const JsonNode* const node : found) {
      const JsonNode* const at = node == nullptr || name == kAny ? node : node->find(name);
      if (at == nullptr || (!each && name != kAny)) {
        below.push_back(at);
      } else if (each) {
        for (const JsonNode& item : at->items) below.push_back(&item);
      } else {
        for (const text::JsonMember& member : at->members) {
          if (member.value.kind != JsonNode::Kind::null) below.push_back(&member.value);
        }
      }
      if (below.size() > kMostListed) break;
    }
    found = std::move(below);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return found;
}

// A field's path and what of the value there is meant.
struct Field {
  enum class Takes : unsigned char { all, url, part, rest, last, name, keys, owner, node };
  Takes takes = Takes::all;
  std::string_view path;
  std::string_view except;  // This value counts as none.
};

Field field_of(std::string_view text) {
  std::string_view except;
  if (const std::size_t mark = text.find('!'); mark != std::string_view::npos) {
    except = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  constexpr std::array<std::pair<std::string_view, Field::Takes>, 8> kTakes{{{kUrl, Field::Takes::url},
                                                                             {"part:", Field::Takes::part},
                                                                             {"rest:", Field::Takes::rest},
                                                                             {"last:", Field::Takes::last},
                                                                             {"name:", Field::Takes::name},
                                                                             {"keys:", Field::Takes::keys},
                                                                             {"owner:", Field::Takes::owner},
                                                                             {"node:", Field::Takes::node}}};
  for (const auto& [beginning, takes] : kTakes) {
    if (text.starts_with(beginning)) return {takes, text.substr(beginning.size()), except};
  }
  return {Field::Takes::all, text, except};
}

// The texts at a field's path; empty ones where there is none.
std::vector<std::string_view> values_at(const JsonNode& record, const Field& field) {
  std::vector<std::string_view> values;
  for (const JsonNode* const node : nodes_at(record, field.path)) {
    if (field.takes != Field::Takes::keys) {
      const bool text = node != nullptr && node->kind == JsonNode::Kind::string;
      values.push_back(text ? std::string_view{node->text} : std::string_view{});
    } else if (node != nullptr) {
      for (const text::JsonMember& member : node->members) values.emplace_back(member.key);
    }
  }
  return values;
}

std::string_view text_by_path(const JsonNode& record, std::string_view path) {
  return values_at(record, {Field::Takes::all, path, {}}).front();
}

// How many resources a template makes of an event: 1 but where one of its fields names several values.
std::size_t items_of(const JsonNode& record, std::string_view text) {
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const Field field = field_of(text.substr(open + 1, text.find('}', open) - open - 1));
    const bool several = field.takes == Field::Takes::keys || field.path.find(kEach) != std::string_view::npos ||
                         field.path.find(kAny) != std::string_view::npos;
    if (several) return values_at(record, field).size();
  }
  return 1;
}

// Whether a document of Systems Manager with this name is AWS's own: nobody else's may begin so (CreateDocument,
// "Name").
bool is_document_of_aws(std::string_view name) {
  const std::string small = text::lowered(name.substr(0, std::string_view{"amazon"}.size()));
  return small.starts_with("aws") || small.starts_with("amazon") || small.starts_with("amzn");
}

// Of `/bucket/a%20key?versionId=1`: `bucket/a key`.
std::string path_of_url(std::string_view url) {
  url = url.substr(0, url.find('?'));
  if (url.starts_with('/')) url.remove_prefix(1);
  return text::percent_decoded(url);
}

/// Fills a template's {fields} from an event.
class Filler {
 public:
  Filler(const EventFacts& facts, const JsonNode& record) : facts_(facts), record_(record) {}

  // An ARN, or nothing if a field isn't there.
  std::string fill(std::string_view text, std::size_t item = 0) {
    out_.clear();
    item_ = item;
    while (!text.empty()) {
      const std::size_t open = text.find('{');
      out_ += text.substr(0, open);
      if (open == std::string_view::npos) break;
      const std::size_t close = text.find('}', open);
      if (close == std::string_view::npos || !add(text.substr(open + 1, close - open - 1), close + 1 == text.size())) {
        return {};
      }
      text = text.substr(close + 1);
    }
    return out_.size() <= kMostOfText && is_possible() ? std::move(out_) : std::string{};
  }

 private:
  // An ARN; of a Lambda function with one qualifier at most, as its name may have brought one.
  [[nodiscard]] bool is_possible() const {
    constexpr std::ptrdiff_t kMostColons = 2;
    const auto arn = iam::Arn::parse(out_);
    return arn && !(arn->service == "lambda" && arn->resource.starts_with("function:") &&
                    std::count(arn->resource.begin(), arn->resource.end(), ':') > kMostColons);
  }

  bool add(std::string_view field, bool last) {
    if (field == "partition") {
      const auto caller = iam::Arn::parse(facts_.arn);
      out_ += caller ? caller->partition : std::string_view{"aws"};
      return true;
    }
    if (field == "region") return add_value(facts_.region);
    if (field == "account") return add_value(account());
    if (field == "caller") return facts_.identity_type == "IAMUser" && add_value(facts_.arn);
    const Field of = field_of(field);
    const std::vector<std::string_view> values = values_at(record_, of);
    if (values.empty()) return false;
    const std::string_view value = values.size() == 1 ? values.front() : values[item_];
    return !value.empty() && value != of.except && add_part(of.takes, value, last);
  }

  [[nodiscard]] std::string_view account() const {
    return facts_.recipient_account.empty() ? facts_.account : facts_.recipient_account;
  }

  // What Systems Manager reaches, by the kind of its ID.
  bool add_node(std::string_view id) {
    const bool instance = id.starts_with("i-");
    if ((!instance && !id.starts_with("mi-")) || facts_.region.empty() || account().empty()) return false;
    out_ += instance ? "ec2:" : "ssm:";
    out_.append(facts_.region).append(":").append(account());
    out_ += instance ? ":instance/" : ":managed-instance/";
    return add_value(id);
  }

  bool add_part(Field::Takes takes, std::string_view value, bool last) {
    switch (takes) {
      case Field::Takes::url: return add_parameter(path_of_url(value), last);
      case Field::Takes::part:
      case Field::Takes::rest: {
        // Of `https://sqs.eu-west-1.amazonaws.com/111122223333/name`: the account, or the name.
        const std::size_t host = value.find("://");
        const std::size_t path = host == std::string_view::npos ? host : value.find('/', host + 3);
        const std::size_t slash = path == std::string_view::npos ? path : value.find('/', path + 1);
        if (slash == std::string_view::npos) return false;
        return add_value(takes == Field::Takes::part ? value.substr(path + 1, slash - path - 1)
                                                     : value.substr(slash + 1));
      }
      case Field::Takes::owner: return is_document_of_aws(value) || add_value(account());
      case Field::Takes::node: return add_node(value);
      case Field::Takes::last: return add_value(value.substr(value.rfind('/') + 1));
      case Field::Takes::name:
        // A parameter's name begins with a slash, and ends with a version or label.
        if (value.starts_with("arn:")) return add_parameter(value, last);
        return add_value(value.substr(0, value.find(':')).substr(value.starts_with('/') ? 1 : 0));
      default: return add_parameter(value, last);
    }
  }

  bool add_parameter(std::string_view value, bool last) {
    // An alias in a key's place names some key.
    const bool alias = value.starts_with("alias/") || value.find(":alias/") != std::string_view::npos;
    if (alias && out_.ends_with(":key/")) return false;
    if (!value.starts_with("arn:")) return add_partial(value) || add_value(value);
    // Many parameters take a name or a whole ARN. In S3's templates something else follows a bucket's name than an
    // access point's ARN.
    if (!last && out_.ends_with(":::")) return false;
    out_ = value;
    return true;
  }

  // Of an ARN that begins with its account, as Lambda takes them, only what the template lacks: behind
  // `…:111122223333:function:`, `444455556666:function:f` is f of that account.
  bool add_partial(std::string_view value) {
    constexpr std::size_t kColonsBeforeAccount = 4;
    constexpr std::size_t kAccountDigits = 12;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < kColonsBeforeAccount && begin != std::string::npos; ++i) {
      const std::size_t colon = out_.find(':', begin);
      begin = colon == std::string::npos ? colon : colon + 1;
    }
    if (begin == std::string::npos || !iam::is_account_id(value.substr(0, kAccountDigits))) return false;
    const std::size_t end = out_.find(':', begin);
    if (end == std::string::npos) return false;
    const std::string_view kind = std::string_view{out_}.substr(end);
    if (kind.size() < 3 || !value.substr(kAccountDigits).starts_with(kind)) return false;
    out_.replace(begin, std::string::npos, value);
    return true;
  }

  bool add_value(std::string_view value) {
    out_ += value;
    return !value.empty() && value != kHidden;
  }

  const EventFacts& facts_;
  const JsonNode& record_;
  std::string out_;
  std::size_t item_ = 0;
};

// What ARNs of a template look like, as a glob.
std::string form_of(std::string_view text) {
  std::string form;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    form += text.substr(0, open);
    if (open == std::string_view::npos) break;
    // What a URL names lies in something: an object in its bucket.
    form += text.substr(open + 1).starts_with(kUrl) ? "*/*" : "*";
    text = text.substr(text.find('}', open) + 1);
  }
  return form;
}

// The ARN's, else `resources[].accountId` of the resource, or of the bucket that it is in; of nothing that is AWS's
// own.
std::string account_of(std::string_view arn, const JsonNode& record) {
  if (const auto parsed = iam::Arn::parse(arn); !parsed->account.empty()) return std::string{parsed->owner()};
  const JsonNode* const resources = record.find("resources");
  if (resources == nullptr) return {};
  for (const JsonNode& resource : resources->items) {
    const std::string_view listed = text_by_path(resource, "ARN");
    const bool same = arn == listed || (arn.starts_with(listed) && arn[listed.size()] == '/');
    const std::string_view account = text_by_path(resource, "accountId");
    if (!listed.empty() && same && iam::is_account_id(account)) return std::string{account};
  }
  return {};
}

bool inside(std::string_view arn, std::string_view other) {
  return arn.size() > other.size() && arn.starts_with(other) && (arn[other.size()] == '/' || arn[other.size()] == ':');
}

// The event's `resources` that an action of this kind can be about; not what they lie in, as an object's bucket.
std::vector<std::string_view> listed(const JsonNode& record, const iam::Action& action,
                                     const std::vector<std::string_view>& templates) {
  std::vector<std::string> forms;
  for (std::string_view all : templates) {
    while (!all.empty()) forms.push_back(form_of(text::take_before(all, ' ')));
  }
  std::vector<std::string_view> found;
  const JsonNode* const resources = record.find("resources");
  if (resources == nullptr) return found;
  for (const JsonNode& resource : resources->items) {
    const std::string_view arn = text_by_path(resource, "ARN");
    if (arn.size() > kMostOfText) return {};
    const auto parsed = iam::Arn::parse(arn);
    const bool of_service =
        parsed && (parsed->service == action.service() || (action.service() == "sts" && parsed->service == "iam"));
    const bool fits = forms.empty() || std::any_of(forms.begin(), forms.end(),
                                                   [&](const std::string& form) { return iam::glob_match(form, arn); });
    if (!of_service || !fits || std::find(found.begin(), found.end(), arn) != found.end()) continue;
    if (found.size() == kMostListed) return {};
    found.push_back(arn);
  }
  const std::vector<std::string_view> all = found;
  std::erase_if(found, [&](std::string_view arn) {
    return std::any_of(all.begin(), all.end(), [&](std::string_view other) { return inside(other, arn); });
  });
  return found;
}

}  // namespace

std::vector<Resource> resources_of(const EventFacts& facts, const JsonNode& record, const iam::Action& action,
                                   const requirements::Catalogue& catalogue) {
  const requirements::Catalogue::ResourceTemplates templates = catalogue.resource_templates(action);
  Filler filler{facts, record};
  std::vector<Resource> resources;
  const auto take = [&](std::string arn) {
    if (arn.empty()) return;
    std::string account = account_of(arn, record);
    if (!arn.ends_with(kRandom)) {
      resources.push_back({std::move(arn), std::move(account), {}});
    } else {
      arn.resize(arn.size() - kRandom.size());
      resources.push_back({{}, std::move(account), std::move(arn), kRandom.size()});
    }
  };
  for (std::string_view all : templates.first) {
    // Each of several, with a blank between them, had to be allowed.
    std::size_t wanted = 0;
    while (!all.empty()) {
      const std::string_view text = text::take_before(all, ' ');
      const std::size_t items = items_of(record, text);
      wanted += items;
      for (std::size_t i = 0; i < items && items <= kMostListed; ++i) take(filler.fill(text, i));
    }
    if (!resources.empty() && resources.size() == wanted) return resources;
    resources.clear();
  }
  for (const std::string_view arn : listed(record, action, templates.first)) take(std::string{arn});
  if (!resources.empty()) return resources;
  for (const std::string_view text : templates.unlisted) take(filler.fill(text));
  return resources;
}

}  // namespace trailkeeper::rules::verdicts
