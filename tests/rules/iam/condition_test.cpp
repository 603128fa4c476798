// Every condition operator, with its suffix and prefixes.
#include <doctest/doctest.h>

#include "tests/rules/iam/request_case.h"

using namespace trailkeeper::tests;

namespace {

std::string conditional(std::string_view effect, std::string_view condition) {
  return R"("Effect":")" + std::string{effect} + R"(","Action":"*","Resource":"*","Condition":)" +
         std::string{condition};
}

// Whether a condition holds in a context: an Allow with it grants, and a Deny with it denies.
bool holds(std::string_view condition, std::string_view context) {
  RequestCase allow;
  allow.context = context;
  allow.identity = policies(conditional("Allow", condition));
  RequestCase deny;
  deny.context = context;
  deny.identity = "[" + std::string{kAllowAll} + "," + policy(conditional("Deny", condition)) + "]";
  const std::string allowed = allow.decide();
  CHECK(allowed.find("error") == std::string::npos);
  CHECK((deny.decide() == "ExplicitlyDenied") == (allowed == "Allowed"));
  return allowed == "Allowed";
}

// With one operator, one value in the policy and one in the request.
bool compares(std::string_view op, std::string_view policy_value, std::string_view request_value) {
  return holds(R"({")" + std::string{op} + R"(":{"aws:k":)" + std::string{policy_value} + "}}",
               R"({"aws:k":)" + std::string{request_value} + "}");
}

// The message for a value that the operator doesn't take.
std::string refused(std::string_view op, std::string_view value) {
  RequestCase one;
  one.identity =
      policies(conditional("Allow", R"({")" + std::string{op} + R"(":{"aws:k":)" + std::string{value} + "}}"));
  return one.decide();
}

}  // namespace

TEST_CASE("StringEquals, StringNotEquals") {
  CHECK(compares("StringEquals", R"("red")", R"("red")"));
  CHECK_FALSE(compares("StringEquals", R"("red")", R"("Red")"));
  CHECK_FALSE(compares("StringEquals", R"("r*")", R"("red")"));
  CHECK(compares("StringEquals", R"("r*")", R"("r*")"));
  CHECK(compares("StringEquals", R"(["blue","red"])", R"("red")"));
  CHECK(compares("StringEquals", R"("")", R"("")"));
  CHECK(compares("StringEquals", "17", R"("17")"));
  CHECK(compares("StringEquals", "true", "true"));
  CHECK_FALSE(compares("StringNotEquals", R"("red")", R"("red")"));
  CHECK(compares("StringNotEquals", R"("red")", R"("Red")"));
  CHECK_FALSE(compares("StringNotEquals", R"(["blue","red"])", R"("red")"));
  CHECK(compares("StringNotEquals", R"(["blue","red"])", R"("green")"));
}

TEST_CASE("StringEqualsIgnoreCase, StringNotEqualsIgnoreCase") {
  CHECK(compares("StringEqualsIgnoreCase", R"("RED")", R"("reD")"));
  CHECK_FALSE(compares("StringEqualsIgnoreCase", R"("red")", R"("redd")"));
  CHECK_FALSE(compares("StringEqualsIgnoreCase", R"("r*")", R"("red")"));
  CHECK_FALSE(compares("StringNotEqualsIgnoreCase", R"("RED")", R"("red")"));
  CHECK(compares("StringNotEqualsIgnoreCase", R"("RED")", R"("blue")"));
}

TEST_CASE("StringLike, StringNotLike") {
  CHECK(compares("StringLike", R"("r*")", R"("red")"));
  CHECK(compares("StringLike", R"("r?d")", R"("red")"));
  CHECK_FALSE(compares("StringLike", R"("R*")", R"("red")"));
  CHECK(compares("StringLike", R"("*")", R"("")"));
  CHECK(compares("StringLike", R"("a*c")", R"("a\nb:/c")"));
  CHECK_FALSE(compares("StringNotLike", R"(["x","r*"])", R"("red")"));
  CHECK(compares("StringNotLike", R"(["x","y*"])", R"("red")"));
}

