#include "query/ledger/credit_ledger.h"

#include <algorithm>
#include <iterator>

#include "event/canonical_name.h"
#include "query/columns/event_fields.h"
#include "query/known_secrets.h"
#include "query/ledger/activate_events.h"
#include "query/segment_scan.h"
#include "rules/credits/confidential.h"
#include "rules/iam/arn.h"
#include "store/bills/bills.h"
#include "store/segments/segment_parts.h"
#include "text/clock.h"
#include "text/json_writer.h"
#include "text/result.h"

namespace trailkeeper::query {

using event::Field;
namespace credits = rules::credits;

namespace {

std::optional<store::PolicyFile> settings_file(const store::Snapshot& snapshot) {
  std::optional<store::PolicyFile> newest;
  for (store::PolicyFile& file : snapshot.policy_files()) {
    if (file.kind == kCreditSettingsFile && (!newest || file.loaded >= newest->loaded)) newest = std::move(file);
  }
  return newest;
}

credits::EventHead head_of(const store::Segment& segment, std::uint32_t index) {
  const EventFields fields{segment};
  credits::EventHead head;
  head.time = segment.time(index);
  head.name = event::canonical_name(kActivateSource, fields.text(Field::event_name, index));
  // What isn't an account's number, somebody made up: it may be an Org ID.
  for (const Field field : {Field::recipient_account_id, Field::account_id}) {
    std::string account{fields.text(field, index)};
    if (head.account.empty() && rules::iam::is_account_id(account)) head.account = std::move(account);
  }
  head.region = fields.text(Field::aws_region, index);
  head.error_code = fields.text(Field::error_code, index);
  return head;
}

}  // namespace

CreditLedger::CreditLedger(const store::Snapshot& snapshot, bool shown)
    : snapshot_(snapshot), pseudonymiser_(snapshot.pseudonym_key()), names_(snapshot) {
  read_settings();
  read_facts(shown);
  for (const store::BillMonth& bill : store::bill_months(snapshot)) {
    if (const auto month = text::Month::of_number(bill.month)) bills_.push_back({bill.payer, *month});
  }
}

void CreditLedger::read_settings() {
  settings_ = credits::Settings::built_in();
  const auto file = settings_file(snapshot_);
  if (!file) return;
  auto read = credits::Settings::parse(file->bytes);
  if (read) {
    settings_ = std::move(*read);
  } else {
    unreadable_.push_back({file->loaded, "", rules::Severity::high, "", "",
                           "the settings can't be read: " + read.error().path + " " + read.error().message});
  }
}

void CreditLedger::read_facts(bool shown) {
  struct Read {
    std::vector<credits::Fact> facts;
    std::vector<credits::LedgerFinding> unreadable;
  };
  const std::vector<store::Segment>& segments = snapshot_.segments();
  std::vector<Read> of_segments(segments.size());
  const ActivateEvents events{snapshot_};
  for_each_segment(snapshot_, [&](const store::Segment& segment) {
    Read& read = of_segments[static_cast<std::size_t>(&segment - segments.data())];
    read_facts(segment, events, shown, read.facts, read.unreadable);
  });
  std::size_t facts = 0;
  for (const Read& read : of_segments) facts += read.facts.size();
  facts_.reserve(facts);
  for (Read& read : of_segments) {
    std::move(read.facts.begin(), read.facts.end(), std::back_inserter(facts_));
    std::move(read.unreadable.begin(), read.unreadable.end(), std::back_inserter(unreadable_));
    read = {};
  }
}

void CreditLedger::read_facts(const store::Segment& segment, const ActivateEvents& events, bool shown,
                              std::vector<credits::Fact>& facts,
                              std::vector<credits::LedgerFinding>& unreadable) const {
  const auto wanted = [shown](std::string_view name) {
    return credits::carries_facts(name) && (shown || name != "GetCredits");
  };
  std::string json;
  events.for_each(segment, wanted, [&](std::uint32_t index) {
    json.clear();
    segment.append_event(index, snapshot_.hash_seed(), json);
    credits::EventHead head = head_of(segment, index);
    head.stand_in = [&] { return names_.stand_in(segment.key(index)); };
    auto fact = credits::read_fact(head, json, settings_);
    if (fact && *fact) facts.push_back(std::move(**fact));
    if (!fact) {
      unreadable.push_back({head.time, "", rules::Severity::medium, head.account,
                            event_name_of(segment, index, json, names_),
                            head.name + " can't be read: " + fact.error().message});
    }
  });
}

std::vector<credits::ChargeCell> CreditLedger::cells(const credits::BillName& name) const {
  std::vector<credits::ChargeCell> found;
  for (store::BillCell& cell : store::bill_cells(snapshot_, name.payer, name.month.number())) {
    found.push_back({std::move(cell.usage_account), std::move(cell.service), std::move(cell.usage_type),
                     std::move(cell.line_type), std::move(cell.entity), cell.reservation, cell.day,
                     text::Money::of_units(cell.amount), static_cast<std::uint64_t>(cell.lines)});
  }
  return found;
}

credits::Book CreditLedger::book(text::Timestamp at, const credits::BillVisitor& visit) const {
  return credits::Book{facts_,    bills_, [this](const credits::BillName& name) { return cells(name); },
                       settings_, at,     visit};
}

std::optional<std::string> CreditLedger::objection(const credits::OwnFact& fact) const {
  const std::string json = credits::own_event(fact, credits::own_event_id(fact, pseudonymiser_), "{}", text::now());
  const auto read = credits::read_fact({fact.time, fact.name, fact.account, "", ""}, json, settings_);
  return read && *read ? credits::objection(facts_, **read) : std::nullopt;
}

credits::Corrections CreditLedger::corrections() const { return credits::corrections_of(facts_); }

std::string CreditLedger::pseudonym(std::string_view org_id) const {
  if (org_id.empty()) return {};
  return pseudonymiser_.org_id(org_id);
}

credits::Settings credit_settings(const store::Snapshot& snapshot) {
  const auto file = settings_file(snapshot);
  auto read = file ? credits::Settings::parse(file->bytes) : credits::Settings::built_in();
  return read ? *read : credits::Settings::built_in();
}

std::string credit_settings_text(const store::Snapshot& snapshot) {
  const auto file = settings_file(snapshot);
  return file ? file->bytes : std::string{credits::built_in_settings_text()};
}

text::Result<void> load_credit_settings(store::Store& store, store::Writer& writer, std::string bytes,
                                        std::string source, text::Timestamp now) {
  if (const auto read = credits::Settings::parse(bytes); !read) return read.error();
  store::PolicyFile file;
  file.loaded = now;
  file.kind = kCreditSettingsFile;
  file.source = std::move(source);
  file.bytes = std::move(bytes);
  const auto journal = [now, &file](std::string_view action) {
    std::string text;
    text::JsonWriter{text}.open('{').member("action", action).member("source", file.source).close('}');
    return store::JournalEntry{now, text};
  };
  const auto snapshot = store.snapshot();
  const std::string key = store::policy_key(file);
  secrets_may_change(store);
  for (const store::PolicyFile& old : snapshot.policy_files()) {
    if (old.kind == kCreditSettingsFile)
      writer.erase_policy_file(store::policy_key(old), journal("credits-settings-replace"));
  }
  writer.put_policy_file(file, journal("credits-settings"));
  keep_secrets(store);
  return {};
}

}  // namespace trailkeeper::query
