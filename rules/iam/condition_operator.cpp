#include "rules/iam/condition_operator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace trailkeeper::rules::iam {
namespace {

using Base = ConditionOperator::Base;

struct Name {
  std::string_view folded;
  Base base;
  bool negated = false;
  bool ignore_case = false;
};

constexpr std::array<Name, 27> kNames{{{"stringequals", Base::string_equals},
                                       {"stringnotequals", Base::string_equals, true},
                                       {"stringequalsignorecase", Base::string_equals, false, true},
                                       {"stringnotequalsignorecase", Base::string_equals, true, true},
                                       {"stringlike", Base::string_like},
                                       {"stringnotlike", Base::string_like, true},
                                       {"numericequals", Base::numeric_equals},
                                       {"numericnotequals", Base::numeric_equals, true},
                                       {"numericlessthan", Base::numeric_less},
                                       {"numericlessthanequals", Base::numeric_less_equals},
                                       {"numericgreaterthan", Base::numeric_greater},
                                       {"numericgreaterthanequals", Base::numeric_greater_equals},
                                       {"dateequals", Base::date_equals},
                                       {"datenotequals", Base::date_equals, true},
                                       {"datelessthan", Base::date_less},
                                       {"datelessthanequals", Base::date_less_equals},
                                       {"dategreaterthan", Base::date_greater},
                                       {"dategreaterthanequals", Base::date_greater_equals},
                                       {"bool", Base::boolean},
                                       {"binaryequals", Base::binary_equals},
                                       {"ipaddress", Base::ip_address},
                                       {"notipaddress", Base::ip_address, true},
                                       {"arnequals", Base::arn_like},
                                       {"arnlike", Base::arn_like},
                                       {"arnnotequals", Base::arn_like, true},
                                       {"arnnotlike", Base::arn_like, true},
                                       {"null", Base::null}}};

}  // namespace

boost::system::result<ConditionOperator, std::string> ConditionOperator::parse(std::string_view name) {
  ConditionOperator parsed;
  const std::string folded = text::lowered(name);
  std::string_view rest = folded;
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    const std::string_view set = rest.substr(0, colon);
    if (set != "forallvalues" && set != "foranyvalue") {
      return fmt::format("\"{}\" is no set operator; there are ForAllValues and ForAnyValue", name.substr(0, colon));
    }
    parsed.set = set == "forallvalues" ? Set::for_all_values : Set::for_any_value;
    rest.remove_prefix(colon + 1);
  }
  constexpr std::string_view kIfExists = "ifexists";
  if (rest.size() > kIfExists.size() && rest.substr(rest.size() - kIfExists.size()) == kIfExists) {
    parsed.if_exists = true;
    rest.remove_suffix(kIfExists.size());
  }
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.folded == rest; });
  if (found == kNames.end()) return fmt::format("there is no condition operator \"{}\"", name);
  if (found->base == Base::null && parsed.if_exists) {
    return std::string{"Null can't be combined with IfExists"};
  }
  parsed.base = found->base;
  parsed.negated = found->negated;
  parsed.ignore_case = found->ignore_case;
  return parsed;
}

}  // namespace trailkeeper::rules::iam
