#include "event/canonical_json.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "event/json_equal.h"

using namespace trailkeeper;
using event::same_essence;
using event::same_json;

namespace {

struct Member;

/// A JSON value that knows nothing of how it is written: the reference.
struct Plain {
  enum class Kind { null, no, yes, number, string, array, object };
  Kind kind = Kind::null;
  bool negative = false;  // A number: 0.DIGITS times ten to the power;
  std::string digits;     // neither end is '0'; none: zero.
  int power = 0;
  std::u16string text;  // Code units, so that lone surrogates are what they are.
  std::vector<Plain> elements;
  std::vector<Member> members;  // Those of one key in their order.

  bool operator==(const Plain& other) const;
  [[nodiscard]] bool same_members(const Plain& other) const;
};

/// A member of an object.
struct Member {
  std::u16string first;
  Plain second;
  Member(std::u16string name, Plain value) : first(std::move(name)), second(std::move(value)) {}
};

bool Plain::operator==(const Plain& other) const {
  if (kind != other.kind) return false;
  if (kind == Kind::number) {
    return digits == other.digits && (digits.empty() || (negative == other.negative && power == other.power));
  }
  if (kind == Kind::object) return same_members(other);
  return text == other.text && elements == other.elements;
}

// For each key, the same values in the same order: plainly, each key's looked for in both.
bool Plain::same_members(const Plain& other) const {
  if (members.size() != other.members.size()) return false;
  const auto values = [](const Plain& object, const std::u16string& key) {
    std::vector<Plain> found;
    for (const auto& [name, value] : object.members) {
      if (name == key) found.push_back(value);
    }
    return found;
  };
  return std::all_of(members.begin(), members.end(),
                     [&](const auto& member) { return values(*this, member.first) == values(other, member.first); });
}

/// Makes values, and writes each in one of its many spellings.
class Author {
 public:
  explicit Author(unsigned seed) : random_(seed) {}

  int below(int limit) { return std::uniform_int_distribution<int>{0, limit - 1}(random_); }

  Plain value(int depth) {
    Plain plain;
    plain.kind = static_cast<Plain::Kind>(below(depth > 3 ? 5 : 7));
    switch (plain.kind) {
      case Plain::Kind::number: number(plain); break;
      case Plain::Kind::string: plain.text = text(); break;
      case Plain::Kind::array:
        for (int i = below(4); i > 0; --i) plain.elements.push_back(value(depth + 1));
        break;
      case Plain::Kind::object:
        for (int i = below(4); i > 0; --i) plain.members.emplace_back(text(), value(depth + 1));
        break;
      default: break;
    }
    return plain;
  }

  // Changes something, or only seems to.
  void change(Plain& plain) {
    if (plain.kind == Plain::Kind::array && !plain.elements.empty() && below(4) > 0) {
      if (below(3) == 0) std::shuffle(plain.elements.begin(), plain.elements.end(), random_);
      return change(plain.elements[static_cast<std::size_t>(below(static_cast<int>(plain.elements.size())))]);
    }
    if (plain.kind == Plain::Kind::object && !plain.members.empty() && below(4) > 0) {
      if (below(3) == 0) std::shuffle(plain.members.begin(), plain.members.end(), random_);
      auto& member = plain.members[static_cast<std::size_t>(below(static_cast<int>(plain.members.size())))];
      if (below(3) == 0) member.first = text();
      return change(member.second);
    }
    plain = value(3);
  }

  std::string written(const Plain& plain) {
    std::string out = space();
    switch (plain.kind) {
      case Plain::Kind::null: out += "null"; break;
      case Plain::Kind::no: out += "false"; break;
      case Plain::Kind::yes: out += "true"; break;
      case Plain::Kind::number: out += written_number(plain); break;
      case Plain::Kind::string: out += written_string(plain.text); break;
      case Plain::Kind::array: out += written_array(plain); break;
      case Plain::Kind::object: out += written_object(plain); break;
    }
    return out + space();
  }

 private:
  std::string space() {
    return below(4) > 0 ? "" : std::vector<std::string>{" ", "\n", "\t\r\n", "  "}[static_cast<std::size_t>(below(4))];
  }

  void number(Plain& plain) {
    plain.negative = below(2) == 0;
    for (int i = below(5) == 0 ? below(40) : below(3); i > 0; --i)
      plain.digits.push_back(static_cast<char>('0' + below(10)));
    while (!plain.digits.empty() && plain.digits.front() == '0') plain.digits.erase(0, 1);
    while (!plain.digits.empty() && plain.digits.back() == '0') plain.digits.pop_back();
    plain.power = below(9) - 4;
  }