TEST_CASE("Numeric operators") {
  CHECK(compares("NumericEquals", R"("10")", R"("10.0")"));
  CHECK(compares("NumericEquals", "10", "10"));
  CHECK_FALSE(compares("NumericEquals", "10", "11"));
  CHECK_FALSE(compares("NumericNotEquals", "10", "10"));
  CHECK(compares("NumericNotEquals", "10", "11"));
  CHECK(compares("NumericLessThan", "10", "9.5"));
  CHECK_FALSE(compares("NumericLessThan", "10", "10"));
  CHECK(compares("NumericLessThanEquals", "10", "10"));
  CHECK_FALSE(compares("NumericLessThanEquals", "10", "10.1"));
  CHECK(compares("NumericGreaterThan", "10", "11"));
  CHECK_FALSE(compares("NumericGreaterThan", "10", "10"));
  CHECK(compares("NumericGreaterThanEquals", "10", "10"));
  CHECK_FALSE(compares("NumericGreaterThanEquals", "-10", "-11"));
  CHECK(compares("NumericLessThan", "[1,20]", "9"));
  // What the request has is no number: neither equal nor not.
  CHECK_FALSE(compares("NumericEquals", "10", R"("10abc")"));
  CHECK_FALSE(compares("NumericNotEquals", "10", R"("10abc")"));
}

TEST_CASE("Date operators") {
  constexpr std::string_view kTen = R"("2024-05-01T10:00:00Z")";
  CHECK(compares("DateEquals", kTen, R"("2024-05-01T12:00:00+02:00")"));
  CHECK(compares("DateEquals", kTen, R"("1714557600")"));
  CHECK(compares("DateEquals", "1714557600", kTen));
  CHECK_FALSE(compares("DateNotEquals", kTen, kTen));
  CHECK(compares("DateNotEquals", kTen, R"("2024-05-01T10:00:01Z")"));
  CHECK(compares("DateLessThan", kTen, R"("2024-05-01T09:59:59Z")"));
  CHECK_FALSE(compares("DateLessThan", kTen, kTen));
  CHECK(compares("DateLessThanEquals", kTen, kTen));
  CHECK(compares("DateGreaterThan", kTen, R"("2024-05-01T10:00:00.001Z")"));
  CHECK_FALSE(compares("DateGreaterThan", kTen, kTen));
  CHECK(compares("DateGreaterThanEquals", kTen, kTen));
  CHECK(compares("DateGreaterThan", R"("2024-05-01")", kTen));
  CHECK_FALSE(compares("DateEquals", kTen, R"("then")"));
  CHECK_FALSE(compares("DateNotEquals", kTen, R"("then")"));
}

TEST_CASE("Bool") {
  CHECK(compares("Bool", R"("true")", R"("true")"));
  CHECK(compares("Bool", "true", R"("TRUE")"));
  CHECK(compares("Bool", R"("False")", "false"));
  CHECK_FALSE(compares("Bool", "true", "false"));
  CHECK_FALSE(compares("Bool", "true", R"("yes")"));
  CHECK(compares("Bool", "[true,false]", "false"));
  CHECK(holds(R"({"Bool":{"aws:a":"${aws:b}"}})", R"({"aws:a":"true","aws:b":"true"})"));
  CHECK_FALSE(holds(R"({"Bool":{"aws:a":"${aws:b}"}})", R"({"aws:a":"true","aws:b":"false"})"));
}

TEST_CASE("BinaryEquals") {
  CHECK(compares("BinaryEquals", R"("QmluYXJ5VmFsdWVJbkJhc2U2NA==")", R"("QmluYXJ5VmFsdWVJbkJhc2U2NA==")"));
  CHECK_FALSE(compares("BinaryEquals", R"("QUJD")", R"("QUJE")"));
  CHECK_FALSE(compares("BinaryEquals", R"("QUJD")", R"("qujd")"));
}

