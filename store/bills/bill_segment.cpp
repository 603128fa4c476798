#include "store/bills/bill_segment.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

constexpr std::size_t kNameBytes = sizeof(BillKey) + sizeof(std::uint64_t);
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
// What a block may be said to hold, whatever a damaged size says.
constexpr std::size_t kMaxBlockBytes = std::size_t{8} << 20;
constexpr int kLevel = 1;

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

void put_name(const BillLineName& name, std::string& out) {
  out.append(reinterpret_cast<const char*>(name.key.data()), name.key.size());
  put_fixed(name.content, out);
}

BillLineName name_at(const char* bytes) {
  BillLineName name;
  std::memcpy(name.key.data(), bytes, name.key.size());
  std::memcpy(&name.content, bytes + name.key.size(), sizeof name.content);
  return name;
}

void put_cell(const BillCell& cell, std::string& out) {
  for (const std::string* text :
       {&cell.usage_account, &cell.service, &cell.usage_type, &cell.line_type, &cell.entity}) {
    put_string(*text, out);
  }
  out += cell.reservation ? '\1' : '\0';
  put_fixed(cell.day, out);
  put_fixed(cell.amount, out);
  put_fixed(cell.lines, out);
}

BillCell read_cell(ByteReader& reader) {
  BillCell cell;
  for (std::string* text : {&cell.usage_account, &cell.service, &cell.usage_type, &cell.line_type, &cell.entity}) {
    *text = reader.string();
  }
  cell.reservation = reader.fixed<char>() != 0;
  cell.day = reader.fixed<std::int32_t>();
  cell.amount = reader.fixed<std::int64_t>();
  cell.lines = reader.fixed<std::int64_t>();
  return cell;
}

// A sum that 64 bits can't hold stays at their limit, so that a line is kept whatever it says: who asks for the bill
// is told (bill_cells).
std::int64_t sum(std::int64_t a, std::int64_t b) {
  if (is_beyond(a)) return a;
  std::int64_t result = 0;
  if (!__builtin_add_overflow(a, b, &result)) return result;
  using Limits = std::numeric_limits<std::int64_t>;
  return a < 0 ? Limits::min() : Limits::max();
}

std::string with_checksum(std::string bytes) {
  put_fixed(checksum(bytes), bytes);
  return bytes;
}

// The bytes before the checksum at their end.
std::string_view checked(std::string_view part, const char* what) {
  if (part.size() < sizeof(std::uint64_t)) throw_corrupt(std::string{what} + " of a bill are cut off");
  const std::string_view content = part.substr(0, part.size() - sizeof(std::uint64_t));
  if (ByteReader{part.substr(content.size())}.fixed<std::uint64_t>() != checksum(content)) {
    throw_corrupt(std::string{what} + " of a bill have a wrong checksum");
  }
  return content;
}

// Blocks of compressed bytes, each with its sizes and checksum in front.
class BlockWriter {
 public:
  std::string& open() { return open_; }
  void close_if_full() {
    if (open_.size() >= kBlockBytes) close();
  }
  std::string finish() {
    if (!open_.empty()) close();
    return std::move(out_);
  }

 private:
  void close() {
    std::string packed(ZSTD_compressBound(open_.size()), '\0');
    const std::size_t size =
        ZSTD_compressCCtx(context_.get(), packed.data(), packed.size(), open_.data(), open_.size(), kLevel);
    if (ZSTD_isError(size) != 0) throw StoreError(StoreErrorKind::io, "a block of a bill can't be compressed");
    packed.resize(size);
    put_varint(open_.size(), out_);
    put_varint(size, out_);
    put_fixed(checksum(packed), out_);
    out_ += packed;
    open_.clear();
  }

  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_{ZSTD_createCCtx(), ZSTD_freeCCtx};
  std::string open_;
  std::string out_;
};

// Takes the first block off `rest` and decompresses it.
std::string take_block(std::string_view& rest) {
  ByteReader reader{rest};
  const std::uint64_t plain = reader.varint();
  const std::uint64_t packed = reader.varint();
  if (plain > kMaxBlockBytes) throw_corrupt("a block of a bill says that it is larger than any");
  const auto check = reader.fixed<std::uint64_t>();
  const std::string_view bytes = reader.bytes(packed);
  if (checksum(bytes) != check) throw_corrupt("a block of a bill has a wrong checksum");
  std::string block(plain, '\0');
  const std::size_t size = ZSTD_decompress(block.data(), block.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0 || size != plain) throw_corrupt("a block of a bill can't be decompressed");
  rest = reader.rest();
  return block;
}

// The batch's cells in order, and for each of its cells the place in that order.
struct OrderedCells {
  std::vector<BillCell> cells;
  std::vector<std::uint32_t> place;
};

OrderedCells order_cells(const BillBatch& batch, const std::vector<BillCell>& corrections) {
  OrderedCells ordered;
  ordered.cells = batch.cells();
  for (const BillBatch::Line& line : batch.lines()) {
    if (!line.counts) continue;
    BillCell& cell = ordered.cells[line.cell];
    cell.amount = sum(cell.amount, line.amount);
    ++cell.lines;
  }
  ordered.cells.insert(ordered.cells.end(), corrections.begin(), corrections.end());
  std::vector<std::uint32_t> order(ordered.cells.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return ordered.cells[a].before(ordered.cells[b]); });
  std::vector<BillCell> merged;
  ordered.place.resize(ordered.cells.size());
  for (const std::uint32_t index : order) {
    BillCell& cell = ordered.cells[index];
    if (!merged.empty() && merged.back().same_place(cell)) {
      merged.back().amount = sum(merged.back().amount, cell.amount);
      merged.back().lines += cell.lines;
    } else {
      merged.push_back(std::move(cell));
    }
    ordered.place[index] = static_cast<std::uint32_t>(merged.size() - 1);
  }
  ordered.cells = std::move(merged);
  return ordered;
}

