// A store whose file is damaged gives right answers or errors that name the place: docs/format.md#damage.
#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <map>

#include "store/bills/bills.h"
#include "store/hold_pins.h"
#include "store/lmdb/map_fault.h"
#include "store/rejects.h"
#include "store/segments/segment_verdicts.h"
#include "store/verify.h"
#include "tests/support/damaged_file.h"
#include "tests/support/filled_store.h"
#include "tests/support/random_event.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper;
using namespace trailkeeper::store;
using trailkeeper::tests::DamagedFile;
using trailkeeper::tests::FilledStore;
using trailkeeper::tests::RandomEvents;
using trailkeeper::tests::TemporaryDirectory;

namespace {

constexpr std::size_t kPage = 4096;

BillLine bill_line(std::uint8_t key) {
  BillLine line;
  line.key.fill(key);
  line.content = key;
  line.usage_account = "111122223333";
  line.service = "AmazonS3";
  line.usage_type = "Use";
  line.line_type = "Usage";
  line.entity = "AWS";
  line.amount = 100 + key;
  line.start = 86'400'000LL * key;
  line.id = "id";
  line.raw = "raw,line";
  return line;
}

/// Something in every table.
void fill(Store& opened, Writer& writer, int events_each) {
  RandomEvents random{41};
  event::RecordParser parser;
  for (int segment = 0; segment < 3; ++segment) {
    const auto batch = writer.new_batch();
    for (int i = 0; i < events_each; ++i) {
      const tests::Padded bytes{random.event()};
      event::Record record;
      if (parser.parse(bytes, record) == event::Reason::none) batch->add(record);
    }
    Commit commit;
    commit.batches.push_back(writer.seal(*batch));
    for (std::uint64_t i = 0; i < 8; ++i) {
      commit.rejects.push_back({"file-" + std::to_string(segment), i * 100, i, event::Reason::broken_json,
                                std::string(i * 700, 'r') + std::to_string(i)});
      commit.positions.push_back({"s3://bucket/" + std::to_string(segment * 8 + static_cast<int>(i)), i * 1000, true});
    }
    writer.commit(std::move(commit));
  }
  for (int i = 0; i < 3; ++i) {
    writer.put_policy_file({1700000000000 + i, 1700000000001, "account", "file", R"({"Version":"2012-10-17"})"},
                           {1700000000000 + i, R"({"action":"policies"})"});
  }
  std::vector<Writer::VerdictsOfSegment> verdicts;
  const Snapshot snapshot = opened.snapshot();
  for (const Segment& segment : snapshot.segments()) {
    verdicts.push_back({segment.header().number, {7, true, std::vector<std::uint8_t>(segment.size(), 1)}});
  }
  writer.put_verdicts(verdicts);
  std::vector<BillBatch> bills;
  bills.emplace_back("111122223333", 202405, "header");
  for (std::uint8_t key = 1; key < 9; ++key) bills.back().add(bill_line(key));
  const BillOrigin origin{writer.new_bill_load(), "may.csv", "", "", "", 0, 0};
  writer.commit_bills(bills, {}, {}, origin);
  writer.settle_bills({{bills.front().payer(), bills.front().month()}}, {origin.token});
  // Last: from then on what changes is held against them.
  for (int i = 0; i < 3; ++i) {
    writer.put_hold({"case-" + std::to_string(i), R"({"user":["user)" + std::to_string(i) + "\"]}"},
                    {1700000000000 + i, R"({"action":"hold","number":)" + std::to_string(i) + "}"});
  }
  Transaction transaction = opened.environment().write();
  put_pin(transaction, {"case-1", EventKey{1, 2, 3}, 4});
  const std::vector<std::string> phrases{"0Xy12", "acme 7", "Zz99x"};
  put_secrets(transaction, secret_seed_of(transaction), phrases);
  put_secret_paths(transaction, phrases);
  put_looked_for(transaction, 5);
  for (const Segment& segment : snapshot.segments()) {
    put_marks(transaction, segment.header().number, {7, {0, 1, segment.size() - 1}});
  }
  transaction.commit();
}

using Answer = std::function<std::string(const Snapshot& snapshot)>;

