// Functions of numbers, and casts to and from them. Where a bigint would overflow, they fail, as Trino's do.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "query/sql/functions/call.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

[[noreturn]] void overflow() { throw CallFailed{"a bigint overflows"}; }

bool any_real(const Call& call) { return call.is_real(0) || call.is_real(1); }

void add(Call& call) {
  std::int64_t sum = 0;
  if (any_real(call)) return call.give(call.real(0) + call.real(1));
  if (__builtin_add_overflow(call.integer(0), call.integer(1), &sum)) overflow();
  call.give(sum);
}

void subtract(Call& call) {
  std::int64_t difference = 0;
  if (any_real(call)) return call.give(call.real(0) - call.real(1));
  if (__builtin_sub_overflow(call.integer(0), call.integer(1), &difference)) overflow();
  call.give(difference);
}

void multiply(Call& call) {
  std::int64_t product = 0;
  if (any_real(call)) return call.give(call.real(0) * call.real(1));
  if (__builtin_mul_overflow(call.integer(0), call.integer(1), &product)) overflow();
  call.give(product);
}

void divide(Call& call) {
  if (any_real(call) ? call.real(1) == 0 : call.integer(1) == 0) throw CallFailed{"division by zero"};
  if (any_real(call)) return call.give(call.real(0) / call.real(1));
  if (call.integer(0) == INT64_MIN && call.integer(1) == -1) overflow();
  call.give(call.integer(0) / call.integer(1));
}

void modulo(Call& call) {
  if (any_real(call) ? call.real(1) == 0 : call.integer(1) == 0) throw CallFailed{"division by zero"};
  if (any_real(call)) return call.give(std::fmod(call.real(0), call.real(1)));
  call.give(call.integer(1) == -1 ? std::int64_t{0} : call.integer(0) % call.integer(1));
}

void absolute(Call& call) {
  if (call.is_real(0)) return call.give(std::fabs(call.real(0)));
  if (call.integer(0) == INT64_MIN) overflow();
  call.give(call.integer(0) < 0 ? -call.integer(0) : call.integer(0));
}

template <double (*Change)(double)>
void of_real(Call& call) {
  if (call.is_real(0)) return call.give(Change(call.real(0)));
  call.give(call.integer(0));
}

double rounded(double number) { return std::round(number); }
double up(double number) { return std::ceil(number); }
double down(double number) { return std::floor(number); }
double cut(double number) { return std::trunc(number); }

void round_to(Call& call) {
  const std::int64_t digits = call.size() > 1 ? call.integer(1) : 0;
  if (digits < -18 || digits > 18) throw CallFailed{"round: digits are from -18 to 18"};
  const double power = std::pow(10.0, static_cast<double>(digits));
  if (call.is_real(0)) return call.give(rounded(call.real(0) * power) / power);
  if (digits >= 0) return call.give(call.integer(0));
  const auto unit = static_cast<std::int64_t>(std::pow(10.0, static_cast<double>(-digits)));
  const std::int64_t rest = call.integer(0) % unit;
  const std::int64_t base = call.integer(0) - rest;
  call.give(rest * 2 >= unit ? base + unit : rest * 2 <= -unit ? base - unit : base);
}

void sign(Call& call) {
  if (call.is_real(0)) return call.give(call.real(0) > 0 ? 1.0 : call.real(0) < 0 ? -1.0 : 0.0);
  call.give(std::int64_t{call.integer(0) > 0} - std::int64_t{call.integer(0) < 0});
}

template <double (*Of)(double)>
void always_real(Call& call) {
  call.give(Of(call.real(0)));
}
double root(double x) { return std::sqrt(x); }
double natural_log(double x) { return std::log(x); }
double log_two(double x) { return std::log2(x); }
double log_ten(double x) { return std::log10(x); }
double exponential(double x) { return std::exp(x); }

std::int64_t rounded_bigint(double number) {
  const double whole = std::round(number);
  if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) {
    throw CallFailed{fmt::format("{} is no bigint", number)};
  }
  return static_cast<std::int64_t>(whole);
}

template <typename Number>
Number number_of(std::string_view text, std::string_view type) {
  std::string_view digits = text::trimmed(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  Number number{};
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) {
    constexpr std::size_t kLongestShown = 60;
    throw CallFailed{fmt::format("'{}' is no {}", text.substr(0, kLongestShown), type)};
  }
  return number;
}

void cast_bigint(Call& call) {
  if (call.is_real(0)) return call.give(rounded_bigint(call.real(0)));
  if (call.is_text(0)) return call.give(number_of<std::int64_t>(call.text(0), "bigint"));
  call.give(call.integer(0));
}

void cast_number(Call& call) {
  if (call.is_text(0)) return call.give(number_of<double>(call.text(0), "double"));
  call.give(call.real(0));
}

void real_text(Call& call) {
  std::string text = fmt::format("{}", call.real(0));
  if (text.find_first_of(".en") == text::npos) text += ".0";
  call.give(std::string_view{text});
}

void cast_boolean(Call& call) {
  const std::string word = text::lowered(text::trimmed(call.text(0)));
  if (word == "true" || word == "t" || word == "1") return call.give_truth(true);
  if (word == "false" || word == "f" || word == "0") return call.give_truth(false);
  throw CallFailed{fmt::format("'{}' is no boolean", word.substr(0, 60))};
}

// Of texts, times or numbers; NULL if any is.
void extreme(Call& call, bool greatest) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < call.size(); ++i) {
    const bool greater = call.is_text(i)                         ? call.text(i) > call.text(best)
                         : call.is_real(i) || call.is_real(best) ? call.real(i) > call.real(best)
                                                                 : call.integer(i) > call.integer(best);
    const bool less = call.is_text(i)                         ? call.text(i) < call.text(best)
                      : call.is_real(i) || call.is_real(best) ? call.real(i) < call.real(best)
                                                              : call.integer(i) < call.integer(best);
    if (greatest ? greater : less) best = i;
  }
  call.give_value(best);
}

constexpr ScalarFunction kNumberFunctions[] = {
    {"add", 2, true, add},
    {"subtract", 2, true, subtract},
    {"multiply", 2, true, multiply},
    {"divide", 2, true, divide},
    {"modulo", 2, true, modulo},
    {"mod", 2, true, modulo},
    {"abs", 1, true, absolute},
    {"ceil", 1, true, of_real<up>},
    {"floor", 1, true, of_real<down>},
    {"truncate", 1, true, of_real<cut>},
    {"round", -1, true, round_to},
    {"sign", 1, true, sign},
    {"power", 2, true, [](Call& call) { call.give(std::pow(call.real(0), call.real(1))); }},
    {"sqrt", 1, true, always_real<root>},
    {"ln", 1, true, always_real<natural_log>},
    {"log2", 1, true, always_real<log_two>},
    {"log10", 1, true, always_real<log_ten>},
    {"exp", 1, true, always_real<exponential>},
    {"cast_bigint", 1, true, cast_bigint},
    {"cast_number", 2, true, cast_number},
    {"real_text", 1, true, real_text},
    {"cast_boolean", 1, true, cast_boolean},
    {"greatest", -1, true, [](Call& call) { extreme(call, true); }},
    {"least", -1, true, [](Call& call) { extreme(call, false); }},
};

}  // namespace

std::span<const ScalarFunction> number_functions() { return kNumberFunctions; }

}  // namespace trailkeeper::query::sql
