#include "rules/iam/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>

#include "rules/iam/arn.h"
#include "text/ascii.h"
#include "text/base64.h"

namespace trailkeeper::rules::iam {
namespace {

using Base = ConditionOperator::Base;
using Set = ConditionOperator::Set;
using Added = boost::system::result<void, std::string>;

bool is_boolean(std::string_view text) {
  return text::same_ignoring_case(text, "true") || text::same_ignoring_case(text, "false");
}

// "The key value resolves to a null dataset, such as an empty string": to the set operators, no values.
bool is_null_set(std::span<const std::string_view> values) { return values.size() == 1 && values.front().empty(); }

bool satisfies(Base base, std::strong_ordering order) {
  switch (base) {
    case Base::numeric_less:
    case Base::date_less: return std::is_lt(order);
    case Base::numeric_less_equals:
    case Base::date_less_equals: return std::is_lteq(order);
    case Base::numeric_greater:
    case Base::date_greater: return std::is_gt(order);
    case Base::numeric_greater_equals:
    case Base::date_greater_equals: return std::is_gteq(order);
    default: return std::is_eq(order);
  }
}

}  // namespace

Added Condition::add(std::string_view value, bool variables) {
  const auto wrong = [&](std::string_view what) -> Added { return fmt::format("\"{}\" is {}", value, what); };
  ++values_;
  switch (op_.base) {
    case Base::string_equals:
    case Base::string_like:
    case Base::arn_like:
    case Base::boolean: {
      Pattern::Rules rules{.wildcards = op_.base == Base::string_like || op_.base == Base::arn_like,
                           .variables = variables,
                           .fold_case = op_.ignore_case || op_.base == Base::boolean,
                           .scope = op_.base == Base::arn_like ? Pattern::Scope::arn_condition : Pattern::Scope::text};
      auto pattern = Pattern::compile(value, rules);
      if (!pattern) return pattern.error();
      if (op_.base == Base::boolean && !pattern->has_variables() && !is_boolean(value)) {
        return wrong("neither true nor false");
      }
      patterns_.push_back(std::move(*pattern));
      return {};
    }
    case Base::date_equals:
    case Base::date_less:
    case Base::date_less_equals:
    case Base::date_greater:
    case Base::date_greater_equals: {
      const auto time = parse_instant(value);
      if (!time) return wrong("no date: give ISO 8601, such as 2024-05-01T10:00:00Z, or seconds since 1970");
      times_.push_back(*time);
      return {};
    }
    case Base::binary_equals: {
      auto bytes = text::decode_base64(value, text::Padding::optional);
      if (!bytes) return wrong("not base-64");
      texts_.push_back(std::move(*bytes));
      return {};
    }
    case Base::ip_address: {
      const auto prefix = IpPrefix::parse(value);
      if (!prefix) return wrong("no IP address or CIDR range");
      prefixes_.push_back(*prefix);
      return {};
    }
    case Base::null:
      if (!is_boolean(value)) return wrong("neither true nor false");
      (text::same_ignoring_case(value, "true") ? null_true_ : null_false_) = true;
      return {};
    default:
      if (!Decimal::parse(value)) return wrong("no number");
      texts_.emplace_back(value);
      return {};
  }
}

bool Condition::has_short_arn() const {
  return op_.base == Base::arn_like &&
         std::any_of(patterns_.begin(), patterns_.end(), [](const Pattern& pattern) { return pattern.short_of_arn(); });
}

Tri Condition::evaluate(const Context& context, MissingKeys& missing) const {
  if (!has_values()) return Tri::no;
  const auto [state, entry] = context.find(key_);
  if (state == Context::State::unknown) {
    if (null_true_ && null_false_) return Tri::yes;
    missing.add(key_.name);
    return Tri::unknown;
  }
  if (op_.base == Base::null) return tri(state == Context::State::present ? null_false_ : null_true_);
  if (state == Context::State::absent) return absent();
  switch (op_.set) {
    case Set::for_all_values: {
      Tri all = Tri::yes;
      if (is_null_set(entry->values)) return all;
      for (const std::string_view value : entry->values) all = both(all, holds(value, context, missing));
      return all;
    }
    case Set::for_any_value: {
      Tri any = Tri::no;
      if (is_null_set(entry->values)) return any;
      for (const std::string_view value : entry->values) any = either(any, holds(value, context, missing));
      return any;
    }
    default:
      // "Multivalued context keys require a condition set operator."
      if (entry->list || entry->values.size() != 1) return Tri::no;
      if (!entry->ending.empty()) return holds_by_ends(*entry, context, missing);
      return holds(entry->values.front(), context, missing);
  }
}

Tri Condition::absent() const {
  if (op_.if_exists) return Tri::yes;
  switch (op_.set) {
    case Set::for_all_values: return Tri::yes;
    case Set::for_any_value: return Tri::no;
    default: return tri(op_.negated);
  }
}

Tri Condition::holds(std::string_view value, const Context& context, MissingKeys& missing) const {
  switch (compare(value, context, missing)) {
    case Comparison::yes: return tri(!op_.negated);
    case Comparison::no: return tri(op_.negated);
    case Comparison::unknown: return Tri::unknown;
    default: return Tri::no;
  }
}

// Of an ARN of which both ends are known.
Tri Condition::holds_by_ends(const ContextEntry& entry, const Context& context, MissingKeys& missing) const {
  bool unsure = false;
  for (const Pattern& pattern : patterns_) {
    if (!pattern.may_end(entry.ending)) continue;
    const Fit fit = pattern.match_beginning(entry.values.front(), context, missing);
    if (fit == Fit::yes) return tri(!op_.negated);
    unsure = unsure || fit != Fit::no;
  }
  if (!unsure) return tri(op_.negated);
  missing.add(key_.name);
  return Tri::unknown;
}

Condition::Comparison Condition::compare(std::string_view value, const Context& context, MissingKeys& missing) const {
  const auto any = [](bool found) { return found ? Comparison::yes : Comparison::no; };
  switch (op_.base) {
    case Base::arn_like:
      if (!Arn::parse(value)) return Comparison::invalid;
      return compare_patterns(value, context, missing);
    case Base::boolean:
      if (!is_boolean(value)) return Comparison::invalid;
      return compare_patterns(value, context, missing);
    case Base::string_equals:
    case Base::string_like: return compare_patterns(value, context, missing);
    case Base::date_equals:
    case Base::date_less:
    case Base::date_less_equals:
    case Base::date_greater:
    case Base::date_greater_equals: {
      const auto time = parse_instant(value);
      if (!time) return Comparison::invalid;
      return any(std::any_of(times_.begin(), times_.end(),
                             [&](text::Timestamp other) { return satisfies(op_.base, *time <=> other); }));
    }
    case Base::binary_equals:
      return any(std::any_of(texts_.begin(), texts_.end(),
                             [&](const std::string& bytes) { return text::is_base64_of(value, bytes); }));
    case Base::ip_address: {
      const auto address = IpAddress::parse(value);
      if (!address) return Comparison::invalid;
      return any(std::any_of(prefixes_.begin(), prefixes_.end(),
                             [&](const IpPrefix& prefix) { return prefix.contains(*address); }));
    }
    default: {
      const auto number = Decimal::parse(value);
      if (!number) return Comparison::invalid;
      return any(std::any_of(texts_.begin(), texts_.end(), [&](const std::string& text) {
        return satisfies(op_.base, number->compare(*Decimal::parse(text)));
      }));
    }
  }
}

Condition::Comparison Condition::compare_patterns(std::string_view value, const Context& context,
                                                  MissingKeys& missing) const {
  bool unresolvable = false;
  bool unknown = false;
  for (const Pattern& pattern : patterns_) {
    switch (pattern.match(value, context, missing)) {
      case Fit::yes: return Comparison::yes;
      case Fit::unresolvable: unresolvable = true; break;
      case Fit::unknown: unknown = true; break;
      default: break;
    }
  }
  // A value that can't match anything mustn't become a match by negation.
  if (op_.negated && (unresolvable || has_short_arn())) return Comparison::invalid;
  return unknown ? Comparison::unknown : Comparison::no;
}

}  // namespace trailkeeper::rules::iam
