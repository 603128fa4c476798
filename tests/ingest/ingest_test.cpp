#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>

#include "ingest/decompressor.h"
#include "ingest/input_files.h"
#include "ingest/layer_stream.h"
#include "ingest/replay.h"
#include "ingest/source_reader.h"
#include "tests/support/compressed.h"
#include "tests/support/random_event.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using namespace trailkeeper::tests;

namespace {

struct Streamed {
  std::string out;
  bool good = true;
  bool complete = false;
};

/// Decompresses, giving `piece` bytes at a time.
Streamed stream_of(Compression compression, std::string_view in, std::size_t piece, std::size_t room = 1000) {
  const auto stream = make_decompression_stream(compression);
  Streamed result;
  std::string_view given;
  std::size_t at = 0;
  for (int idle = 0; idle < 3 && result.good;) {
    if (given.empty() && at < in.size()) {
      given = in.substr(at, piece);
      at += given.size();
    }
    const std::size_t before = result.out.size() + at - given.size();
    result.good = stream->step(given, room, result.out);
    idle = result.out.size() + at - given.size() == before ? idle + 1 : 0;
  }
  result.complete = stream->complete();
  return result;
}

std::string sample(std::size_t bytes) {
  RandomEvents random{61};
  std::string out;
  while (out.size() < bytes) out += random.event() + "\n";
  return out;
}

std::vector<std::string> events_in(store::Store& store) {
  const auto snapshot = store.snapshot();
  std::vector<std::string> out;
  for (const store::Segment& segment : snapshot.segments()) {
    for (std::uint32_t i = 0; i < segment.size(); ++i) {
      out.emplace_back();
      segment.append_event(i, snapshot.hash_seed(), out.back());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<store::RejectedRecord> rejects_in(store::Store& store) {
  std::vector<store::RejectedRecord> out;
  store.snapshot().rejects([&](const store::KeptReject& record) {
    out.push_back(record);
    return true;
  });
  return out;
}

ReplayResult replay(store::Store& store, const std::vector<std::string>& paths, PipelineOptions options = {}) {
  const std::atomic<bool> stop{false};
  return Replay{store, options}.run(paths, stop);
}

std::string one_line_events(RandomEvents& random, int count, std::vector<std::string>& events) {
  std::string out;
  while (count > 0) {
    std::string json = random.event();
    if (json.find('\n') != std::string::npos) continue;
    out += json + "\n";
    events.push_back(std::move(json));
    --count;
  }
  return out;
}

}  // namespace

TEST_CASE("compression is told by the first bytes, never by the name") {
  CHECK(compression_of(gzip("x")) == Compression::gzip);
  CHECK(compression_of(zstd("x")) == Compression::zstd);
  CHECK(compression_of("\x50\x2A\x4D\x18") == Compression::zstd);
  CHECK(compression_of("\x5F\x2A\x4D\x18") == Compression::zstd);
  CHECK(compression_of("\x60\x2A\x4D\x18") == Compression::none);
  CHECK(compression_of("{\"a\":1}") == Compression::none);
  CHECK(compression_of("") == Compression::none);
  CHECK(compression_of("\x1F") == Compression::none);
}

TEST_CASE("gunzip_all: one member, several, an empty one, padding behind") {
  const std::string text = sample(50000);
  GzipMembers members;
  std::string out;
  CHECK(gunzip_all(gzip(text), 1 << 20, out, members));
  CHECK(out == text);
  CHECK(members.empty());
  CHECK(gunzip_all(gzip("a") + gzip("") + gzip(text), 1 << 20, out, members));
  REQUIRE(members.size() == 2);
  CHECK(members[1].stored == gzip("a").size() + gzip("").size());
  CHECK(members[1].plain == 1);
  CHECK(out == "a" + text);
  CHECK(gunzip_all(gzip(""), 1 << 20, out, members));
  CHECK(out.empty());
}

TEST_CASE("gunzip_all refuses what is damaged, cut short or too large") {
  const std::string text = sample(50000);
  const std::string packed = gzip(text);
  GzipMembers members;
  std::string out;
  CHECK_FALSE(gunzip_all(packed.substr(0, packed.size() - 1), 1 << 20, out, members));
  CHECK_FALSE(gunzip_all(packed.substr(0, 100), 1 << 20, out, members));
  CHECK_FALSE(gunzip_all(packed, text.size() - 1, out, members));
  std::string damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  CHECK_FALSE(gunzip_all(damaged, 1 << 20, out, members));
  // A bomb costs no more than the limit.
  CHECK_FALSE(gunzip_all(gzip(std::string(30 << 20, 'x')), 1 << 20, out, members));
}

TEST_CASE("streams: gzip and zstd, several members, in pieces of any size") {
  const std::string text = sample(20000);
  for (const std::size_t piece : {1, 7, 1000, 1000000}) {
    CAPTURE(piece);
    for (const Compression compression : {Compression::gzip, Compression::zstd}) {
      const auto pack = [&](std::string_view bytes) {
        return compression == Compression::gzip ? gzip(bytes) : zstd(bytes);
      };
      const Streamed one = stream_of(compression, pack(text), piece);
      CHECK(one.good);
      CHECK(one.complete);
      CHECK(one.out == text);
      const Streamed several = stream_of(compression, pack(text) + pack("") + pack("tail"), piece);
      CHECK(several.good);
      CHECK(several.complete);
      CHECK(several.out == text + "tail");
      const std::string packed = pack(text);
      const Streamed cut = stream_of(compression, packed.substr(0, packed.size() - 5), piece);
      CHECK_FALSE((cut.good && cut.complete));
      CHECK(text.starts_with(cut.out));
    }
  }
}

TEST_CASE("list_files: files, folders in order of names, no hidden entries, missing paths named") {
  const TemporaryDirectory directory;
  directory.write("in/b/2.json", "22");
  directory.write("in/a/1.json", "1");
  directory.write("in/b/.hidden", "x");
  directory.write("in/.git/config", "x");
  directory.write("in/c.json", "333");
  std::vector<std::string> paths;
  std::vector<UnreadableFile> unreadable;
  list_files(
      {directory.path("in"), directory.path("in/a/../a/1.json"), directory.path("none")},
      [&](std::string path, std::uint64_t bytes) {
        paths.push_back(path.substr(directory.path().size()) + " " + std::to_string(bytes));
        return true;
      },
      unreadable);
  CHECK(paths == std::vector<std::string>{"/in/a/1.json 1", "/in/b/2.json 2", "/in/c.json 3", "/in/a/1.json 1"});
  REQUIRE(unreadable.size() == 1);
  CHECK(unreadable[0].path.ends_with("/none"));
  CHECK_FALSE(unreadable[0].reason.empty());
  int seen = 0;
  list_files(
      {directory.path("in")}, [&](std::string, std::uint64_t) { return ++seen < 2; }, unreadable);
  CHECK(seen == 2);
}

TEST_CASE("a symbolic link that leads back to its folder doesn't hang the listing") {
  const TemporaryDirectory directory;
  directory.write("in/a.json", "{}");
  std::filesystem::create_directory_symlink(directory.path("in"), directory.path("in/loop"));
  std::vector<UnreadableFile> unreadable;
  int seen = 0;
  list_files(
      {directory.path("in")}, [&](std::string, std::uint64_t) { return ++seen < 1000; }, unreadable);
  CHECK(seen < 1000);
  CHECK(seen >= 1);
}

TEST_CASE("property: slices of a source, joined, are the source, and their frames its records") {
  const TemporaryDirectory directory;
  const std::string text = sample(3000000);
  std::set<std::string> expected;
  for (const auto& [name, bytes] : {std::pair{std::string{"plain"}, text},
                                    {"gz", gzip(text)},
                                    {"zst", zstd(text)},
                                    {"pzstd", std::string("\x50\x2A\x4D\x18\4\0\0\0size", 12) + zstd(text)},
                                    {"two.gz", gzip(text.substr(0, 999999)) + gzip(text.substr(999999))}}) {
    const std::string file = directory.write(name, bytes);
    SourceReader reader{::open(file.c_str(), O_RDONLY), file, [] { return std::string{}; }};
    std::string joined;
    std::uint64_t line = 1;
    bool last = false;
    std::size_t frames = 0;
    while (auto slice = reader.next()) {
      CHECK_FALSE(last);
      REQUIRE(slice->offset == joined.size());
      REQUIRE(slice->line == line);
      REQUIRE(slice->bytes.size() >= slice->size + event::kPadding);
      for (const event::Frame& frame : slice->frames) {
        REQUIRE(frame.reason == event::Reason::none);
        REQUIRE(frame.end <= slice->size);
      }
      frames += slice->frames.size();
      joined.append(slice->bytes, 0, slice->size);
      line = 1 + static_cast<std::uint64_t>(std::count(joined.begin(), joined.end(), '\n'));
      last = slice->last;
    }
    CHECK(last);
    CHECK(joined == text);
    CHECK(reader.findings().unreadable.empty());
    expected.insert(std::to_string(frames));
  }
  CHECK(expected.size() == 1);
}

TEST_CASE("a pipe that gives few bytes at a time is read whole") {
  const std::string text = sample(200000);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::thread sender{[&] {
    for (std::size_t at = 0; at < text.size(); at += 777) {
      const std::string piece = text.substr(at, 777);
      if (::write(ends[1], piece.data(), piece.size()) < 0) break;
    }
    ::close(ends[1]);
  }};
  SourceReader reader{ends[0], "stdin", [] { return std::string{}; }};
  std::string joined;
  while (auto slice = reader.next()) joined.append(slice->bytes, 0, slice->size);
  sender.join();
  CHECK(joined == text);
}

TEST_CASE("a compressed source that is cut short gives what came before, and says so") {
  const TemporaryDirectory directory;
  const std::string packed = gzip(sample(300000));
  const std::string file = directory.write("cut.gz", packed.substr(0, packed.size() / 2));
  SourceReader reader{::open(file.c_str(), O_RDONLY), file, [] { return std::string{}; }};
  std::size_t bytes = 0;
  while (auto slice = reader.next()) bytes += slice->size;
  CHECK(bytes > 50000);
  CHECK_FALSE(reader.findings().unreadable.empty());
}

TEST_CASE("replay: a folder of every kind of file; once more changes nothing") {
  const TemporaryDirectory directory;
  RandomEvents random{62};
  std::vector<std::string> events;
  directory.write("in/a/plain.json", one_line_events(random, 100, events));
  directory.write("in/a/named-json-but.gz", one_line_events(random, 50, events));
  directory.write("in/b/packed.json", gzip(one_line_events(random, 100, events)));
  directory.write("in/b/packed.zst", zstd(one_line_events(random, 100, events)));
  std::string records = "{\"Records\":[";
  for (int i = 0; i < 40; ++i) {
    events.push_back(random.event());
    records += (i == 0 ? "" : ",") + events.back();
  }
  directory.write("in/c.json.gz", gzip(records + "]}"));
  directory.write("in/empty.json", "");
  directory.write("in/empty.json.gz", gzip(""));
  store::Store store{directory.path("store"), store::Store::Mode::write};
  const ReplayResult first = replay(store, {directory.path("in")});
  CHECK(first.events == events.size());
  CHECK(first.duplicates == 0);
  CHECK(first.rejected == 0);
  CHECK(first.files == 7);
  CHECK(first.found.unreadable.empty());
  std::sort(events.begin(), events.end());
  CHECK(events_in(store) == events);
  const ReplayResult second = replay(store, {directory.path("in/b"), directory.path("in")});
  CHECK(second.events == 0);
  CHECK(second.duplicates == events.size() + 200);
  CHECK(events_in(store) == events);
}

TEST_CASE("replay: what isn't an event is kept with its place and reason, its neighbours are stored") {
  const TemporaryDirectory directory;
  const std::string good = R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","eventID":")";
  const std::string file = directory.write("in.json", good + "1\"}\n{\"eventName\":\"B\"}\n" + good +
                                                          "2\"}\ngarbage\n{\"broken\":}\n" + good + "3\"}\n{\"cut");
  store::Store store{directory.path("store"), store::Store::Mode::write};
  const ReplayResult result = replay(store, {file});
  CHECK(result.events == 3);
  CHECK(result.rejected == 4);
  const auto rejects = rejects_in(store);
  REQUIRE(rejects.size() == 4);
  const std::vector<std::pair<event::Reason, std::uint64_t>> expected{{event::Reason::bad_event_time, 2},
                                                                      {event::Reason::not_an_object, 4},
                                                                      {event::Reason::broken_json, 5},
                                                                      {event::Reason::truncated, 7}};
  const std::string text = good + "1\"}\n";
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(rejects[i].reason == expected[i].first);
    CHECK(rejects[i].line == expected[i].second);
    CHECK(rejects[i].source == file);
  }
  CHECK(rejects[0].offset == text.size());
  CHECK(rejects[0].bytes == "{\"eventName\":\"B\"}");
  replay(store, {file});
  CHECK(rejects_in(store).size() == 4);
}

TEST_CASE("replay: lines behind many good ones are judged like the first") {
  const TemporaryDirectory directory;
  RandomEvents random{63};
  std::vector<std::string> events;
  const std::string before = one_line_events(random, 300, events);
  const auto one = [&](int number) {
    return R"({"eventVersion":"1.0","eventTime":"2024-05-01T10:00:00Z","eventName":"X","eventID":"late)" +
           std::to_string(number) + "\"}";
  };
  std::string tail =
      one(1) + "}\n" + one(2) + one(3) + "\n" + one(4) + " " + one(5) + "\n" + one(6) +
      " x}\n{\n\"eventTime\":\"2024-05-01T10:00:00Z\",\n\"requestParameters\":{\"a\":{}},\n\"eventName\":\"Y\"}\n";
  tail += one(7).substr(0, one(7).size() - 1) + "\n" + one(8) + "\n";
  const auto judged = [&](const std::string& name, const std::string& text) {
    store::Store store{directory.path("store-" + name), store::Store::Mode::write};
    replay(store, {directory.write(name, text)});
    std::vector<std::string> out;
    for (const auto& json : events_in(store)) {
      if (std::find(events.begin(), events.end(), json) == events.end()) out.push_back(json);
    }
    for (const auto& reject : rejects_in(store)) out.push_back("rejected " + reject.bytes);
    return out;
  };
  const auto late = judged("late", before + tail);
  const auto early = judged("early", tail);
  CHECK(late.size() == early.size());
  for (std::size_t i = 0; i < std::min(late.size(), early.size()); ++i) CHECK(late[i] == early[i]);
}

