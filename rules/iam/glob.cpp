#include "rules/iam/glob.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

namespace trailkeeper::rules::iam {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr unsigned kArnComponents = 6;

// Where the character after the one at `at` begins: `?` stands for a character, not for a byte of one.
std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  return at;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t run_p = kNone;  // After the last `*`, and what it covers up to now.
  std::size_t run_t = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      run_p = ++p;
      run_t = t;
    } else if (p < pattern.size() && t < text.size() && pattern[p] == '?') {
      t = next_character(text, t);
      ++p;
    } else if (p < pattern.size() && t < text.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (p == pattern.size() && t == text.size()) {
      return true;
    } else if (run_p != kNone && run_t < text.size()) {
      t = ++run_t;
      p = run_p;
    } else {
      return false;
    }
  }
}

// Reads a pattern's text from left to right.
class Pattern::Compiler {
 public:
  Compiler(std::string_view text, Rules rules) : text_(text), rules_(rules) { out_.fold_case_ = rules.fold_case; }

  boost::system::result<Pattern, std::string> compile() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (rules_.variables && c == '$' && at_ + 1 < text_.size() && text_[at_ + 1] == '{') {
        if (std::string message = variable(); !message.empty()) return message;
      } else if (rules_.wildcards && (c == '*' || c == '?')) {
        wildcard(c);
        ++at_;
      } else {
        if (c == ':') ++colons_;
        literal(text_.substr(at_, 1));
        ++at_;
      }
    }
    out_.short_of_arn_ = before_fifth_colon();
    if (rules_.complete) complete();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool before_fifth_colon() const { return colons_ + 1 < kArnComponents; }

  void add(Piece::Kind kind) { out_.pieces_.push_back({kind, 0, 0}); }

  void literal(std::string_view characters) {
    const auto begin = static_cast<std::uint32_t>(out_.text_.size());
    out_.text_ += rules_.fold_case ? text::lowered(characters) : std::string{characters};
    const auto size = static_cast<std::uint32_t>(characters.size());
    if (!out_.pieces_.empty() && out_.pieces_.back().kind == Piece::Kind::literal) {
      out_.pieces_.back().size += size;
    } else {
      out_.pieces_.push_back({Piece::Kind::literal, begin, size});
    }
  }

  void wildcard(char c) {
    bool bounded = rules_.scope != Scope::text && before_fifth_colon();
    if (c == '?') return add(bounded ? Piece::Kind::one_in_segment : Piece::Kind::one);
    // "If the * wildcard is the last character of a resource ARN segment, it can expand to match beyond the colon
    // boundaries" (IAM User Guide, "Resource").
    const bool ends_segment = at_ + 1 == text_.size() || text_[at_ + 1] == ':';
    if (rules_.scope == Scope::resource && ends_segment) bounded = false;
    add(bounded ? Piece::Kind::run_in_segment : Piece::Kind::run);
  }

  // "AWS automatically completes the ARN by adding wildcard characters (*) to all missing fields" (IAM User Guide,
  // "Identify AWS resources with ARNs").
  void complete() {
    for (; before_fifth_colon(); ++colons_) {
      literal(":");
      add(Piece::Kind::run);
    }
  }

  // `${…}` at at_. Returns a message if it is broken.
  std::string variable() {
    const std::size_t name_begin = at_ + 2;
    const std::size_t name_end = text_.find_first_of(",}", name_begin);
    if (name_end == std::string_view::npos) return "a policy variable has no closing brace";
    const std::string_view name = text_.substr(name_begin, name_end - name_begin);
    if (name.empty()) return "a policy variable has no name";
    if (name.find_first_of(" \t\n${") != std::string_view::npos && name != "$") {
      return "a policy variable's name can't have blanks or '$' in it";
    }
    if (text_[name_end] == '}') {
      at_ = name_end + 1;
      if (name == "*" || name == "?" || name == "$") {
        literal(name);
        return {};
      }
      return add_variable(name, std::nullopt);
    }
    const std::size_t quote = text_.find_first_not_of(' ', name_end + 1);
    const std::size_t end = quote == std::string_view::npos ? quote : text_.find('\'', quote + 1);
    if (end == std::string_view::npos || text_[quote] != '\'' || text_.substr(end + 1, 1) != "}") {
      return "a policy variable's default must stand in single quotes, as in ${aws:username, 'nobody'}";
    }
    at_ = end + 2;
    return add_variable(name, std::string{text_.substr(quote + 1, end - quote - 1)});
  }

  std::string add_variable(std::string_view name, std::optional<std::string> fallback) {
    if (out_.variables_.size() == kMaxVariables) return "there are more than 16 policy variables in one value";
    const bool bounded = rules_.scope != Scope::text && before_fifth_colon();
    if (bounded) out_.variable_too_early_ = true;
    out_.pieces_.push_back({bounded ? Piece::Kind::variable_in_segment : Piece::Kind::variable,
                            static_cast<std::uint32_t>(out_.variables_.size()), 0});
    out_.variables_.push_back({ContextKey{name}, std::move(fallback)});
    return {};
  }

  std::string_view text_;
  Rules rules_;
  std::size_t at_ = 0;
  unsigned colons_ = 0;
  Pattern out_;
};

boost::system::result<Pattern, std::string> Pattern::compile(std::string_view text, Rules rules) {
  return Compiler{text, rules}.compile();
}

