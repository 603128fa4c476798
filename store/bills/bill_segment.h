// An immutable set of lines of one payer's bill of one month.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/bills/bill_batch.h"

namespace trailkeeper::store {

/// Key and content of a line.
struct BillLineName {
  BillKey key{};
  std::uint64_t content = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): the check takes a comparison with 0 for one of pointers.
  auto operator<=>(const BillLineName&) const = default;
};

/// The parts of a segment, each a value of its own in the store.
enum class BillPart : std::uint8_t { cells = 0, names = 1, lines = 2, raw = 3 };
constexpr unsigned kBillParts = 4;

/// What the part `cells` holds.
struct BillHead {
  std::string header;  ///< The report's first line.
  std::uint64_t lines = 0;
  std::vector<BillCell> cells;           ///< In order. Their sums are of lines that count, with corrections taken off.
  std::vector<BillLineName> superseded;  ///< Lines, here or in earlier segments, that another one replaces.
};

/// Encodes a batch: lines sorted by cell, start and key. `corrections` are taken off the cells; they belong to
/// `superseded` lines of earlier segments.
std::vector<std::string> encode_bill(const BillBatch& batch, const std::vector<BillCell>& corrections,
                                     std::vector<BillLineName> superseded);

/// The part `cells` anew.
std::string encode_bill_head(const BillHead& head);

/// Throw StoreError(corrupt) for damaged bytes.
BillHead decode_bill_head(std::string_view part);

/// The sorted names of the part `names`, in place.
class BillNames {
 public:
  explicit BillNames(std::string_view part);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] BillLineName at(std::size_t index) const;
  /// The first place at or after `from` whose name isn't less than `name`; quick if it is near.
  [[nodiscard]] std::size_t first_not_before(std::size_t from, const BillLineName& name) const;

 private:
  const char* names_;
  std::size_t size_;
};

/// The same after their checksum was checked. Throws StoreError(corrupt).
BillNames open_bill_names(std::string_view part);

/// A line of the part `lines`.
struct StoredBillLine {
  BillKey key{};
  std::uint64_t content = 0;
  std::uint32_t cell = 0;  ///< Its place in BillHead::cells.
  std::int64_t amount = 0;
  std::int64_t start = 0;
  std::string_view id;  ///< Valid until the next line is read.
};

/// Reads lines in their order, block by block.
class BillLineReader {
 public:
  BillLineReader(std::string_view part, std::size_t cells);
  /// Nothing after the last.
  std::optional<StoredBillLine> next();
  /// The bytes of the part that come after the block that is being read.
  [[nodiscard]] std::string_view unread() const { return rest_; }

 private:
  void open_block();

  std::string_view rest_;
  std::size_t cells_;
  std::string block_;
  std::string_view block_rest_;
};

/// Visits the bytes of the part `raw`, line by line in the order of the lines.
void for_each_raw_bill_line(std::string_view part, const std::function<void(std::string_view)>& visit);

}  // namespace trailkeeper::store
