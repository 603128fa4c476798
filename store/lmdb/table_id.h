// The store's tables.
#pragma once

#include <array>

#include "text/enum_rows.h"

namespace trailkeeper::store {

/// The store's named tables. Append only: the numbers are part of seals.
enum class TableId : unsigned {
  meta = 0,       ///< Format version, seed, the tables' sums.
  segments = 1,   ///< Segment number (8 bytes, big-endian) to SegmentHeader.
  parts = 2,      ///< Segment number, part (4 bytes, big-endian) to the part's bytes.
  rejects = 3,    ///< Hash of source, position and bytes to a rejected record.
  sources = 4,    ///< Source name to how far it was read.
  holds = 5,      ///< Name to a legal hold.
  journal = 6,    ///< What was done to the store by retention and operators.
  policies = 7,   ///< Time (8 bytes, big-endian) and hash to a PolicyFile.
  verdicts = 8,   ///< Segment number to its SegmentVerdicts.
  bills = 9,      ///< Month, payer, number and part to a part of a bill: store/bills/bill_segment.h.
  rejected = 10,  ///< Source, offset and hash to a rejected record: store/rejects.h. `rejects` is its former table.
  pins = 11,      ///< Hold, key and hash of an event that it holds whatever changes: store/hold_pins.h.
  secrets = 12,   ///< Hashes of confidential phrases: store/secrets.h.
  marks = 13,     ///< Segment number to its SegmentMarks.
};
constexpr unsigned kTableCount = 14;

/// Their names in the file.
constexpr std::array<const char*, kTableCount> kTableNames{"meta",     "segments", "parts",    "rejects",  "sources",
                                                           "holds",    "journal",  "policies", "verdicts", "bills",
                                                           "rejected", "pins",     "secrets",  "marks"};
static_assert(text::are_names_of(kTableNames, TableId::marks));

constexpr const char* name_of(TableId table) { return kTableNames[static_cast<unsigned>(table)]; }

}  // namespace trailkeeper::store