std::vector<EventKey> keys_of(const Snapshot& snapshot) {
  std::vector<EventKey> keys;
  for (const Segment& segment : snapshot.segments()) {
    for (std::uint32_t index = 0; index < segment.size(); ++index) keys.push_back(segment.key(index));
  }
  return keys;
}

std::string column_answers(const Snapshot& snapshot) {
  std::string out;
  std::string scratch;
  for (const Segment& segment : snapshot.segments()) {
    for (std::size_t column = 0; column < kColumnCount; ++column) {
      const PackedView counts = segment.column_counts(column);
      for (std::uint64_t i = 0; i < counts.size(); ++i) out += std::to_string(counts[i]) + ",";
      const StringList& strings = segment.dictionary(column);
      for (std::uint32_t i = 0; i < strings.size(); ++i) out += strings.get(i, scratch);
      const PackedView& codes = segment.column(column);
      for (std::uint32_t i = 0; i < segment.size(); ++i) out += std::to_string(codes[i]) + ";";
      std::vector<std::uint8_t> blocks(1 + segment.size() / kPostingBlock, 0);
      if (segment.postings(column).available()) segment.postings(column).mark(0, blocks);
      out.append(blocks.begin(), blocks.end());
    }
    for (std::uint32_t i = 0; i < segment.size(); ++i) {
      out += std::to_string(segment.time(i)) + " " + std::to_string(segment.table_of(i)) + " " +
             std::to_string(segment.row_of(i)) + " " + std::to_string(segment.first_at(segment.time(i))) + "\n";
    }
    for (std::uint32_t path = 0; path < segment.path_count(); ++path) out += segment.path_name(path);
  }
  return out;
}

std::string table_answers(const Snapshot& snapshot) {
  std::string out = std::to_string(snapshot.reject_count()) + snapshot.pseudonym_key();
  snapshot.rejects([&](const KeptReject& record) {
    out += record.source + std::to_string(record.offset) + record.bytes;
    return true;
  });
  snapshot.sources([&](const SourcePosition& at) { out += at.source + std::to_string(at.bytes); });
  return out;
}

std::string operator_answers(const Snapshot& snapshot) {
  std::string out;
  snapshot.journal([&](const JournalEntry& entry) { out += std::to_string(entry.time) + entry.text; });
  for (const LegalHold& hold : snapshot.holds()) out += hold.name + hold.filter;
  out += std::to_string(pin_count(snapshot.transaction(), "case-1"));
  if (!is_pinned(snapshot.transaction(), "case-1", EventKey{1, 2, 3}, 4)) out += "gone";
  for (const PolicyFile& file : snapshot.policy_files()) out += std::to_string(file.time) + file.bytes;
  const auto secrets = snapshot.secrets();
  for (const std::string_view phrase : {"0Xy12", "acme 7", "Zz99x"}) out += secrets->words.find(phrase) ? "1" : "0";
  for (const std::string& path : secrets->paths) out += path;
  out += std::to_string(secrets->looked_for);
  return out;
}

std::string bill_answers(const Snapshot& snapshot) {
  std::string out;
  for (const BillMonth& month : bill_months(snapshot)) {
    out += month.payer + std::to_string(month.month) + " " + std::to_string(month.lines);
    for (const BillCell& cell : bill_cells(snapshot, month.payer, month.month)) out += std::to_string(cell.amount);
    for_each_bill_line(snapshot, month.payer, month.month,
                       [&](const CountedBillLine& line) { out += std::to_string(line.amount) + ";"; });
  }
  check_bills(snapshot);
  return out;
}

/// Verdicts that can't be read are made again, so they may be missing, but not wrong.
std::string verdict_answers(const Snapshot& snapshot) {
  for (const Segment& segment : snapshot.segments()) {
    const auto stored = snapshot.verdicts(segment.header().number);
    const auto verdicts = stored ? decode_verdicts(*stored, segment.size()) : std::nullopt;
    if (!verdicts || verdicts->basis != 7) continue;
    for (const std::uint8_t code : verdicts->codes) {
      if (code != 1) return "another verdict";
    }
  }
  return "right or none";
}

/// Marks, too; those that are missing count as unknown.
std::string mark_answers(const Snapshot& snapshot) {
  for (const Segment& segment : snapshot.segments()) {
    const auto marks = decode_marks(segment.marks(), segment.size());
    if (!marks || marks->basis != 7) continue;
    if (marks->events != std::vector<std::uint32_t>{0, 1, segment.size() - 1}) return "other marks";
  }
  return "right or none";
}