TEST_CASE("replay: an unreadable file is named and the rest goes on") {
  const TemporaryDirectory directory;
  RandomEvents random{64};
  std::vector<std::string> events;
  directory.write("in/a.json", one_line_events(random, 20, events));
  directory.write("in/z.json", one_line_events(random, 20, events));
  std::filesystem::create_symlink(directory.path("nowhere"), directory.path("in/m.json"));
  store::Store store{directory.path("store"), store::Store::Mode::write};
  const ReplayResult result = replay(store, {directory.path("in"), directory.path("missing")});
  CHECK(result.events == 40);
  CHECK(result.found.unreadable.size() >= 1);
  bool named = false;
  for (const auto& file : result.found.unreadable) named = named || file.path.ends_with("/missing");
  CHECK(named);
}

TEST_CASE("replay: a gzip file cut short gives the events before the cut, and is named") {
  const TemporaryDirectory directory;
  RandomEvents random{65};
  std::vector<std::string> events;
  const std::string packed = gzip(one_line_events(random, 2000, events));
  directory.write("in/cut.gz", packed.substr(0, packed.size() * 3 / 4));
  store::Store store{directory.path("store"), store::Store::Mode::write};
  const ReplayResult result = replay(store, {directory.path("in")});
  CHECK(result.events > 500);
  CHECK(result.events < 2000);
  REQUIRE(result.found.unreadable.size() == 1);
  CHECK(result.found.unreadable[0].path.ends_with("cut.gz"));
}

