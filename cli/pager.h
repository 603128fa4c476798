// The program that shows long lists page by page.
#pragma once

#include <sys/types.h>

#include <string>

namespace trailkeeper::cli {

/// $PAGER, else `less` or `more` if one is installed; empty if there is none, or if $PAGER is empty or `cat`.
std::string pager_command();

/// A running pager, which reads what is written to fd(). Unless they are set, LESS=FRX and LV=-c are put into its
/// environment, as git does. While it runs, SIGINT, SIGTERM and SIGHUP end this process only once the pager has ended,
/// so that it isn't left alone with the terminal. At most one at a time.
class Pager {
 public:
  /// Through `sh -c`. Throws std::runtime_error.
  explicit Pager(const std::string& command);
  /// Closes fd() and waits for the pager to end.
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  /// The same as the destructor's, once; whether the command could be run at all.
  bool wait();

 private:
  int fd_ = -1;
  pid_t process_ = -1;
};

}  // namespace trailkeeper::cli
