#include "query/segment_filter.h"

#include <algorithm>
#include <optional>

#include "event/canonical_name.h"
#include "query/column_tests.h"
#include "query/event_names.h"
#include "query/event_resources.h"
#include "query/field_catalogue.h"
#include "query/ip_range.h"
#include "query/leaves/condition_tests.h"
#include "query/leaves/text_search.h"
#include "query/path_tests.h"
#include "query/shown_event.h"
#include "query/verdicts/verdict_filter.h"
#include "store/read_limit.h"
#include "store/segments/block_postings.h"
#include "store/segments/segment_format.h"

namespace trailkeeper::query {

using event::Field;

namespace {

using Tests = std::vector<std::unique_ptr<EventTest>>;

std::size_t column(Field field) { return *store::column_of(field); }

/// Compiles one FieldFilter.
class Compiler {
 public:
  /// `lazily`: few of the segment's events will be looked at.
  Compiler(const store::Segment& segment, const FieldFilter& filter, const Filter& whole, bool lazily)
      : segment_(segment),
        filter_(filter),
        verdicts_(whole.verdicts.get()),
        shown_(whole.shown),
        names_(whole.names),
        lazily_(lazily),
        matches_([&filter, calls = 0U](std::string_view text) mutable {
          // A dictionary of a million strings and a thousand globs are one test.
          constexpr unsigned kSome = 64;
          if (++calls % kSome == 0) store::check_read_limit();
          return matches_any(filter.any_of, text);
        }) {}

  std::unique_ptr<EventTest> compile() {
    switch (filter_.field) {
      case FilterField::event_id: return event_id();
      case FilterField::name: return name();
      case FilterField::user: return user();
      case FilterField::principal: return principal();
      case FilterField::ip: return ip();
      case FilterField::error: return error();
      case FilterField::resource: return test_resource(segment_, matches_, shown_);
      case FilterField::category: return category();
      case FilterField::request_id: return test_path(segment_, event::field_path(Field::request_id), shown_text_test());
      case FilterField::resource_type: return test_resource_type(segment_, matches_, shown_);
      case FilterField::shown_user: return shown_user();
      case FilterField::verdict: return test_verdict(segment_, filter_, verdicts_);
      case FilterField::role: return any_column({Field::issuer_arn, Field::issuer_user_name});
      case FilterField::where: return test_conditions(segment_, filter_.conditions, filter_.negated, shown_, lazily_);
      case FilterField::text: return test_text(segment_, filter_.texts, shown_);
      default: return as_field();
    }
  }

 private:
  [[nodiscard]] std::unique_ptr<EventTest> of_column(Field field) const {
    return column_test(field, matches_, false, lazily_);
  }

  // What the field of the filter's name shows: the first of its columns, or what it makes of its only one.
  [[nodiscard]] std::unique_ptr<EventTest> as_field() const {
    const DerivedField& field = *derived_field(filter_name(filter_.field));
    const Field first = store::kColumnFields.at(field.columns.front());
    if (field.first_value && field.columns.size() == 1) return of_column(first);
    if (field.first_value) return test_first_column(segment_, field.columns, shown_text_test());
    return column_test(
        first,
        [this, &field](std::string_view text) {
          const std::optional<std::string_view> value{text};
          const auto made = field.text({&value, 1});
          return made && matches_(*made);
        },
        false);
  }

  // Nobody finds out by asking what isn't shown to them: columns are compared as they are shown.
  [[nodiscard]] std::unique_ptr<EventTest> column_test(Field field, const TextTest& test, bool absent,
                                                       bool lazily = false) const {
    if (shown_ == nullptr || wording_of(column(field)) == rules::credits::Wording::fixed) {
      return test_column(segment_, column(field), test, absent, lazily);
    }
    return test_column(
        segment_, column(field),
        [test, shown = shown_, number = column(field), scratch = std::string{}](std::string_view text) mutable {
          return test(shown->column_text(number, text, scratch));
        },
        absent, lazily);
  }

  [[nodiscard]] std::unique_ptr<EventTest> any_column(std::initializer_list<Field> fields) const {
    Tests tests;
    for (const Field field : fields) tests.push_back(of_column(field));
    return test_any(std::move(tests));
  }