  std::u16string text() {
    static const std::u16string kUnits{u'a', u'b',   u'"',   u'\\',  u'/',   u'\n',  0,      1,     0x7F,
                                       0xE9, 0x20AC, 0xFFFD, 0xD800, 0xD801, 0xDBFF, 0xDC00, 0xDFFF};
    std::u16string text;
    for (int i = below(4); i > 0; --i)
      text.push_back(kUnits[static_cast<std::size_t>(below(static_cast<int>(kUnits.size())))]);
    return text;
  }

  // The point anywhere, zeros at both ends, an exponent that makes up for it.
  std::string written_number(const Plain& plain) {
    std::string digits = plain.digits;
    int power = plain.power;  // Of 0.DIGITS.
    for (int i = below(3); i > 0; --i) digits.push_back('0');
    if (digits.empty()) digits = "0";
    const auto before = static_cast<std::size_t>(below(static_cast<int>(digits.size()) + 1));
    power -= static_cast<int>(before);
    std::string whole = digits.substr(0, before);
    const std::string fraction = digits.substr(before);
    // JSON has no number that begins with a point, or with a zero and more digits.
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) whole = "0";
    std::string out = plain.negative ? "-" : "";
    out += whole;
    if (!fraction.empty()) out += "." + fraction;
    if (power != 0 || below(3) == 0) {
      out += below(2) == 0 ? "e" : "E";
      if (power >= 0 && below(2) == 0) out += "+";
      if (power < 0) out += "-";
      out += std::string(static_cast<std::size_t>(below(3)), '0') + std::to_string(std::abs(power));
    }
    return out;
  }

  std::string written_string(const std::u16string& text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
      const unsigned unit = text[i];
      const bool pair =
          unit >= 0xD800 && unit < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] <= 0xDFFF;
      const bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
      if (pair && below(2) == 0) {
        const unsigned code = 0x10000 + ((unit - 0xD800) << 10) + (text[++i] - 0xDC00U);
        for (const unsigned byte :
             {0xF0 | code >> 18, 0x80 | (code >> 12 & 0x3F), 0x80 | (code >> 6 & 0x3F), 0x80 | (code & 0x3F)})
          out.push_back(static_cast<char>(byte));
      } else if (!surrogate && unit >= 0x20 && unit < 0x80 && unit != '"' && unit != '\\' && below(2) == 0) {
        out.push_back(static_cast<char>(unit));
      } else if (!surrogate && unit >= 0x800 && below(2) == 0) {
        for (const unsigned byte : {0xE0 | unit >> 12, 0x80 | (unit >> 6 & 0x3F), 0x80 | (unit & 0x3F)})
          out.push_back(static_cast<char>(byte));
      } else if ((unit == '"' || unit == '\\' || unit == '/') && below(2) == 0) {
        out += {'\\', static_cast<char>(unit)};
      } else if (unit == '\n' && below(2) == 0) {
        out += "\\n";
      } else {
        const std::string_view hex = below(2) == 0 ? "0123456789abcdef" : "0123456789ABCDEF";
        out += {'\\', 'u', hex[unit >> 12], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
      }
    }
    return out + "\"";
  }

  std::string written_array(const Plain& plain) {
    std::string out = "[" + space();
    for (std::size_t i = 0; i < plain.elements.size(); ++i) out += (i > 0 ? "," : "") + written(plain.elements[i]);
    return out + "]";
  }

  // Keys in any order, but those of one key in theirs.
  std::string written_object(const Plain& plain) {
    std::vector<std::size_t> order(plain.members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t k = i + 1; k < order.size(); ++k) {
        if (plain.members[order[i]].first == plain.members[order[k]].first && order[i] > order[k])
          std::swap(order[i], order[k]);
      }
    }
    std::string out = "{" + space();
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& [key, value] = plain.members[order[i]];
      if (i > 0) out += "," + space();
      out += written_string(key) + space() + ":" + written(value);
    }
    return out + "}";
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("texts are the same exactly if a plain model of their values is") {
  Author author{20260101};
  int equal = 0;
  constexpr int kPairs = 20000;
  for (int i = 0; i < kPairs; ++i) {
    const Plain first = author.value(0);
    Plain second = first;
    if (author.below(3) > 0) author.change(second);
    const std::string a = author.written(first);
    const std::string b = author.written(second);
    INFO(a << "\n" << b);
    REQUIRE(same_json(a, b) == (first == second));
    equal += first == second ? 1 : 0;
  }
  CHECK(equal > kPairs / 4);
  CHECK(equal < kPairs * 3 / 4);
}

