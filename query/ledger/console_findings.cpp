#include "query/ledger/console_findings.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>

#include "event/canonical_name.h"
#include "query/columns/event_fields.h"
#include "query/ledger/activate_events.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

using event::Field;
namespace credits = rules::credits;

namespace {

constexpr std::array<std::string_view, 8> kActions{"CreateForm", "GetAccountContact", "GetContentInfo",
                                                   "GetCosts",   "GetCredits",        "GetMemberInfo",
                                                   "GetProgram", "PutMemberInfo"};
constexpr std::array<std::string_view, 2> kWrites{"CreateForm", "PutMemberInfo"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Collects what is found in segments.
class ConsoleFindings {
 public:
  ConsoleFindings(const store::Snapshot& snapshot, const credits::Book& book)
      : snapshot_(snapshot), names_(snapshot), book_(book) {
    for (const auto& [account, state] : book.programme().accounts()) {
      members_known_ = members_known_ || state.membership.has_value();
    }
    for (const credits::ApplicationState& application : book.programme().applications()) {
      if (application.decided && application.decision->approved) approve(application.account, *application.decided);
    }
    for (const credits::Credit& credit : book.programme().credits()) {
      if (credit.kind != credits::CreditKind::other) approve(credit.account, credit.issued);
    }
  }

  void look_at_all() {
    const auto any = [](std::string_view) { return true; };
    for_each_activate_event(snapshot_, any, [&](const store::Segment& segment, std::uint32_t index) {
      if (segment.time(index) <= book_.at()) look_at(segment, index);
    });
  }

  std::vector<credits::LedgerFinding> take() {
    std::vector<credits::LedgerFinding> out;
    for (auto& [key, first] : found_) {
      out.push_back({first.time, std::get<0>(key), first.severity, std::get<1>(key),
                     event_name_of(*first.segment, first.index, bytes_of(*first.segment, first.index), names_),
                     first.sentence + (first.events > 1 ? ", " + std::to_string(first.events) + " times" : "")});
    }
    return out;
  }

 private:
  struct First {
    const store::Segment* segment;
    std::uint32_t index;
    text::Timestamp time;
    rules::Severity severity;
    std::string sentence;
    std::uint64_t events = 0;
  };

  // An account has approved credits from then on (R56).
  void approve(const std::string& account, text::Timestamp time) {
    const auto [found, is_new] = approved_.emplace(account, time);
    if (!is_new) found->second = std::min(found->second, time);
  }

  [[nodiscard]] std::string bytes_of(const store::Segment& segment, std::uint32_t index) const {
    std::string json;
    segment.append_event(index, snapshot_.hash_seed(), json);
    return json;
  }

  // Of two events of one time, the one by eventID and bytes, whichever came first.
  [[nodiscard]] bool earlier(const store::Segment& segment, std::uint32_t index, const First& than) const {
    if (segment.time(index) != than.time) return segment.time(index) < than.time;
    const std::string one = bytes_of(segment, index);
    const std::string other = bytes_of(*than.segment, than.index);
    return std::tuple{event_id_of(one), std::string_view{one}} <
           std::tuple{event_id_of(other), std::string_view{other}};
  }

  void look_at(const store::Segment& segment, std::uint32_t index) {
    const EventFields fields{segment};
    const std::string name{event::canonical_name(kActivateSource, fields.text(Field::event_name, index))};
    std::string account = fields.text(Field::recipient_account_id, index);
    if (account.empty()) account = fields.text(Field::account_id, index);
    if (!is_one_of(name, kActions)) {
      if (!credits::carries_facts(name)) {
        note("R1", rules::Severity::medium, account, name, segment, index, name + " is none of Activate's events");
      }
      return;
    }
    const std::string read_only = fields.text(Field::read_only, index);
    if (!read_only.empty() && (read_only == "true") == is_one_of(name, kWrites)) {
      note("R4", rules::Severity::medium, account, name, segment, index, name + " says readOnly " + read_only);
    }
    check_member(segment, index, name, account);
  }

  void check_member(const store::Segment& segment, std::uint32_t index, const std::string& name,
                    const std::string& account) {
    if (!members_known_) return;
    const auto& accounts = book_.programme().accounts();
    const auto state = accounts.find(account);
    const bool known = state != accounts.end() && state->second.membership && *state->second.membership != "NonMember";
    if (!known) {
      note("R5", rules::Severity::low, account, name, segment, index, name + " by an account that is no member");
      return;
    }
    const auto approved = approved_.find(account);
    const bool may = approved != approved_.end() && approved->second <= segment.time(index);
    if (name == "GetContentInfo" && !may) {
      note("R56", rules::Severity::medium, account, name, segment, index,
           "offers were read by a member without approved credits");
    }
  }

  void note(std::string_view rule, rules::Severity severity, const std::string& account, const std::string& name,
            const store::Segment& segment, std::uint32_t index, const std::string& sentence) {
    const text::Timestamp time = segment.time(index);
    const auto [found, is_new] =
        found_.emplace(std::tuple{rule, account, name}, First{&segment, index, time, severity, sentence});
    First& first = found->second;
    ++first.events;
    if (!is_new && earlier(segment, index, first)) {
      first.segment = &segment;
      first.index = index;
      first.time = time;
      first.sentence = sentence;
    }
  }

  const store::Snapshot& snapshot_;
  EventNames names_;
  const credits::Book& book_;
  bool members_known_ = false;
  std::unordered_map<std::string, text::Timestamp> approved_;  // First approval by account.
  std::map<std::tuple<std::string_view, std::string, std::string>, First> found_;
};

}  // namespace

std::vector<credits::LedgerFinding> console_findings(const store::Snapshot& snapshot, const credits::Book& book) {
  ConsoleFindings findings{snapshot, book};
  findings.look_at_all();
  return findings.take();
}

}  // namespace trailkeeper::query
