// Taking in one file of a followed folder.
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/follow.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>

#include "event/byte_masks.h"
#include "event/framer.h"
#include "ingest/bill/cost_report.h"
#include "ingest/byte_input.h"
#include "ingest/file_fingerprint.h"
#include "ingest/file_kind.h"
#include "ingest/file_tail.h"
#include "ingest/followed_file.h"
#include "ingest/input_files.h"
#include "ingest/source_reader.h"
#include "text/ascii.h"

namespace trailkeeper::ingest {
namespace {

// This many refused files are remembered as reported.
constexpr std::size_t kMostRefused = 10'000;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;
// Largest unfinished document: beyond it the framer gives up.
constexpr std::size_t kMaxWindow = event::Framer::kMaxUnfinished + 2 * kReadBytes;

Delivery delivery_at(const std::string& path, std::uint64_t offset, std::uint64_t line) {
  Delivery delivery;
  delivery.source = path;
  delivery.offset = offset;
  delivery.line = line;
  return delivery;
}

void add_frames(const std::vector<event::Frame>& frames, Delivery& delivery) {
  for (const event::Frame& frame : frames) delivery.documents.push_back({frame.begin, frame.end, 0, frame.reason});
}

// The file's beginning, up to a place, as much of it as may have a header; with padding.
std::string front_bytes(int descriptor, std::uint64_t bytes) {
  constexpr std::uint64_t kMost = 65'536;
  std::string front(static_cast<std::size_t>(std::min(bytes, kMost)), '\0');
  const ssize_t got = ::pread(descriptor, front.data(), front.size(), 0);
  front.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return front;
}

// A framer that goes on behind that many bytes of a file: whatever its header said still holds.
event::Framer framer_behind(int descriptor, std::uint64_t bytes) {
  event::Framer framer;
  std::string front = front_bytes(descriptor, bytes);
  const std::size_t size = front.size();
  front.resize(size + event::kPadding);
  if (size > 0) framer.go_on_behind({front.data(), size});
  return framer;
}

}  // namespace

/// Where reading a file has got to.
struct Follower::Reading {
  event::Framer framer;
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
  std::string window;      // From `offset` on.
  bool left_over = false;  // The window holds more documents than are taken at once.
};

Follower::Stamp Follower::stamp_of(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return {};
  return {status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

// False: to be tried again.
bool Follower::take_file(const std::string& path, Look look) {
  FollowedFile opened = open_followed(folder_, path);
  if (!opened.file) {
    resting_.erase(path);
    if (!opened.problem.empty()) refuse(path, opened.problem);
    return true;
  }
  const int file = opened.file.get();
  if (look == Look::paused || look == Look::rested) {
    const auto before = resting_.find(path);
    // Else it was written to under another name.
    if (before == resting_.end() || !(before->second.stamp == stamp_of(file))) look = Look::made;
  }
  resting_.erase(path);
  std::string first(PlainInput::kPeek, '\0');
  const ssize_t got = ::pread(file, first.data(), first.size(), 0);
  if (got <= 0) {
    unfinished_.erase(path);
    if (got < 0) refuse(path, "cannot read " + path + ": " + std::strerror(errno));
    return true;
  }
  first.resize(static_cast<std::size_t>(got));
  // What isn't lines that may grow is read when it is whole.
  if (compression_of(first) == Compression::none) {
    if (is_cost_report(first)) {
      refuse(path, "cannot take in " + path + ": " + std::string{kReportRemedy});
      return true;
    }
    if (file_kind(path, first).what == FileKind::What::trail) return take_plain(file, path, look);
  }
  if (look == Look::made) rest(path, file, false);
  return look < Look::rested || take_whole(std::move(opened.file), path);
}

// Who writes to a pipe in the folder tells of it again and again.
void Follower::refuse(const std::string& path, const std::string& problem) {
  if (refused_.size() >= kMostRefused) refused_.clear();
  std::string& said = refused_[path];
  if (said == problem) return;
  said = problem;
  on_problem_(problem);
}

// Where to go on: at the beginning of a file that isn't the one that was read.
Follower::Place Follower::place_of(int descriptor, const std::string& path) {
  const Place place = places_[path];
  if (place.bytes == 0) return place;
  const bool shorter = static_cast<std::uint64_t>(stamp_of(descriptor).size) < place.bytes;
  if (!shorter && has_fingerprint(descriptor, place.bytes, place.fingerprint)) return place;
  on_problem_(path + (shorter ? " became shorter" : " begins otherwise than what was read of it") +
              ": it is read from its beginning");
  return {};
}

bool Follower::take_plain(int descriptor, const std::string& path, Look look) {
  refused_.erase(path);
  Place& place = places_[path] = place_of(descriptor, path);
  Reading reading;
  reading.offset = place.bytes;
  reading.line = place.line;
  reading.framer = framer_behind(descriptor, place.bytes);
  while (!stopping_) {
    if (!reading.left_over && !read_more(descriptor, path, reading)) return take_tail(descriptor, path, reading, look);
    if (!take_documents(descriptor, path, reading, place, look)) return false;
  }
  return false;
}

// False: there is no more.
bool Follower::read_more(int descriptor, const std::string& path, Reading& reading) {
  std::string& window = reading.window;
  const std::size_t held = window.size();
  if (held > kMaxWindow) return false;
  window.resize(held + kReadBytes);
  const ssize_t got = ::pread(descriptor, window.data() + held, kReadBytes, static_cast<off_t>(reading.offset + held));
  if (got < 0) refuse(path, "cannot read " + path + ": " + std::strerror(errno));
  window.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0;
}

// False: they could not be stored.
bool Follower::take_documents(int descriptor, const std::string& path, Reading& reading, Place& place, Look look) {
  std::string& window = reading.window;
  const std::size_t size = window.size();
  window.resize(size + event::kPadding);
  std::vector<event::Frame> frames;
  const std::size_t done = reading.framer.split({window.data(), size}, false, frames);
  window.resize(size);
  reading.left_over = frames.size() >= event::Framer::kMostFrames;
  if (done == 0) return true;
  Delivery delivery = delivery_at(path, reading.offset, reading.line);
  delivery.bytes = window.substr(0, done);
  delivery.size = done;
  add_frames(frames, delivery);
  reading.offset += done;
  reading.line += event::count_line_feeds({window.data(), done});
  // In the middle of an array of records nothing can be begun again.
  const bool resumable = reading.framer.between_documents();
  const std::uint64_t fingerprint = resumable ? fingerprint_of(descriptor, reading.offset) : 0;
  if (resumable) delivery.read_so_far = ReadSoFar{reading.offset, false, fingerprint};
  if (!commit(std::move(delivery), path, look)) return false;
  if (resumable) place = {reading.offset, reading.line, fingerprint, 0};
  window.erase(0, done);
  return true;
}

// What stands at the end. Unless that is whole JSON, the place stays before it: it may be the beginning of something
// longer.
bool Follower::take_tail(int descriptor, const std::string& path, Reading& reading, Look look) {
  const std::size_t size = reading.window.size();
  Place& place = places_[path];
  if (reading.framer.between_documents() && text::trimmed(reading.window).empty()) {
    unfinished_.erase(path);
    return true;
  }
  if (look < Look::paused) {
    rest(path, descriptor, look == Look::changed);
    return true;
  }
  reading.window.resize(size + event::kPadding);
  const std::string_view bytes{reading.window.data(), size};
  const FileTail tail = tail_of(reading.framer, bytes);
  const std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  if (!tail.frames.empty() && place.tail != hash) {
    Delivery delivery = delivery_at(path, reading.offset, reading.line);
    delivery.bytes = bytes;
    delivery.size = size;
    add_frames(tail.frames, delivery);
    const std::uint64_t end = reading.offset + size;
    if (tail.closed) delivery.read_so_far = ReadSoFar{end, false, fingerprint_of(descriptor, end)};
    const auto closed = delivery.read_so_far;
    if (!commit(std::move(delivery), path, look)) return false;
    place.tail = hash;
    if (closed) place = {end, reading.line + event::count_line_feeds(bytes), closed->fingerprint, 0};
  }
  if (tail.whole) {
    unfinished_.erase(path);
    return true;
  }
  if (look == Look::closed) rest(path, descriptor, false);
  wait_for_more(path, place.bytes, reading.offset + size - place.bytes, look == Look::rested);
  return true;
}

void Follower::wait_for_more(const std::string& path, std::uint64_t begin, std::uint64_t bytes, bool say) {
  Unfinished& unfinished = unfinished_[path];
  if (unfinished.begin != begin) unfinished.said = false;
  unfinished.begin = begin;
  unfinished.bytes = bytes;
  if (!say || unfinished.said) return;
  unfinished.said = true;
  on_problem_(
      path + ": the last " + std::to_string(bytes) +
      " bytes wait for their end: there are no whole records in them, or the array that they are in isn't closed");
}

void Follower::say_unfinished() {
  constexpr std::size_t kNamed = 5;
  std::string files;
  std::size_t count = 0;
  for (const auto& [path, unfinished] : unfinished_) {
    if (++count > kNamed) continue;
    files += (files.empty() ? "" : ", ") + path + " (" + std::to_string(unfinished.bytes) + ")";
  }
  if (count > kNamed) files += ", and " + std::to_string(count - kNamed) + " more";
  if (count > 0) on_problem_("bytes at the end of files in " + folder_ + " still wait for their end: " + files);
}

bool Follower::take_whole(store::Descriptor file, const std::string& path) {
  // All of it has to be there again for it to be the same file: its size counts, too.
  refused_.erase(path);
  const auto size = static_cast<std::uint64_t>(stamp_of(file.get()).size);
  const auto before = complete_.find(path);
  if (before != complete_.end() && (before->second == 0 || has_whole_fingerprint(file.get(), size, before->second))) {
    return true;
  }
  const std::uint64_t fingerprint = fingerprint_of(file.get(), size);
  const auto refuse_report = [](ByteInput&, const std::string&) { return std::string{kReportRemedy}; };
  SourceReader reader{file.release(), path, [] { return std::string{}; }, refuse_report};
  bool said = false;  // Whether the file's own position is among what was committed.
  while (auto slice = reader.next()) {
    Delivery delivery = delivery_at(*slice->source, slice->offset, slice->line);
    delivery.bytes = std::move(slice->bytes);
    delivery.size = slice->size;
    add_frames(slice->frames, delivery);
    if (slice->last) {
      said = delivery.source == path;
      delivery.read_so_far = ReadSoFar{slice->offset + slice->size, reader.findings().unreadable.empty(), fingerprint};
    }
    if (stopping_ || !commit(std::move(delivery), path, Look::closed)) return false;
  }
  for (const UnreadableFile& problem : reader.findings().unreadable) on_problem_(problem.path + ": " + problem.reason);
  if (!said) {
    // Of an archive, or of another service's file: so that it isn't read again after a restart.
    Delivery delivery = delivery_at(path, 0, 1);
    delivery.read_so_far = ReadSoFar{0, true, fingerprint};
    if (!commit(std::move(delivery), path, Look::closed)) return false;
  }
  complete_[path] = fingerprint;
  return true;
}

// Of one file one after the other, so that a position never runs ahead of the events before it. Of different files some
// small ones at a time. True: it is durable, or will be, or the file will be looked at again from where it was.
bool Follower::commit(Delivery delivery, const std::string& path, Look look) {
  constexpr std::size_t kSmall = std::size_t{64} << 10;
  constexpr std::size_t kMostHanded = 64;
  if (!await(path)) return false;
  const std::size_t size = delivery.size;
  if (handed_.size() >= kMostHanded) await_all();
  const auto place = places_.find(path);
  Handed handed{size, look, place == places_.end() ? std::nullopt : std::optional{place->second}, {}};
  handed.answer = offer(std::move(delivery));
  if (!handed.answer.valid()) return false;
  handed_.emplace(path, std::move(handed));
  return size <= kSmall || await(path);
}

// Without a future: it is to stop.
std::future<Receipt> Follower::offer(Delivery delivery) {
  while (!stopping_) {
    const auto promise = std::make_shared<std::promise<Receipt>>();
    auto answer = promise->get_future();
    const auto answered = [promise](Receipt receipt) { promise->set_value(std::move(receipt)); };
    // NOLINTNEXTLINE(bugprone-use-after-move): a refused delivery is still whole.
    if (intake_.offer(std::move(delivery), answered)) return answer;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return {};
}

// What of a file was handed over; false if it couldn't be stored: then nothing of it was taken.
bool Follower::await(const std::string& path) {
  const auto found = handed_.find(path);
  if (found == handed_.end()) return true;
  Handed handed = std::move(found->second);
  handed_.erase(found);
  const Receipt receipt = handed.answer.get();
  on_receipt_(receipt, handed.size);
  if (receipt.status == Receipt::Status::durable) return true;
  if (handed.before) places_[path] = *handed.before;
  complete_.erase(path);
  return false;
}

void Follower::await_all() {
  while (!handed_.empty()) {
    const std::string path = handed_.begin()->first;
    const Look look = handed_.begin()->second.look;
    if (!await(path)) look_at(path, look);
  }
}

}  // namespace trailkeeper::ingest