TEST_CASE("IpAddress, NotIpAddress") {
  CHECK(compares("IpAddress", R"("203.0.113.0/24")", R"("203.0.113.7")"));
  CHECK_FALSE(compares("IpAddress", R"("203.0.113.0/24")", R"("203.0.114.7")"));
  CHECK(compares("IpAddress", R"(["203.0.113.0/24","2001:db8::/32"])", R"("2001:DB8:1::5")"));
  CHECK_FALSE(compares("NotIpAddress", R"(["10.0.0.0/8","203.0.113.0/24"])", R"("203.0.113.7")"));
  CHECK(compares("NotIpAddress", R"(["10.0.0.0/8"])", R"("203.0.113.7")"));
  CHECK(compares("NotIpAddress", R"("203.0.113.7")", R"("2001:db8::5")"));
  CHECK_FALSE(compares("IpAddress", R"("0.0.0.0/0")", R"("cloudformation.amazonaws.com")"));
  CHECK_FALSE(compares("NotIpAddress", R"("10.0.0.0/8")", R"("cloudformation.amazonaws.com")"));
}

TEST_CASE("ArnEquals, ArnLike, ArnNotEquals, ArnNotLike") {
  for (const std::string_view op : {"ArnEquals", "ArnLike"}) {
    CAPTURE(op);
    CHECK(compares(op, R"("arn:aws:sns:*:111122223333:*")", R"("arn:aws:sns:us-east-1:111122223333:alerts")"));
    CHECK_FALSE(compares(op, R"("arn:aws:sns:*:111122223333:*")", R"("arn:aws:sns:us-east-1:444455556666:alerts")"));
    CHECK_FALSE(compares(op, R"("arn:aws:sns:*:alerts")", R"("arn:aws:sns:us-east-1:111122223333:alerts")"));
    CHECK_FALSE(compares(op, R"("arn:aws:sns:*:*:*")", R"("no ARN")"));
  }
  for (const std::string_view op : {"ArnNotEquals", "ArnNotLike"}) {
    CAPTURE(op);
    CHECK_FALSE(compares(op, R"("arn:aws:sns:*:111122223333:*")", R"("arn:aws:sns:us-east-1:111122223333:alerts")"));
    CHECK(compares(op, R"("arn:aws:sns:*:111122223333:*")", R"("arn:aws:sns:us-east-1:444455556666:alerts")"));
    CHECK_FALSE(compares(op, R"("arn:aws:sns:*:*:*")", R"("no ARN")"));
    CHECK_FALSE(compares(op, R"("arn:aws:sns")", R"("arn:aws:sqs:us-east-1:444455556666:q")"));
  }
}

TEST_CASE("Null") {
  CHECK(holds(R"({"Null":{"aws:k":"true"}})", "{}"));
  CHECK_FALSE(holds(R"({"Null":{"aws:k":"true"}})", R"({"aws:k":"x"})"));
  CHECK(holds(R"({"Null":{"aws:k":false}})", R"({"aws:k":""})"));
  CHECK_FALSE(holds(R"({"Null":{"aws:k":"false"}})", "{}"));
  CHECK_FALSE(holds(R"({"Null":{"aws:k":"false"}})", R"({"aws:k":[]})"));
  CHECK_FALSE(holds(R"({"Null":{"aws:k":"false"}})", R"({"aws:k":null})"));
  CHECK(holds(R"({"Null":{"aws:k":["true","false"]}})", "{}"));
}

TEST_CASE("a key that is absent") {
  for (const std::string_view op : {"StringEquals", "StringLike", "NumericEquals", "NumericLessThan", "DateEquals",
                                    "Bool", "IpAddress", "ArnLike", "BinaryEquals"}) {
    CAPTURE(op);
    const std::string_view value = op == "IpAddress"      ? R"("10.0.0.1")"
                                   : op == "Bool"         ? "true"
                                   : op == "ArnLike"      ? R"("arn:aws:s3:::x")"
                                   : op == "BinaryEquals" ? R"("QUJD")"
                                                          : "17";
    const auto with = [&](std::string_view name) {
      return holds(R"({")" + std::string{name} + R"(":{"aws:k":)" + std::string{value} + "}}", "{}");
    };
    CHECK_FALSE(with(op));
    CHECK(with(std::string{op} + "IfExists"));
    CHECK(with("ForAllValues:" + std::string{op}));
    CHECK_FALSE(with("ForAnyValue:" + std::string{op}));
    CHECK(with("ForAnyValue:" + std::string{op} + "IfExists"));
  }
  for (const std::string_view op : {"StringNotEquals", "StringNotLike", "NumericNotEquals", "DateNotEquals"}) {
    CAPTURE(op);
    CHECK(holds(R"({")" + std::string{op} + R"(":{"aws:k":"17"}})", "{}"));
    CHECK(holds(R"({"ForAllValues:)" + std::string{op} + R"(":{"aws:k":"17"}})", "{}"));
    CHECK_FALSE(holds(R"({"ForAnyValue:)" + std::string{op} + R"(":{"aws:k":"17"}})", "{}"));
  }
}

