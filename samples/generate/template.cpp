#include "generate/template.h"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "generate/calendar.h"

namespace trailkeeper::generate {
namespace {

struct NamedAlphabet {
  std::string_view name;
  Alphabet alphabet;
};
constexpr std::array<NamedAlphabet, 5> kAlphabetNames{{{"hex", Alphabet::hex},
                                                      {"base32", Alphabet::base32},
                                                      {"upper", Alphabet::upper},
                                                      {"alnum", Alphabet::alnum},
                                                      {"base64", Alphabet::base64}}};

// In the order of Pool.
constexpr std::array<std::string_view, kPools> kPoolNames{
    "bucket", "instance", "volume",     "snapshot", "securityGroup", "subnet",     "vpc",      "vpcEndpoint", "interface",
    "image",  "function", "table",      "key",      "role",          "user",       "policy",   "logGroup",    "queue",
    "topic",  "secret",   "parameter",  "alarm",    "database",      "cluster",    "repository", "certificate", "zone",
    "distribution", "stack", "rule",    "stateMachine", "stream",    "loadBalancer", "word"};

struct SceneText {
  std::string_view name;
  std::string_view Scene::*member;
};
constexpr std::array<SceneText, 12> kSceneTexts{{{"account", &Scene::account},
                                                {"region", &Scene::region_name},
                                                {"company", &Scene::company},
                                                {"service", &Scene::service},
                                                {"action", &Scene::action},
                                                {"requestId", &Scene::request_id},
                                                {"arn", &Scene::caller_arn},
                                                {"name", &Scene::caller_name},
                                                {"roleArn", &Scene::role_arn},
                                                {"session", &Scene::session_name},
                                                {"accessKey", &Scene::access_key},
                                                {"ip", &Scene::ip}}};

const std::array<Template, 8>& object_templates() {
  static const std::array<Template, 8> templates{
      Template{"uploads/<guid>/<one:original|thumb_256|thumb_1024|preview>.<one:jpg|png|webp|pdf>"},
      Template{"logs/<service>/<dateSlash>/<pad:2:0:23>/<word>-<hex:12>.log.gz"},
      Template{"data/<word>/year=2024/month=<month>/part-<pad:5:0:199>-<guid>-c000.snappy.parquet"},
      Template{"artifacts/<word>/<hex:40>/<one:build.zip|bundle.tar.gz|manifest.json|layers.json>"},
      Template{"exports/<dateDash>/<word>-<pad:6:0:999999>.csv"},
      Template{"static/js/<word>.<hex:8>.chunk.js"},
      Template{"<word>/<word>/<alnum:22>"},
      Template{"env:/<one:prod|staging|dev>/<word>/terraform.tfstate"},
  };
  return templates;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument("template: '" + std::string{text} + "' is not a number");
  }
  return value;
}

// Takes the text up to the separator off the front.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return taken;
}

}  // namespace

