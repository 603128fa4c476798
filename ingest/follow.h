// Takes in files as they appear in a folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "ingest/intake.h"
#include "store/lmdb/store_files.h"
#include "store/store.h"

namespace trailkeeper::ingest {

/// Watches a folder and the folders in it (inotify) in a thread of its own. What is there at the start, a file that was
/// written and closed, or one that was moved in, is taken in; of a file that grows by lines (not compressed), what it
/// grew by. How far each file was read is committed with its events, so a restart goes on there. Hidden files are left
/// alone; links, pipes and devices are refused, and said once each. A file is given again from the place reached when
/// its events couldn't be stored.
class Follower {
 public:
  using OnReceipt = std::function<void(const Receipt&, std::size_t bytes)>;
  using OnProblem = std::function<void(const std::string&)>;

  /// Both functions are called from the follower's thread. Throws std::runtime_error if the folder can't be watched.
  Follower(store::Store& store, Intake& intake, const std::string& folder, OnReceipt on_receipt, OnProblem on_problem);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Ends the thread; what it has handed over is the intake's.
  void stop();

 private:
  /// How far a file that isn't compressed was read.
  struct Place {
    std::uint64_t bytes = 0;
    std::uint64_t line = 1;
    std::uint64_t fingerprint = 0;  // Of the file's first bytes, up to `bytes`; 0: of an older version.
  };

  void run();
  void remember_places();
  void watch_folder(const std::string& folder);
  void scan(const std::string& folder);
  void read_notifications();
  void take_pending();
  bool take_file(const std::string& path, bool written);
  void refuse(const std::string& path, const std::string& problem);
  bool take_plain(int descriptor, const std::string& path);
  bool take_whole(store::Descriptor file, const std::string& path);
  bool commit(Delivery delivery);

  store::Store& store_;
  Intake& intake_;
  std::string folder_;
  OnReceipt on_receipt_;
  OnProblem on_problem_;
  int inotify_ = -1;
  std::map<int, std::string> watched_;             // Watch to folder.
  std::map<std::string, Place> places_;            // Of files that may grow.
  std::map<std::string, std::uint64_t> complete_;  // Fingerprints of compressed files that were read.
  std::map<std::string, bool> pending_;            // To be looked at; whether its writer is done with it.
  std::map<std::string, std::string> refused_;     // What isn't taken in, and why, as was said.
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace trailkeeper::ingest