TEST_CASE("lone surrogates are characters of their own") {
  CHECK_FALSE(same_json(R"(["\ud800"])", R"(["\udfff"])"));
  CHECK_FALSE(same_json(R"(["\ud800"])", R"(["\ufffd"])"));
  CHECK_FALSE(same_json(R"({"\ud800":1})", R"({"\ud801":1})"));
  CHECK_FALSE(same_json(R"(["\ud800\u0041"])", R"(["\ud801A"])"));
  CHECK_FALSE(same_json(R"(["\udc00\ud800"])", R"(["\ud800\udc00"])"));
  CHECK(same_json(R"(["\uD800"])", R"(["\ud800"])"));
  CHECK(same_json(R"(["\ud83d\ude00"])", "[\"\xF0\x9F\x98\x80\"]"));
  CHECK(same_json(R"(["\ud800\ud83d\ude00"])", "[\"\\uD800\xF0\x9F\x98\x80\"]"));
}

TEST_CASE("numbers are equal by value at any size, also where an exponent fits no integer") {
  CHECK(same_json("1", "1.0"));
  CHECK(same_json("1", "1e0"));
  CHECK(same_json("0", "-0"));
  CHECK(same_json("0", "0e99999999999999999999999"));
  CHECK(same_json("-0.0", "0E-0"));
  CHECK_FALSE(same_json("1e9999999999999999", "-1e9999999999999999"));
  CHECK(same_json("1e00000000000000000000005", "100000"));
  CHECK(same_json("10e99999999999999999999", "1e100000000000000000000"));
  CHECK(same_json("0.1e1000000000000000000", "1e999999999999999999"));
  CHECK(same_json("0.1e-1000000000000000000", "1e-1000000000000000001"));
  CHECK(same_json("10e-1000000000000000000", "1e-999999999999999999"));
  CHECK_FALSE(same_json("1e999999999999999999", "1e-999999999999999999"));
  CHECK_FALSE(same_json("12", "1.2"));
  CHECK_FALSE(same_json("18446744073709551616", "18446744073709551615"));
}

TEST_CASE("nothing runs into what follows it") {
  CHECK_FALSE(same_json(R"(["a","b"])", R"(["a\",\"b"])"));
  CHECK_FALSE(same_json(R"(["a\u0000"])", R"(["a"])"));
  CHECK_FALSE(same_json(R"([[],[]])", R"([[[]]])"));
  CHECK_FALSE(same_json(R"({"a":{"b":1}})", R"({"a":{},"b":1})"));
  CHECK_FALSE(same_json(R"(["1"])", R"([1])"));
  CHECK_FALSE(same_json(R"(["null"])", R"([null])"));
  CHECK_FALSE(same_json(R"({"a":1,"a":2})", R"({"a":2,"a":1})"));
  CHECK(same_json(R"({"a":1,"b":3,"a":2})", R"({"b":3,"\u0061":1,"a":2})"));
}

TEST_CASE("bytes that are no JSON do no harm") {
  std::string out;
  for (const std::string_view bytes : {"", "{", "[", "\"", "{\"", "{\"a\"", "[1,", "\\", "\"\\u\"", "\"\\ud8\"", "}{",
                                       "-", "1e", ",,,", "{,,", "[[[", "\"\\"}) {
    event::append_canonical_json(bytes, out);
  }
  event::append_canonical_json(std::string(100000, '['), out);
  event::append_canonical_json(std::string(100000, '{'), out);
  CHECK_FALSE(out.empty());
}

TEST_CASE("what a shipper adds at the top, and nulls that it leaves out, make no difference to the essence") {
  const std::string_view record =
      R"({"eventName":"X","requestParameters":null,"userIdentity":{"arn":"a","sessionContext":null},"resources":[null,{"ARN":"r"}]})";
  for (
      const std::string_view copy :
      {R"({"@timestamp":"t","eventName":"X","userIdentity":{"arn":"a"},"resources":[null,{"ARN":"r","accountId":null}]})",
       R"({"date":1717236000.5,"@version":"1","tags":["x"],"userIdentity":{"arn":"a"},"eventName":"X","resources":[null,{"ARN":"r"}],"responseElements":null})",
       R"({"time":"t","event\u004eame":"X","userIdentity":{"arn":"a"},"resources":[null,{"ARN":"r"}],"\u0040timestamp":null})"}) {
    CAPTURE(copy);
    CHECK(same_essence(record, copy));
    CHECK_FALSE(same_json(record, copy));
  }
  for (const std::string_view other :
       {R"({"eventName":"Y","userIdentity":{"arn":"a"},"resources":[null,{"ARN":"r"}]})",
        R"({"eventName":"X","userIdentity":{"arn":"a","date":"t"},"resources":[null,{"ARN":"r"}]})",
        R"({"eventName":"X","userIdentity":{"arn":"a"},"resources":[{"ARN":"r"}]})",
        R"({"eventName":"X","errorCode":"AccessDenied","userIdentity":{"arn":"a"},"resources":[null,{"ARN":"r"}]})",
        R"({"eventName":"X","requestParameters":{},"userIdentity":{"arn":"a"},"resources":[null,{"ARN":"r"}]})"}) {
    CAPTURE(other);
    CHECK_FALSE(same_essence(record, other));
  }
}
