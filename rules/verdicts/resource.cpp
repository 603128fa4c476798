#include "rules/verdicts/resource.h"

#include <algorithm>

#include "rules/iam/arn.h"
#include "rules/iam/glob.h"
#include "text/percent.h"

namespace trailkeeper::rules::verdicts {

using text::JsonNode;

namespace {

// An event that lists more isn't judged by them.
constexpr std::size_t kMostListed = 64;
constexpr std::string_view kUrl = "url:";
constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

constexpr std::string_view kEach = "[]";

// The string at `requestParameters.bucketName`; of `items[].id`, that of one of the array's items.
std::string_view text_by_path(const JsonNode& record, std::string_view path, std::size_t item = 0) {
  const JsonNode* at = &record;
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = path.find('.');
    std::string_view name = path.substr(0, dot);
    const bool each = name.ends_with(kEach);
    if (each) name.remove_suffix(kEach.size());
    at = at->find(name);
    if (each && at != nullptr) at = item < at->items.size() ? &at->items[item] : nullptr;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at != nullptr && at->kind == JsonNode::Kind::string ? std::string_view{at->text} : std::string_view{};
}

// How many items the array in a template's path has; 1 for a template without one.
std::size_t items_of(const JsonNode& record, std::string_view text) {
  const std::size_t each = text.find(kEach);
  if (each == std::string_view::npos) return 1;
  const JsonNode* at = &record;
  std::string_view path = text.substr(0, each);
  path.remove_prefix(path.rfind('{') + 1);
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at == nullptr ? 0 : at->items.size();
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
    if (field == "account") {
      return add_value(facts_.recipient_account.empty() ? facts_.account : facts_.recipient_account);
    }
    if (field == "caller") return facts_.identity_type == "IAMUser" && add_value(facts_.arn);
    if (field.starts_with(kUrl)) {
      const std::string decoded = path_of_url(text_by_path(record_, field.substr(kUrl.size())));
      return add_parameter(decoded, last);
    }
    return add_parameter(text_by_path(record_, field, item_), last);
  }

  bool add_parameter(std::string_view value, bool last) {
    // An alias in a key's place names some key.
    const bool misplaced = value.starts_with("alias/") && !out_.ends_with(':');
    if (!value.starts_with("arn:")) return !misplaced && (add_partial(value) || add_value(value));
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
  for (const std::string_view text : templates) forms.push_back(form_of(text));
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
    resources.push_back({std::move(arn), std::move(account), {}});
  };
  for (const std::string_view text : templates.first) {
    const std::size_t items = items_of(record, text);
    for (std::size_t i = 0; i < items && items <= kMostListed; ++i) take(filler.fill(text, i));
    if (!resources.empty() && resources.size() == items) return resources;
    resources.clear();
  }
  for (const std::string_view arn : listed(record, action, templates.first)) take(std::string{arn});
  if (!resources.empty()) return resources;
  for (const std::string_view text : templates.unlisted) take(filler.fill(text));
  return resources;
}

}  // namespace trailkeeper::rules::verdicts