  // Who signs in to IAM Identity Center has a user ID only, which is the user's name, too.
  [[nodiscard]] std::unique_ptr<EventTest> principal() const {
    Tests user;
    user.push_back(test_column(
        segment_, column(Field::identity_type), [](std::string_view type) { return type == "IdentityCenterUser"; },
        false));
    user.push_back(of_column(Field::user_name));
    Tests tests;
    tests.push_back(any_column({Field::arn, Field::principal_id, Field::issuer_arn, Field::invoked_by}));
    tests.push_back(test_all(std::move(user)));
    return test_any(std::move(tests));
  }

  // Plain IDs go through the key index; globs are tried on every event.
  [[nodiscard]] std::unique_ptr<EventTest> event_id() const {
    Tests tests;
    std::vector<std::uint32_t> numbers;
    bool glob = false;
    for (const Pattern& pattern : filter_.any_of) {
      glob = glob || !pattern.is_plain();
      if (!pattern.is_plain()) continue;
      const auto found = names_ == nullptr ? find_by_event_id(segment_, pattern.plain_text())
                                           : names_->find(segment_, pattern.plain_text());
      numbers.insert(numbers.end(), found.begin(), found.end());
    }
    tests.push_back(test_numbers(std::move(numbers)));
    if (glob) tests.push_back(test_path(segment_, event::field_path(Field::event_id), matches_));
    return test_any(std::move(tests));
  }

  // As logged, or, for the services that have aliases, in the other spelling (R3).
  [[nodiscard]] std::unique_ptr<EventTest> name() const {
    Tests tests;
    tests.push_back(of_column(Field::event_name));
    for (const event::NameAlias& alias : event::name_aliases()) {
      const bool wanted = matches_(alias.canonical) || matches_(alias.logged);
      if (!wanted) continue;
      Tests both;
      both.push_back(test_column(
          segment_, column(Field::event_source), [&](std::string_view text) { return text == alias.source; }, false));
      both.push_back(test_column(
          segment_, column(Field::event_name),
          [&](std::string_view text) { return text == alias.logged || text == alias.canonical; }, false));
      tests.push_back(test_all(std::move(both)));
    }
    return test_any(std::move(tests));
  }

  // A user's name, an assumed role's name, a session's name, `root`, or the service that acted by itself.
  [[nodiscard]] std::unique_ptr<EventTest> user() const {
    Tests tests;
    tests.push_back(of_column(Field::user_name));
    tests.push_back(of_column(Field::issuer_user_name));
    tests.push_back(column_test(
        Field::arn,
        [this](std::string_view arn) {
          const auto session = session_name(arn);
          return session && matches_(*session);
        },
        false));
    Tests service;
    service.push_back(test_column(
        segment_, column(Field::identity_type), [](std::string_view type) { return type == "AWSService"; }, false));
    service.push_back(of_column(Field::invoked_by));
    tests.push_back(test_all(std::move(service)));
    if (matches_("root")) {
      tests.push_back(test_column(
          segment_, column(Field::identity_type), [](std::string_view type) { return type == "Root"; }, false));
    }
    return test_any(std::move(tests));
  }

  // As the derived field `user` chooses one name: `root`, else the first that there is.
  [[nodiscard]] std::unique_ptr<EventTest> shown_user() const {
    const auto empty = [](std::string_view text) { return text.empty(); };
    const auto no_session = [](std::string_view arn) { return !session_name(arn); };
    const auto is_root = [](std::string_view type) { return type == "Root"; };
    const auto add = [this](Tests& tests, Field field, const TextTest& test, bool absent) {
      tests.push_back(column_test(field, test, absent));
    };
    const TextTest wanted = [this](std::string_view text) { return !text.empty() && matches_(text); };
    Tests any;
    add(any, Field::user_name, wanted, false);
    Tests session;
    add(
        session, Field::arn,
        [this](std::string_view arn) {
          const auto name = session_name(arn);
          return name && matches_(*name);
        },
        false);
    add(session, Field::user_name, empty, true);
    any.push_back(test_all(std::move(session)));
    const auto nameless = [&] {
      Tests tests;
      add(tests, Field::user_name, empty, true);
      add(tests, Field::arn, no_session, true);
      return tests;
    };
    Tests issuer = nameless();
    add(issuer, Field::issuer_user_name, wanted, false);
    any.push_back(test_all(std::move(issuer)));
    Tests service = nameless();
    add(service, Field::issuer_user_name, empty, true);
    add(service, Field::invoked_by, wanted, false);
    any.push_back(test_all(std::move(service)));
    Tests others;
    add(
        others, Field::identity_type, [&](std::string_view type) { return !is_root(type); }, true);
    others.push_back(test_any(std::move(any)));
    Tests all;
    all.push_back(test_all(std::move(others)));
    if (matches_("root")) add(all, Field::identity_type, is_root, false);
    return test_any(std::move(all));
  }

