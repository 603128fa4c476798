#include "trail_template.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "trail_text.h"

namespace trailkeeper::bench {

// In the order of kPlaceNames.
enum class Template::Place : std::uint8_t {
  account,
  region,
  session,
  bucket,
  key,
  function,
  table,
  kms,
  role,
  instance,
  queue,
  group,
  user,
  prefix,
  param,
  guid,
  hex16,
  upper16,
  alnum32,
  role_id,
  base64,
  number,
  small_number,
  seconds,
  millis,
  day,
  date,
  removed
};

namespace {

constexpr std::array<std::string_view, 28> kPlaceNames{
    "account", "region", "session",  "bucket",  "key",     "function", "table",
    "kms",     "role",   "instance", "queue",   "group",   "user",     "prefix",
    "param",   "guid",   "hex16",    "upper16", "alnum32", "role-id",  "base64",
    "number",  "small",  "seconds",  "millis",  "day",     "date",     "sensitiveDataRemoved"};

constexpr std::array<std::string_view, 8> kPrefixes{"orders", "exports", "uploads", "invoices",
                                                    "raw",    "reports", "thumbs",  "backup"};
constexpr std::array<std::string_view, 8> kParameters{"db-password", "api-token",  "endpoint", "feature-flags",
                                                      "log-level",   "queue-name", "bucket",   "webhook-secret"};

void append_date(std::string& out, std::int64_t time) {
  const CalendarTime parts = calendar(time);
  append_padded(out, static_cast<unsigned>(parts.year), 4);
  out += '/';
  append_padded(out, parts.month, 2);
  out += '/';
  append_padded(out, parts.day, 2);
}

std::string_view prefix_of(const EventContext& context) { return kPrefixes[mix(context.choice) & 7]; }

// Half of the objects are read again and again, the other half are new.
void append_object_key(std::string& out, const EventContext& context) {
  Random random{mix(context.choice ^ 0x6b6579)};
  out += prefix_of(context);
  out += '/';
  if (random.below(2) == 0) {
    append_padded(out, random.below(400), 6);
    out += "/current.json";
    return;
  }
  append_date(out, context.time);
  out += '/';
  append_guid(out, random);
  out += random.below(2) == 0 ? ".json.gz" : ".parquet";
}

}  // namespace

Template::Template(std::string_view text) {
  std::size_t from = 0;
  while (true) {
    const std::size_t open = text.find('<', from);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('>', open);
    const auto* const found =
        std::find(kPlaceNames.begin(), kPlaceNames.end(), text.substr(open + 1, close - open - 1));
    if (found == kPlaceNames.end()) throw std::logic_error("no such place: " + std::string{text.substr(open)});
    pieces_.push_back({std::string{text.substr(from, open - from)}, static_cast<Place>(found - kPlaceNames.begin())});
    from = close + 1;
  }
  tail_ = text.substr(from);
}

void Template::append(std::string& out, const EventContext& context, Random& random) const {
  for (const Piece& piece : pieces_) {
    out += piece.before;
    append_place(piece.place, out, context, random);
  }
  out += tail_;
}

void Template::append_place(Place place, std::string& out, const EventContext& context, Random& random) {
  const Account& account = *context.account;
  const std::uint64_t choice = context.choice;
  switch (place) {
    case Place::account: out += account.id; break;
    case Place::region: out += context.region; break;
    case Place::session: out += context.caller->session; break;
    case Place::bucket: out += account.buckets.pick(choice); break;
    case Place::key: append_object_key(out, context); break;
    case Place::function: out += account.functions.pick(choice >> 8); break;
    case Place::table: out += account.tables.pick(choice >> 16); break;
    case Place::kms: out += account.keys.pick(choice >> 24); break;
    case Place::role: out += account.roles.pick(choice >> 32); break;
    case Place::instance: out += account.instances.pick(choice >> 40); break;
    case Place::queue: out += account.queues.pick(choice >> 20); break;
    case Place::group: out += account.groups.pick(choice >> 28); break;
    case Place::user: out += account.users.pick(choice >> 36); break;
    case Place::prefix: out += prefix_of(context); break;
    case Place::param: out += kParameters[(choice >> 3) & 7]; break;
    case Place::guid: append_guid(out, random); break;
    case Place::hex16: append_hex(out, random.next(), 16); break;
    case Place::upper16: append_upper(out, random, 16); break;
    case Place::alnum32: append_alnum(out, random, 32); break;
    case Place::role_id: append_upper(out, random, 17); break;
    case Place::base64: append_base64(out, random, 76); break;
    case Place::number: append_number(out, std::uint64_t{1} + random.below(1U << (4 + random.below(20)))); break;
    case Place::small_number: append_number(out, 1 + random.below(60)); break;
    case Place::seconds: append_number(out, static_cast<std::uint64_t>(context.time)); break;
    case Place::millis: append_number(out, static_cast<std::uint64_t>(context.time) * 1000 + random.below(1000)); break;
    case Place::day: append_time(out, context.time - context.time % 86400); break;
    case Place::date: append_date(out, context.time); break;
    case Place::removed: out += "<sensitiveDataRemoved>"; break;
  }
}

}  // namespace trailkeeper::bench