TEST_CASE("property: small batches, many workers and merging give the same store as one batch") {
  const TemporaryDirectory directory;
  RandomEvents random{66};
  std::vector<std::string> events;
  std::vector<std::string> files;
  std::string last;
  for (int i = 0; i < 12; ++i) {
    const std::string text = one_line_events(random, 400, events);
    // Each file repeats the one before it.
    files.push_back(directory.write("in/" + std::to_string(i) + ".json", last + text));
    last = text;
  }
  PipelineOptions small;
  small.workers = 4;
  small.batch.events = 97;
  store::Store a{directory.path("a"), store::Store::Mode::write};
  store::Store b{directory.path("b"), store::Store::Mode::write};
  const ReplayResult in_small = replay(a, {directory.path("in")}, small);
  std::reverse(files.begin(), files.end());
  PipelineOptions one;
  one.workers = 1;
  one.merge = false;
  const ReplayResult in_one = replay(b, files, one);
  CHECK(in_small.events == events.size());
  CHECK(in_one.events == events.size());
  CHECK(in_small.duplicates == in_one.duplicates);
  CHECK(events_in(a) == events_in(b));
}

TEST_CASE("a replay that is stopped keeps what it committed, and the next one completes it") {
  const TemporaryDirectory directory;
  RandomEvents random{67};
  std::vector<std::string> events;
  for (int i = 0; i < 30; ++i)
    directory.write("in/" + std::to_string(i) + ".json", one_line_events(random, 100, events));
  store::Store store{directory.path("store"), store::Store::Mode::write};
  const std::atomic<bool> stop{true};
  const ReplayResult stopped = Replay{store, {}}.run({directory.path("in")}, stop);
  CHECK(stopped.interrupted);
  replay(store, {directory.path("in")});
  CHECK(events_in(store).size() == events.size());
}

