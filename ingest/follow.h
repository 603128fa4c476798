// Takes in files as they appear in a folder.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "ingest/intake.h"
#include "store/lmdb/store_files.h"
#include "store/store.h"

namespace trailkeeper::ingest {

/// Watches a folder and the folders in it (inotify) in a thread of its own. It takes in files that are there at the
/// start, that were written and closed, that were moved in or got a name there; of a file that grows by lines (not
/// compressed), whatever was added. How far each file was read is committed with its events, so a restart goes on there
/// if it is still the file that was read; another file under its name is read from its beginning. Hidden files are left
/// alone; links, pipes and devices are refused, as are cost reports, and each is reported once. A file is given again
/// from the place reached when its events couldn't be stored. Small files are handed over many at a time, so that one
/// transaction has their events and their places.
///
/// The end of a file without a line feed or closing bracket is taken when the file is closed, or nothing has changed
/// for kRest, as far as it is whole records. The place stays before it, so that whatever is written after it later is
/// read together with it. An incomplete rest waits: that is reported once, and again at the end.
class Follower {
 public:
  using OnReceipt = std::function<void(const Receipt&, std::size_t bytes)>;
  using OnProblem = std::function<void(const std::string&)>;

  /// Both functions are called from the follower's thread. Throws std::runtime_error if the folder can't be watched.
  Follower(store::Store& store, Intake& intake, const std::string& folder, OnReceipt on_receipt, OnProblem on_problem);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// After this time without a change, a file's writer is assumed to be done with it for now.
  static constexpr std::chrono::seconds kRest{2};

  /// Ends the thread; what it has handed over belongs to the intake.
  void stop();

 private:
  /// How far a file that isn't compressed was read.
  struct Place {
    std::uint64_t bytes = 0;
    std::uint64_t line = 1;
    std::uint64_t fingerprint = 0;  // As ingest/file_fingerprint.h gives it for `bytes`.
    std::uint64_t tail = 0;         // Hash of what was taken beyond that.
  };

  /// Why a file is looked at; each reason reveals more about it than the one before.
  enum class Look : std::uint8_t {
    made,     // Its name appeared: whether somebody writes to it isn't known.
    changed,  // Its writer has it open.
    paused,   // Its writer has it open, and nothing has changed for kRest.
    rested,   // Nothing has changed for kRest.
    closed,   // Its writer is done with it.
  };

  /// Tells whether a file has changed.
  struct Stamp {
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Rest {
    std::chrono::steady_clock::time_point until;
    Stamp stamp;
    bool open = false;  // Its writer has it open, as far as is known.
  };

  /// Bytes at a file's end that wait for more.
  struct Unfinished {
    std::uint64_t begin = 0;
    std::uint64_t bytes = 0;
    bool said = false;
  };

  struct Reading;

  /// A small delivery that was handed over: several are committed together.
  struct Handed {
    std::size_t size = 0;
    Look look = Look::made;
    std::optional<Place> before;  ///< Where the file was read up to, if it is a growing one.
    std::future<Receipt> answer;
  };

  void run();
  void remember_places();
  void watch_folder(const std::string& folder);
  void scan(const std::string& folder);
  void read_notifications();
  void notice(const std::string& path, std::uint32_t mask);
  void forget(const std::string& path);
  void look_at(const std::string& path, Look look);
  void rest(const std::string& path, int descriptor, bool open);
  void end_rests();
  void take_pending();
  bool take_file(const std::string& path, Look look);
  void refuse(const std::string& path, const std::string& problem);
  static Stamp stamp_of(int descriptor);
  Place place_of(int descriptor, const std::string& path);
  bool take_plain(int descriptor, const std::string& path, Look look);
  bool read_more(int descriptor, const std::string& path, Reading& reading);
  bool take_documents(int descriptor, const std::string& path, Reading& reading, Place& place, Look look);
  bool take_tail(int descriptor, const std::string& path, Reading& reading, Look look);
  void wait_for_more(const std::string& path, std::uint64_t begin, std::uint64_t bytes, bool say);
  void say_unfinished();
  bool take_whole(store::Descriptor file, const std::string& path);
  bool commit(Delivery delivery, const std::string& path, Look look);
  std::future<Receipt> offer(Delivery delivery);
  bool await(const std::string& path);
  void await_all();

  store::Store& store_;
  Intake& intake_;
  std::string folder_;
  OnReceipt on_receipt_;
  OnProblem on_problem_;
  int inotify_ = -1;
  std::map<int, std::string> watched_;             // Watch to folder.
  std::map<std::string, Place> places_;            // Of files that may grow.
  std::map<std::string, std::uint64_t> complete_;  // Fingerprints of compressed files that were read.
  std::map<std::string, Look> pending_;            // To be looked at.
  std::map<std::string, Rest> resting_;            // To be looked at if nothing changes.
  std::map<std::string, Unfinished> unfinished_;
  std::map<std::string, Handed> handed_;        // By file: the deliveries of one wait for each other.
  std::map<std::string, std::string> refused_;  // What isn't taken in, and why, as was reported.
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace trailkeeper::ingest