Template::Template(std::string_view text) {
  while (!text.empty()) {
    const std::size_t open = text.find('<');
    if (open != 0) {
      Op literal;
      literal.text = text.substr(0, open);
      ops_.push_back(literal);
      if (open == std::string_view::npos) return;
    }
    const std::size_t close = text.find('>', open);
    if (close == std::string_view::npos) throw std::invalid_argument("template: '" + std::string{text} + "' has no '>'");
    ops_.push_back(parse_hole(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
}

Template::Op Template::parse_hole(std::string_view hole) {
  const std::string whole{hole};
  std::string_view name = take(hole, ':');
  Op op;
  if (const std::size_t mark = name.find('#'); mark != std::string_view::npos) {
    op.label = name.back();
    name = name.substr(0, mark);
  }
  for (const NamedAlphabet& known : kAlphabetNames) {
    if (known.name != name) continue;
    op.hole = Hole::random;
    op.alphabet = known.alphabet;
    op.count = static_cast<unsigned>(number(hole));
    return op;
  }
  for (const SceneText& known : kSceneTexts) {
    if (known.name != name) continue;
    op.hole = Hole::scene_text;
    op.member = known.member;
    return op;
  }
  for (std::size_t i = 0; i < kPools; ++i) {
    if (kPoolNames[i] != name) continue;
    op.hole = Hole::pool;
    op.pool = static_cast<Pool>(i);
    if (op.label == 0 && op.pool != Pool::word) op.label = 'x';  // One event is about one of each.
    return op;
  }
  if (name == "guid") {
    op.hole = Hole::guid;
  } else if (name == "int" || name == "pad") {
    op.hole = name == "int" ? Hole::integer : Hole::padded;
    if (name == "pad") op.count = static_cast<unsigned>(number(take(hole, ':')));
    op.low = number(take(hole, ':'));
    op.high = number(take(hole, ':'));
  } else if (name == "one") {
    op.hole = Hole::one;
    op.low = static_cast<std::int64_t>(choices_.size());
    do choices_.push_back(take(hole, '|'));
    while (!hole.empty());
    op.high = static_cast<std::int64_t>(choices_.size()) - 1;
  } else if (name == "object") {
    op.hole = Hole::object;
    op.label = 'o';
  } else {
    constexpr std::array<std::pair<std::string_view, Hole>, 7> kTimes{{{"time", Hole::time},
                                                                       {"epoch", Hole::epoch},
                                                                       {"epochMs", Hole::epoch_ms},
                                                                       {"longTime", Hole::long_time},
                                                                       {"dateSlash", Hole::date_slash},
                                                                       {"dateDash", Hole::date_dash},
                                                                       {"month", Hole::month}}};
    for (const auto& [time_name, time_hole] : kTimes) {
      if (time_name != name) continue;
      op.hole = time_hole;
      op.low = hole.empty() ? 0 : number(hole);
      return op;
    }
    throw std::invalid_argument("template: there is no hole <" + whole + ">");
  }
  return op;
}

void Template::append(std::string& out, Scene& scene) const {
  for (const Op& op : ops_) {
    if (op.hole == Hole::literal) {
      out.append(op.text);
    } else if (op.label != 0) {
      Random labelled{mix({scene.bits, static_cast<std::uint64_t>(op.hole), static_cast<std::uint64_t>(op.pool),
                           static_cast<unsigned char>(op.label)})};
      fill(out, op, scene, labelled);
    } else {
      fill(out, op, scene, scene.random);
    }
  }
}

void Template::fill(std::string& out, const Op& op, Scene& scene, Random& random) const {
  const std::int64_t at = scene.time + op.low;
  switch (op.hole) {
    case Hole::literal: out.append(op.text); return;
    case Hole::random: append_random(out, random, op.alphabet, op.count); return;
    case Hole::guid: append_guid(out, random); return;
    case Hole::integer: append_number(out, random.between(op.low, op.high)); return;
    case Hole::padded: append_padded(out, random.between(op.low, op.high), op.count); return;
    case Hole::one: out.append(choices_[random.between(op.low, op.high)]); return;
    case Hole::pool: {
      const std::vector<std::string>& items = scene.region->pools[static_cast<std::size_t>(op.pool)];
      if (!items.empty()) out.append(items[random.below_skewed(items.size())]);
      return;
    }
    case Hole::object: {
      // A stream of its own, so that the same label gives the same key although keys have holes themselves.
      std::swap(scene.random, random);
      const auto& templates = object_templates();
      templates[scene.random.below_skewed(templates.size())].append(out, scene);
      std::swap(scene.random, random);
      return;
    }
    case Hole::scene_text: out.append(scene.*op.member); return;
    case Hole::time: append_time(out, at); return;
    case Hole::epoch: append_number(out, static_cast<std::uint64_t>(at)); return;
    case Hole::epoch_ms:
      append_number(out, static_cast<std::uint64_t>(at));
      append_padded(out, random.below(1000), 3);
      return;
    case Hole::long_time: append_long_time(out, at); return;
    case Hole::date_slash: append_date(out, at, '/'); return;
    case Hole::date_dash: append_date(out, at, '-'); return;
    case Hole::month: append_padded(out, calendar(at).month, 2); return;
  }
}

}  // namespace trailkeeper::generate
