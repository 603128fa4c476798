#include "store/lmdb/map_fault.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>

#include "store/error.h"
#include "text/mutex.h"

namespace trailkeeper::store {
namespace {

constexpr int kExitCode = 3;  // As of any command whose store fails.

struct Region {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
};
// A process has one store open, or a few; each has a mapping, and the former ones that snapshots still hold.
constexpr std::size_t kMostRegions = 256;
std::array<Region, kMostRegions> regions;
std::atomic<std::uint64_t> unreadable{0};
std::uintptr_t bytes_of_page = 4096;
thread_local const char* trusting = nullptr;
struct sigaction former_bus;
struct sigaction former_segv;

void say(const char* text) {
  // A signal's handler can't do better than try.
  static_cast<void>(!::write(STDERR_FILENO, text, std::strlen(text)));
}

bool in_a_region(std::uintptr_t address) {
  for (const Region& region : regions) {
    if (address >= region.begin.load() && address < region.end.load()) return true;
  }
  return false;
}

// Zeros instead of what can't be read.
bool replace_page(std::uintptr_t address) {
  const std::uintptr_t page = address / bytes_of_page * bytes_of_page;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address is what the kernel gives.
  void* const at = reinterpret_cast<void*>(page);
  return ::mmap(at, bytes_of_page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at;
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (signal == SIGBUS && in_a_region(address) && replace_page(address)) {
    unreadable.fetch_add(1);
    return;
  }
  if (trusting != nullptr) end_for_damage(trusting, "its pages can't be read");
  const struct sigaction& former = signal == SIGBUS ? former_bus : former_segv;
  if ((former.sa_flags & SA_SIGINFO) != 0 && former.sa_sigaction != nullptr) {
    former.sa_sigaction(signal, info, context);
    return;
  }
  // The instruction is tried again, and then it ends the process as it would have.
  ::sigaction(signal, &former, nullptr);
}

void install() {
  bytes_of_page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, &former_bus);
  ::sigaction(SIGSEGV, &action, &former_segv);
}

}  // namespace

FaultyRegion::FaultyRegion(const void* begin, std::size_t bytes) : slot_(kMostRegions) {
  static std::once_flag installed;
  std::call_once(installed, install);
  static text::Mutex mutex;
  const text::Lock lock{mutex};
  for (std::size_t slot = 0; slot < kMostRegions && slot_ == kMostRegions; ++slot) {
    if (regions[slot].begin.load() != 0) continue;
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    regions[slot].end.store(address + bytes);
    regions[slot].begin.store(address);
    slot_ = slot;
  }
}

FaultyRegion::~FaultyRegion() {
  if (slot_ == kMostRegions) return;
  regions[slot_].end.store(0);
  regions[slot_].begin.store(0);
}

std::uint64_t unreadable_pages() { return unreadable.load(); }

void require_readable_since(std::uint64_t before) {
  if (unreadable_pages() == before) return;
  throw_corrupt("pages of data.mdb can't be read: it was cut short, or its disk fails");
}

TrustingCall::TrustingCall(const std::string& directory) : outer_(trusting) { trusting = directory.c_str(); }
TrustingCall::~TrustingCall() { trusting = outer_; }

void end_for_damage(const char* directory, const char* reason) {
  say("trailkeeper: the store at ");
  say(directory);
  say(" is damaged: ");
  say(reason);
  say("; `trailkeeper verify` names the places\n");
  ::_exit(kExitCode);
}

}  // namespace trailkeeper::store