std::vector<Answer> all_answers(const std::vector<EventKey>& keys) {
  return {
      [keys](const Snapshot& snapshot) {  // What `show` does.
        std::string out;
        for (const EventKey& key : keys) {
          for (const Segment& segment : snapshot.segments()) {
            for (const std::uint32_t index : segment.find(key)) segment.append_event(index, snapshot.hash_seed(), out);
          }
        }
        return out;
      },
      [](const Snapshot& snapshot) {
        std::string out;
        for (const Segment& segment : snapshot.segments()) {
          for (std::uint32_t i = 0; i < segment.size(); ++i) segment.append_event(i, snapshot.hash_seed(), out);
        }
        return out;
      },
      column_answers,
      table_answers,
      operator_answers,
      bill_answers,
      verdict_answers,
      mark_answers,
  };
}

/// A filled store's file, and its right answers.
struct Sound {
  TemporaryDirectory directory;
  std::vector<Answer> answers;
  std::vector<std::string> right;
  std::uint64_t errors = 0;
  std::map<std::string, std::uint64_t> wrong;  ///< What was done, and how many of the answers were wrong.

  explicit Sound(int events_each) {
    {
      Store store{directory.path("s"), Store::Mode::write};
      Writer writer{store};
      fill(store, writer, events_each);
    }
    Store store{directory.path("s"), Store::Mode::read};
    const Snapshot snapshot = store.snapshot();
    answers = all_answers(keys_of(snapshot));
    for (const Answer& answer : answers) right.push_back(answer(snapshot));
  }
  [[nodiscard]] std::string file() const { return directory.path("s/data.mdb"); }

  /// Asks everything; an error must say that it is damage, and where.
  void ask(const std::string& what) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      try {
        Store store{directory.path("s"), Store::Mode::read};
        const std::uint64_t unreadable = unreadable_pages();
        const std::string answer = answers[i](store.snapshot());
        require_readable_since(unreadable);
        if (answer != right[i]) ++wrong[what + ": answer " + std::to_string(i)];
      } catch (const StoreError& error) {
        ++errors;
        const bool names_it = error.kind() == StoreErrorKind::corrupt || error.kind() == StoreErrorKind::newer_format;
        if (!names_it) ++wrong[what + ": " + error.what()];
      }
    }
  }
};

/// Every so many places, with a sanitizer fewer; all of them if the environment asks for it (by hand).
std::size_t sampled(std::size_t step) {
  const char* const all = std::getenv("TRAILKEEPER_TEST_ALL_FAULTS");
  constexpr std::size_t kFewer = tests::kSanitized ? 4 : 1;
  return all == nullptr ? kFewer * step : std::max<std::size_t>(1, std::strtoul(all, nullptr, 10));
}

void check_none_wrong(const Sound& sound) {
  for (const auto& wrong : sound.wrong) {
    CAPTURE(wrong.first);
    CHECK(wrong.second == 0);
  }
}

}  // namespace

TEST_CASE("G5: a flipped bit anywhere in a store's file gives right answers or an error") {
  Sound sound{25};
  DamagedFile file{sound.file()};
  // The heads and the table `meta` are few bytes, but everything hangs on them.
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < 152; ++at) places.insert(places.end(), {at, kPage + at});
  for (const std::string_view key : {"format", "sums", "hash-seed", "pseudonym-key"}) {
    std::size_t found = file.whole().find(key);
    for (; found != std::string::npos; found = file.whole().find(key, found + 1)) {
      for (std::size_t at = found - 8; at < found + key.size() + 24; at += sampled(5)) places.push_back(at);
    }
  }
  for (std::size_t at = 0; at < file.size(); at += sampled(397)) places.push_back(at);
  for (const std::size_t at : places) {
    file.flip(at, static_cast<unsigned>(at * 5 % 8));
    sound.ask("bit " + std::to_string(at * 5 % 8) + " of byte " + std::to_string(at));
    file.restore();
  }
  check_none_wrong(sound);
  CHECK(sound.errors > 0);
}