std::string encode_names(const BillBatch& batch) {
  std::vector<BillLineName> names;
  names.reserve(batch.lines().size());
  for (const BillBatch::Line& line : batch.lines()) names.push_back({line.key, line.content});
  std::sort(names.begin(), names.end());
  std::string out;
  out.reserve(names.size() * kNameBytes + sizeof(std::uint64_t));
  for (const BillLineName& name : names) put_name(name, out);
  return with_checksum(std::move(out));
}

}  // namespace

std::vector<std::string> encode_bill(const BillBatch& batch, const std::vector<BillCell>& corrections,
                                     std::vector<BillLineName> superseded) {
  OrderedCells ordered = order_cells(batch, corrections);
  for (const BillBatch::Line& line : batch.lines()) {
    if (!line.counts) superseded.push_back({line.key, line.content});
  }
  std::sort(superseded.begin(), superseded.end());
  std::string head =
      encode_bill_head({batch.header(), batch.lines().size(), std::move(ordered.cells), std::move(superseded)});

  std::vector<std::uint32_t> order(batch.lines().size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const BillBatch::Line& one = batch.lines()[a];
    const BillBatch::Line& other = batch.lines()[b];
    return std::tuple{ordered.place[one.cell], one.start, one.key, one.content} <
           std::tuple{ordered.place[other.cell], other.start, other.key, other.content};
  });
  BlockWriter lines;
  BlockWriter raw;
  for (const std::uint32_t index : order) {
    const BillBatch::Line& line = batch.lines()[index];
    std::string& out = lines.open();
    put_varint(ordered.place[line.cell], out);
    put_varint(zigzag(line.amount), out);
    put_varint(zigzag(line.start), out);
    put_string(batch.id(line), out);
    put_name({line.key, line.content}, out);
    lines.close_if_full();
    put_string(batch.raw(line), raw.open());
    raw.close_if_full();
  }
  return {std::move(head), encode_names(batch), lines.finish(), raw.finish()};
}

std::string encode_bill_head(const BillHead& head) {
  std::string out;
  put_string(head.header, out);
  put_varint(head.lines, out);
  put_varint(head.cells.size(), out);
  for (const BillCell& cell : head.cells) put_cell(cell, out);
  put_varint(head.superseded.size(), out);
  for (const BillLineName& name : head.superseded) put_name(name, out);
  return with_checksum(std::move(out));
}

BillHead decode_bill_head(std::string_view part) {
  ByteReader reader{checked(part, "the charges")};
  BillHead head;
  head.header = reader.string();
  head.lines = reader.varint();
  for (std::uint64_t i = reader.varint(); i > 0; --i) head.cells.push_back(read_cell(reader));
  for (std::uint64_t i = reader.varint(); i > 0; --i)
    head.superseded.push_back(name_at(reader.bytes(kNameBytes).data()));
  return head;
}

BillNames::BillNames(std::string_view part) : names_(part.data()), size_(0) {
  if (part.size() < sizeof(std::uint64_t) || (part.size() - sizeof(std::uint64_t)) % kNameBytes != 0) {
    throw_corrupt("the names of a bill's lines are cut off");
  }
  size_ = (part.size() - sizeof(std::uint64_t)) / kNameBytes;
}

BillNames open_bill_names(std::string_view part) {
  static_cast<void>(checked(part, "the names of lines"));
  return BillNames{part};
}

BillLineName BillNames::at(std::size_t index) const { return name_at(names_ + index * kNameBytes); }

// Galloping: a few new lines among many old ones cost little, and so do many among many.
std::size_t BillNames::first_not_before(std::size_t from, const BillLineName& name) const {
  std::size_t step = 1;
  std::size_t low = from;
  while (low + step < size_ && at(low + step) < name) {
    low += step;
    step *= 2;
  }
  std::size_t high = std::min(low + step, size_);
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at(middle) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

BillLineReader::BillLineReader(std::string_view part, std::size_t cells) : rest_(part), cells_(cells) {}

void BillLineReader::open_block() {
  block_ = take_block(rest_);
  block_rest_ = block_;
}

std::optional<StoredBillLine> BillLineReader::next() {
  if (block_rest_.empty()) {
    if (rest_.empty()) return std::nullopt;
    open_block();
  }
  ByteReader reader{block_rest_};
  StoredBillLine line;
  const std::uint64_t cell = reader.varint();
  if (cell >= cells_) throw_corrupt("a line of a bill belongs to no cell");
  line.cell = static_cast<std::uint32_t>(cell);
  line.amount = unzigzag(reader.varint());
  line.start = unzigzag(reader.varint());
  line.id = reader.string();
  const BillLineName name = name_at(reader.bytes(kNameBytes).data());
  line.key = name.key;
  line.content = name.content;
  block_rest_ = reader.rest();
  return line;
}

void for_each_raw_bill_line(std::string_view part, const std::function<void(std::string_view)>& visit) {
  while (!part.empty()) {
    const std::string block = take_block(part);
    ByteReader reader{block};
    while (!reader.empty()) visit(reader.string());
  }
}

}  // namespace trailkeeper::store