TEST_CASE("positions: a source that was read to its end is complete, with its decompressed length") {
  const TemporaryDirectory directory;
  RandomEvents random{68};
  std::vector<std::string> events;
  const std::string text = one_line_events(random, 50, events);
  directory.write("in/a.json", text);
  directory.write("in/b.json.gz", gzip(text));
  directory.write("in/c.zst", zstd(text));
  store::Store store{directory.path("store"), store::Store::Mode::write};
  replay(store, {directory.path("in")});
  int complete = 0;
  store.snapshot().sources([&](const store::SourcePosition& position) {
    if (position.complete && position.bytes == text.size()) ++complete;
  });
  CHECK(complete == 3);
}

TEST_CASE("layers of encodings come off one by one, and no more than a few") {
  const std::string text = sample(200000);
  std::string packed = text;
  for (std::size_t layers = 1; layers <= LayerStream::kMaxLayers; ++layers) {
    packed = layers == 2 ? zstd(packed) : gzip(packed);
    std::string out;
    CHECK(unpack(packed, 1 << 20, out) == UnpackResult::ok);
    CHECK(out == text);
    for (const std::size_t piece : {1U, 7U, 5000U, 1000000U}) {
      CAPTURE(piece);
      const Streamed streamed = stream_of(Compression::none, packed, piece, 3000);
      CHECK(streamed.good);
      CHECK(streamed.complete);
      CHECK(streamed.out == text);
    }
  }
  std::string out;
  CHECK(unpack(gzip(packed), 1 << 20, out) == UnpackResult::ok);
  CHECK(out.starts_with("\x1F\x8B"));
  out.clear();
  CHECK(unpack(packed.substr(0, packed.size() / 2), 1 << 20, out) == UnpackResult::damaged);
  CHECK(unpack(packed, 1000, out) == UnpackResult::too_large);
  out.clear();
  CHECK(unpack("plain", 5, out) == UnpackResult::ok);
  CHECK(out == "plain");
}

TEST_CASE("UTF-16 of either order becomes UTF-8, byte by byte or at once; half a pair becomes U+FFFD") {
  using namespace std::string_literals;
  const std::string little = "\xFF\xFE"s + "{\0\xE9\0\xAC\x20\x3D\xD8\x00\xDE\x3D\xD8}\0"s;
  const std::string big = "\0{\0a\x20\xAC\xD8\x3D\xDE\x00\xDE\x00\0}\xD8\x3D"s;
  for (const std::size_t piece : {1U, 3U, 100U}) {
    CHECK(stream_of(Compression::none, little, piece).out == "{\u00E9\u20AC\U0001F600\uFFFD}");
    CHECK(stream_of(Compression::none, big, piece).out == "{a\u20AC\U0001F600\uFFFD}\uFFFD");
  }
  CHECK(compression_of("{\"a\"") == Compression::none);
  CHECK(compression_of("x^2 + y") == Compression::none);
  CHECK(compression_of("BZh9 is text") == Compression::none);
}