TEST_CASE("IfExists looks at a key that is there") {
  CHECK(compares("StringEqualsIfExists", R"("red")", R"("red")"));
  CHECK_FALSE(compares("StringEqualsIfExists", R"("red")", R"("blue")"));
  CHECK_FALSE(compares("ForAnyValue:StringEqualsIfExists", R"("red")", R"(["blue","green"])"));
}

TEST_CASE("ForAllValues") {
  constexpr std::string_view kOp = "ForAllValues:StringEquals";
  CHECK(compares(kOp, R"(["a","b","c"])", R"(["a","b"])"));
  CHECK_FALSE(compares(kOp, R"(["a","b","c"])", R"(["a","d"])"));
  CHECK(compares(kOp, R"("a")", R"("a")"));
  CHECK(compares(kOp, R"("a")", "[]"));
  CHECK(compares(kOp, R"("a")", R"([""])"));
  CHECK_FALSE(compares(kOp, R"("a")", R"(["","a"])"));
  CHECK(compares("ForAllValues:StringNotEquals", R"(["x","y"])", R"(["a","b"])"));
  CHECK_FALSE(compares("ForAllValues:StringNotEquals", R"(["x","y"])", R"(["a","y"])"));
  CHECK(compares("ForAllValues:NumericLessThan", "10", "[1,2,3]"));
  CHECK_FALSE(compares("ForAllValues:NumericLessThan", "10", "[1,20]"));
}

TEST_CASE("ForAnyValue") {
  constexpr std::string_view kOp = "ForAnyValue:StringEquals";
  CHECK(compares(kOp, R"(["a","b"])", R"(["b","z"])"));
  CHECK_FALSE(compares(kOp, R"(["a","b"])", R"(["y","z"])"));
  CHECK_FALSE(compares(kOp, R"("a")", "[]"));
  CHECK_FALSE(compares(kOp, R"("")", R"([""])"));
  // At least one of the request's values is none of the policy's.
  CHECK(compares("ForAnyValue:StringNotEquals", R"(["a","b"])", R"(["a","z"])"));
  CHECK_FALSE(compares("ForAnyValue:StringNotEquals", R"(["a","b"])", R"(["a","b"])"));
  CHECK(compares("ForAnyValue:StringLike", R"("t*")", R"(["cost","team"])"));
}

TEST_CASE("a multivalued key needs a set operator") {
  CHECK_FALSE(compares("StringEquals", R"("a")", R"(["a","b"])"));
  CHECK_FALSE(compares("StringNotEquals", R"("x")", R"(["a","b"])"));
  CHECK(compares("StringEquals", R"("a")", R"(["a"])"));
  CHECK_FALSE(holds(R"({"StringEquals":{"aws:TagKeys":"a"}})", R"({"aws:TagKeys":["a"]})"));
  CHECK(holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}})", R"({"aws:TagKeys":"a"})"));
}