TEST_CASE("G5: a zeroed, swapped or cut-off page gives right answers or an error, and never ends the process") {
  Sound sound{25};
  DamagedFile file{sound.file()};
  const std::size_t step = kPage * sampled(3);
  for (std::size_t at = 0; at < file.size(); at += step) {
    const std::string page = "page " + std::to_string(at / kPage);
    file.zero(at, kPage);
    sound.ask(page + " zeroed");
    file.restore();
    file.zero(at, 512);
    sound.ask(page + ", a sector zeroed");
    file.restore();
    for (std::size_t other = at + step; other < file.size(); other += 3 * step) {
      file.swap(at, other, kPage);
      sound.ask(page + " swapped with " + std::to_string(other / kPage));
      file.restore();
    }
    file.cut(at);
    sound.ask(page + " and all behind it cut off");
    file.restore();
    file.cut(at + 100);
    sound.ask(page + " cut");
    file.restore();
  }
  check_none_wrong(sound);
  CHECK(sound.errors > 0);
}

TEST_CASE("a writer never takes a damaged file for sound: it refuses, or all answers are right afterwards") {
  Sound sound{10};
  DamagedFile file{sound.file()};
  std::uint64_t refused = 0;
  for (std::size_t at = 0; at < file.size(); at += sampled(4099)) {
    file.flip(at, static_cast<unsigned>(at * 5 % 8));
    try {
      Store store{sound.directory.path("s"), Store::Mode::write};
    } catch (const StoreError&) {
      ++refused;
    }
    file.restore();
  }
  CHECK(refused > 0);
  sound.ask("after all");
  check_none_wrong(sound);
}

TEST_CASE("a file that is cut short while it is read is an error, not the end of the process") {
  Sound sound{25};
  Store store{sound.directory.path("s"), Store::Mode::read};
  const Snapshot snapshot = store.snapshot();
  DamagedFile file{sound.file()};
  const std::uint64_t before = unreadable_pages();
  file.cut(3 * kPage);
  CHECK_THROWS_AS(static_cast<void>(column_answers(snapshot)), StoreError);
  CHECK(unreadable_pages() > before);
  CHECK_THROWS_AS(require_readable_since(before), StoreError);
}

TEST_CASE("verify names every damaged place, and goes on behind it") {
  Sound sound{25};
  std::vector<std::string> found;
  const auto told = [&](const std::string& what) { found.push_back(what); };
  CHECK(verify_store(sound.directory.path("s"), true, told).events == 75);
  CHECK(found.empty());
  DamagedFile file{sound.file()};
  // Free pages hold older copies of the same bytes.
  for (const std::string text : {R"(case-1{"user")", R"({"action":"hold","number":2)"}) {
    std::size_t at = file.whole().find(text);
    REQUIRE(at != std::string::npos);
    for (; at != std::string::npos; at = file.whole().find(text, at + 1)) file.flip(at + 10, 0);
  }
  CHECK(verify_store(sound.directory.path("s"), true, told).events == 75);
  REQUIRE(found.size() >= 2);
  std::string all;
  for (const std::string& what : found) all += what + "\n";
  CAPTURE(all);
  CHECK(all.find("table holds, key case-1") != std::string::npos);
  CHECK(all.find("table journal") != std::string::npos);
}

TEST_CASE("verify says the same with one thread and with several") {
  Sound sound{25};
  std::vector<std::string> found;
  const auto verified = [&](unsigned threads) {
    found.clear();
    const Verified result = verify_store(
        sound.directory.path("s"), true, [&](const std::string& what) { found.push_back(what); }, threads);
    return std::pair{result.events, result.entries};
  };
  int in_segments = 0;
  DamagedFile file{sound.file()};
  const std::size_t step = 4 * kPage + 16;
  for (std::size_t at = 2 * kPage + 100; at < file.size(); at += step) {
    for (std::size_t next = at; next < file.size(); next += 7 * step) file.flip(next, 1);
    const auto alone = verified(1);
    const std::vector<std::string> told = found;
    CAPTURE(at);
    CHECK(verified(4) == alone);
    CHECK(found == told);
    for (const std::string& what : told) in_segments += what.find("segment") != std::string::npos ? 1 : 0;
    file.restore();
  }
  CHECK(in_segments > 0);
  CHECK(verified(4).first == 75);
  CHECK(found.empty());
}