  [[nodiscard]] TextTest shown_text_test() const {
    if (shown_ == nullptr) return matches_;
    return [test = matches_, shown = shown_, scratch = std::string{}](std::string_view text) mutable {
      return test(shown->value(text, scratch));
    };
  }

  // An empty text asks for events from before eventVersion 1.07, which have no category, too.
  [[nodiscard]] std::unique_ptr<EventTest> category() const {
    const bool absent = std::find(filter_.texts.begin(), filter_.texts.end(), "") != filter_.texts.end();
    return column_test(Field::event_category, matches_, absent, lazily_ && !absent);
  }

  [[nodiscard]] std::unique_ptr<EventTest> ip() const {
    std::vector<IpRange> ranges;
    for (const std::string& text : filter_.texts) {
      if (const auto range = IpRange::parse(text)) ranges.push_back(*range);
    }
    return test_column(
        segment_, column(Field::source_ip_address),
        [&](std::string_view text) {
          return matches_(text) ||
                 std::any_of(ranges.begin(), ranges.end(), [&](const IpRange& range) { return range.contains(text); });
        },
        false);
  }

  [[nodiscard]] std::unique_ptr<EventTest> error() const {
    const auto asks_for = [&](std::string_view word) {
      return std::find(filter_.texts.begin(), filter_.texts.end(), word) != filter_.texts.end();
    };
    const bool any = asks_for("any");
    const bool none = asks_for("none");
    return test_column(
        segment_, column(Field::error_code),
        [&](std::string_view text) { return text.empty() ? none : any || matches_(text); }, none);
  }

  const store::Segment& segment_;
  const FieldFilter& filter_;
  VerdictIndex* verdicts_;
  std::shared_ptr<const ShownEvents> shown_;
  std::shared_ptr<const EventNames> names_;
  bool lazily_;
  TextTest matches_;
};

}  // namespace

SegmentFilter::SegmentFilter(const store::Segment& segment, const Filter& filter, IndexRange range)
    : segment_(segment), first_(range.first), end_(range.end) {
  if (filter.since) first_ = std::max(first_, segment.first_at(*filter.since));
  if (filter.until) end_ = std::min(end_, segment.first_at(*filter.until));
  if (first_ >= end_) return;
  add_tests(filter);
  if (std::any_of(tests_.begin(), tests_.end(), [](const auto& test) { return !test->possible(); })) return;
  choose_blocks();
}

void SegmentFilter::add_tests(const Filter& filter) {
  // A day of a segment of months: most of a dictionary's strings don't occur in it.
  constexpr std::uint32_t kSmallPart = 4;
  const bool lazily = (end_ - first_) < segment_.size() / kSmallPart;
  for (const FieldFilter& field : filter.fields) {
    store::check_read_limit();
    auto test = Compiler{segment_, field, filter, lazily}.compile();
    // What no event can match every event passes by not matching it.
    if (field.negated && !test->possible()) continue;
    tests_.push_back(field.negated ? test_not(std::move(test)) : std::move(test));
    if (!tests_.back()->possible()) return;
  }
  if (filter.read_only) {
    const std::string_view wanted = *filter.read_only ? "true" : "false";
    tests_.push_back(test_column(
        segment_, column(Field::read_only), [&](std::string_view text) { return text == wanted; }, false));
  }
}

void SegmentFilter::choose_blocks() {
  const std::uint32_t count = (segment_.size() + store::kPostingBlock - 1) / store::kPostingBlock;
  std::vector<std::uint8_t> candidates(count, 0);
  std::fill(candidates.begin() + first_ / store::kPostingBlock,
            candidates.begin() + (end_ - 1) / store::kPostingBlock + 1, std::uint8_t{1});
  for (const auto& test : tests_) test->prune(candidates);
  for (std::uint32_t block = 0; block < count; ++block) {
    if (candidates[block] != 0) blocks_.push_back(block);
  }
}

void SegmentFilter::select(std::uint32_t block, std::vector<std::uint32_t>& selected) const {
  store::check_read_limit();
  selected.clear();
  const std::uint32_t begin = std::max(first_, block * store::kPostingBlock);
  const std::uint32_t end = std::min(end_, (block + 1) * store::kPostingBlock);
  for (std::uint32_t index = begin; index < end; ++index) selected.push_back(index);
  for (const auto& test : tests_) selected.resize(test->select(selected));
}

}  // namespace trailkeeper::query