TEST_CASE("operators and keys are all needed, names don't depend on case") {
  constexpr std::string_view kContext = R"({"aws:a":"1","aws:b":"2"})";
  CHECK(holds(R"({"StringEquals":{"aws:a":"1","aws:b":"2"}})", kContext));
  CHECK_FALSE(holds(R"({"StringEquals":{"aws:a":"1","aws:b":"x"}})", kContext));
  CHECK(holds(R"({"StringEquals":{"aws:a":"1"},"NumericLessThan":{"aws:b":"3"}})", kContext));
  CHECK_FALSE(holds(R"({"StringEquals":{"aws:a":"1"},"NumericLessThan":{"aws:b":"1"}})", kContext));
  CHECK(holds(R"({"stringequals":{"AWS:A":"1"},"FORANYVALUE:stringLIKE":{"AWS:b":"?"}})", kContext));
  CHECK(holds(R"({"StringEquals":{"aws:PrincipalTag/Team":"x"}})", R"({"AWS:principaltag/TEAM":"x"})"));
  CHECK(holds("{}", "{}"));
}

TEST_CASE("a condition without values is never true") {
  CHECK_FALSE(holds(R"({"StringEquals":{"aws:k":[]}})", R"({"aws:k":"x"})"));
  CHECK_FALSE(holds(R"({"StringNotEquals":{"aws:k":[]}})", R"({"aws:k":"x"})"));
  CHECK_FALSE(holds(R"({"StringEqualsIfExists":{"aws:k":[]}})", "{}"));
}

TEST_CASE("variables in conditions") {
  constexpr std::string_view kContext = R"({"aws:username":"anna","s3:prefix":"home/anna/x","aws:TagKeys":["a","b"]})";
  CHECK(holds(R"({"StringLike":{"s3:prefix":"home/${aws:username}/*"}})", kContext));
  CHECK_FALSE(holds(R"({"StringLike":{"s3:prefix":"home/${aws:userid}/*"}})", kContext));
  // What can't be resolved keeps the statement from applying, negated or not.
  CHECK_FALSE(holds(R"({"StringNotLike":{"s3:prefix":"home/${aws:userid}/*"}})", kContext));
  CHECK_FALSE(holds(R"({"StringNotLike":{"s3:prefix":"home/${aws:TagKeys}/*"}})", kContext));
  // Other values are compared all the same.
  CHECK(holds(R"({"StringLike":{"s3:prefix":["${aws:userid}","home/*"]}})", kContext));
  CHECK(holds(R"({"StringLike":{"s3:prefix":"home/${aws:userid, 'anna'}/*"}})", kContext));
  CHECK(holds(R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}"}})",
              R"({"aws:PrincipalArn":"arn:aws:iam::1:user/anna","aws:PrincipalAccount":"1","aws:username":"anna"})"));
}

TEST_CASE("values of the wrong type are refused") {
  CHECK(refused("NumericEquals", R"("ten")") ==
        "error /identityPolicies/0/Statement/Condition/NumericEquals/aws:k: \"ten\" is no number");
  CHECK(refused("NumericEquals", R"("${aws:x}")").find("is no number") != std::string::npos);
  CHECK(refused("DateLessThan", R"("soon")").find("is no date") != std::string::npos);
  CHECK(refused("Bool", R"("maybe")").find("neither true nor false") != std::string::npos);
  CHECK(refused("Null", R"("0")").find("neither true nor false") != std::string::npos);
  CHECK(refused("IpAddress", R"("203.0.113.0/40")").find("no IP address") != std::string::npos);
  CHECK(refused("BinaryEquals", R"("*")").find("not base-64") != std::string::npos);
  CHECK(refused("StringEquals", "null").find("not null") != std::string::npos);
  CHECK(refused("StringEquals", R"([["a"]])").find("not an array") != std::string::npos);
  CHECK(refused("StringEquals", R"("${aws:x")").find("closing brace") != std::string::npos);
}

TEST_CASE("operators that don't exist are refused") {
  for (const std::string_view op : {"StringEqual", "stringequalsx", "NullIfExists", "ForSomeValues:StringEquals",
                                    "ForAnyValue:", "IfExists", "StringLessThan", "BinaryNotEquals", "",
                                    "ForAnyValue:ForAllValues:StringEquals", "StringEqualsIfExistsIfExists"}) {
    CAPTURE(op);
    CHECK(refused(op, R"("x")").find("error /identityPolicies/0/Statement/Condition/" + std::string{op}) == 0);
  }
}