Fit Pattern::match(std::string_view text, const Context& context, MissingKeys& missing) const {
  std::array<std::string_view, kMaxVariables> values;
  bool unknown = false;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const auto [state, entry] = context.find(variables_[i].key);
    if (state == Context::State::unknown) {
      missing.add(variables_[i].key.name);
      unknown = true;
    } else if (state == Context::State::present) {
      if (entry->list) return Fit::unresolvable;
      values[i] = entry->values.front();
    } else if (variables_[i].fallback) {
      values[i] = *variables_[i].fallback;
    } else {
      return Fit::unresolvable;
    }
  }
  if (unknown) return Fit::unknown;
  return fits(text, {values.data(), variables_.size()}) ? Fit::yes : Fit::no;
}

// Whether literals leave room for a text with that beginning: the one that the pattern starts with, and what follows
// its last colon, which has to stand behind one of the text's.
bool Pattern::may_begin(std::string_view beginning) const {
  const auto agree = [&](std::string_view literal, std::string_view text) {
    const std::size_t size = std::min(literal.size(), text.size());
    return starts_with(text.substr(0, size), literal.substr(0, size));
  };
  const auto literal_of = [&](const Piece& piece) { return std::string_view{text_}.substr(piece.begin, piece.size); };
  if (pieces_.empty()) return false;
  if (pieces_.front().kind == Piece::Kind::literal && !agree(literal_of(pieces_.front()), beginning)) return false;
  const auto last = std::find_if(pieces_.rbegin(), pieces_.rend(), [&](const Piece& piece) {
    return piece.kind == Piece::Kind::literal && literal_of(piece).find(':') != std::string_view::npos;
  });
  if (last == pieces_.rend()) return true;
  const std::string_view literal = literal_of(*last);
  const std::string_view behind = literal.substr(literal.rfind(':') + 1);
  for (std::size_t colon = beginning.find(':'); colon != std::string_view::npos;
       colon = beginning.find(':', colon + 1)) {
    if (agree(behind, beginning.substr(colon + 1))) return true;
  }
  return false;
}

Fit Pattern::match_beginning(std::string_view beginning, const Context& context, MissingKeys& missing) const {
  if (!may_begin(beginning)) return Fit::no;
  const Fit fit = match(beginning, context, missing);
  // What fits the beginning and ends in a run fits with anything behind it.
  const bool open = !pieces_.empty() && pieces_.back().kind == Piece::Kind::run;
  return fit == Fit::unresolvable || (fit == Fit::yes && open) ? fit : Fit::unknown;
}

bool Pattern::may_end(std::string_view ending) const {
  if (pieces_.empty() || pieces_.back().kind != Piece::Kind::literal) return true;
  std::string_view last = std::string_view{text_}.substr(pieces_.back().begin, pieces_.back().size);
  const std::size_t common = std::min(last.size(), ending.size());
  last.remove_prefix(last.size() - common);
  ending.remove_prefix(ending.size() - common);
  return fold_case_ ? text::same_ignoring_case(last, ending) : last == ending;
}

bool Pattern::starts_with(std::string_view text, std::string_view literal) const {
  if (!fold_case_) return text.substr(0, literal.size()) == literal;
  return text::same_ignoring_case(text.substr(0, literal.size()), literal);
}

// One pass with two points to go back to. After a later run of the same reach, an earlier one has nothing to add: what
// it could still cover, the later one covers too. A bounded run can't leave its segment, so behind it an unbounded
// one must still be able to move on; and the literals that follow a bounded run meet the next colon in one way only.
bool Pattern::fits(std::string_view text, std::span<const std::string_view> values) const {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t run_p = kNone;
  std::size_t run_t = 0;
  std::size_t bounded_p = kNone;
  std::size_t bounded_t = 0;
  const auto step = [&](const Piece& piece) {
    switch (piece.kind) {
      case Piece::Kind::literal: {
        const auto literal = std::string_view{text_}.substr(piece.begin, piece.size);
        if (!starts_with(text.substr(t), literal)) return false;
        t += literal.size();
        return true;
      }
      case Piece::Kind::variable_in_segment:
        if (values[piece.begin].find(':') != std::string_view::npos) return false;
        [[fallthrough]];
      case Piece::Kind::variable:
        if (!starts_with(text.substr(t), values[piece.begin])) return false;
        t += values[piece.begin].size();
        return true;
      case Piece::Kind::one_in_segment:
        if (t < text.size() && text[t] == ':') return false;
        [[fallthrough]];
      case Piece::Kind::one:
        if (t == text.size()) return false;
        t = next_character(text, t);
        return true;
      case Piece::Kind::run_in_segment:
        bounded_p = p + 1;
        bounded_t = t;
        return true;
      default:
        run_p = p + 1;
        run_t = t;
        bounded_p = kNone;
        return true;
    }
  };
  while (true) {
    if (p < pieces_.size() ? step(pieces_[p]) : t == text.size()) {
      if (p == pieces_.size()) return true;
      if (++p == pieces_.size() && run_p == p) return true;
    } else if (bounded_p != kNone && bounded_t < text.size() && text[bounded_t] != ':') {
      t = ++bounded_t;
      p = bounded_p;
    } else if (run_p != kNone && run_t < text.size()) {
      t = ++run_t;
      p = run_p;
      bounded_p = kNone;
    } else {
      return false;
    }
  }
}

}  // namespace trailkeeper::rules::iam
